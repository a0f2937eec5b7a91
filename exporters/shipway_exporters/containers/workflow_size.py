"""How large a workflow Argo's controller stores; Kubeflow Pipelines runs on it, too.

Source: Argo 4.1, `workflow/packer`, `MAX_WORKFLOW_SIZE`: 1 MiB; etcd takes 1.5 MiB
(`--max-request-bytes`).
"""

from __future__ import annotations

from collections.abc import Iterator

from shipway.errors import Finding, count
from shipway.planner.plan import Plan
from shipway.settings.quantities import Quantity
from shipway_exporters.containers.target import Target

FEWER_TASKS = "Let more nodes share a task: see `group_by`."
FEWER_INPUTS = "List under `parameters` those that may be set; others keep their value."
_LIMIT = Quantity("1Mi")
_NEAR = 0.8
"""The part of it from which on a note says so: what a run adds of its own differs by release."""


def workflow_faults(plan: Plan, target: Target, size: int) -> Iterator[Finding]:
    """Yield what to say of a workflow that is too large.

    Args:
        size: bytes that it has at least.
    """
    if size > _limit(plan):
        yield Finding(
            what=f"The workflow of {count(len(plan.tasks), 'task')} has {size:,} bytes at least, "
            f"and the cluster stores {_limit(plan):,}.",
            where=f"the pipeline `{plan.pipeline}`",
            remedy=f"{FEWER_TASKS} {FEWER_INPUTS} Or set `{target.option('max_workflow_size')}`, "
            "where Argo's controller (MAX_WORKFLOW_SIZE) and etcd take more.",
        )


def workflow_notes(plan: Plan, size: int) -> tuple[str, ...]:
    """Return what to note of a workflow that is nearly too large."""
    if size <= _NEAR * _limit(plan):
        return ()
    what = f"The workflow has {size:,} bytes at least, of {_limit(plan):,} that the cluster stores"
    return (f"{what}, and a run adds to them. {FEWER_TASKS}",)


def _limit(plan: Plan) -> int:
    return int(plan.options.get("max_workflow_size", _LIMIT).amount)
