"""Kedro pipeline reporting of energy.

Made by Shipway. Change the pipeline or its settings, and make this file again:

    shipway export luigi --pipeline reporting

Left out of the settings, as allow_lossy accepts:

- defaults.concurrency
- defaults.labels
- defaults.owner
- defaults.retry_backoff
"""

# shipway: plan=b1d5b2f08f18 project=470af8404c14 settings=cb087035d448 by=0.1.0 text=48129486771f
# shipway: of=268ebcf07bdf.9f906b6b3148

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
    "energy_reporting",
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
    "reporting.plot.columns": 2,
    "reporting.plot.dpi": 110,
    "reporting.plot.size": [10.0, 7.5],
    "reporting.title": "Household demand forecast",
}
# What all jobs have; by the digests `shipway.runtime` knows another pipeline, and refuses it.
JOB = {
    "package": "energy",
    "exported": "reporting",
    "flow": "energy_reporting",
    "digests": {"reporting": "32a4f6a0c1e5"},
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

    task_namespace = "energy_reporting"
    run_id = luigi.Parameter(default=RUN_ID)
    retry_count = 3  # tries; those of a whole year count, however long each takes
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


class PlotForecasts(Kedro):
    """Draw each household's metered and forecast demand over the held-out days."""

    job = {
        "task": "plot_forecasts",
        "pipeline": "reporting",
        "nodes": {
            "plot_forecasts": "forecasts, params:reporting.plot -> forecast_plot",
        },
    }


class WriteReport(Kedro):
    """Write a Markdown summary: overall scores, then the error of each household."""

    job = {
        "task": "write_report",
        "pipeline": "reporting",
        "nodes": {
            "write_report": "forecasts, metrics, params:reporting.title -> forecast_report",
        },
    }


class EnergyReporting(luigi.WrapperTask):
    """Kedro pipeline `reporting` of the project `energy`: 2 nodes in 2 tasks."""

    task_namespace = "energy_reporting"
    run_id = luigi.Parameter(default=RUN_ID)
    reporting_plot_columns = luigi.IntParameter(
        DEFAULTS["reporting.plot.columns"],
        significant=False,
    )
    reporting_plot_dpi = luigi.IntParameter(
        DEFAULTS["reporting.plot.dpi"],
        significant=False,
    )
    reporting_plot_size = Json(DEFAULTS["reporting.plot.size"], list, significant=False)
    reporting_title = luigi.Parameter(DEFAULTS["reporting.title"], significant=False)

    def requires(self) -> list[luigi.Task]:
        inputs = {
            "reporting.plot.columns": self.reporting_plot_columns,
            "reporting.plot.dpi": self.reporting_plot_dpi,
            "reporting.plot.size": self.reporting_plot_size,
            "reporting.title": self.reporting_title,
        }
        begin(self.run_id, inputs, is_set(self))
        return [self.clone(PlotForecasts), self.clone(WriteReport)]
