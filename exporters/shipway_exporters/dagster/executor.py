"""What runs the steps of a job, and those of assets that are materialized from the catalog."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from shipway.artifacts.python_literals import Call, Code
from shipway.planner.plan import Plan
from shipway_exporters.containers.whole_pod import whole_seconds
from shipway_exporters.dagster.place import is_in_pods
from shipway_exporters.dagster.pods import EXECUTOR, image_of


def executor(plan: Plan) -> Code | Call | None:
    """Return the executor of a plan; `None` for Dagster's own default."""
    if is_in_pods(plan.options):
        config = dict(_of_pods(plan))
        return _configured(EXECUTOR, config) if config else Code(EXECUTOR)
    config = dict(_limit(plan))
    return _configured("dg.multiprocess_executor", config) if config else None


def _configured(name: str, config: dict[str, Any]) -> Call:
    """Without a schema, Dagster would take any `execution` of a run, and leave it out."""
    return Call(f"{name}.configured", (config,), (("config_schema", {}),))


def _of_pods(plan: Plan) -> Iterator[tuple[str, Any]]:
    images = Counter(image_of(plan, task) for task in plan.tasks)
    # A step is refused where nothing but its tag says an image.
    if None not in images and (usual := images.most_common(1)[0][0]):
        yield "job_image", usual
    if namespace := plan.tasks[0].settings.namespace:
        yield "job_namespace", namespace
    yield from _limit(plan)
    if keep := whole_seconds(plan.options.get("keep_jobs")):
        yield "step_k8s_config", {"job_spec_config": {"ttl_seconds_after_finished": keep}}


def _limit(plan: Plan) -> Iterator[tuple[str, Any]]:
    if plan.run.parallel_tasks:
        yield "max_concurrent", plan.run.parallel_tasks
