"""Kedro pipeline reporting of energy.

Made by Shipway. Change the pipeline or its settings, and make this file again:

    shipway export dagster --pipeline reporting
"""

# shipway: plan=4cc9e3669a68 project=721ba689fdac settings=200eb158a009 by=0.1.0 text=7ad02ae6abf8
# shipway: of=268ebcf07bdf.9f906b6b3148

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
    "exported": "reporting",
    "flow": "energy_reporting",
    "digests": {"reporting": "32a4f6a0c1e5"},
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

    reporting_plot_columns: int = 2
    reporting_plot_dpi: int = 110
    reporting_plot_size: list[float] = [10.0, 7.5]
    reporting_title: str = "Household demand forecast"


# The resource that holds them, and what Kedro calls each.
PARAMETERS = "energy_reporting_parameters"
NAMES = {
    "reporting_plot_columns": "reporting.plot.columns",
    "reporting_plot_dpi": "reporting.plot.dpi",
    "reporting_plot_size": "reporting.plot.size",
    "reporting_title": "reporting.title",
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
        "forecasts",
        group_name="reporting",
        kinds={"csv", "pandas"},
        metadata={
            "type": "pandas.CSVDataset",
            "path": dg.MetadataValue.path("data/07_model_output/forecasts.csv"),
        },
    ),
    dg.AssetSpec(
        "metrics",
        group_name="reporting",
        kinds={"json"},
        metadata={
            "type": "json.JSONDataset",
            "path": dg.MetadataValue.path("data/08_reporting/metrics.json"),
        },
    ),
]


@dg.multi_asset(
    name="energy_reporting__plot_forecasts",
    specs=[
        dg.AssetSpec(
            "forecast_plot",
            deps=["forecasts"],
            description="Draw each household's metered and forecast demand over the held-out days.",
            group_name="reporting",
            owners=["team:forecasting"],
            tags={"report": "", "weekly": ""},
            kinds={"matplotlib"},
            metadata={
                "type": "matplotlib.MatplotlibDataset",
                "path": dg.MetadataValue.path("data/08_reporting/forecasts.png"),
            },
        ),
    ],
    retry_policy=RETRY,
)
def plot_forecasts(
    context: dg.AssetExecutionContext,
    energy_reporting_parameters: Parameters,
):
    yield from kedro(
        context,
        energy_reporting_parameters,
        nodes={"plot_forecasts": "forecasts, params:reporting.plot -> forecast_plot"},
        pipeline="reporting",
    )


@dg.multi_asset(
    name="energy_reporting__write_report",
    specs=[
        dg.AssetSpec(
            "forecast_report",
            deps=["forecasts", "metrics"],
            description=(
                "Write a Markdown summary: overall scores, then the error of each household."
            ),
            group_name="reporting",
            owners=["team:forecasting"],
            tags={"report": "", "weekly": ""},
            kinds={"text"},
            metadata={
                "type": "text.TextDataset",
                "path": dg.MetadataValue.path("data/08_reporting/report.md"),
            },
        ),
    ],
    retry_policy=RETRY,
)
def write_report(
    context: dg.AssetExecutionContext,
    energy_reporting_parameters: Parameters,
):
    yield from kedro(
        context,
        energy_reporting_parameters,
        nodes={
            "write_report": "forecasts, metrics, params:reporting.title -> forecast_report",
        },
        pipeline="reporting",
    )


TASKS = [plot_forecasts, write_report]
job = dg.define_asset_job(
    name="energy_reporting",
    selection=dg.AssetSelection.assets(*TASKS),
    description="Kedro pipeline `reporting` of the project `energy`: 2 nodes in 2 tasks.",
    tags={"kedro/pipeline": "energy_reporting", "team": "forecasting"},
    metadata={"runs at once": RUNS},
)


defs = dg.Definitions(
    assets=[*SOURCES, *TASKS],
    jobs=[job],
    resources={"energy_reporting_parameters": Parameters()},
)
