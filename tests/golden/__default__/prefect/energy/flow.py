"""Kedro pipeline __default__ of energy.

Made by Shipway. Change the pipeline or its settings, and make this file again:

    shipway export prefect --pipeline __default__
"""

# shipway: plan=171f6331ee33 project=0da46fda31d2 settings=252aa30021d7 by=0.1.0 text=ebf290e564b2
# shipway: of=268ebcf07bdf.005c0c87da86

from __future__ import annotations

import contextlib
import inspect
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from uuid import UUID

from prefect import State, flow, get_client, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.context import get_run_context
from prefect.runtime import flow_run
from prefect.states import Failed
from prefect.task_runners import ThreadPoolTaskRunner

# The environment variable that holds a folder, else the working directory is it; and paths below.
ROOT = "ENERGY_ROOT"
PROJECT_DIR = "."
PYTHON = ".venv/bin/python"
# What each pipeline was when this file was made; a task refuses to run another.
PIPELINES = {
    "data_engineering": "b166f6055f0c",
    "forecasting": "3ab280723fdc",
    "reporting": "32a4f6a0c1e5",
}
# How a line of the log starts, for the levels of `logging`; others are of its level INFO, 20.
LEVELS = {"WARNING": 30, "ERROR": 40, "CRITICAL": 50}


class NoRetry(RuntimeError):
    """What no retry can mend."""


class KedroTask:
    """Nodes of a pipeline, run by a process in the project's own Python."""

    def __init__(
        self,
        run: KedroRun,
        name: str,
        job: dict[str, Any],
        *,
        after: Sequence[KedroTask] = (),
        timeout: float = 900,
        **options: Any,
    ) -> None:
        self.run = run
        self.job = {"task": name, **job}
        self.after = after
        self.timeout = timeout
        self.options = {"name": name, "task_run_name": name} | options
        self.process: subprocess.Popen[str] | None = None
        self.seconds = 0.0

    def submit(self, ended: SimpleQueue[KedroTask]) -> None:
        """Let Prefect run the task, now that those before it have ended."""
        task = kedro_task.with_options(**self.options)
        self.future = task.submit(self, wait_for=[each.future for each in self.after])
        self.future.add_done_callback(lambda _: ended.put(self))

    def execute(self) -> None:
        """Run the nodes to their end, what they print going to the task's log."""
        logger = get_run_logger()
        said: list[str] = []
        begin = time.monotonic()
        process = self.start()
        watch = threading.Thread(target=self.watch, args=[process])
        watch.start()
        try:
            for line in process.stdout or ():
                level = LEVELS.get(line.split(" ")[0], 20)
                logger.log(level, "%s", line.rstrip())
                said = [*said[-4:], line.rstrip()]
            code = process.wait()
        finally:
            end_processes(process)
            watch.join()
            self.process = None
            self.seconds = time.monotonic() - begin
        if code and self.run.stopped:
            raise SystemExit("the run was stopped")  # no exception that is tried again
        if code and self.seconds >= self.timeout:
            raise TimeoutError("\n".join([f"not done within {self.timeout} s", *said]))
        if code:
            what = f"shipway.runtime ended with exit code {code}"
            # A usage error, or another pipeline installed: the next try fails as well.
            error = NoRetry if code in (2, 7) else RuntimeError
            raise error("\n".join([what, *said]))

    def watch(self, process: subprocess.Popen[str]) -> None:
        """End the process when its time is over, and in any case what it leaves running."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(self.timeout)
        end_processes(process)

    def start(self) -> subprocess.Popen[str]:
        """Start the process; it reads its job as JSON."""
        with tempfile.TemporaryFile("w+", encoding="utf-8") as job, self.run.lock:
            json.dump(self.run.facts | self.job | {"others": self.others()}, job)
            job.seek(0)
            if self.run.stopped:
                raise SystemExit("the run was stopped")
            # Within the lock, so that a run that stops now knows of the process.
            self.process = subprocess.Popen(
                [self.run.python, "-m", "shipway.runtime", "--job", "-"],
                cwd=self.run.folder,
                stdin=job,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
        return self.process

    def others(self) -> dict[str, str]:
        """Return all nodes that the flow runs of the same pipeline."""
        found: dict[str, str] = {}
        for each in self.run.tasks:
            if each.job.get("pipeline") == self.job.get("pipeline"):
                found |= each.job["nodes"]
        return found

    def row(self) -> dict[str, Any]:
        """Return what the table of the run says of the task."""
        return {
            "task": self.job["task"],
            "state": self.future.state.name,
            "seconds": round(self.seconds, 1),
            "datasets": "; ".join(self.job["nodes"].values()),
        }


@task(
    retries=2,
    retry_delay_seconds=[60, 120],
    retry_condition_fn=lambda task, run, state: not isinstance(state.data, NoRetry),
    cache_policy=NO_CACHE,
    persist_result=False,
)
def kedro_task(nodes: KedroTask) -> None:
    """Run nodes of a pipeline, as a part of one run."""
    nodes.execute()


def end_processes(*processes: subprocess.Popen[str]) -> None:
    """End processes and all that they started: at first gently, after 3 s by force."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
        deadline = time.monotonic() + 3
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0, deadline - time.monotonic()))


