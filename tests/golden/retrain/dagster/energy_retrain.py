"""Job retrain: Kedro pipeline __default__ of energy.

Made by Shipway. Change the pipeline or its settings, and make this file again:

    shipway export dagster --job retrain
"""

# shipway: plan=71b5ec049000 project=3ff1344e619c settings=1efdf49c0303 by=0.1.0 text=326edbac9ae4
# shipway: of=268ebcf07bdf.6fb1c2a34fa0

import json
import os
from multiprocessing import parent_process
from subprocess import PIPE, STDOUT, Popen
from threading import Thread
from time import monotonic

import dagster as dg

# An environment variable holds the folder that paths start from; else they start here.
ROOT = os.path.abspath(os.environ.get("ENERGY_ROOT", "."))
PYTHON = os.path.join(ROOT, os.environ.get("ENERGY_PYTHON") or ".venv/bin/python")
COMMAND = [PYTHON, "-m", "shipway.runtime"]
# What it prints is one stream of lines; what a terminal sends to the step does not reach it.
PROCESS = dict(stdout=PIPE, stderr=STDOUT, errors="replace", start_new_session=True)
# What the tasks of all runs are told.
RUN = {
    "package": "energy",
    "exported": "__default__",
    "flow": "energy_retrain",
    "digests": {"data_engineering": "b166f6055f0c", "forecasting": "3ab280723fdc"},
    "params": {"model": {"folds": 3}, "split": {"holdout_days": 7}},
    "timeout": 900,
    "until_stdin_ends": True,
}
# How a line of the log starts, for the levels of `logging`; others are of its level INFO, 20.
LEVELS = {"WARNING": 30, "ERROR": 40, "CRITICAL": 50}
# The tag of a run that makes the assets which another did not come to.
RESUMED = "dagster/is_asset_resume_retry"
# How many runs may be under way when the clock starts another.
RUNS = 1
RETRY = dg.RetryPolicy(max_retries=1, delay=60)


class Parameters(dg.ConfigurableResource):
    """The parameters that a run can set; what it does not set stays the project's."""

    clean_keep_imputed: bool = True
    clean_max_gap_days: int = 2
    features_demand_lags: list[int] = [1, 2, 7]
    features_demand_windows: list[int] = [7]
    features_weather_heating_base_c: float = 15.5
    ingest_meters_kwh_per_unit_Wh: float = 0.001
    ingest_meters_kwh_per_unit_kWh: float = 1.0
    ingest_meters_max_daily_kwh: float = 120.0
    ingest_weather_max_gap_days: int = 3
    model_alphas: list[float] = [0.1, 1.0, 10.0, 100.0]
    model_folds: int = 3
    model_scale: bool = True
    model_scoring: str = "neg_mean_absolute_error"
    split_holdout_days: int = 7


# The resource that holds them, and what Kedro calls each.
PARAMETERS = "energy_retrain_parameters"
NAMES = {
    "clean_keep_imputed": "clean.keep_imputed",
    "clean_max_gap_days": "clean.max_gap_days",
    "features_demand_lags": "features.demand.lags",
    "features_demand_windows": "features.demand.windows",
    "features_weather_heating_base_c": "features.weather.heating_base_c",
    "ingest_meters_kwh_per_unit_Wh": "ingest.meters.kwh_per_unit.Wh",
    "ingest_meters_kwh_per_unit_kWh": "ingest.meters.kwh_per_unit.kWh",
    "ingest_meters_max_daily_kwh": "ingest.meters.max_daily_kwh",
    "ingest_weather_max_gap_days": "ingest.weather.max_gap_days",
    "model_alphas": "model.alphas",
    "model_folds": "model.folds",
    "model_scale": "model.scale",
    "model_scoring": "model.scoring",
    "split_holdout_days": "split.holdout_days",
}
# Bytes of a job, which a variable of its process holds (MAX_ARG_STRLEN of Linux).
LONGEST = 131059


def first_run(context: dg.AssetExecutionContext) -> dg.RunRecord:
    """Return the run whose steps this one goes on with: its id and time stay those of all."""
    run = context.run
    while run.parent_run_id and (run.step_keys_to_execute or RESUMED in run.tags):
        parent = context.instance.get_run_by_id(run.parent_run_id)
        if parent is None:
            what = "the run that this one goes on with was deleted: execute all of its steps"
            raise dg.Failure(what, allow_retries=False)
        # Executed again as a whole, a run keeps the tag; but of a success nothing is left.
        if parent.is_success and not run.step_keys_to_execute:
            break
        run = parent
    return context.instance.get_run_record_by_id(run.run_id)


