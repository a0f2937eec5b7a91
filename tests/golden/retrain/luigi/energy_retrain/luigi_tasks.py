"""Job retrain: Kedro pipeline __default__ of energy.

Made by Shipway. Change the pipeline or its settings, and make this file again:

    shipway export luigi --job retrain

Left out of the settings, as allow_lossy accepts:

- defaults.concurrency
- defaults.labels
- defaults.owner
- defaults.retry_backoff
"""

# shipway: plan=6a442c61a4c3 project=ae09a3965b34 settings=4d6bef1a59fe by=0.1.0 text=28cd600e6dcf
# shipway: of=268ebcf07bdf.6fb1c2a34fa0

import json
import logging
import os
from contextlib import suppress
from datetime import datetime, timezone
from subprocess import PIPE, STDOUT, Popen
from tempfile import NamedTemporaryFile
from urllib.parse import quote
from uuid import uuid4

import luigi
from luigi.cmdline_parser import CmdlineParser
from luigi.freezing import recursively_freeze

HERE = os.path.dirname(__file__)
luigi.configuration.add_config_path(os.path.join(HERE, "luigi.cfg"))

# An environment variable holds the folder that paths start from; else they start here.
ROOT = os.path.abspath(os.environ.get("ENERGY_ROOT", "."))
PYTHON = os.path.join(ROOT, os.environ.get("ENERGY_PYTHON") or ".venv/bin/python")
COMMAND = [PYTHON, "-m", "shipway.runtime"]
# What it prints is one stream of lines; what a terminal sends to Luigi does not reach it.
PROCESS = dict(stdout=PIPE, stderr=STDOUT, errors="replace", start_new_session=True)
# A folder a run: what it was begun with, and a marker of each task that is done.
STATE = os.path.join(
    ROOT,
    os.environ.get("ENERGY_STATE") or ".luigi",
    "energy_retrain",
)
# Each process reads from this pipe, and ends with Luigi, which alone can write to it.
STDIN, LIFELINE = map(open, os.pipe(), "rw")
LUIGI = os.getpid()
# Of a run that is not named.
RUN_ID = f"{datetime.now(timezone.utc):%Y-%m-%dT%H.%M.%SZ}-{uuid4().hex[:8]}"
# How a line of the log starts, for the levels of `logging`; others are of its level INFO, 20.
LEVELS = {"WARNING": 30, "ERROR": 40, "CRITICAL": 50}
# What a run may set, by Kedro's names.
DEFAULTS = {
    "clean.keep_imputed": True,
    "clean.max_gap_days": 2,
    "features.demand.lags": [1, 2, 7],
    "features.demand.windows": [7],
    "features.weather.heating_base_c": 15.5,
    "ingest.meters.kwh_per_unit.Wh": 0.001,
    "ingest.meters.kwh_per_unit.kWh": 1.0,
    "ingest.meters.max_daily_kwh": 120.0,
    "ingest.weather.max_gap_days": 3,
    "model.alphas": [0.1, 1.0, 10.0, 100.0],
    "model.folds": 3,
    "model.scale": True,
    "model.scoring": "neg_mean_absolute_error",
    "split.holdout_days": 7,
}
# What all jobs have; by the digests `shipway.runtime` knows another pipeline, and refuses it.
JOB = {
    "package": "energy",
    "exported": "__default__",
    "flow": "energy_retrain",
    "digests": {"data_engineering": "b166f6055f0c", "forecasting": "3ab280723fdc"},
    "params": {"model": {"folds": 3}, "split": {"holdout_days": 7}},
    "defaults": DEFAULTS,
    "timeout": 900,
    "until_stdin_ends": True,
}


def folder_of(run_id: str) -> str:
    """Return the folder of a run, below STATE whatever its name."""
    return os.path.join(STATE, f"run-{quote(run_id, safe='')}")


def is_set(task: luigi.Task) -> bool:
    """Tell whether the command line sets a parameter of a task, be it to its default."""
    parser = CmdlineParser.get_instance()
    words = vars(parser.known_args) if parser else {}
    names = set(task.param_kwargs) - {"run_id"}
    return any(words.get(name) or words.get(f"{task.task_family}_{name}") for name in names)


def begin(run_id: str, inputs: dict = DEFAULTS, by_words: bool = False) -> dict:
    """Return what the tasks of a run share, which stays what it was at first."""
    folder = folder_of(run_id)
    os.makedirs(folder, exist_ok=True)
    run = {"run_id": run_id, "created": datetime.now(timezone.utc).isoformat()}
    # A value that equals its default is not set; as texts, for to Python 1 equals True.
    texts = {name: json.dumps(value, default=dict) for name, value in inputs.items()}
    changes = {n: json.loads(t) for n, t in texts.items() if t != json.dumps(DEFAULTS.get(n))}
    run["inputs"] = changes
    with NamedTemporaryFile("w", dir=folder) as file:
        json.dump(run, file)
        file.flush()
        os.chmod(file.name, 0o644)  # another user may continue the run
        with suppress(FileExistsError):
            os.link(file.name, os.path.join(folder, "run.json"))
    with open(os.path.join(folder, "run.json")) as file:
        run = json.load(file)
    before, now = (json.dumps(each, sort_keys=True) for each in (run.get("inputs", {}), changes))
    if (changes or by_words) and now != before:
        what = f"the run {run_id} was begun with other parameters: leave them out to continue it"
        raise ValueError(f"{what}, or begin another by another --run-id")
    return run


