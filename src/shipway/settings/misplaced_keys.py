"""Keys that are known elsewhere in the settings: whoever wrote one here forgot a section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from shipway.schemas.document import value_at
from shipway.schemas.problems import Problem
from shipway.schemas.records import Either, Record
from shipway.schemas.shapes import ListOf, MapOf, Shape

_NAME = "NAME"
_MOST_PLACES = 2
_BELOW = "It stands under"
_NEAREST = "Did you mean"


def with_place(problem: Problem, of_all: Shape[Any], values: Mapping[str, Any]) -> Problem:
    """Return a problem whose remedy says where the unknown key would be known.

    Args:
        of_all: the shape of the whole document.
        values: the document.
    """
    key = problem.unknown_key
    # An item of a list has keys of its own: no section of the settings was left out there.
    is_item = any(isinstance(part, int) for part in problem.path)
    if key is None or is_item or (problem.remedy or "").startswith(_BELOW):
        return problem
    is_near = (problem.remedy or "").startswith(_NEAREST)
    if places := _told(set(_places(of_all, key)), is_near):
        return replace(problem, remedy=_known(places))
    if is_near:
        return problem
    if _may_be(problem, of_all, values, "pipelines", depth=1):
        remedy = f"If it is a pipeline, it stands under `pipelines`: `pipelines: {{{key}: …}}`."
        return replace(problem, remedy=remedy)
    if problem.path[0] in ("pipelines", "jobs") and _may_be(
        problem, of_all, values, "nodes", depth=3
    ):
        remedy = f"If it is a node, it stands under `nodes`: `nodes: {{{key}: …}}`."
        return replace(problem, remedy=remedy)
    return problem


def _known(places: Sequence[tuple[str, ...]]) -> str:
    if len(places[0]) == 1:
        return f"It stands at the top: `{places[0][0]}:`, not indented."
    names = " or ".join(f"`{'.'.join(place)}`" for place in places[:_MOST_PLACES])
    return f"It is known as {names}."


def _told(places: set[tuple[str, ...]], is_near: bool) -> list[tuple[str, ...]]:
    """Return the places to name, the nearest to the top first.

    What a pipeline has, a job has, too; and a word of jobs alone is meant less often than one that
    is like it.
    """
    of_jobs = {place for place in places if place[0] == "jobs"}
    same = {place for place in of_jobs if ("pipelines", *place[1:]) in places}
    # One letter too many makes `pipeline` the name of a section, which nobody means there.
    sections = {place for place in places if len(place) == 1}
    left = places - (of_jobs | sections if is_near else same)
    return sorted(left, key=lambda place: (len(place), place))


def _places(shape: Shape[Any], key: str, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the paths at which a key is known; any name stands for each of a mapping's own."""
    for name, inner in _inner(shape):
        if name == key:
            yield (*path, name)
        yield from _places(inner, key, (*path, name) if name else path)


def _inner(shape: Shape[Any]) -> Iterator[tuple[str, Shape[Any]]]:
    if isinstance(shape, Record):
        yield from ((name, field.shape) for name, field in shape.fields.items())
    elif isinstance(shape, MapOf):
        yield _NAME, shape.item
    elif isinstance(shape, ListOf):
        yield "", shape.item
    elif isinstance(shape, Either):
        yield from (("", option) for _, option in shape.options)


def _may_be(
    problem: Problem, of_all: Shape[Any], values: Mapping[str, Any], section: str, depth: int
) -> bool:
    """Tell whether a key may be a name of a section that was left out.

    Its value is then a mapping of what stands below such a name.

    Args:
        depth: how many keys lead to it.
    """
    value = value_at(values, *map(str, problem.path))
    if len(problem.path) != depth or not isinstance(value, Mapping):
        return False
    keys = {place[-1] for key in value for place in _places(of_all, str(key)) if section in place}
    return bool(value) and keys == set(value)
