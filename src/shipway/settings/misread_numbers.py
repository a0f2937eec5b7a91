"""Numbers that YAML makes of what people write as text: `010` is 8, and `12:30:45` is 45045."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from shipway.errors import Finding

_AS_PEOPLE_WRITE = re.compile(r"0|-?[1-9][0-9]*")
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
_SEXAGESIMAL = ":"


def misread_numbers(root: yaml.Node | None, file: str) -> Iterator[Finding]:
    """Yield what is wrong with each number that is neither decimal nor quoted.

    YAML 1.1 reads octal, hexadecimal and sexagesimal numbers (https://yaml.org/type/int.html), and
    PyYAML goes by it. Where a text is meant, as of an environment variable, its value would change.
    """
    for node in _scalars(root, set()) if root else ():
        if _is_misread(node):
            yield Finding(
                what=f"YAML reads `{node.value}` as the number {yaml.safe_load(node.value)}.",
                where=f"{file}:{node.start_mark.line + 1}",
                remedy=f'Quote it if it is a text: "{node.value}"; if not, write a decimal number.',
            )


def _is_misread(node: yaml.ScalarNode) -> bool:
    if node.style is not None or node.tag not in _NUMBERS:
        return False
    is_whole = node.tag == _NUMBERS[0]
    return _SEXAGESIMAL in node.value or (is_whole and not _AS_PEOPLE_WRITE.fullmatch(node.value))


def _scalars(node: yaml.Node, passed: set[int]) -> Iterator[yaml.ScalarNode]:
    """Yield each value once, however many aliases stand for it; not the keys."""
    if id(node) in passed:
        return
    passed.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        yield node
    for item in node.value if isinstance(node, yaml.CollectionNode) else ():
        yield from _scalars(item[1] if isinstance(node, yaml.MappingNode) else item, passed)
