"""What to tell of data of which nobody knows where it stands, where tasks share no disk."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.model import Project, bare
from shipway.planner.plan import Plan
from shipway.targets.exporter import Exporter
from shipway.targets.local_files import volumes_of

_MOST_NAMES = 5


def place_unknown_notes(project: Project, plan: Plan, exporter: Exporter) -> Iterator[str]:
    """Yield a note on the outputs that a file in a container may hold, which ends with it."""
    users: dict[str, set[str]] = {}
    for task in plan.tasks:
        for name in (name for node in task.nodes for name in node.outputs):
            if project.dataset(name).place_unknown:
                users.setdefault(bare(name), set()).add(task.name)
    for handoff in plan.handoffs:
        if handoff.dataset in users:
            users[handoff.dataset].update(handoff.readers)
    if not users:
        return
    in_container = {t.name for t in plan.tasks if volumes_of(plan, t, exporter) is not None}
    names = sorted(name for name, tasks in users.items() if tasks & in_container)
    if names:
        yield (
            f"Where {_some(names)} data is unknown: what a container writes to its own disk ends "
            "with it. So a file must stand on a volume, the same one for all tasks that use it."
        )


def _some(names: list[str]) -> str:
    texts = [f"`{name}`" for name in names[:_MOST_NAMES]]
    if len(names) > _MOST_NAMES:
        texts.append(f"{len(names) - _MOST_NAMES} more")
    return f"{', '.join(texts)} {'keeps its' if len(names) == 1 else 'keep their'}"
