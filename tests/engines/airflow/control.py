"""Steer a running Airflow: the REST API for Airflow 3, the command line for Airflow 2."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import quote

from . import database
from .env import AirflowEnv, Home

PAUSES = (1, 2, 4, 8)


class Refused(Exception):
    """Airflow would not do it; its answer is quoted."""


class Broken(Refused):
    """Airflow failed to answer, as it does when its SQLite database stays locked: status 500."""


class Control(Protocol):
    """What a test may do to a running Airflow."""

    def ready(self) -> bool:
        """Tell whether runs can be triggered."""

    def trigger(self, dag_id: str, conf: Mapping[str, Any]) -> str:
        """Start a run and return its id."""

    def form(self, dag_id: str) -> dict[str, Any]:
        """Return the default of each parameter of a DAG."""

    def clear(self, dag_id: str, run_id: str, task_ids: Sequence[str]) -> None:
        """Make the tasks and all that follow them run again."""

    def mark_failed(self, dag_id: str, run_id: str, task_id: str) -> None:
        """Set a task to failed, as a user does in the UI."""


@dataclass(frozen=True)
class RestControl:
    """Airflow 3, through its public REST API."""

    url: str

    def ready(self) -> bool:
        try:
            health = self._call("/api/v2/monitor/health", token=None)
        except (Refused, urllib.error.URLError, ConnectionError, TimeoutError):
            return False
        parts = ("metadatabase", "scheduler", "dag_processor")
        return all(health[part]["status"] == "healthy" for part in parts)

    def trigger(self, dag_id: str, conf: Mapping[str, Any]) -> str:
        run_id = f"manual__{uuid.uuid4()}"
        body = {"dag_run_id": run_id, "logical_date": None, "conf": conf}
        for pause in PAUSES:
            try:
                self._api(f"/dags/{quote(dag_id)}/dagRuns", body)
                break
            except Broken:
                time.sleep(pause)
            except Refused as refused:
                if pause == PAUSES[0] or ": 409" not in str(refused):
                    raise
                break  # it was there all the same
        else:
            raise Broken(f"no run of {dag_id} could be started")
        return run_id

    def form(self, dag_id: str) -> dict[str, Any]:
        details = self._call(f"/api/v2/dags/{quote(dag_id)}/details", token=self._token)
        return {name: param["value"] for name, param in (details["params"] or {}).items()}

    def clear(self, dag_id: str, run_id: str, task_ids: Sequence[str]) -> None:
        body = {
            "dag_run_id": run_id,
            "task_ids": list(task_ids),
            "dry_run": False,
            "only_failed": False,
            "include_downstream": True,
            "reset_dag_runs": True,
        }
        self._api(f"/dags/{quote(dag_id)}/clearTaskInstances", body)

    def mark_failed(self, dag_id: str, run_id: str, task_id: str) -> None:
        path = f"/dags/{quote(dag_id)}/dagRuns/{quote(run_id)}/taskInstances/{quote(task_id)}"
        self._api(path, {"new_state": "failed"}, "PATCH")

    @cached_property
    def _token(self) -> str:
        return str(self._call("/auth/token", token=None)["access_token"])

    def _api(self, path: str, body: Mapping[str, Any], method: str = "POST") -> dict[str, Any]:
        return self._call(f"/api/v2{path}", body, method, token=self._token)

    def _call(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        method: str = "GET",
        *,
        token: str | None,
    ) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:  # a lock is waited for
                result: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            kind = Broken if error.code == HTTPStatus.INTERNAL_SERVER_ERROR else Refused
            raise kind(f"{method} {path}: {error.code}\n{text}") from None
        return result


@dataclass(frozen=True)
class CliControl:
    """Airflow 2, through its command line; each call costs seconds."""

    env: AirflowEnv
    home: Home

    def ready(self) -> bool:
        alive = "select 1 from job where job_type = 'SchedulerJob' and state = 'running'"
        return bool(database.query(self.home.database, alive))

    def trigger(self, dag_id: str, conf: Mapping[str, Any]) -> str:
        run_id = f"manual__{uuid.uuid4()}"
        self._airflow("dags", "trigger", dag_id, "--run-id", run_id, "--conf", json.dumps(conf))
        return run_id

    def form(self, dag_id: str) -> dict[str, Any]:
        raise NotImplementedError("only a server shows a form")

    def clear(self, dag_id: str, run_id: str, task_ids: Sequence[str]) -> None:
        sql = "select execution_date from dag_run where dag_id = ? and run_id = ?"
        ((date,),) = database.query(self.home.database, sql, dag_id, run_id)
        tasks = "|".join(re.escape(name) for name in task_ids)
        only = ("--task-regex", f"^({tasks})$", "--start-date", date, "--end-date", date)
        self._airflow("tasks", "clear", dag_id, *only, "--downstream", "--yes")

    def mark_failed(self, dag_id: str, run_id: str, task_id: str) -> None:
        # No command does this; the UI writes this row, and the running task watches it.
        sql = """update task_instance set state = 'failed'
                 where dag_id = ? and run_id = ? and task_id = ?"""
        database.execute(self.home.database, sql, dag_id, run_id, task_id)

    def _airflow(self, *arguments: str) -> None:
        process = self.env.run(self.home, ["-m", "airflow", *arguments])
        if process.returncode:
            raise Refused(f"airflow {' '.join(arguments)} failed:\n{process.stdout}")
