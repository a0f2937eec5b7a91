"""Run a DAG in one process with ``airflow dags test``: fast, without a scheduler."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import database
from .database import TaskResult
from .env import AirflowEnv, Home
from .forks import TO_RUN


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """What became of a run; ``state`` is None when no run was made."""

    state: str | None
    exit_code: int
    output: str
    tasks: Mapping[str, TaskResult]
    home: Home

    @property
    def task_states(self) -> dict[str, str | None]:
        """The state of each task."""
        return {name: task.state for name, task in self.tasks.items()}


def dags_test(
    env: AirflowEnv,
    dags_folder: Path,
    dag_id: str,
    conf: Mapping[str, Any] | None = None,
    extra_env: Mapping[str, str] | None = None,
    timeout: float = 180,
) -> RunResult:
    """Run a DAG once on a fresh copy of the empty database."""
    home = env.home(dags_folder, extra_env, migrated=True)
    arguments = ["-m", "airflow", "dags", "test", dag_id]
    if conf is not None:
        arguments += ["--conf", json.dumps(conf)]
    outcome = env.run_in_fork(home, arguments, TO_RUN, timeout=timeout)
    last = next(reversed(database.runs(home.database, dag_id).values()), None)
    return RunResult(
        state=last.state if last else None,
        exit_code=outcome.returncode,
        output=outcome.stdout,
        tasks=last.tasks if last else {},
        home=home,
    )
