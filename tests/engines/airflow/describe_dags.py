"""Load DAG files with the real DagBag and describe them as JSON.

Run by the Airflow python: ``describe_dags.py FILE_OR_FOLDER OUTPUT.json``. What moved between
Airflow 2.11 and 3.3 is looked up by name, newest place first.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
import time
import traceback
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))  # `python -I` leaves it out

from describe_arguments import (  # type: ignore[import-not-found]
    dag_arguments,
    task_arguments,
)
from describe_containers import (  # type: ignore[import-not-found]
    describe_container,
)


def find(*places: str) -> Any:
    """Return the first of these ``module:name`` that exists."""
    for place in places:
        module, _, name = place.partition(":")
        with contextlib.suppress(ImportError, AttributeError):
            return getattr(importlib.import_module(module), name)
    raise ImportError(f"found none of {places}")


class ImportRecorder:
    """A finder that finds nothing and notes what was asked for, installed or not."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def find_spec(self, name: str, *_: object) -> None:
        self.asked.add(name.partition(".")[0])


def load(path: Path) -> dict[str, Any]:
    """Parse the files as the DAG processor does, and describe all that came of it."""
    preimport(path)
    dag_bag = find("airflow.dag_processing.dagbag:DagBag", "airflow.models.dagbag:DagBag")
    recorder = ImportRecorder()
    sys.meta_path.insert(0, recorder)
    starting = time.perf_counter()
    bag = dag_bag(str(path))
    seconds = time.perf_counter() - starting
    sys.meta_path.remove(recorder)
    errors = dict(bag.import_errors)
    dags = [described for dag in bag.dags.values() if (described := attempt(dag, errors))]
    return {
        "import_errors": errors,
        "warnings": [text for texts in bag.captured_warnings.values() for text in texts],
        "parse_seconds": seconds,
        "imported": sorted(recorder.asked),
        "dags": dags,
    }


def preimport(path: Path) -> None:
    """Import what the DAG processor has imported before it times a file."""
    airflow_imports = find("airflow.utils.file:iter_airflow_imports")
    for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
        for module in airflow_imports(str(file)):
            with contextlib.suppress(Exception):
                importlib.import_module(module)


def attempt(dag: Any, errors: dict[str, str]) -> dict[str, Any] | None:
    """Describe a DAG; one that cannot be serialised is an import error, as in production."""
    try:
        return describe_dag(dag, round_trip(dag))
    except Exception:  # noqa: BLE001 - a report of whatever stops the DAG processor
        errors[f"{dag.fileloc}#{dag.dag_id}"] = traceback.format_exc()
        return None


def round_trip(dag: Any) -> Any:
    """Return the DAG as the scheduler reads it back from the database."""
    serialization = find(
        "airflow.serialization.serialized_objects:DagSerialization",
        "airflow.serialization.serialized_objects:SerializedDAG",
    )
    return serialization.from_dict(json.loads(json.dumps(serialization.to_dict(dag))))


def describe_dag(dag: Any, store: Any) -> dict[str, Any]:
    """Describe a DAG: what was authored, with topology and schedule as read back."""
    return {
        "dag_id": dag.dag_id,
        "display_name": dag.dag_display_name,
        "description": dag.description,
        "doc_md": dag.doc_md,
        "schedule": describe_schedule(store.timetable),
        "catchup": store.catchup,
        "start_date": store.start_date and store.start_date.isoformat(),
        "max_active_runs": store.max_active_runs,
        "max_active_tasks": store.max_active_tasks,
        "tags": sorted(dag.tags),
        "owner": dag.owner,
        "params": describe_params(dag.params),
        "arguments": dag_arguments(dag, store),
        "tasks": [describe_task(dag.task_dict[name], store) for name in store.task_dict],
        "groups": [
            describe_group(group) for group in store.task_group_dict.values() if group.group_id
        ],
    }


def describe_schedule(timetable: Any) -> dict[str, Any]:
    """Describe when runs start: by the clock, by assets, or never."""
    store = timetable.serialize()
    condition = getattr(timetable, "asset_condition", None)
    if condition is None:
        condition = getattr(timetable, "dataset_condition", None)
    return {
        "timetable": type(timetable).__name__,
        "summary": timetable.summary,
        "cron": store.get("expression"),
        "timezone": store.get("timezone"),
        "assets": describe_assets(condition_assets(condition)),
    }


def condition_assets(condition: Any) -> list[Any]:
    """Return the assets (datasets in Airflow 2) that a schedule waits for."""
    for method in ("iter_assets", "iter_datasets"):
        if hasattr(condition, method):
            return [asset for _, asset in getattr(condition, method)()]
    return []


def describe_assets(assets: Iterable[Any]) -> list[dict[str, str]]:
    """Describe assets; an Airflow 2 dataset has no name but its URI."""
    return [{"name": getattr(a, "name", a.uri), "uri": a.uri} for a in assets]


def describe_params(params: Any) -> list[dict[str, Any]]:
    """Describe the parameters of a DAG with their default and their JSON schema."""
    result = ((name, params.get_param(name)) for name in params)
    return [
        {
            "name": name,
            "value": param.resolve(suppress_exception=True),
            "schema": param.schema,
            "description": param.description,
        }
        for name, param in result
    ]


def describe_task(task: Any, store: Any) -> dict[str, Any]:
    """Describe a task; the edges are those of the stored DAG."""
    edges = store.task_dict[task.task_id]
    return {
        "task_id": task.task_id,
        "display_name": task.task_display_name,
        "operator": type(task).__name__,
        "upstream": sorted(edges.upstream_task_ids),
        "downstream": sorted(edges.downstream_task_ids),
        "group": task.task_group and task.task_group.group_id,
        "retries": task.retries,
        "retry_delay": seconds(task.retry_delay),
        "retry_exponential_backoff": task.retry_exponential_backoff,
        "max_retry_delay": seconds(getattr(task, "max_retry_delay", None)),
        "execution_timeout": seconds(task.execution_timeout),
        "owner": task.owner,
        "doc_md": task.doc_md,
        "pool": task.pool,
        "trigger_rule": str(getattr(task.trigger_rule, "value", task.trigger_rule)),
        "outlets": describe_assets(task.outlets),
        "inlets": describe_assets(task.inlets),
        "attributes": own_attributes(task),
        "arguments": task_arguments(edges),
        "container": describe_container(task),
    }


def seconds(value: timedelta | float | None) -> float | None:
    """Return a duration in seconds."""
    return value.total_seconds() if isinstance(value, timedelta) else value


def own_attributes(task: Any) -> dict[str, Any]:
    """Return the public attributes that a bare operator lacks and that JSON can hold."""
    base = find("airflow.sdk:BaseOperator", "airflow.models.baseoperator:BaseOperator")
    common = {"start_date", "end_date", *vars(base(task_id="bare"))}
    own = {k: v for k, v in vars(task).items() if not k.startswith("_") and k not in common}
    return {name: value for name, value in own.items() if is_json(value)}


def is_json(value: Any) -> bool:
    """Tell whether JSON can hold this value."""
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return True


def describe_group(group: Any) -> dict[str, Any]:
    """Describe a task group and its place in the tree."""
    return {
        "group_id": group.group_id,
        "display_name": group.label,
        "tooltip": group.tooltip,
        "parent": group.parent_group and group.parent_group.group_id,
        "children": sorted(group.children),
    }


if __name__ == "__main__":
    text = json.dumps(load(Path(sys.argv[1])), default=repr)
    Path(sys.argv[2]).write_text(text, encoding="utf-8")
