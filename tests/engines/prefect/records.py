"""What Prefect's database says of runs; it is SQLite in a home's ``prefect.db``."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class TaskRun:
    """How a task of a run stands.

    Args:
        state: its type, such as ``COMPLETED``; ``PENDING`` for one that was never run.
        tries: how often it was started.
        start, end: ``None`` where there was none.
        after: names of the tasks that it waited for.
        log: what it logged, by line.
    """

    name: str
    state: str
    state_name: str
    tries: int
    start: datetime | None
    end: datetime | None
    after: frozenset[str]
    tags: frozenset[str]
    log: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FlowRun:
    """How a run stands; its tasks by name."""

    id: str
    state: str
    message: str
    parameters: Mapping[str, Any]
    start: datetime | None
    tasks: Mapping[str, TaskRun]
    tables: tuple[Any, ...]

    @property
    def states(self) -> dict[str, str]:
        """The state's name of each task."""
        return {name: task.state_name for name, task in self.tasks.items()}


def flow_runs(home: Path) -> dict[str, FlowRun]:
    """Return all runs, by id, oldest first."""
    database = f"file:{home / 'prefect.db'}?mode=ro"
    with closing(sqlite3.connect(database, uri=True, timeout=30)) as connection:
        connection.row_factory = sqlite3.Row
        query = (
            "SELECT r.*, s.message FROM flow_run r LEFT JOIN flow_run_state s ON s.id = r.state_id"
            " ORDER BY r.created"
        )
        return {row["id"]: _flow_run(connection, row) for row in connection.execute(query)}


def _flow_run(connection: sqlite3.Connection, row: sqlite3.Row) -> FlowRun:
    tables = connection.execute("SELECT data FROM artifact WHERE flow_run_id = ?", (row["id"],))
    return FlowRun(
        id=row["id"],
        state=row["state_type"],
        message=row["message"] or "",
        parameters=json.loads(row["parameters"]),
        start=_moment(row["start_time"]),
        tasks=_tasks(connection, row["id"]),
        tables=tuple(_data(result["data"]) for result in tables),
    )


def _tasks(connection: sqlite3.Connection, run: str) -> dict[str, TaskRun]:
    query = "SELECT * FROM task_run WHERE flow_run_id = ? ORDER BY created"
    rows = list(connection.execute(query, (run,)))
    names = {row["id"]: row["name"] for row in rows}
    logs = _logs(connection, run)
    return {row["name"]: _task_run(row, names, logs.get(row["id"], [])) for row in rows}


def _logs(connection: sqlite3.Connection, run: str) -> dict[str, list[str]]:
    query = "SELECT task_run_id, message FROM log WHERE flow_run_id = ? ORDER BY timestamp"
    result: dict[str, list[str]] = {}
    for task, message in connection.execute(query, (run,)):
        result.setdefault(task, []).append(message)
    return result


def _task_run(row: sqlite3.Row, names: Mapping[str, str], log: list[str]) -> TaskRun:
    waits = json.loads(row["task_inputs"]).get("wait_for", [])
    return TaskRun(
        name=row["name"],
        state=row["state_type"],
        state_name=row["state_name"],
        tries=row["run_count"],
        start=_moment(row["start_time"]),
        end=_moment(row["end_time"]),
        # The news of one may arrive before that of another that it waits for.
        after=frozenset(names[item["id"]] for item in waits if item["id"] in names),
        tags=frozenset(json.loads(row["tags"])),
        log=tuple(log),
    )


def _data(text: str) -> Any:
    """A table is JSON inside of JSON."""
    data = json.loads(text)
    return json.loads(data) if isinstance(data, str) else data


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
