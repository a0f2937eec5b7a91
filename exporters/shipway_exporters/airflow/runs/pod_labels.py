"""Labels by which Airflow finds its pods, or that it writes on them itself.

Source: `airflow.providers.cncf.kubernetes`, KubernetesPodOperator._get_ti_pod_labels, and
PodGenerator.construct_pod, whose labels go before those of a worker's `pod_override`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task

_OWN = frozenset(
    {"dag_id", "task_id", "run_id", "map_index", "try_number", "kubernetes_pod_operator"}
    | {"airflow_version", "airflow_kpo_in_cluster", "airflow-worker", "already_checked"}
    | {"kubernetes_executor"}
)


def check_labels(tasks: Iterable[Task], plan: Plan | None = None) -> None:
    """Check that labels of pods are free.

    Args:
        plan: the plan whose own labels the pods have as well, if they have.

    Raises:
        UnsupportedError: some are not; one finding for each and its place.
    """
    findings = dict.fromkeys(_of_pipeline(plan) if plan else ())
    findings |= dict.fromkeys(finding for task in tasks for finding in _of_task(task))
    if findings:
        raise UnsupportedError(*findings)


def _of_pipeline(plan: Plan) -> Iterator[Finding]:
    for label in _taken(plan.run.labels):
        yield _finding(label, plan.run.places.get("labels"))


def _of_task(task: Task) -> Iterator[Finding]:
    for label in _taken(task.settings.pod_labels):
        yield _finding(label, task.settings.places.get(f"kubernetes.labels.{label}"))


def _taken(labels: Mapping[str, str]) -> list[str]:
    return sorted(_OWN & labels.keys())


def _finding(label: str, where: str | None) -> Finding:
    return Finding(
        what=f"`{label}` is a label by which Airflow finds its pods.",
        where=where,
        remedy="Give the label another name.",
    )
