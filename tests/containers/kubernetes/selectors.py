"""Selectors of lists and watches."""

from __future__ import annotations

import re
from collections.abc import Callable

from .objects import Object, Refused

# Kubernetes, apimachinery/pkg/labels/selector.go: KEY, !KEY, KEY in (A,B), KEY notin (A), KEY=A, …
_SET = re.compile(r"\s*([^\s=!,()]+)\s+(in|notin)\s+\(([^)]*)\)\s*")
_COMPARED = re.compile(r"\s*([^\s=!,()]+)\s*(==|=|!=)\s*([^\s=!,()]*)\s*")
_PRESENT = re.compile(r"\s*(!?)\s*([^\s=!,()]+)\s*")
_BETWEEN = re.compile(r",(?![^(]*\))")


def by_labels(selector: str, item: Object) -> bool:
    """Tell whether an object has the labels that a `labelSelector` asks for."""
    labels = item["metadata"].get("labels") or {}
    return all(_agrees(part, labels.get) for part in _BETWEEN.split(selector) if part.strip())


def by_fields(selector: str, item: Object) -> bool:
    """Tell whether an object has the fields that a `fieldSelector` asks for."""

    def value(path: str) -> str | None:
        part: object = item
        for name in path.split("."):
            part = part.get(name) if isinstance(part, dict) else None
        return None if part is None else str(part)

    return all(_agrees(part, value) for part in _BETWEEN.split(selector) if part.strip())


def _agrees(part: str, value: Callable[[str], str | None]) -> bool:
    if match := _SET.fullmatch(part):
        choices = {choice.strip() for choice in match[3].split(",")}
        return (value(match[1]) in choices) == (match[2] == "in")
    if match := _COMPARED.fullmatch(part):
        return (value(match[1]) == match[3]) == (match[2] != "!=")
    if match := _PRESENT.fullmatch(part):
        return (value(match[2]) is None) == bool(match[1])
    raise Refused(400, "BadRequest", f"unable to parse requirement: {part!r}")
