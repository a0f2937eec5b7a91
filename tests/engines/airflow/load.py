"""Load DAG files on a real Airflow and return what it made of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from .env import AirflowEnv
from .forks import TO_LOAD

SCRIPT = Path(__file__).with_name("describe_dags.py")


@dataclass(frozen=True, kw_only=True)
class LoadedAsset:
    """An asset; for an Airflow 2 dataset the name is its URI."""

    name: str
    uri: str


@dataclass(frozen=True, kw_only=True)
class LoadedSchedule:
    """What starts a run, as the scheduler reads it back."""

    timetable: str
    summary: str | None
    cron: str | None
    timezone: str | None
    assets: tuple[LoadedAsset, ...]


@dataclass(frozen=True, kw_only=True)
class LoadedParam:
    """A parameter that may be set when a run is triggered."""

    name: str
    value: Any
    schema: Mapping[str, Any]
    description: str | None


@dataclass(frozen=True, kw_only=True)
class LoadedTask:
    """A task; durations are in seconds, ``attributes`` are the operator's own.

    ``arguments`` are some of those that every operator has. ``container`` is its pod, or what
    Docker is told, with its templates rendered.
    """

    task_id: str
    display_name: str
    operator: str
    upstream: frozenset[str]
    downstream: frozenset[str]
    group: str | None
    retries: int
    retry_delay: float
    retry_exponential_backoff: float | bool
    max_retry_delay: float | None
    execution_timeout: float | None
    owner: str
    doc_md: str | None
    pool: str
    trigger_rule: str
    outlets: tuple[LoadedAsset, ...]
    inlets: tuple[LoadedAsset, ...]
    attributes: Mapping[str, Any]
    arguments: Mapping[str, Any]
    container: Mapping[str, Any] | None


@dataclass(frozen=True, kw_only=True)
class LoadedGroup:
    """A task group; children are ids of tasks and of groups."""

    group_id: str
    display_name: str
    tooltip: str
    parent: str | None
    children: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LoadedDag:
    """A DAG, after a round trip through its stored form."""

    dag_id: str
    display_name: str
    description: str | None
    doc_md: str | None
    schedule: LoadedSchedule
    catchup: bool
    start_date: datetime | None
    max_active_runs: int
    max_active_tasks: int
    tags: tuple[str, ...]
    owner: str
    params: Mapping[str, LoadedParam]
    arguments: Mapping[str, Any]
    tasks: Mapping[str, LoadedTask]
    groups: Mapping[str, LoadedGroup]

    @property
    def edges(self) -> frozenset[tuple[str, str]]:
        """Pairs of (upstream, downstream) task ids."""
        return frozenset((t.task_id, d) for t in self.tasks.values() for d in t.downstream)


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """All that came of parsing; ``imported`` names top-level modules asked for, found or not."""

    dags: Mapping[str, LoadedDag]
    import_errors: Mapping[str, str]
    warnings: tuple[str, ...]
    imported: frozenset[str]
    parse_seconds: float

    def dag(self) -> LoadedDag:
        """Return the only DAG, of files that must load without error or warning."""
        assert not self.import_errors, "\n".join(self.import_errors.values())
        assert not self.warnings, "\n".join(self.warnings)
        (dag,) = self.dags.values()
        return dag


def load_dags(
    env: AirflowEnv,
    path: Path,
    extra_env: Mapping[str, str] | None = None,
    *,
    timeout: float = 120,
) -> Loaded:
    """Load a DAG file, or all of a folder."""
    path = path.resolve()
    home = env.home(path if path.is_dir() else path.parent, extra_env)
    output = home.path / "dags.json"
    process = env.run_in_fork(home, ["-I", SCRIPT, path, output], TO_LOAD, timeout=timeout)
    if process.returncode:
        raise RuntimeError(f"describing {path} failed:\n{process.stdout}")
    return _document(json.loads(output.read_text(encoding="utf-8")))


def _document(data: dict[str, Any]) -> Loaded:
    return Loaded(
        dags={dag["dag_id"]: _dag(dag) for dag in data["dags"]},
        import_errors=data["import_errors"],
        warnings=tuple(data["warnings"]),
        imported=frozenset(data["imported"]),
        parse_seconds=data["parse_seconds"],
    )


def _dag(data: dict[str, Any]) -> LoadedDag:
    start = data["start_date"]
    change = {
        "schedule": _schedule(data["schedule"]),
        "start_date": start and datetime.fromisoformat(start),
        "tags": tuple(data["tags"]),
        "params": {param["name"]: LoadedParam(**param) for param in data["params"]},
        "tasks": {task["task_id"]: _task(task) for task in data["tasks"]},
        "groups": {group["group_id"]: _group(group) for group in data["groups"]},
    }
    return LoadedDag(**data | change)


def _schedule(data: dict[str, Any]) -> LoadedSchedule:
    return LoadedSchedule(**data | {"assets": _assets(data["assets"])})


def _task(data: dict[str, Any]) -> LoadedTask:
    change = {
        "upstream": frozenset(data["upstream"]),
        "downstream": frozenset(data["downstream"]),
        "outlets": _assets(data["outlets"]),
        "inlets": _assets(data["inlets"]),
    }
    return LoadedTask(**data | change)


def _group(data: dict[str, Any]) -> LoadedGroup:
    return LoadedGroup(**data | {"children": tuple(data["children"])})


def _assets(data: list[dict[str, str]]) -> tuple[LoadedAsset, ...]:
    return tuple(LoadedAsset(**asset) for asset in data)
