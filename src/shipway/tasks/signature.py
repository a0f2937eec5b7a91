"""What a node reads and writes, in one line; and a digest of a whole pipeline.

Whoever exports and whoever runs compare by these, so both take them from here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol


class _Node(Protocol):
    """A node of Kedro's, or of the IR."""

    @property
    def name(self) -> str: ...
    @property
    def inputs(self) -> Sequence[str]: ...
    @property
    def outputs(self) -> Sequence[str]: ...
    @property
    def confirms(self) -> Sequence[str]: ...


def signatures(nodes: Iterable[_Node]) -> dict[str, str]:
    """Return the signature of each node by its name, sorted: `a, params:b -> c`."""
    return {node.name: signature(node) for node in sorted(nodes, key=lambda node: node.name)}


def signature(node: _Node) -> str:
    """Return what a node reads, writes and confirms; its function is not part of it.

    So a function can be mended, moved or renamed without a new export.
    """
    line = " ".join([", ".join(node.inputs), "->", ", ".join(node.outputs)]).strip()
    return f"{line}; confirms {', '.join(node.confirms)}" if node.confirms else line


def digest(signatures: Mapping[str, str]) -> str:
    """Return 12 hex digits that stand for the names and signatures of a pipeline's nodes."""
    text = json.dumps(sorted(signatures.items()), separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
