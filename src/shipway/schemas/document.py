"""What stands where in a document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shipway.schemas.problems import DocumentPath

# Surrogates are halves of a pair in UTF-16, and no characters (Unicode, D71 to D75).
_ODD = re.compile("[\0\ud800-\udfff]")


def path_of(path: DocumentPath) -> str:
    """Write a place as one path: `root.dag.tasks.train.dependentTasks[0]`."""
    words = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return words.removeprefix(".")


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping with texts as its keys, and anything else as an empty one."""
    if not isinstance(value, Mapping):
        return {}
    if all(isinstance(key, str) for key in value):
        return value
    return {str(key): item for key, item in value.items()}


def sequence(value: Any) -> Sequence[Any]:
    """Return a list as it is, and anything else as an empty one."""
    # No tuple: a parsed document has none, and a text is a sequence as well.
    return value if isinstance(value, list) else []


def text(value: Any) -> str:
    """Return a text as it is, and anything else as an empty one."""
    return value if isinstance(value, str) else ""


def value_at(value: Any, *names: str) -> Any:
    """Return what is under these names; None when nothing is."""
    for name in names:
        value = mapping(value).get(name)
    return value


def places(value: Any, path: DocumentPath = ()) -> Iterator[tuple[DocumentPath, Any]]:
    """Yield everything in a document, from the outside in, in its order."""
    yield path, value
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from places(inner, (*path, str(key)))
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))


def is_odd(text: str) -> bool:
    """Tell whether a text holds what no database takes: NUL, or half of a character."""
    return bool(_ODD.search(text))


def texts(value: Any, path: DocumentPath = ()) -> Iterator[tuple[DocumentPath, str]]:
    """Yield every text in a document; a key stands where its value does."""
    for place, item in places(value, path):
        if isinstance(item, str):
            yield place, item
        elif isinstance(item, Mapping):
            yield from (((*place, str(key)), str(key)) for key in item)
