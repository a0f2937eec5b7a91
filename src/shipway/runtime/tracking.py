"""One MLflow run for all tasks of a run, as `kedro run` gives one for all nodes.

`mlflow.start_run()` asks MLflow's client to create a run. Here, instead, the first task creates
it and the others find it, by a tag that holds the run's version. So a hook keeps its own words:
the experiment, the name and the tags that it asks for, and where it wants them.

Shared are the MLflow runs that start before the nodes do, in hooks (kedro-mlflow's, the project's
own), and the one that MLflow starts by itself for a `mlflow.log_metric()` outside any. Nested
ones, and those that a node starts, are as many as with `kedro run`. A run that is asked for by
its id (`MLFLOW_RUN_ID`, `tracking.run.id` of kedro-mlflow) is the user's own: it is left alone.

**Tasks that start at once.** MLflow has no lock. A task that finds no run creates a candidate,
waits, and searches again; a task that finds only candidates waits too. All take the least id,
mark it with `shipway.run`, and delete the candidate of their own that lost, which is still
empty. All see the same: a rival searched before the first candidate could be seen, so its own can
be seen one search and one creation later, and the pause is twice as long as these took here, and
2 s at least. Tasks that start later find the mark and do not wait. A rival slower than the pause
can leave two MLflow runs, or fail a task whose choice was deleted; its retry finds the mark.

**Status.** A tag `shipway.task.<task>` stands for a task that runs, failed or was killed, and
goes when it succeeds. The status is what these tags say, whatever a hook or MLflow's `atexit`
makes of it: FAILED, KILLED, RUNNING; FINISHED when there are none. It is set until it agrees with
the tags after it was set, so tasks that end at once settle on the same. Between two tasks the
status is FINISHED, for none can know whether another will come.

**Parameters.** MLflow refuses another value for a parameter that it has. In one process that is a
mistake; among tasks it is a hook that logs what differs (`SHIPWAY_TASK`), or a retry after a value
was mended. The first value stays, and a warning says so.

**What cannot work:** a hook that imports MLflow only while it runs; `MlflowClient().create_run()`
in a hook; nodes in processes of their own (`ParallelRunner`) that start runs by themselves.
`SHIPWAY_MLFLOW=0` turns all of it off.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from shipway.runtime.job import Job
from shipway.runtime.stop import StopRequest

_FLUENT = "mlflow.tracking.fluent"
_RUN, _VERSION, _TASK = "shipway.run", "shipway.version", "shipway.task."
_PAUSE = 2.0
_LOG = logging.getLogger("shipway")


class Tracking:
    """What this task shares with the others of its run."""

    def __init__(self, job: Job, version: str) -> None:
        self.job = job
        self.version = version
        self.run = "/".join(filter(None, (job.flow, job.run_id)))
        task = job.task or next(iter(job.nodes), "")
        self.task_tag = _TASK + re.sub(r"[^\w.:/ -]", "_", task)[:200]
        self.clients: dict[str, Any] = {}
        self.is_hooks_turn = True
        self.by_itself = threading.local()

    def install(self, fluent: Any) -> None:
        """Put this between `mlflow.start_run()` and MLflow's client."""
        start = fluent.start_run

        def start_by_itself(*args: Any, **options: Any) -> Any:
            self.by_itself.now = True
            try:
                return start(*args, **options)
            finally:
                self.by_itself.now = False

        fluent.MlflowClient = _client(fluent.MlflowClient, self)
        fluent.start_run = start_by_itself  # not `mlflow.start_run`: this one MLflow calls itself

    def join(
        self, client: Any, experiment: str, tags: Mapping[str, Any], name: str | None
    ) -> Any | None:
        """Return the MLflow run of all tasks, running; or `None` where another is meant."""
        is_meant = self.is_hooks_turn or getattr(self.by_itself, "now", False)
        if not is_meant or "mlflow.parentRunId" in tags:
            return None
        name = name or self.run
        all_tags = {**tags, "mlflow.runName": name, _VERSION: self.version}
        options = {"tags": all_tags, "run_name": name}
        run = self._agree(client, experiment, options)
        own = {key: value for key, value in tags.items() if not key.startswith("mlflow.")}
        for key, value in {**own, self.task_tag: "RUNNING"}.items():
            _set_tag(client, run, key, value)
        client.update_run(run, status="RUNNING")
        self.clients[run] = client
        return client.get_run(run)

    def _agree(self, client: Any, experiment: str, options: Mapping[str, Any]) -> str:
        began = time.monotonic()
        choice, is_marked = self._find(client, experiment)
        if choice and is_marked:
            return choice
        own = None if choice else client.create_run(experiment, **options).info.run_id
        time.sleep(max(_PAUSE, 2 * (time.monotonic() - began)))
        least = self._find(client, experiment)[0] or own
        run: str = least or client.create_run(experiment, **options).info.run_id
        _set_tag(client, run, _RUN, self.run)
        if own not in (None, run):
            client.delete_run(own)
        return run

    def _find(self, client: Any, experiment: str) -> tuple[str | None, bool]:
        runs = client.search_runs([experiment], f"tags.`{_VERSION}` = '{self.version}'")
        marked_runs = [run for run in runs if _RUN in run.data.tags]
        first = min((run.info.run_id for run in marked_runs or runs), default=None)
        return first, bool(marked_runs)

    def conflicts(self, run: str, params: Mapping[str, str]) -> set[str]:
        """Return the parameters that another task has logged with another value."""
        present = self.clients[run].get_run(run).data.params if run in self.clients else {}
        names = {key for key, value in params.items() if present.get(key, value) != value}
        for key in sorted(names):
            _LOG.warning("MLflow keeps `%s` as an earlier task has logged it.", key)
        return names

    def end(self, status: str) -> None:
        """Say how the task ended; and leave nothing to MLflow's `atexit`."""
        fluent = sys.modules[_FLUENT]
        while self.clients and fluent.active_run():
            fluent.end_run(status)
        for run, client in self.clients.items():
            if status != "FINISHED":
                client.set_tag(run, self.task_tag, status)
            elif self.task_tag in client.get_run(run).data.tags:
                client.delete_tag(run, self.task_tag)
            _set_status(client, run)


