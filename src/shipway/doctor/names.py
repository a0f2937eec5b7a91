"""Names that the target does not take as they are: cut, or told apart by a hash."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from shipway.doctor.result import Result, note, ok
from shipway.doctor.subject import TargetSubject
from shipway.planner.plan import Plan
from shipway.targets.exporter import GivesFurtherNames
from shipway.targets.orchestrators import title_of

_HASH = re.compile(r"[0-9a-f]{8}$")
_MOST = 5


def check_names(subject: TargetSubject) -> Iterator[Result]:
    """Say which tasks, and what else the target names, are called otherwise, with a hash."""
    kinds, is_plain = ["task"], True
    for plan in subject.plans:
        title = title_of(subject.exporter, plan.options)
        for kind, names in _names(subject, plan).items():
            kinds += [] if kind in kinds else [kind]
            hashed = {label: name for label, name in names.items() if _has_hash(label, name)}
            if hashed:
                is_plain = False
                yield _hashed(plan, kind, hashed, title)
    if is_plain and subject.plans:
        words = " or ".join(filter(None, (", ".join(kinds[:-1]), kinds[-1])))
        yield ok("names", f"No name of a {words} is cut, and none needs a hash.")


def _names(subject: TargetSubject, plan: Plan) -> Mapping[str, Mapping[str, str]]:
    """Return what things are called, by what they are; each by its name in the project."""
    exporter, tasks = subject.exporter, {task.label: task.name for task in plan.tasks}
    further = exporter.further_names(plan) if isinstance(exporter, GivesFurtherNames) else {}
    return {"task": tasks, **further}


def _hashed(plan: Plan, kind: str, names: Mapping[str, str], title: str) -> Result:
    pairs = [f"`{label}` is `{name}`" for label, name in names.items()]
    more = f" and {len(pairs) - _MOST} more" if len(pairs) > _MOST else ""
    of = "the parameters" if kind == "parameter" else "the nodes"
    return note(
        "names",
        f"{title} takes these names only cut, or with a hash, for a {kind}: "
        f"{', '.join(pairs[:_MOST])}{more}.",
        f"pipeline `{plan.pipeline}`",
        f"Name {of} shorter, or in letters that the target takes, to find them again.",
    )


def _has_hash(label: str, name: str) -> bool:
    return label != name and bool(_HASH.search(name)) and not label.endswith(name[-8:])
