"""Patches of objects."""

from __future__ import annotations

from typing import Any

from .objects import Object, Refused


def apply(item: Object, patch: object) -> None:
    """Change an object in place, by a JSON patch (a list) or a merge patch (a mapping).

    A strategic merge patch of the lists of a pod is not known here: its lists are replaced.
    """
    if isinstance(patch, dict):
        _merge(item, patch)
    elif isinstance(patch, list):
        for operation in patch:
            _operate(item, operation)
    else:
        raise Refused(400, "BadRequest", "a patch is a list or a mapping")


def _merge(item: Object, patch: Object) -> None:
    for key, value in patch.items():
        if isinstance(value, dict) and isinstance(item.get(key), dict):
            _merge(item[key], value)
        elif value is None:
            item.pop(key, None)
        else:
            item[key] = value


def _operate(item: Object, operation: Object) -> None:
    # RFC 6902; `~1` is a slash and `~0` a tilde (RFC 6901).
    *parents, last = [
        part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]
    ]
    target: Any = item
    for part in parents:
        target = target[int(part)] if isinstance(target, list) else target.setdefault(part, {})
    match operation["op"], target:
        case "add" | "replace", dict():
            target[last] = operation["value"]
        case "add", list():
            target.insert(len(target) if last == "-" else int(last), operation["value"])
        case "replace", list():
            target[int(last)] = operation["value"]
        case "remove", dict():
            target.pop(last, None)
        case "remove", list():
            target.pop(int(last))
        case op, _:
            raise Refused(501, "NotImplemented", f"the API of the tests knows no operation {op}")
