"""Nodes that share a task whose memory only some of them have spoken of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from shipway.planner.label import Group
from shipway.settings.settings import Layer

_KEYS = ("resources.limits.memory", "resources.memory")
_MOST_NAMES = 3


def memory_notes(groups: Sequence[Group], layers: Mapping[str, Layer]) -> Iterator[str]:
    """Yield a note for each task that gets the memory of some nodes, and runs others in it.

    Each of them alone would have no limit.
    """
    for group in groups:
        names = [node.name for node in group.nodes]
        bare = [name for name in names if not any(key in layers[name] for key in _KEYS)]
        if 0 < len(bare) < len(names):
            (first, *_) = (name for name in names if name not in bare)
            verb = "has" if len(bare) == 1 else "have"
            yield (
                f"`{group.label}` has the memory that `{first}` asks for; it holds for "
                f"{_some(bare)} as well, which {verb} no limit alone."
            )


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return f"{shown} and {more} more" if more > 0 else shown
