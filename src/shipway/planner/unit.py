"""What a group of nodes is called: by the unit that it is the whole of, or by its two ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from shipway.model import Node, Pipeline

_DEFAULT = "__default__"
"""Kedro's name for a pipeline that nobody has named."""


class Units:
    """The namespaces and tags of a pipeline, each with the number of its nodes."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.namespaces = Counter(n for node in pipeline.nodes for n in _around(node))
        self.tags = Counter(tag for node in pipeline.nodes for tag in node.tags)

    def name(self, group: Sequence[Node]) -> str:
        """Return the name of a group; two nodes are named both, since that tells more.

        Args:
            group: nodes in topological order.
        """
        # Three nodes or more would be told by their ends alone, which says little of the middle.
        whole = self._whole(group) if len(group) > 2 else None
        return whole or _ends(group)

    def _whole(self, group: Sequence[Node]) -> str | None:
        """A namespace or the only tag whose nodes these are, or the pipeline."""
        size = len(group)
        namespace = _common(group)
        if namespace and self.namespaces[namespace] == size:
            return namespace
        common_tags = set(group[0].tags).intersection(*(node.tags for node in group))
        tags = [tag for tag in common_tags if self.tags[tag] == size]
        if len(tags) == 1:
            return tags[0]
        is_all = size == len(self.pipeline.nodes) and self.pipeline.name != _DEFAULT
        return self.pipeline.name if is_all else None


def _around(node: Node) -> Iterator[str]:
    """Yield a node's namespace and those around it."""
    parts = node.namespace.split(".") if node.namespace else []
    yield from (".".join(parts[:depth]) for depth in range(1, len(parts) + 1))


def _common(group: Sequence[Node]) -> str | None:
    """Return the innermost namespace that holds all nodes."""
    inner = set(_around(group[0])).intersection(*(_around(node) for node in group))
    # Each namespace begins with the one around it, so the longest is the innermost.
    return max(inner, key=len, default=None)


def _ends(group: Sequence[Node]) -> str:
    """Return the first and the last node's names; a namespace that all share stands once."""
    first, last = group[0].name, group[-1].name
    common = _common(group)
    start = f"{common}."
    if common and first.startswith(start) and last.startswith(start):
        last = last.removeprefix(start)
    return f"{first}__to__{last}"
