"""Further arguments of a DAG and its tasks, as Airflow has them in the stored DAG.

Imported by ``describe_dags.py``, in the Airflow python.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

OF_DAG = (
    "dagrun_timeout",
    "max_consecutive_failed_dag_runs",
    "is_paused_upon_creation",
    "owner_links",
    "dag_display_name",
)
OF_TASK = (
    "pool",
    "pool_slots",
    "queue",
    "priority_weight",
    "weight_rule",
    "depends_on_past",
    "wait_for_downstream",
    "max_active_tis_per_dag",
    "max_active_tis_per_dagrun",
    "max_retry_delay",
    "run_as_user",
    "doc_rst",
)
STRATEGIES = {
    "_DownstreamPriorityWeightStrategy": "downstream",
    "_UpstreamPriorityWeightStrategy": "upstream",
    "_AbsolutePriorityWeightStrategy": "absolute",
}
"""What a stored DAG has for a rule of weights."""


def dag_arguments(dag: Any, store: Any) -> dict[str, Any]:
    """Return the arguments of a stored DAG; ``fail_fast`` was ``fail_stop`` before Airflow 3.

    That one no release 2 stores: the task's process asks the authored DAG.
    """
    fails_fast = dag.fail_stop if hasattr(dag, "fail_stop") else store.fail_fast
    return {**{name: plain(getattr(store, name)) for name in OF_DAG}, "fail_fast": fails_fast}


def task_arguments(store: Any) -> dict[str, Any]:
    """Return the arguments of a task of a stored DAG."""
    return {name: plain(getattr(store, name)) for name in OF_TASK}


def plain(value: Any) -> Any:
    """Return what JSON can hold; a duration in seconds."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    return STRATEGIES.get(type(value).__name__, value)
