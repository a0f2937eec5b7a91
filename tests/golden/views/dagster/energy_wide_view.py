"""Job wide_view: Kedro pipeline forecasting of energy.

Made by Shipway. Change the pipeline or its settings, and make this file again:

    shipway export dagster --job wide_view
"""

# shipway: plan=f8b421caea3d project=85e58a320936 settings=498a00853986 by=0.1.0 text=7430fbef04b2
# shipway: of=268ebcf07bdf.c5a8d06b1827

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
    "exported": "forecasting",
    "flow": "energy_wide_view",
    "digests": {"forecasting": "3ab280723fdc"},
    "params": {"evaluation": {"interval": {"level": 0.95}}},
    "timeout": 900,
    "until_stdin_ends": True,
}
# How a line of the log starts, for the levels of `logging`; others are of its level INFO, 20.
LEVELS = {"WARNING": 30, "ERROR": 40, "CRITICAL": 50}
# The tag of a run that makes the assets which another did not come to.
RESUMED = "dagster/is_asset_resume_retry"
# How many runs may be under way when the clock starts another.
RUNS = 1
RETRY = dg.RetryPolicy(max_retries=2, delay=60)


class Parameters(dg.ConfigurableResource):
    """The parameters that a run can set; what it does not set stays the project's."""

    evaluation_baseline: str = "lag_7"
    evaluation_interval_level: float = 0.95
    evaluation_interval_resamples: int = 400
    evaluation_interval_seed: int = 20240325
    model_alphas: list[float] = [0.1, 1.0, 10.0, 100.0]
    model_folds: int = 4
    model_scale: bool = True
    model_scoring: str = "neg_mean_absolute_error"


