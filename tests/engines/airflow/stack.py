"""A real Airflow: scheduler and DAG processor, and for Airflow 3 the API server."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from tests.engines.processes import Processes, free_ports

from . import database
from .control import CliControl, Control, RestControl
from .database import DagRunResult
from .env import AirflowEnv

SERVICES = {2: ("scheduler",), 3: ("api-server", "dag-processor", "scheduler")}
SCRIPT = Path(__file__).with_name("services.py")
FINISHED = {"success", "failed"}
READ_AGAIN = 120
"""After so many seconds, a DAG file is read once more."""


class AirflowStack:
    """Start on entering, stop on leaving, all processes of an Airflow with a home of its own.

    Airflow 3 runs two tasks at a time; Airflow 2 one, as its SQLite allows no other executor.

    Args:
        triggerer: whether there is one, for tasks that are deferred.
        patience: for how many seconds its processes may end by themselves.
    """

    def __init__(
        self,
        env: AirflowEnv,
        dags: Path,
        extra_env: Mapping[str, str] | None = None,
        *,
        triggerer: bool = False,
        patience: float = 10,
    ) -> None:
        port, *log_ports = free_ports(3)
        settings = _settings(env.major, port, log_ports)
        self.home = env.home(dags, settings | dict(extra_env or {}), migrated=True)
        self.env = env
        self.processes = Processes(self.home.path, self.home.variables, "AIRFLOW_HOME")
        self.services = (*SERVICES[env.major], *(["triggerer"] if triggerer else []))
        self.patience = patience
        self.control: Control = (
            CliControl(env, self.home)
            if env.major == 2
            else RestControl(f"http://127.0.0.1:{port}")
        )

    def __enter__(self) -> AirflowStack:
        try:
            self.processes.start("airflow", self._command())
            self.processes.wait_until(self.control.ready, "Airflow is healthy", 120)
        except BaseException:
            self.processes.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.processes.stop(self.patience + 5)

    def trigger(self, dag_id: str, conf: Mapping[str, Any] | None = None) -> str:
        """Start a run, once the DAG has been read, and return its id."""
        try:
            self._wait_for_dag(dag_id)
        except TimeoutError as error:
            raise TimeoutError(f"{error}\nimport errors: {self.import_errors()}") from None
        return self.control.trigger(dag_id, conf or {})

    def read_all(self, dag_ids: Iterable[str]) -> None:
        """Wait until all DAGs have been read, before any runs: both want to write to SQLite."""
        wanted = set(dag_ids)
        self.processes.wait_until(
            lambda: wanted <= self.dag_ids(), "all DAGs", 60 + 5 * len(wanted)
        )

    def form(self, dag_id: str) -> dict[str, Any]:
        """Return what the trigger form of a DAG shows, once it has been read: its defaults."""
        self._wait_for_dag(dag_id)
        return self.control.form(dag_id)

    def wait(self, dag_id: str, run_id: str, timeout: float = 180) -> DagRunResult:
        """Wait for the end of a run."""
        self.processes.wait_until(
            lambda: self._state(dag_id, run_id) in FINISHED, f"end of {dag_id} {run_id}", timeout
        )
        return self.result(dag_id, run_id)

    def wait_for_task(
        self, dag_id: str, run_id: str, task_id: str, state: str, timeout: float = 60
    ) -> None:
        """Wait for a task to reach a state, for example ``running``."""
        self.processes.wait_until(
            lambda: self.task_state(dag_id, run_id, task_id) == state,
            f"{task_id} {state}",
            timeout,
        )

    def wait_for_run(self, dag_id: str, timeout: float = 120) -> str:
        """Wait for a run that nobody triggered, by schedule or asset, and return its id."""
        self.processes.wait_until(lambda: bool(self.runs(dag_id)), f"run of {dag_id}", timeout)
        return next(iter(self.runs(dag_id)))

    def result(self, dag_id: str, run_id: str) -> DagRunResult:
        """Return how a run stands now."""
        return self.runs(dag_id)[run_id]

    def runs(self, dag_id: str) -> dict[str, DagRunResult]:
        """Return all runs of a DAG, by id, oldest first."""
        return database.runs(self.home.database, dag_id)

    def clear(self, dag_id: str, run_id: str, task_ids: Sequence[str]) -> None:
        """Run tasks again, and all that follow them; then ``wait`` again."""
        before = self.result(dag_id, run_id)
        self.control.clear(dag_id, run_id, task_ids)
        self.processes.wait_until(
            lambda: self.result(dag_id, run_id) != before, f"clearing of {task_ids}", 30
        )

    def mark_failed(self, dag_id: str, run_id: str, task_id: str) -> None:
        """Set a task to failed, as a user does in the UI."""
        self.control.mark_failed(dag_id, run_id, task_id)

    def task_log(self, dag_id: str, run_id: str, task_id: str, try_number: int = 1) -> str:
        """Return what a try of a task logged, a line for each event."""
        return _text_of(self._logs(dag_id, run_id, task_id) / f"attempt={try_number}.log")

    def trigger_log(self, dag_id: str, run_id: str, task_id: str) -> str:
        """Return what a triggerer logged of the first try of a task, a line for each event."""
        (log,) = self._logs(dag_id, run_id, task_id).glob("attempt=1.log.trigger.*")
        return _text_of(log)

    def task_state(self, dag_id: str, run_id: str, task_id: str) -> str | None:
        """Return how a task stands now; None before it is scheduled."""
        run = self.runs(dag_id).get(run_id)
        return run.task_states.get(task_id) if run else None

    def dag_ids(self) -> set[str]:
        """Return the DAGs that the scheduler knows."""
        return database.stored_dags(self.home.database)

    def import_errors(self) -> dict[str, str]:
        """Return what could not be loaded, by file."""
        return database.import_errors(self.home.database)

    def _command(self) -> list[str | Path]:
        """What starts the services; several share what each would spend seconds on importing."""
        if len(self.services) == 1:
            return [self.env.python, "-m", "airflow", *self.services]
        return [self.env.python, SCRIPT, str(self.patience), *self.services]

    def _wait_for_dag(self, dag_id: str) -> None:
        """Also for one that could not be read at first, as on a busy machine."""
        limit = READ_AGAIN + 60
        self.processes.wait_until(lambda: dag_id in self.dag_ids(), f"DAG {dag_id}", limit)

    def _logs(self, dag_id: str, run_id: str, task_id: str) -> Path:
        folder = self.home.path / "logs" / f"dag_id={dag_id}" / f"run_id={run_id}"
        return folder / f"task_id={task_id}"

    def _state(self, dag_id: str, run_id: str) -> str | None:
        # The API server may answer a moment before its transaction is committed.
        run = self.runs(dag_id).get(run_id)
        return run.state if run else None


class StackFactory(Protocol):
    """What the fixture ``airflow_stack`` gives."""

    def __call__(
        self,
        env: AirflowEnv,
        dags: Path,
        extra_env: Mapping[str, str] | None = None,
        *,
        triggerer: bool = False,
        patience: float = 10,
    ) -> AirflowStack:
        """Start a stack, which stops at the end of the test module."""


def _settings(major: int, port: int, log_ports: Sequence[int]) -> dict[str, str]:
    common = {
        "AIRFLOW__CORE__PARALLELISM": "2",
        # With 1 s, Airflow's own, a test waits for its tasks; with 0.1 s, its turns take more of a
        # processor than the tasks do.
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(log_ports[0]),
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(log_ports[1]),
    }
    return common | (_settings_2() if major == 2 else _settings_3(port))


def _settings_2() -> dict[str, str]:
    return {
        "AIRFLOW__CORE__EXECUTOR": "SequentialExecutor",
        "AIRFLOW__SCHEDULER__DAG_DIR_LIST_INTERVAL": "1",
        # To read a file takes a process, and none changes; only what has failed is mended.
        "AIRFLOW__SCHEDULER__MIN_FILE_PROCESS_INTERVAL": str(READ_AGAIN),
        "AIRFLOW__SCHEDULER__JOB_HEARTBEAT_SEC": "1",
    }


def _settings_3(port: int) -> dict[str, str]:
    url = f"http://127.0.0.1:{port}"
    return {
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(32),
        "AIRFLOW__API_AUTH__JWT_ISSUER": "shipway-tests",
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(48),
        # To read a file takes a process, and none changes; only what has failed is mended.
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": str(READ_AGAIN),
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "1",
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        # Longer than the server may wait for SQLite: after 5 s, its own default, a task is killed.
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "90",
    }


def _text_of(log: Path) -> str:
    return "\n".join(_event(line) for line in log.read_text(encoding="utf-8").splitlines())


def _event(line: str) -> str:
    """Airflow 3 logs one JSON object a line, Airflow 2 plain text."""
    try:
        entry = json.loads(line)
        errors = entry.get("error_detail", [])
        return "\n".join([entry["event"], *(f"{e['exc_type']}: {e['exc_value']}" for e in errors)])
    except (ValueError, TypeError, KeyError, AttributeError):
        return line