class KedroRun:
    """One run of the pipeline: all its tasks."""

    def __init__(self, inputs: dict[str, Any]) -> None:
        root = Path(os.environ.get(ROOT, ".")).absolute()
        self.folder = root / PROJECT_DIR
        self.python = str(root / PYTHON)
        if not os.access(self.python, os.X_OK):
            raise FileNotFoundError(f"no {self.python}: set {ROOT}, or start there")
        # The first start of a run: it stays when the run is tried again.
        with get_client(sync_client=True) as client:
            started = client.read_flow_run(UUID(flow_run.id)).start_time
        signature = inspect.signature(get_run_context().flow.fn)
        defaults = [argument.default for argument in signature.parameters.values()]
        self.facts: dict[str, Any] = {
            "package": "energy",
            "flow": "energy",
            "run_id": flow_run.id,
            "created": started.isoformat(),
            "exported": "__default__",
            "inputs": inputs,
            "defaults": dict(zip(inputs, defaults, strict=True)),
        }
        self.tasks: list[KedroTask] = []
        self.lock = threading.Lock()
        self.stopped = False

    def task(
        self,
        name: str,
        *,
        pipeline: str,
        nodes: dict[str, str],
        from_run: list[str] | None = None,
        **given: Any,
    ) -> KedroTask:
        """Add a task, to be run once those in `after` have succeeded."""
        job = {
            "pipeline": pipeline,
            "digest": PIPELINES[pipeline],
            "nodes": nodes,
            "from_run": from_run or [],
        }
        self.tasks.append(KedroTask(self, name, job, **given))
        return self.tasks[-1]

    def finish(self) -> State[None] | None:
        """Run all tasks, each as soon as those before it have ended; return the flow's end."""
        ended: SimpleQueue[KedroTask] = SimpleQueue()
        order = TopologicalSorter({task: task.after for task in self.tasks})
        order.prepare()
        try:
            while order.is_active():
                for ready in order.get_ready():
                    ready.submit(ended)
                order.done(ended.get())
        except BaseException:  # among them the run's cancellation
            self.stop()
            raise
        return self.outcome()

    def stop(self) -> None:
        """Start no more processes, and end those that run."""
        with self.lock:
            self.stopped = True
        end_processes(*(task.process for task in self.tasks if task.process))

    def outcome(self) -> State[None] | None:
        """Publish how the tasks went; the flow fails unless all have succeeded."""
        for each in self.tasks:
            each.future.wait()
        rows = [each.row() for each in self.tasks]
        create_table_artifact(rows, key="energy")
        states = {each.job["task"]: each.future.state for each in self.tasks}
        if all(state.is_completed() for state in states.values()):
            return None
        ended = [name for name, state in states.items() if state.is_final()]
        failed = [name for name in ended if not states[name].is_completed()]
        return Failed(
            message=f"failed: {', '.join(failed)}; not run: {len(states) - len(ended)} tasks"
        )


