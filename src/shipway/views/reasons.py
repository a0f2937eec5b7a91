"""Why nodes share a task: each reason once, with the tasks that it holds for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shipway.planner.plan import Task

# A name between backticks may itself hold what parts a reason from the next.
_PART = re.compile(r"(?:`[^`]*`|[^;`])+")
_NAME = re.compile(r"`([^`]*)`")
_SEVERAL = re.compile(r"`…`(?:, `…`)* and `…`")
_OF_ALL = {
    "`…` passes between them in memory": "data passes between them in memory",
    "`…` pass between them in memory": "data passes between them in memory",
    "`…` confirms what was loaded of `…`": "a node confirms what others have loaded",
    "the settings name the group `…`": "the settings name the group",
}
"""What the planner says of one task, and how it is said of several."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A reason, and the names that it speaks of in each task, by the task's name."""

    text: str
    tasks: dict[str, tuple[str, ...]]


def reasons_of(tasks: Iterable[Task]) -> tuple[Reason, ...]:
    """Return the reasons why nodes share a task, in the order in which they first hold."""
    reasons: dict[str, dict[str, tuple[str, ...]]] = {}
    for task in tasks:
        for part in _parts(task.reason or ""):
            text = _SEVERAL.sub("`…`", _NAME.sub("`…`", part))
            names = reasons.setdefault(_of_all(text), {})
            # The name of a group is that of its task, and would be said twice.
            new = tuple(name for name in _NAME.findall(part) if name != task.label)
            names[task.name] = (*names.get(task.name, ()), *new)
    return tuple(Reason(text=text, tasks=names) for text, names in reasons.items())


def _of_all(text: str) -> str:
    return f"they are {text}" if text.startswith("grouped by ") else _OF_ALL.get(text, text)


def _parts(reason: str) -> Iterator[str]:
    for part in _PART.findall(reason):
        if part.strip():
            yield part.strip()
