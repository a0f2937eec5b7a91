"""Names that the target does not take as they are: cut, or told apart by a hash."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.doctor.result import Result, note, ok
from shipway.doctor.subject import TargetSubject
from shipway.planner.plan import Plan
from shipway.targets.orchestrators import title_of

_HASH = re.compile(r"[0-9a-f]{8}$")
_MOST = 5


def check_names(subject: TargetSubject) -> Iterator[Result]:
    """Say which tasks are called otherwise than their nodes, with a hash."""
    is_plain = True
    for plan in subject.plans:
        hashed = {task.label: task.name for task in plan.tasks if _has_hash(task.label, task.name)}
        if hashed:
            is_plain = False
            yield _hashed(plan, hashed, title_of(subject.exporter, plan.options))
    if is_plain and subject.plans:
        yield ok("names", "No task's name is cut, and none needs a hash.")


def _hashed(plan: Plan, names: dict[str, str], title: str) -> Result:
    pairs = [f"`{label}` is `{name}`" for label, name in names.items()]
    more = f" and {len(pairs) - _MOST} more" if len(pairs) > _MOST else ""
    return note(
        "names",
        f"{title} takes these names only cut, or with a hash: {', '.join(pairs[:_MOST])}{more}.",
        f"pipeline `{plan.pipeline}`",
        "Name the nodes shorter, or in letters that the target takes, to find them again.",
    )


def _has_hash(label: str, name: str) -> bool:
    return label != name and bool(_HASH.search(name)) and not label.endswith(name[-8:])