@flow(
    name="energy",
    description=(
        "Household energy demand, from meter readings to the weekly report.\n"
        "\n"
        "Runs every morning, after the meters of the night have been read.\n"
    ),
    task_runner=ThreadPoolTaskRunner(max_workers=16),
    persist_result=False,
)
def energy(
    clean_keep_imputed: bool = True,
    clean_max_gap_days: int = 2,
    evaluation_baseline: str = "lag_7",
    evaluation_interval_level: float = 0.9,
    evaluation_interval_resamples: int = 400,
    evaluation_interval_seed: int = 20240325,
    features_demand_lags: list[int] = [1, 2, 7],
    features_demand_windows: list[int] = [7],
    features_weather_heating_base_c: float = 15.5,
    ingest_meters_kwh_per_unit_Wh: float = 0.001,
    ingest_meters_kwh_per_unit_kWh: float = 1.0,
    ingest_meters_max_daily_kwh: float = 120.0,
    ingest_weather_max_gap_days: int = 3,
    model_alphas: list[float] = [0.1, 1.0, 10.0, 100.0],
    model_folds: int = 4,
    model_scale: bool = True,
    model_scoring: str = "neg_mean_absolute_error",
    reporting_plot_columns: int = 2,
    reporting_plot_dpi: int = 110,
    reporting_plot_size: list[float] = [10.0, 7.5],
    reporting_title: str = "Household demand forecast",
    split_holdout_days: int = 14,
) -> State[None] | None:
    """Kedro pipeline `__default__` of the project `energy`: 13 nodes in 11 tasks.

    Args:
        clean_keep_imputed: Kedro's `params:clean.keep_imputed`.
        clean_max_gap_days: Kedro's `params:clean.max_gap_days`.
        evaluation_baseline: Kedro's `params:evaluation.baseline`.
        evaluation_interval_level: Kedro's `params:evaluation.interval.level`.
        evaluation_interval_resamples: Kedro's `params:evaluation.interval.resamples`.
        evaluation_interval_seed: Kedro's `params:evaluation.interval.seed`.
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
        reporting_plot_columns: Kedro's `params:reporting.plot.columns`.
        reporting_plot_dpi: Kedro's `params:reporting.plot.dpi`.
        reporting_plot_size: Kedro's `params:reporting.plot.size`.
        reporting_title: Kedro's `params:reporting.title`.
        split_holdout_days: Kedro's `params:split.holdout_days`.
    """
    run = KedroRun(
        {
            "clean.keep_imputed": clean_keep_imputed,
            "clean.max_gap_days": clean_max_gap_days,
            "evaluation.baseline": evaluation_baseline,
            "evaluation.interval.level": evaluation_interval_level,
            "evaluation.interval.resamples": evaluation_interval_resamples,
            "evaluation.interval.seed": evaluation_interval_seed,
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
            "reporting.plot.columns": reporting_plot_columns,
            "reporting.plot.dpi": reporting_plot_dpi,
            "reporting.plot.size": reporting_plot_size,
            "reporting.title": reporting_title,
            "split.holdout_days": split_holdout_days,
        },
    )
    ingest_meters_parse_readings__to__convert_to_kwh = run.task(
        "ingest.meters.parse_readings__to__convert_to_kwh",
        pipeline="data_engineering",
        nodes={
            "ingest.meters.parse_readings": "meter_readings -> ingest.meters.parsed",
            "ingest.meters.convert_to_kwh": (
                "ingest.meters.parsed, params:ingest.meters.kwh_per_unit, "
                "params:ingest.meters.max_daily_kwh -> metered_demand"
            ),
        },
        timeout=1800,
        description=(
            "- `ingest.meters.parse_readings`: Keep the latest non-empty reading of "
            "each meter and day.\n"
            "- `ingest.meters.convert_to_kwh`: Convert readings to kWh and drop "
            "those no household can draw."
        ),
        tags=["daily", "ingest"],
    )
    ingest_weather_fill_weather_gaps = run.task(
        "ingest.weather.fill_weather_gaps",
        pipeline="data_engineering",
        nodes={
            "ingest.weather.fill_weather_gaps": (
                "weather_observations, params:ingest.weather.max_gap_days -> daily_weather"
            ),
        },
        description=(
            "Interpolate the days the weather station was silent, so many in a row at most."
        ),
        tags=["daily", "ingest"],
    )
    build_daily_demand = run.task(
        "build_daily_demand",
        pipeline="data_engineering",
        nodes={
            "build_daily_demand": (
                "metered_demand, daily_weather, households, "
                "params:clean.max_gap_days, params:clean.keep_imputed -> daily_demand"
            ),
        },
        after=[
            ingest_meters_parse_readings__to__convert_to_kwh,
            ingest_weather_fill_weather_gaps,
        ],
        description="Join demand, weather and household facts into one row a household and day.",
        tags=["clean", "daily"],
    )
    make_context_features = run.task(
        "make_context_features",
        pipeline="data_engineering",
        nodes={
            "make_context_features": (
                "daily_demand, params:features.weather.heating_base_c -> context_features"
            ),
        },
        after=[build_daily_demand],
        description="Describe the calendar, the cold and the home of each day.",
        tags=["daily", "features"],
    )
    make_demand_features = run.task(
        "make_demand_features",
        pipeline="data_engineering",
        nodes={
            "make_demand_features": (
                "daily_demand, params:features.demand.lags, "
                "params:features.demand.windows -> demand_features"
            ),
        },
        after=[build_daily_demand],
        description="Look back at each household's own demand: lags in days and rolling means.",
        tags=["daily", "features"],
    )
    assemble_model_input = run.task(
        "assemble_model_input",
        pipeline="data_engineering",
        nodes={
            "assemble_model_input": (
                "daily_demand, context_features, demand_features, "
                "params:split.holdout_days -> train_set, test_set"
            ),
        },
        after=[build_daily_demand, make_context_features, make_demand_features],
        description="Join the features to the demand and hold out the last days for evaluation.",
        tags=["daily", "features"],
    )
    choose_alpha__to__train_model = run.task(
        "choose_alpha__to__train_model",
        pipeline="forecasting",
        nodes={
            "choose_alpha": "train_set, params:model -> alpha",
            "train_model": "train_set, alpha, params:model.scale -> demand_model",
        },
        after=[assemble_model_input],
        timeout=4500,
        description=(
            "- `choose_alpha`: Choose the ridge penalty by cross-validation forward "
            "in time.\n"
            "- `train_model`: Fit the demand model on every training day."
        ),
        tags=["heavy", "train", "weekly"],
    )
    forecast_demand = run.task(
        "forecast_demand",
        pipeline="forecasting",
        nodes={
            "forecast_demand": "demand_model, test_set, params:evaluation.baseline -> forecasts",
        },
        from_run=["demand_model"],
        after=[assemble_model_input, choose_alpha__to__train_model],
        description="Forecast the held-out days, next to what a naive look back would say.",
        tags=["evaluate", "weekly"],
    )
    run.task(
        "plot_forecasts",
        pipeline="reporting",
        nodes={"plot_forecasts": "forecasts, params:reporting.plot -> forecast_plot"},
        after=[forecast_demand],
        description="Draw each household's metered and forecast demand over the held-out days.",
        tags=["report", "weekly"],
    )
    score_forecasts = run.task(
        "score_forecasts",
        pipeline="forecasting",
        nodes={"score_forecasts": "forecasts, params:evaluation.interval -> metrics"},
        after=[forecast_demand],
        description="Score the forecasts against the meters and against the naive baseline.",
        tags=["evaluate", "weekly"],
    )
    run.task(
        "write_report",
        pipeline="reporting",
        nodes={
            "write_report": "forecasts, metrics, params:reporting.title -> forecast_report",
        },
        after=[forecast_demand, score_forecasts],
        description="Write a Markdown summary: overall scores, then the error of each household.",
        tags=["report", "weekly"],
    )
    return run.finish()


if __name__ == "__main__":
    # An end by which Prefect takes its own server along.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    raise SystemExit(0 if energy(return_state=True).is_completed() else 1)
