"""Job retrain: Kedro pipeline __default__ of energy.

Made by Shipway. Change the pipeline or its settings, and make this file again:

    shipway export prefect --job retrain
"""

# shipway: plan=c71e0480bbcc project=ae09a3965b34 settings=1efdf49c0303 by=0.1.0 text=b62601a70c86
# shipway: of=268ebcf07bdf.6fb1c2a34fa0

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
PIPELINES = {"data_engineering": "b166f6055f0c", "forecasting": "3ab280723fdc"}
# How a line of the log starts, for the levels of `logging`; others are of its level INFO, 20.
LEVELS = {"WARNING": 30, "ERROR": 40, "CRITICAL": 50}
PARAMETERS = {"model": {"folds": 3}, "split": {"holdout_days": 7}}


class NoRetry(RuntimeError):
    """What no retry can mend: a usage error, or another pipeline installed."""


# Errors by exit code; any other is a RuntimeError, which a retry may mend.
ERRORS = {2: NoRetry, 7: NoRetry, 124: TimeoutError}


@task(
    task_run_name=lambda: context.TaskRunContext.get().task.name,
    retries=1,
    retry_delay_seconds=60,
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
    name="energy_retrain",
    description=(
        "Household energy demand, from meter readings to the weekly report.\n"
        "\n"
        "Runs every morning, after the meters of the night have been read.\n"
    ),
    persist_result=False,
)
def energy_retrain(
    clean_keep_imputed: bool = True,
    clean_max_gap_days: int = 2,
    features_demand_lags: list[int] = [1, 2, 7],
    features_demand_windows: list[int] = [7],
    features_weather_heating_base_c: float | int = 15.5,
    ingest_meters_kwh_per_unit_Wh: float | int = 0.001,
    ingest_meters_kwh_per_unit_kWh: float | int = 1.0,
    ingest_meters_max_daily_kwh: float | int = 120.0,
    ingest_weather_max_gap_days: int = 3,
    model_alphas: list[float | int] = [0.1, 1.0, 10.0, 100.0],
    model_folds: int = 3,
    model_scale: bool = True,
    model_scoring: str = "neg_mean_absolute_error",
    split_holdout_days: int = 7,
) -> states.State | None:
    """Job `retrain`: Kedro pipeline `__default__` of the project `energy`: 9 nodes in 7 tasks.

    Args:
        clean_keep_imputed: Kedro's `params:clean.keep_imputed`.
        clean_max_gap_days: Kedro's `params:clean.max_gap_days`.
        features_demand_lags: Kedro's `params:features.demand.lags`.
        features_demand_windows: Kedro's `params:features.demand.windows`.
        features_weather_heating_base_c: Kedro's `params:features.weather.heating_base_c`.
        ingest_meters_kwh_per_unit_Wh: Kedro's `params:ingest.meters.kwh_per_unit.Wh`.
        ingest_meters_kwh_per_unit_kWh: Kedro's `params:ingest.meters.kwh_per_unit.kWh`.
        ingest_meters_max_daily_kwh: Kedro's `params:ingest.meters.max_daily_kwh`.
        ingest_weather_max_gap_days: Kedro's `params:ingest.weather.max_gap_days`.
        model_alphas: Kedro's `params:model.alphas`.
        model_folds: Kedro's `params:model.folds`.
        model_scale: Kedro's `params:model.scale`.
        model_scoring: Kedro's `params:model.scoring`.
        split_holdout_days: Kedro's `params:split.holdout_days`.
    """
    inputs = {
        "clean.keep_imputed": clean_keep_imputed,
        "clean.max_gap_days": clean_max_gap_days,
        "features.demand.lags": features_demand_lags,
        "features.demand.windows": features_demand_windows,
        "features.weather.heating_base_c": features_weather_heating_base_c,
        "ingest.meters.kwh_per_unit.Wh": ingest_meters_kwh_per_unit_Wh,
        "ingest.meters.kwh_per_unit.kWh": ingest_meters_kwh_per_unit_kWh,
        "ingest.meters.max_daily_kwh": ingest_meters_max_daily_kwh,
        "ingest.weather.max_gap_days": ingest_weather_max_gap_days,
        "model.alphas": model_alphas,
        "model.folds": model_folds,
        "model.scale": model_scale,
        "model.scoring": model_scoring,
        "split.holdout_days": split_holdout_days,
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
            "flow": "energy_retrain",
            "run_id": str(this_run.flow_run.id),
            "created": this_run.flow_run.start_time.isoformat(),
            "exported": "__default__",
            "digests": PIPELINES,
            "params": PARAMETERS,
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
        ingest_meters_parse_readings__to__convert_to_kwh = kedro.with_options(
            name="ingest.meters.parse_readings__to__convert_to_kwh",
            description=(
                "- `ingest.meters.parse_readings`: Keep the latest non-empty reading "
                "of each meter and day.\n"
                "- `ingest.meters.convert_to_kwh`: Convert readings to kWh and drop "
                "those no household can draw."
            ),
            tags=["daily", "ingest"],
        ).submit(
            run,
            pipeline="data_engineering",
            nodes={
                "ingest.meters.parse_readings": "meter_readings -> ingest.meters.parsed",
                "ingest.meters.convert_to_kwh": (
                    "ingest.meters.parsed, params:ingest.meters.kwh_per_unit, "
                    "params:ingest.meters.max_daily_kwh -> metered_demand"
                ),
            },
            timeout=1800,
        )
        ingest_weather_fill_weather_gaps = kedro.with_options(
            name="ingest.weather.fill_weather_gaps",
            description=(
                "Interpolate the days the weather station was silent, so many in a row at most."
            ),
            tags=["daily", "ingest"],
        ).submit(
            run,
            pipeline="data_engineering",
            nodes={
                "ingest.weather.fill_weather_gaps": (
                    "weather_observations, params:ingest.weather.max_gap_days -> daily_weather"
                ),
            },
        )
        build_daily_demand = kedro.with_options(
            name="build_daily_demand",
            description=(
                "Join demand, weather and household facts into one row a household and day."
            ),
            tags=["clean", "daily"],
        ).submit(
            run,
            pipeline="data_engineering",
            nodes={
                "build_daily_demand": (
                    "metered_demand, daily_weather, households, "
                    "params:clean.max_gap_days, params:clean.keep_imputed -> "
                    "daily_demand"
                ),
            },
            wait_for=[
                ingest_meters_parse_readings__to__convert_to_kwh,
                ingest_weather_fill_weather_gaps,
            ],
        )
        make_context_features = kedro.with_options(
            name="make_context_features",
            description="Describe the calendar, the cold and the home of each day.",
            tags=["daily", "features"],
        ).submit(
            run,
            pipeline="data_engineering",
            nodes={
                "make_context_features": (
                    "daily_demand, params:features.weather.heating_base_c -> context_features"
                ),
            },
            wait_for=[build_daily_demand],
        )
        make_demand_features = kedro.with_options(
            name="make_demand_features",
            description="Look back at each household's own demand: lags in days and rolling means.",
            tags=["daily", "features"],
        ).submit(
            run,
            pipeline="data_engineering",
            nodes={
                "make_demand_features": (
                    "daily_demand, params:features.demand.lags, "
                    "params:features.demand.windows -> demand_features"
                ),
            },
            wait_for=[build_daily_demand],
        )
        assemble_model_input = kedro.with_options(
            name="assemble_model_input",
            description=(
                "Join the features to the demand and hold out the last days for evaluation."
            ),
            tags=["daily", "features"],
        ).submit(
            run,
            pipeline="data_engineering",
            nodes={
                "assemble_model_input": (
                    "daily_demand, context_features, demand_features, "
                    "params:split.holdout_days -> train_set, test_set"
                ),
            },
            wait_for=[build_daily_demand, make_context_features, make_demand_features],
        )
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
            timeout=4500,
            wait_for=[assemble_model_input],
        )
        tasks = {
            "ingest.meters.parse_readings__to__convert_to_kwh": ingest_meters_parse_readings__to__convert_to_kwh,
            "ingest.weather.fill_weather_gaps": ingest_weather_fill_weather_gaps,
            "build_daily_demand": build_daily_demand,
            "make_context_features": make_context_features,
            "make_demand_features": make_demand_features,
            "assemble_model_input": assemble_model_input,
            "choose_alpha__to__train_model": choose_alpha__to__train_model,
        }
        try:
            ends = futures.resolve_futures_to_states(tasks)
        except (TerminationSignal, KeyboardInterrupt):
            # Prefect would wait for retries, whose pauses no signal ends.
            signal.alarm(10)
            raise
    rows = [{"task": n, "state": e.name} | run.rows.get(n, {}) for n, e in ends.items()]
    artifacts.create_table_artifact(rows, key="energy-retrain")
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
    raise SystemExit(0 if energy_retrain(return_state=True).is_completed() else 1)