class Json(luigi.Parameter):
    """A value as JSON, of one kind where it has one."""

    def __init__(self, default: object, kind: type = object, **more: object) -> None:
        super().__init__(default, **more)
        self.kind = kind

    def __set_name__(self, owner: type, name: str) -> None:
        super().__set_name__(owner, name)
        self.option = f"--{name.replace('_', '-')}"

    def parse(self, text: str) -> object:
        try:
            value = json.loads(text)
        except ValueError:
            remedy = "A text stands in double quotes there, and true, false and null in lower case"
            raise ValueError(f"{self.option}: {text!r} is no JSON. {remedy}") from None
        if not isinstance(value, self.kind):
            raise ValueError(f"{self.option}: {text!r} is no {self.kind.__name__} as JSON has it")
        return value

    def normalize(self, value: object) -> object:
        return recursively_freeze(value)  # for its summary, Luigi puts values into sets

    def serialize(self, value: object) -> str:
        return json.dumps(value, default=dict)


class Kedro(luigi.Task):
    """Runs nodes in the project's own Python; done once its marker of the run is there."""

    task_namespace = "energy_retrain"
    run_id = luigi.Parameter(default=RUN_ID)
    retry_count = 2  # tries; those of a whole year count, however long each takes
    disable_window = 365 * 86400
    job: dict = {}

    def output(self) -> luigi.LocalTarget:
        folder = folder_of(self.run_id)
        return luigi.LocalTarget(os.path.join(folder, type(self).__name__))

    def run(self) -> None:
        if os.getpid() != LUIGI:
            LIFELINE.close()  # that of a fork, as each of several workers is one
        if not os.access(COMMAND[0], os.X_OK):
            raise FileNotFoundError(
                f"no {PYTHON}: "
                "set targets.luigi.python (in deploy.yml) or ENERGY_PYTHON to its path, "
                "or have .venv/bin/python below ENERGY_ROOT"
            )
        log, line = logging.getLogger("luigi-interface").log, ""
        run = begin(self.run_id)
        job = {**JOB, **run, **self.job}
        env = {**os.environ, "SHIPWAY_JOB": json.dumps(job)}
        with Popen(COMMAND, cwd=ROOT, env=env, stdin=STDIN, **PROCESS) as process:
            for line in process.stdout:
                log(LEVELS.get(line.split(" ")[0], 20), line.rstrip())
        if code := process.returncode:
            what = f"exit code {code}: {line.removeprefix('ERROR').strip()}"
            raise RuntimeError(f"{what}; `--run-id {self.run_id}` continues the run")
        with self.output().open("w") as marker:
            marker.write(run["created"])


class IngestMetersParseReadingsToConvertToKwh(Kedro):
    """- `ingest.meters.parse_readings`: Keep the latest non-empty reading of each meter and day.
    - `ingest.meters.convert_to_kwh`: Convert readings to kWh and drop those no household can draw."""

    job = {
        "task": "ingest.meters.parse_readings__to__convert_to_kwh",
        "pipeline": "data_engineering",
        "nodes": {
            "ingest.meters.parse_readings": "meter_readings -> ingest.meters.parsed",
            "ingest.meters.convert_to_kwh": (
                "ingest.meters.parsed, params:ingest.meters.kwh_per_unit, "
                "params:ingest.meters.max_daily_kwh -> metered_demand"
            ),
        },
        "timeout": 1800,
    }


class IngestWeatherFillWeatherGaps(Kedro):
    """Interpolate the days the weather station was silent, so many in a row at most."""

    job = {
        "task": "ingest.weather.fill_weather_gaps",
        "pipeline": "data_engineering",
        "nodes": {
            "ingest.weather.fill_weather_gaps": (
                "weather_observations, params:ingest.weather.max_gap_days -> daily_weather"
            ),
        },
    }


class BuildDailyDemand(Kedro):
    """Join demand, weather and household facts into one row a household and day."""

    job = {
        "task": "build_daily_demand",
        "pipeline": "data_engineering",
        "nodes": {
            "build_daily_demand": (
                "metered_demand, daily_weather, households, "
                "params:clean.max_gap_days, params:clean.keep_imputed -> daily_demand"
            ),
        },
    }

    def requires(self) -> list[luigi.Task]:
        return [
            self.clone(IngestMetersParseReadingsToConvertToKwh),
            self.clone(IngestWeatherFillWeatherGaps),
        ]


class MakeContextFeatures(Kedro):
    """Describe the calendar, the cold and the home of each day."""

    job = {
        "task": "make_context_features",
        "pipeline": "data_engineering",
        "nodes": {
            "make_context_features": (
                "daily_demand, params:features.weather.heating_base_c -> context_features"
            ),
        },
    }

    def requires(self) -> list[luigi.Task]:
        return [self.clone(BuildDailyDemand)]