def inputs_of(context: dg.AssetExecutionContext, parameters: Parameters) -> dict:
    """Return the parameters that this run sets, by Kedro's names."""
    resources = context.run.run_config.get("resources", {})
    inputs = {}
    for name, value in resources.get(PARAMETERS, {}).get("config", {}).items():
        typed = getattr(parameters, name)
        # As it was written, 5 for a float; but of `{"env": NAME}`, what the variable holds.
        inputs[NAMES[name]] = value if value == typed else typed
    return inputs


def end_with(worker) -> None:
    """End this step, and so its process, when what runs the steps of the run was killed."""
    worker.join()
    os._exit(1)


def kedro(
    context: dg.AssetExecutionContext,
    parameters: Parameters,
    nodes: dict[str, str],
    **job,
):
    """Run nodes in the project's own Python; what they print goes to the step's log."""
    log, line, start = context.log.log, "", monotonic()
    first = first_run(context)
    created = first.create_timestamp.isoformat()
    run = {"run_id": first.dagster_run.run_id, "created": created}
    job = {**RUN, **run, "task": context.op.name, "nodes": nodes, **job}
    # What is not set, or set to what it was at export, the project itself knows best.
    fields = Parameters.model_fields
    job["defaults"] = {NAMES[name]: field.default for name, field in fields.items()}
    job["inputs"] = inputs_of(context, parameters)
    text = json.dumps(job)
    if len(text) > LONGEST:
        longest = max(job["inputs"], key=lambda name: len(json.dumps(job["inputs"][name])))
        what = f"a job of {len(text):,} bytes; Linux hands {LONGEST:,} to a process"
        why = f"{what}: set the path of a file instead of the long value of {longest}"
        raise dg.Failure(why, allow_retries=False)
    env = {**os.environ, "SHIPWAY_JOB": text}
    if not os.access(COMMAND[0], os.X_OK):
        why = FileNotFoundError(
            f"no {PYTHON}: "
            "set targets.dagster.python (in deploy.yml) or ENERGY_PYTHON to its path, "
            "or have .venv/bin/python below ENERGY_ROOT"
        )
        raise dg.Failure(str(why), allow_retries=False)
    # Whatever ends this step closes the pipe to the process, which ends with it.
    if worker := parent_process():
        Thread(target=end_with, args=[worker], daemon=True).start()
    with Popen(COMMAND, cwd=ROOT, env=env, stdin=PIPE, **PROCESS) as process:
        for line in process.stdout:
            log(LEVELS.get(line.split(" ")[0], 20), line.rstrip())
    if code := process.returncode:
        what = f"shipway.runtime ended with exit code {code}: {line.removeprefix('ERROR').strip()}"
        # A usage error, or another pipeline installed: no retry can mend them.
        failure = dg.Failure(what, allow_retries=code not in (2, 7))
        raise failure
    seconds = round(monotonic() - start, 1)
    for spec in context.assets_def.specs:
        yield dg.MaterializeResult(asset_key=spec.key, metadata={"seconds": seconds})


# What no task of the pipeline writes.
SOURCES = [
    dg.AssetSpec(
        "meter_readings",
        group_name="data_engineering",
        kinds={"csv", "pandas"},
        metadata={
            "type": "pandas.CSVDataset",
            "path": dg.MetadataValue.path("data/01_raw/meter_readings.csv"),
        },
    ),
    dg.AssetSpec(
        "weather_observations",
        group_name="data_engineering",
        kinds={"csv", "pandas"},
        metadata={
            "type": "pandas.CSVDataset",
            "path": dg.MetadataValue.path("data/01_raw/weather_observations.csv"),
        },
    ),
    dg.AssetSpec(
        "households",
        group_name="data_engineering",
        kinds={"csv", "pandas"},
        metadata={
            "type": "pandas.CSVDataset",
            "path": dg.MetadataValue.path("data/01_raw/households.csv"),
        },
    ),
]


