"""What the operators of containers would start, after Airflow has rendered their templates.

Imported by ``describe_dags.py``, in the Airflow python.
"""

from __future__ import annotations

from copy import copy
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

MOMENT = datetime(2026, 1, 31, 6, 30, tzinfo=timezone.utc)
RUN_ID = "manual__of-a-test"


def describe_container(task: Any) -> dict[str, Any] | None:
    """Return the pod of a task, or what Docker is told; ``None`` for one on the worker."""
    kind = type(task).__name__
    if kind == "KubernetesPodOperator":
        return describe_pod(rendering(task))
    if kind == "DockerOperator":
        return describe_docker(rendering(task))
    override = (task.executor_config or {}).get("pod_override")
    return sanitized(override) if override is not None else None


def rendering(task: Any) -> Any:
    """Return a copy of a task whose templates are rendered, as before a run of it."""
    own = copy(task)
    dag = task.dag
    context = {
        "dag": dag,
        "task": own,
        "params": {name: dag.params[name] for name in dag.params},
        "run_id": RUN_ID,
        "macros": _macros(),
        "dag_run": SimpleNamespace(run_id=RUN_ID, run_after=MOMENT),
        "logical_date": MOMENT,
        "data_interval_start": MOMENT,
        "data_interval_end": MOMENT,
    }
    own.render_template_fields(context, task.get_template_env(dag))
    return own


def _macros() -> Any:
    try:
        from airflow.sdk.execution_time import macros
    except ImportError:  # Airflow 2
        from airflow import macros
    return macros


def describe_pod(task: Any) -> dict[str, Any]:
    """Return the pod that would be created, without the labels by which it is found again."""
    # Where the connection says nothing of a namespace.
    task.__dict__["hook"] = SimpleNamespace(get_namespace=lambda: None)
    return sanitized(task.build_pod_request_obj(dry_run=True))


def sanitized(model: Any) -> dict[str, Any]:
    """Return a model of the client as the API gets it."""
    from kubernetes.client import ApiClient

    plain: dict[str, Any] = ApiClient().sanitize_for_serialization(model)
    return plain


def describe_docker(task: Any) -> dict[str, Any]:
    """Return what `create_container` would be called with, as far as settings can change it."""
    names = (
        *("image", "entrypoint", "command", "environment", "cpus", "mem_limit", "labels"),
        *("network_mode", "auto_remove", "mount_tmp_dir", "do_xcom_push", "docker_conn_id"),
    )
    return {
        **{name: getattr(task, name) for name in names},
        "mounts": [dict(mount) for mount in task.mounts],
        "device_requests": [dict(request) for request in task.device_requests or ()],
    }