# The resource that holds them, and what Kedro calls each.
PARAMETERS = "energy_wide_view_parameters"
NAMES = {
    "evaluation_baseline": "evaluation.baseline",
    "evaluation_interval_level": "evaluation.interval.level",
    "evaluation_interval_resamples": "evaluation.interval.resamples",
    "evaluation_interval_seed": "evaluation.interval.seed",
    "model_alphas": "model.alphas",
    "model_folds": "model.folds",
    "model_scale": "model.scale",
    "model_scoring": "model.scoring",
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


def assets_of(run: dg.DagsterRun) -> set[dg.AssetKey]:
    """Return what a run materializes: all, or what its selection of assets or steps has."""
    steps = run.step_keys_to_execute or run.resolved_op_selection
    keys = {key for task in TASKS if not steps or task.op.name in steps for key in task.keys}
    return keys & run.asset_selection if run.asset_selection else keys


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
    from_run: list[str] | None = None,
    growth: float = 2,
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
    # Of a run of some assets or steps alone, what others write is from before it.
    assets = assets_of(first.dagster_run)
    keys = {n: dg.AssetKey(n.split(".")) for n in from_run or ()}
    job["from_run"] = [n for n, key in keys.items() if key in assets]
    others = [n for n, key in keys.items() if key not in assets]
    job["before_run"] = [*job.get("before_run", ()), *others]
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
        policy = context.assets_def.op.retry_policy
        if policy and failure.allow_retries:
            # A policy's own pauses grow as 1, 3, 7; none is longer than a year.
            pause = min((policy.delay or 0) * growth**context.retry_number, 365 * 86400)
            raise dg.RetryRequested(policy.max_retries, pause) from failure
        raise failure
    seconds = round(monotonic() - start, 1)
    for spec in context.assets_def.specs:
        yield dg.MaterializeResult(asset_key=spec.key, metadata={"seconds": seconds})


# What no task of the pipeline writes.
SOURCES = [
    dg.AssetSpec(
        "train_set",
        group_name="forecasting",
        kinds={"csv", "pandas"},
        metadata={
            "type": "pandas.CSVDataset",
            "path": dg.MetadataValue.path("data/05_model_input/train_set.csv"),
        },
    ),
    dg.AssetSpec(
        "test_set",
        group_name="forecasting",
        kinds={"csv", "pandas"},
        metadata={
            "type": "pandas.CSVDataset",
            "path": dg.MetadataValue.path("data/05_model_input/test_set.csv"),
        },
    ),
]


@dg.multi_asset(
    name="energy_wide_view__choose_alpha__to__train_model",
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
    energy_wide_view_parameters: Parameters,
):
    yield from kedro(
        context,
        energy_wide_view_parameters,
        nodes={
            "choose_alpha": "train_set, params:model -> alpha",
            "train_model": "train_set, alpha, params:model.scale -> demand_model",
        },
        pipeline="forecasting",
        timeout=1800,
    )


@dg.multi_asset(
    name="energy_wide_view__forecast_demand",
    specs=[
        dg.AssetSpec(
            "forecasts",
            deps=["demand_model", "test_set"],
            description="Forecast the held-out days, next to what a naive look back would say.",
            group_name="forecasting",
            owners=["team:forecasting"],
            tags={"evaluate": "", "weekly": ""},
            kinds={"csv", "pandas"},
            metadata={
                "type": "pandas.CSVDataset",
                "path": dg.MetadataValue.path("data/07_model_output/forecasts.csv"),
            },
        ),
    ],
    retry_policy=RETRY,
)
def forecast_demand(
    context: dg.AssetExecutionContext,
    energy_wide_view_parameters: Parameters,
):
    yield from kedro(
        context,
        energy_wide_view_parameters,
        nodes={
            "forecast_demand": "demand_model, test_set, params:evaluation.baseline -> forecasts",
        },
        pipeline="forecasting",
        from_run=["demand_model"],
    )


@dg.multi_asset(
    name="energy_wide_view__score_forecasts",
    specs=[
        dg.AssetSpec(
            "metrics",
            deps=["forecasts"],
            description="Score the forecasts against the meters and against the naive baseline.",
            group_name="forecasting",
            owners=["team:forecasting"],
            tags={"evaluate": "", "weekly": ""},
            kinds={"json"},
            metadata={
                "type": "json.JSONDataset",
                "path": dg.MetadataValue.path("data/08_reporting/metrics.json"),
            },
        ),
    ],
    retry_policy=RETRY,
)
def score_forecasts(
    context: dg.AssetExecutionContext,
    energy_wide_view_parameters: Parameters,
):
    yield from kedro(
        context,
        energy_wide_view_parameters,
        nodes={"score_forecasts": "forecasts, params:evaluation.interval -> metrics"},
        pipeline="forecasting",
    )


TASKS = [choose_alpha__to__train_model, forecast_demand, score_forecasts]
job = dg.define_asset_job(
    name="energy_wide_view",
    selection=dg.AssetSelection.assets(*TASKS),
    description=(
        "Job `wide_view`: Kedro pipeline `forecasting` of the project `energy`: 4 nodes in 3 tasks."
    ),
    tags={"kedro/pipeline": "energy_wide_view", "team": "forecasting"},
    metadata={"runs at once": RUNS},
)


def has_room(context: dg.ScheduleEvaluationContext) -> bool:
    """Tell whether a run may start beside those that are under way, whoever has started them."""
    states = dg.DagsterRunStatus
    going = [states.QUEUED, states.STARTING, states.STARTED, states.CANCELING]
    runs = dg.RunsFilter(job_name=job.name, statuses=going)
    return context.instance.get_runs_count(runs) < RUNS


schedule = dg.ScheduleDefinition(
    name="energy_wide_view_schedule",
    job_name="energy_wide_view",
    cron_schedule="0 3 * * 1",
    execution_timezone="Europe/Paris",
    should_execute=has_room,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)


defs = dg.Definitions(
    assets=[*SOURCES, *TASKS],
    jobs=[job],
    schedules=[schedule],
    resources={"energy_wide_view_parameters": Parameters()},
)
