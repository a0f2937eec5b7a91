"""Kedro pipeline reporting of energy.

Made by Shipway. Change the pipeline or its settings, and make this file again:

    shipway export prefect --pipeline reporting
"""

# shipway: plan=0f25de4a28c2 project=470af8404c14 settings=200eb158a009 by=0.1.0 text=7ec89b423c20
# shipway: of=268ebcf07bdf.9f906b6b3148

import json
import os
import signal
import sys
from subprocess import PIPE, STDOUT, Popen
from time import monotonic
from types import SimpleNamespace

from prefect import artifacts, context, flow, futures, get_run_logger, states, task
from prefect.exceptions import TerminationSignal

# An environment variable holds the folder that paths start from; else they start here.
ROOT = os.path.abspath(os.environ.get("ENERGY_ROOT", "."))
PYTHON = os.path.join(ROOT, os.environ.get("ENERGY_PYTHON") or ".venv/bin/python")
COMMAND = [PYTHON, "-m", "shipway.runtime"]
# What it prints is one stream of lines; what a terminal sends to the flow does not reach it.
PROCESS = dict(stdout=PIPE, stderr=STDOUT, errors="replace", start_new_session=True)
# What each pipeline was when this file was made; a task refuses to run another.
PIPELINES = {"reporting": "32a4f6a0c1e5"}
# How a line of the log starts, for the levels of `logging`; others are of its level INFO, 20.
LEVELS = {"WARNING": 30, "ERROR": 40, "CRITICAL": 50}


class NoRetry(RuntimeError):
    """What no retry can mend: a usage error, or another pipeline installed."""


# Errors by exit code; any other is a RuntimeError, which a retry may mend.
ERRORS = {2: NoRetry, 7: NoRetry, 124: TimeoutError}


@task(
    task_run_name=lambda: context.TaskRunContext.get().task.name,
    retries=2,
    retry_delay_seconds=[60, 120],
    retry_condition_fn=lambda task, run, state: not isinstance(state.data, NoRetry),
    persist_result=False,
)
def kedro(run: SimpleNamespace, nodes: dict[str, str], **job) -> states.State | None:
    """Run nodes in the project's own Python; what they print goes to the task's log."""
    log, line, start = get_run_logger().log, "", monotonic()
    name = context.TaskRunContext.get().task.name
    job = {**run.job, "task": name, "nodes": nodes, **job}
    env = {**os.environ, "SHIPWAY_JOB": json.dumps(job)}
    with Popen(COMMAND, cwd=ROOT, env=env, stdin=run.stdin, **PROCESS) as process:
        for line in process.stdout:
            log(LEVELS.get(line.split(" ")[0], 20), line.rstrip())
    seconds, datasets = round(monotonic() - start, 1), "; ".join(nodes.values())
    run.rows[name] = {"seconds": seconds, "datasets": datasets}
    if process.returncode == 143 and run.lifeline.closed:
        return states.Crashed(message="the run was stopped")
    if code := process.returncode:
        what = f"shipway.runtime ended with exit code {code}: {line.removeprefix('ERROR').strip()}"
        raise ERRORS.get(code, RuntimeError)(what)


@flow(
    name="energy_reporting",
    persist_result=False,
)
def energy_reporting(
    reporting_plot_columns: int = 2,
    reporting_plot_dpi: int = 110,
    reporting_plot_size: list[float | int] = [10.0, 7.5],
    reporting_title: str = "Household demand forecast",
) -> states.State | None:
    """Kedro pipeline `reporting` of the project `energy`: 2 nodes in 2 tasks.

    Args:
        reporting_plot_columns: Kedro's `params:reporting.plot.columns`.
        reporting_plot_dpi: Kedro's `params:reporting.plot.dpi`.
        reporting_plot_size: Kedro's `params:reporting.plot.size`.
        reporting_title: Kedro's `params:reporting.title`.
    """
    inputs = {
        "reporting.plot.columns": reporting_plot_columns,
        "reporting.plot.dpi": reporting_plot_dpi,
        "reporting.plot.size": reporting_plot_size,
        "reporting.title": reporting_title,
    }
    this_run = context.FlowRunContext.get()
    if not os.access(COMMAND[0], os.X_OK):
        raise FileNotFoundError(
            f"no {PYTHON}: "
            "set targets.prefect.python (in deploy.yml) or ENERGY_PYTHON to its path, "
            "or have .venv/bin/python below ENERGY_ROOT"
        )
    stdin, lifeline = map(open, os.pipe(), "rw")
    run = SimpleNamespace(
        job={
            "package": "energy",
            "flow": "energy_reporting",
            "run_id": str(this_run.flow_run.id),
            "created": this_run.flow_run.start_time.isoformat(),
            "exported": "reporting",
            "digests": PIPELINES,
            "inputs": inputs,
            "defaults": dict(zip(inputs, this_run.flow.fn.__defaults__, strict=True)),
            "timeout": 900,
            "until_stdin_ends": True,
        },
        stdin=stdin,
        lifeline=lifeline,
        rows={},
    )
    # Each process reads from the pipe, and ends when nobody can write to it any more: when this
    # block is left, also because the run is cancelled, and when this process is killed.
    with lifeline:
        plot_forecasts = kedro.with_options(
            name="plot_forecasts",
            description="Draw each household's metered and forecast demand over the held-out days.",
            tags=["report", "weekly"],
        ).submit(
            run,
            pipeline="reporting",
            nodes={
                "plot_forecasts": "forecasts, params:reporting.plot -> forecast_plot",
            },
        )
        write_report = kedro.with_options(
            name="write_report",
            description=(
                "Write a Markdown summary: overall scores, then the error of each household."
            ),
            tags=["report", "weekly"],
        ).submit(
            run,
            pipeline="reporting",
            nodes={
                "write_report": "forecasts, metrics, params:reporting.title -> forecast_report",
            },
        )
        tasks = {"plot_forecasts": plot_forecasts, "write_report": write_report}
        try:
            ends = futures.resolve_futures_to_states(tasks)
        except (TerminationSignal, KeyboardInterrupt):
            # Prefect would wait for retries, whose pauses no signal ends.
            signal.alarm(10)
            raise
    rows = [{"task": n, "state": e.name} | run.rows.get(n, {}) for n, e in ends.items()]
    artifacts.create_table_artifact(rows, key="energy-reporting")
    failed = [n for n, e in ends.items() if e.is_final() and not e.is_completed()]
    idle = [n for n, e in ends.items() if not e.is_final()]
    what = f"failed: {', '.join(failed)}; not run: {len(idle)} tasks"
    return states.Failed(message=what) if failed else None


def stop_now(*_: object) -> None:
    """End the process, and the server that Prefect has started for it, if any."""
    from prefect.server.api.server import SubprocessASGIServer

    SubprocessASGIServer().stop()
    os._exit(128 + signal.SIGTERM)


if __name__ == "__main__":
    # An end by which Prefect takes its own server along.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    signal.signal(signal.SIGALRM, stop_now)
    raise SystemExit(0 if energy_reporting(return_state=True).is_completed() else 1)
