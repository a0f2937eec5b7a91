"""Kedro pipeline reporting of energy.

Made by Shipway. Change the pipeline or its settings, and make this file again:

    shipway export prefect --pipeline reporting
"""

# shipway: plan=935deabe70b2 project=0853e9469dda settings=ed35f3ca6f90 by=0.1.0 text=8c65dcc81e21
# shipway: of=268ebcf07bdf.9f906b6b3148

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
PIPELINES = {"reporting": "32a4f6a0c1e5"}
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
            "flow": "energy_reporting",
            "run_id": flow_run.id,
            "created": started.isoformat(),
            "exported": "reporting",
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
        **given: Any,
    ) -> KedroTask:
        """Add a task, to be run once those in `after` have succeeded."""
        job = {
            "pipeline": pipeline,
            "digest": PIPELINES[pipeline],
            "nodes": nodes,
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
        create_table_artifact(rows, key="energy-reporting")
        states = {each.job["task"]: each.future.state for each in self.tasks}
        if all(state.is_completed() for state in states.values()):
            return None
        ended = [name for name, state in states.items() if state.is_final()]
        failed = [name for name in ended if not states[name].is_completed()]
        return Failed(
            message=f"failed: {', '.join(failed)}; not run: {len(states) - len(ended)} tasks"
        )


@flow(
    name="energy_reporting",
    task_runner=ThreadPoolTaskRunner(max_workers=16),
    persist_result=False,
)
def energy_reporting(
    reporting_plot_columns: int = 2,
    reporting_plot_dpi: int = 110,
    reporting_plot_size: list[float] = [10.0, 7.5],
    reporting_title: str = "Household demand forecast",
) -> State[None] | None:
    """Kedro pipeline `reporting` of the project `energy`: 2 nodes in 2 tasks.

    Args:
        reporting_plot_columns: Kedro's `params:reporting.plot.columns`.
        reporting_plot_dpi: Kedro's `params:reporting.plot.dpi`.
        reporting_plot_size: Kedro's `params:reporting.plot.size`.
        reporting_title: Kedro's `params:reporting.title`.
    """
    run = KedroRun(
        {
            "reporting.plot.columns": reporting_plot_columns,
            "reporting.plot.dpi": reporting_plot_dpi,
            "reporting.plot.size": reporting_plot_size,
            "reporting.title": reporting_title,
        },
    )
    run.task(
        "plot_forecasts",
        pipeline="reporting",
        nodes={"plot_forecasts": "forecasts, params:reporting.plot -> forecast_plot"},
        description="Draw each household's metered and forecast demand over the held-out days.",
        tags=["report", "weekly"],
    )
    run.task(
        "write_report",
        pipeline="reporting",
        nodes={
            "write_report": "forecasts, metrics, params:reporting.title -> forecast_report",
        },
        description="Write a Markdown summary: overall scores, then the error of each household.",
        tags=["report", "weekly"],
    )
    return run.finish()


if __name__ == "__main__":
    # An end by which Prefect takes its own server along.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    raise SystemExit(0 if energy_reporting(return_state=True).is_completed() else 1)