@dg.multi_asset(
    name="energy_retrain__ingest_meters_parse_readings__to__convert_to_kwh",
    specs=[
        dg.AssetSpec(
            "metered_demand",
            deps=["meter_readings"],
            description=(
                "- `ingest.meters.parse_readings`: Keep the latest non-empty reading "
                "of each meter and day.\n"
                "- `ingest.meters.convert_to_kwh`: Convert readings to kWh and drop "
                "those no household can draw."
            ),
            group_name="data_engineering",
            owners=["team:forecasting"],
            tags={"daily": "", "ingest": ""},
            kinds={"csv", "pandas"},
            metadata={
                "type": "pandas.CSVDataset",
                "path": dg.MetadataValue.path(
                    "data/02_intermediate/metered_demand.csv",
                ),
            },
        ),
    ],
    retry_policy=RETRY,
)
def ingest_meters_parse_readings__to__convert_to_kwh(
    context: dg.AssetExecutionContext,
    energy_retrain_parameters: Parameters,
):
    yield from kedro(
        context,
        energy_retrain_parameters,
        nodes={
            "ingest.meters.parse_readings": "meter_readings -> ingest.meters.parsed",
            "ingest.meters.convert_to_kwh": (
                "ingest.meters.parsed, params:ingest.meters.kwh_per_unit, "
                "params:ingest.meters.max_daily_kwh -> metered_demand"
            ),
        },
        pipeline="data_engineering",
        timeout=1800,
    )


@dg.multi_asset(
    name="energy_retrain__ingest_weather_fill_weather_gaps",
    specs=[
        dg.AssetSpec(
            "daily_weather",
            deps=["weather_observations"],
            description=(
                "Interpolate the days the weather station was silent, so many in a row at most."
            ),
            group_name="data_engineering",
            owners=["team:forecasting"],
            tags={"daily": "", "ingest": ""},
            kinds={"csv", "pandas"},
            metadata={
                "type": "pandas.CSVDataset",
                "path": dg.MetadataValue.path("data/02_intermediate/daily_weather.csv"),
            },
        ),
    ],
    retry_policy=RETRY,
)
def ingest_weather_fill_weather_gaps(
    context: dg.AssetExecutionContext,
    energy_retrain_parameters: Parameters,
):
    yield from kedro(
        context,
        energy_retrain_parameters,
        nodes={
            "ingest.weather.fill_weather_gaps": (
                "weather_observations, params:ingest.weather.max_gap_days -> daily_weather"
            ),
        },
        pipeline="data_engineering",
    )


@dg.multi_asset(
    name="energy_retrain__build_daily_demand",
    specs=[
        dg.AssetSpec(
            "daily_demand",
            deps=["metered_demand", "daily_weather", "households"],
            description=(
                "Join demand, weather and household facts into one row a household and day."
            ),
            group_name="data_engineering",
            owners=["team:forecasting"],
            tags={"clean": "", "daily": ""},
            kinds={"csv", "pandas"},
            metadata={
                "type": "pandas.CSVDataset",
                "path": dg.MetadataValue.path("data/03_primary/daily_demand.csv"),
            },
        ),
    ],
    retry_policy=RETRY,
)
def build_daily_demand(
    context: dg.AssetExecutionContext,
    energy_retrain_parameters: Parameters,
):
    yield from kedro(
        context,
        energy_retrain_parameters,
        nodes={
            "build_daily_demand": (
                "metered_demand, daily_weather, households, "
                "params:clean.max_gap_days, params:clean.keep_imputed -> daily_demand"
            ),
        },
        pipeline="data_engineering",
    )


@dg.multi_asset(
    name="energy_retrain__make_context_features",
    specs=[
        dg.AssetSpec(
            "context_features",
            deps=["daily_demand"],
            description="Describe the calendar, the cold and the home of each day.",
            group_name="data_engineering",
            owners=["team:forecasting"],
            tags={"daily": "", "features": ""},
            kinds={"csv", "pandas"},
            metadata={
                "type": "pandas.CSVDataset",
                "path": dg.MetadataValue.path("data/04_feature/context.csv"),
            },
        ),
    ],
    retry_policy=RETRY,
)
def make_context_features(
    context: dg.AssetExecutionContext,
    energy_retrain_parameters: Parameters,
):
    yield from kedro(
        context,
        energy_retrain_parameters,
        nodes={
            "make_context_features": (
                "daily_demand, params:features.weather.heating_base_c -> context_features"
            ),
        },
        pipeline="data_engineering",
    )