def _set_tag(client: Any, run: str, key: str, value: Any) -> None:
    """Set a tag that another task may be setting: of two, MLflow's SQL store fails one."""
    try:
        client.set_tag(run, key, value)
    except Exception:
        if key not in client.get_run(run).data.tags:
            raise
        client.set_tag(run, key, value)


def _set_status(client: Any, run: str) -> None:
    last = None
    while (now := _status(client.get_run(run).data.tags)) != last:
        change = client.update_run if now == "RUNNING" else client.set_terminated
        change(run, status=now)
        last = now


def _status(tags: Mapping[str, str]) -> str:
    tasks = {value for key, value in tags.items() if key.startswith(_TASK)}
    return next((s for s in ("FAILED", "KILLED", "RUNNING") if s in tasks), "FINISHED")


def _client(base: Any, tracking: Tracking) -> Any:
    class Client(base):  # type: ignore[misc]
        """MLflow's client, as `mlflow.start_run()` and `mlflow.log_params()` use it."""

        def create_run(
            self,
            experiment_id: str,
            start_time: int | None = None,
            tags: Mapping[str, Any] | None = None,
            run_name: str | None = None,
        ) -> Any:
            run = tracking.join(base(), experiment_id, tags or {}, run_name)
            return run or super().create_run(experiment_id, start_time, tags, run_name)

        def log_param(self, run_id: str, key: str, value: Any, *args: Any, **options: Any) -> Any:
            try:
                return super().log_param(run_id, key, value, *args, **options)
            except Exception:
                if not tracking.conflicts(run_id, {key: str(value)}):
                    raise
                return value

        def log_batch(
            self,
            run_id: str,
            metrics: Sequence[Any] = (),
            params: Sequence[Any] = (),
            *args: Any,
            **options: Any,
        ) -> Any:
            try:
                return super().log_batch(run_id, metrics, params, *args, **options)
            except Exception:
                names = tracking.conflicts(run_id, {param.key: param.value for param in params})
                if not names:
                    raise
                params = [param for param in params if param.key not in names]
                return super().log_batch(run_id, metrics, params, *args, **options)

    return Client


_current: Tracking | None = None


def follow(job: Job, version: str) -> None:
    """Share MLflow's runs from here on, if the project uses MLflow and nothing speaks against."""
    global _current  # noqa: PLW0603 - a process is one task
    fluent = sys.modules.get(_FLUENT)
    is_off = os.environ.get("SHIPWAY_MLFLOW") == "0" or bool(os.environ.get("MLFLOW_RUN_ID"))
    if fluent and not is_off and _current is None:
        _current = Tracking(job, version)
        _current.install(fluent)


def leave_to_nodes() -> None:
    """From here on, who starts an MLflow run wants one of his own."""
    if _current:
        _current.is_hooks_turn = False


@contextmanager
def ending() -> Iterator[None]:
    """Say in MLflow how what runs inside has ended."""
    status = "FAILED"
    try:
        yield
        status = "FINISHED"
    except StopRequest:
        status = "KILLED"
        raise
    finally:
        _end(status)


def _end(status: str) -> None:
    try:
        if _current:
            _current.end(status)
    except Exception as error:  # noqa: BLE001 - the task's own end is what counts
        _LOG.warning("MLflow was not told that the task ended as %s: %s", status, error)
