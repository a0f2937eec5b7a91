"""Jobs of one pipeline that write to the same places, which no run of one alone would show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from shipway.errors import count
from shipway.model import Project, computed_parts
from shipway.planner.plan import Plan


def shared_places(project: Project, plans: Sequence[Plan]) -> Mapping[str, str]:
    """Return what to note of jobs that replace what others of their pipeline write; by subject."""
    notes: dict[str, str] = {}
    for pipeline in dict.fromkeys(plan.pipeline for plan in plans):
        of_one = [plan for plan in plans if plan.pipeline == pipeline]
        if any(plan.job or plan.jobs for plan in of_one):
            notes |= _of_pipeline(project, pipeline, of_one)
    return notes


def _of_pipeline(project: Project, pipeline: str, plans: Iterable[Plan]) -> dict[str, str]:
    owners: dict[str, list[str]] = {}
    for plan in plans:
        for name in dict.fromkeys(_fixed(project, plan)):
            # Jobs that share an artifact have the same outputs.
            owners.setdefault(name, []).extend([plan.subject] * (len(plan.jobs) or 1))
    shared = sorted(name for name, several in owners.items() if len(several) > 1)
    if not shared:
        return {}
    first, more = f"`{shared[0]}`", len(shared) - 1
    datasets = f"{first} and {count(more, 'more dataset')}" if more else first
    note = (
        f"Deployments of `{pipeline}` write {datasets} to the same places, where the last run "
        "replaces what others wrote. A parameter in a path keeps them apart: "
        "`${runtime_params:NAME, DEFAULT}`."
    )
    return {subject: note for name in shared for subject in owners[name]}


def _fixed(project: Project, plan: Plan) -> Iterator[str]:
    """Yield the datasets that a plan writes to one place in every run."""
    for name in (out for task in plan.tasks for node in task.nodes for out in node.outputs):
        dataset = project.dataset(name)
        place = dataset.location or dataset.table
        if place and not dataset.versioned and not computed_parts(place):
            yield name