class MakeDemandFeatures(Kedro):
    """Look back at each household's own demand: lags in days and rolling means."""

    job = {
        "task": "make_demand_features",
        "pipeline": "data_engineering",
        "nodes": {
            "make_demand_features": (
                "daily_demand, params:features.demand.lags, "
                "params:features.demand.windows -> demand_features"
            ),
        },
    }

    def requires(self) -> list[luigi.Task]:
        return [self.clone(BuildDailyDemand)]


class AssembleModelInput(Kedro):
    """Join the features to the demand and hold out the last days for evaluation."""

    job = {
        "task": "assemble_model_input",
        "pipeline": "data_engineering",
        "nodes": {
            "assemble_model_input": (
                "daily_demand, context_features, demand_features, "
                "params:split.holdout_days -> train_set, test_set"
            ),
        },
    }

    def requires(self) -> list[luigi.Task]:
        return [
            self.clone(BuildDailyDemand),
            self.clone(MakeContextFeatures),
            self.clone(MakeDemandFeatures),
        ]


class ChooseAlphaToTrainModel(Kedro):
    """- `choose_alpha`: Choose the ridge penalty by cross-validation forward in time.
    - `train_model`: Fit the demand model on every training day."""

    job = {
        "task": "choose_alpha__to__train_model",
        "pipeline": "forecasting",
        "nodes": {
            "choose_alpha": "train_set, params:model -> alpha",
            "train_model": "train_set, alpha, params:model.scale -> demand_model",
        },
        "timeout": 4500,
    }

    def requires(self) -> list[luigi.Task]:
        return [self.clone(AssembleModelInput)]


class EnergyRetrain(luigi.WrapperTask):
    """Household energy demand, from meter readings to the weekly report.

    Runs every morning, after the meters of the night have been read.
    """

    task_namespace = "energy_retrain"
    run_id = luigi.Parameter(default=RUN_ID)
    clean_keep_imputed = luigi.BoolParameter(
        DEFAULTS["clean.keep_imputed"],
        significant=False,
        parsing="explicit",
    )
    clean_max_gap_days = luigi.IntParameter(
        DEFAULTS["clean.max_gap_days"],
        significant=False,
    )
    features_demand_lags = Json(
        DEFAULTS["features.demand.lags"],
        list,
        significant=False,
    )
    features_demand_windows = Json(
        DEFAULTS["features.demand.windows"],
        list,
        significant=False,
    )
    features_weather_heating_base_c = luigi.FloatParameter(
        DEFAULTS["features.weather.heating_base_c"],
        significant=False,
    )
    ingest_meters_kwh_per_unit_Wh = luigi.FloatParameter(
        DEFAULTS["ingest.meters.kwh_per_unit.Wh"],
        significant=False,
    )
    ingest_meters_kwh_per_unit_kWh = luigi.FloatParameter(
        DEFAULTS["ingest.meters.kwh_per_unit.kWh"],
        significant=False,
    )
    ingest_meters_max_daily_kwh = luigi.FloatParameter(
        DEFAULTS["ingest.meters.max_daily_kwh"],
        significant=False,
    )
    ingest_weather_max_gap_days = luigi.IntParameter(
        DEFAULTS["ingest.weather.max_gap_days"],
        significant=False,
    )
    model_alphas = Json(DEFAULTS["model.alphas"], list, significant=False)
    model_folds = luigi.IntParameter(DEFAULTS["model.folds"], significant=False)
    model_scale = luigi.BoolParameter(
        DEFAULTS["model.scale"],
        significant=False,
        parsing="explicit",
    )
    model_scoring = luigi.Parameter(DEFAULTS["model.scoring"], significant=False)
    split_holdout_days = luigi.IntParameter(
        DEFAULTS["split.holdout_days"],
        significant=False,
    )

    def requires(self) -> list[luigi.Task]:
        inputs = {
            "clean.keep_imputed": self.clean_keep_imputed,
            "clean.max_gap_days": self.clean_max_gap_days,
            "features.demand.lags": self.features_demand_lags,
            "features.demand.windows": self.features_demand_windows,
            "features.weather.heating_base_c": self.features_weather_heating_base_c,
            "ingest.meters.kwh_per_unit.Wh": self.ingest_meters_kwh_per_unit_Wh,
            "ingest.meters.kwh_per_unit.kWh": self.ingest_meters_kwh_per_unit_kWh,
            "ingest.meters.max_daily_kwh": self.ingest_meters_max_daily_kwh,
            "ingest.weather.max_gap_days": self.ingest_weather_max_gap_days,
            "model.alphas": self.model_alphas,
            "model.folds": self.model_folds,
            "model.scale": self.model_scale,
            "model.scoring": self.model_scoring,
            "split.holdout_days": self.split_holdout_days,
        }
        begin(self.run_id, inputs, is_set(self))
        return [self.clone(ChooseAlphaToTrainModel)]
