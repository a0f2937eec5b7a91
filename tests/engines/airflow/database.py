"""Read runs and tasks from Airflow's own SQLite database, without a costly CLI call."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class TaskResult:
    """How the latest try of a task stands; ``state`` is None before it is scheduled."""

    state: str | None
    try_number: int
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, kw_only=True)
class DagRunResult:
    """How a run and its tasks stand."""

    run_id: str
    state: str
    tasks: Mapping[str, TaskResult]

    @property
    def task_states(self) -> dict[str, str | None]:
        """The state of each task."""
        return {name: task.state for name, task in self.tasks.items()}


def runs(database: Path, dag_id: str) -> dict[str, DagRunResult]:
    """Return all runs of a DAG, by id, oldest first."""
    sql = "select run_id, state from dag_run where dag_id = ? order by id"
    result = query(database, sql, dag_id)
    return {
        run_id: DagRunResult(run_id=run_id, state=state, tasks=_tasks(database, dag_id, run_id))
        for run_id, state in result
    }


def _tasks(database: Path, dag_id: str, run_id: str) -> dict[str, TaskResult]:
    sql = """select task_id, state, try_number, start_date, end_date from task_instance
             where dag_id = ? and run_id = ? order by task_id"""
    return {
        task_id: TaskResult(state=state, try_number=number, start=_time(start), end=_time(end))
        for task_id, state, number, start, end in query(database, sql, dag_id, run_id)
    }


def stored_dags(database: Path) -> set[str]:
    """Return the ids of the DAGs that the scheduler can run."""
    return {name for (name,) in query(database, "select dag_id from serialized_dag")}


def import_errors(database: Path) -> dict[str, str]:
    """Return what the DAG processor could not load, by file."""
    return dict(query(database, "select filename, stacktrace from import_error"))


def query(database: Path, sql: str, *values: str) -> list[tuple[Any, ...]]:
    """Run one query, read-only."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=30)) as link:
        return link.execute(sql, values).fetchall()


def execute(database: Path, sql: str, *values: str) -> None:
    """Run one statement that changes the database."""
    with closing(sqlite3.connect(database, timeout=30)) as link, link:
        link.execute(sql, values)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc) if text else None
