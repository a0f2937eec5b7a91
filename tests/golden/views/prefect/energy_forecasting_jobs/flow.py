"""Jobs of the Kedro pipeline forecasting of energy.

Made by Shipway. Change the pipeline or its settings, and make this file again:

    shipway export prefect --job long_view
"""

# shipway: plan=c37d19849ed7 project=c2ce35aa0125 settings=c859a5d38ce5 by=0.1.0 text=687541e7ba06
# shipway: of=268ebcf07bdf.cd1e8fa7c0b3

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
PIPELINES = {"forecasting": "3ab280723fdc"}
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
    name="energy_forecasting_jobs",
    persist_result=False,
)
def energy_forecasting_jobs(
    evaluation_baseline: str = "lag_7",
    evaluation_interval_level: float | int | None = None,
    evaluation_interval_resamples: int = 400,
    evaluation_interval_seed: int = 20240325,
    model_alphas: list[float | int] = [0.1, 1.0, 10.0, 100.0],
    model_folds: int = 4,
    model_scale: bool = True,
    model_scoring: str = "neg_mean_absolute_error",
) -> states.State | None:
    """Jobs of the Kedro pipeline `forecasting` of the project `energy`: 4 nodes in 3 tasks.

    Args:
        evaluation_baseline: Kedro's `params:evaluation.baseline`.
        evaluation_interval_level: Kedro's `params:evaluation.interval.level`. Unless set: 0.9
        evaluation_interval_resamples: Kedro's `params:evaluation.interval.resamples`.
        evaluation_interval_seed: Kedro's `params:evaluation.interval.seed`.
        model_alphas: Kedro's `params:model.alphas`.
        model_folds: Kedro's `params:model.folds`.
        model_scale: Kedro's `params:model.scale`.
        model_scoring: Kedro's `params:model.scoring`.
    """
    inputs = {
        "evaluation.baseline": evaluation_baseline,
        "evaluation.interval.level": evaluation_interval_level,
        "evaluation.interval.resamples": evaluation_interval_resamples,
        "evaluation.interval.seed": evaluation_interval_seed,
        "model.alphas": model_alphas,
        "model.folds": model_folds,
        "model.scale": model_scale,
        "model.scoring": model_scoring,
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
            "flow": "energy_forecasting_jobs",
            "run_id": str(this_run.flow_run.id),
            "created": this_run.flow_run.start_time.isoformat(),
            "exported": "forecasting",
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
        choose_alpha__to__train_model = kedro.with_options(
            name="choose_alpha__to__train_model",
            description=(
                "- `choose_alpha`: Choose the ridge penalty by cross-validation "
                "forward in time.\n"
                "- `train_model`: Fit the demand model on every training day."
            ),
            tags=["heavy", "train", "weekly"],
        ).submit(
            run,
            pipeline="forecasting",
            nodes={
                "choose_alpha": "train_set, params:model -> alpha",
                "train_model": "train_set, alpha, params:model.scale -> demand_model",
            },
            timeout=1800,
        )
        forecast_demand = kedro.with_options(
            name="forecast_demand",
            description="Forecast the held-out days, next to what a naive look back would say.",
            tags=["evaluate", "weekly"],
        ).submit(
            run,
            pipeline="forecasting",
            nodes={
                "forecast_demand": (
                    "demand_model, test_set, params:evaluation.baseline -> forecasts"
                ),
            },
            from_run=["demand_model"],
            wait_for=[choose_alpha__to__train_model],
        )
        score_forecasts = kedro.with_options(
            name="score_forecasts",
            description="Score the forecasts against the meters and against the naive baseline.",
            tags=["evaluate", "weekly"],
        ).submit(
            run,
            pipeline="forecasting",
            nodes={
                "score_forecasts": "forecasts, params:evaluation.interval -> metrics",
            },
            wait_for=[forecast_demand],
        )
        tasks = {
            "choose_alpha__to__train_model": choose_alpha__to__train_model,
            "forecast_demand": forecast_demand,
            "score_forecasts": score_forecasts,
        }
        try:
            ends = futures.resolve_futures_to_states(tasks)
        except (TerminationSignal, KeyboardInterrupt):
            # Prefect would wait for retries, whose pauses no signal ends.
            signal.alarm(10)
            raise
    rows = [{"task": n, "state": e.name} | run.rows.get(n, {}) for n, e in ends.items()]
    artifacts.create_table_artifact(rows, key="energy-forecasting-jobs")
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
    raise SystemExit(0 if energy_forecasting_jobs(return_state=True).is_completed() else 1)