@dg.multi_asset(
    name="energy_retrain__make_demand_features",
    specs=[
        dg.AssetSpec(
            "demand_features",
            deps=["daily_demand"],
            description="Look back at each household's own demand: lags in days and rolling means.",
            group_name="data_engineering",
            owners=["team:forecasting"],
            tags={"daily": "", "features": ""},
            kinds={"csv", "pandas"},
            metadata={
                "type": "pandas.CSVDataset",
                "path": dg.MetadataValue.path("data/04_feature/demand.csv"),
            },
        ),
    ],
    retry_policy=RETRY,
)
def make_demand_features(
    context: dg.AssetExecutionContext,
    energy_retrain_parameters: Parameters,
):
    yield from kedro(
        context,
        energy_retrain_parameters,
        nodes={
            "make_demand_features": (
                "daily_demand, params:features.demand.lags, "
                "params:features.demand.windows -> demand_features"
            ),
        },
        pipeline="data_engineering",
    )


@dg.multi_asset(
    name="energy_retrain__assemble_model_input",
    specs=[
        dg.AssetSpec(
            "train_set",
            deps=["daily_demand", "context_features", "demand_features"],
            description=(
                "Join the features to the demand and hold out the last days for evaluation."
            ),
            group_name="data_engineering",
            owners=["team:forecasting"],
            tags={"daily": "", "features": ""},
            kinds={"csv", "pandas"},
            metadata={
                "type": "pandas.CSVDataset",
                "path": dg.MetadataValue.path("data/05_model_input/train_set.csv"),
            },
        ),
        dg.AssetSpec(
            "test_set",
            deps=["daily_demand", "context_features", "demand_features"],
            description=(
                "Join the features to the demand and hold out the last days for evaluation."
            ),
            group_name="data_engineering",
            owners=["team:forecasting"],
            tags={"daily": "", "features": ""},
            kinds={"csv", "pandas"},
            metadata={
                "type": "pandas.CSVDataset",
                "path": dg.MetadataValue.path("data/05_model_input/test_set.csv"),
            },
        ),
    ],
    retry_policy=RETRY,
)
def assemble_model_input(
    context: dg.AssetExecutionContext,
    energy_retrain_parameters: Parameters,
):
    yield from kedro(
        context,
        energy_retrain_parameters,
        nodes={
            "assemble_model_input": (
                "daily_demand, context_features, demand_features, "
                "params:split.holdout_days -> train_set, test_set"
            ),
        },
        pipeline="data_engineering",
    )


@dg.multi_asset(
    name="energy_retrain__choose_alpha__to__train_model",
    specs=[
        dg.AssetSpec(
            "demand_model",
            deps=["train_set"],
            description=(
                "- `choose_alpha`: Choose the ridge penalty by cross-validation "
                "forward in time.\n"
                "- `train_model`: Fit the demand model on every training day."
            ),
            group_name="forecasting",
            owners=["team:forecasting"],
            tags={"heavy": "", "train": "", "weekly": ""},
            kinds={"pickle"},
            metadata={
                "type": "pickle.PickleDataset",
                "path": dg.MetadataValue.path("data/06_models/demand_model.pkl"),
                "versioned": True,
            },
        ),
    ],
    retry_policy=RETRY,
)
def choose_alpha__to__train_model(
    context: dg.AssetExecutionContext,
    energy_retrain_parameters: Parameters,
):
    yield from kedro(
        context,
        energy_retrain_parameters,
        nodes={
            "choose_alpha": "train_set, params:model -> alpha",
            "train_model": "train_set, alpha, params:model.scale -> demand_model",
        },
        pipeline="forecasting",
        timeout=4500,
    )


TASKS = [
    ingest_meters_parse_readings__to__convert_to_kwh,
    ingest_weather_fill_weather_gaps,
    build_daily_demand,
    make_context_features,
    make_demand_features,
    assemble_model_input,
    choose_alpha__to__train_model,
]
job = dg.define_asset_job(
    name="energy_retrain",
    selection=dg.AssetSelection.assets(*TASKS),
    description=(
        "Household energy demand, from meter readings to the weekly report.\n"
        "\n"
        "Runs every morning, after the meters of the night have been read.\n"
    ),
    tags={"kedro/pipeline": "energy_retrain", "team": "forecasting"},
    metadata={"runs at once": RUNS},
)


defs = dg.Definitions(
    assets=[*SOURCES, *TASKS],
    jobs=[job],
    resources={"energy_retrain_parameters": Parameters()},
)
