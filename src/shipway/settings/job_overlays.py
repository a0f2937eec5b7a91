"""What a later file says of jobs, over what an earlier one says in other words.

Files are laid over one another key by key. To that, `model.alpha` and `alpha` in `model` are two
keys, and a job that is `null`, or its selection, is one that nobody has written yet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from shipway.model import prefixes
from shipway.settings.clashes import clashes

Keys = tuple[str, ...]
CONDITIONS = (
    *("tags", "nodes", "from_nodes", "to_nodes", "from_inputs", "to_outputs", "namespaces"),
)
"""The words that choose nodes, as on the command line (`shipway.planner.cut.Cut`)."""
ByFile = Sequence[Collection[tuple["str | int", ...]]]
"""The paths of all values of each file, the earliest file first."""
_DROPPED_BY_NULL = (*CONDITIONS, "params")


_TWOFOLD = ("tags", "namespaces", "nodes")
"""Keys of a job under which a list chooses nodes, and a mapping sets something for them."""


def mixed(below: Any, above: Any) -> Iterator[Keys]:
    """Yield the paths in jobs at which one of two files chooses and the other sets something."""
    for path, _kinds in clashes(below, above):
        keys = tuple(map(str, path))
        if len(keys) == 3 and keys[0] == "jobs" and keys[2] in _TWOFOLD:
            yield keys


def overruled(values: Mapping[str, Any], by_file: ByFile) -> list[Keys]:
    """Return the paths of what a later file drops, and of constants that it sets otherwise.

    Args:
        values: of all files, merged.
    """
    jobs = values.get("jobs")
    if not isinstance(jobs, Mapping) or len(by_file) < 2:
        return []
    written = {
        ("jobs", name, *keys): value
        for name, job in jobs.items()
        for keys, value in _may_be_dropped(job)
    }
    dropped = [keys for keys, value in written.items() if _is_dropped(keys, value, by_file)]
    return [*dropped, *(path for name, job in jobs.items() for path in _beaten(name, job, by_file))]


def without(values: Mapping[str, Any], paths: Collection[Keys], above: Keys = ()) -> dict[str, Any]:
    """Return values without those at some paths, and without mappings that then have nothing.

    But for a job: with nothing of its own it is one of the default pipeline.
    """
    inner: dict[str, list[Keys]] = {}
    for key, *rest in paths:
        inner.setdefault(key, []).append(tuple(rest))
    result: dict[str, Any] = {}
    for key, value in values.items():
        if key not in inner:
            result[key] = value
        elif () not in inner[key]:
            left = without(value, inner[key], (*above, key))
            if left or above == ("jobs",):
                result[key] = left
    return result


def _may_be_dropped(job: Any) -> Iterator[tuple[Keys, Any]]:
    """Yield a job, and what of it chooses nodes or sets parameters: these know no other nothing."""
    yield (), job
    if isinstance(job, Mapping):
        yield from (((key,), job[key]) for key in _DROPPED_BY_NULL if key in job)


def _is_dropped(path: Keys, value: Any, by_file: ByFile) -> bool:
    """In one file alone, `null` is something that is half-written."""
    return value is None and sum(path in paths for paths in by_file) > 1


def _beaten(name: str, job: Any, by_file: ByFile) -> Iterator[Keys]:
    """Yield the constants that a later file sets by another spelling."""
    params = job.get("params") if isinstance(job, Mapping) else None
    if not isinstance(params, Mapping):
        return
    above = ("jobs", name, "params")
    ranks = {keys: _rank((*above, *keys), by_file) for keys, _ in _leaves(params)}
    spellings: dict[str, list[Keys]] = {}
    for keys in ranks:
        spellings.setdefault(".".join(keys), []).append(keys)
    pairs = (
        (one, other)
        for one in ranks
        for dotted in prefixes(".".join(one))
        for other in spellings.get(dotted, ())
        if other != one
    )
    for pair in pairs:
        yield from ((*above, *keys) for keys in _lower(params, *pair, ranks))


def _lower(
    params: Mapping[str, Any], one: Keys, other: Keys, ranks: Mapping[Keys, int | None]
) -> Iterator[Keys]:
    """Yield the one of two that an earlier file says; of one file nobody can tell."""
    first, second = ranks[one], ranks[other]
    if first is None or second is None or first == second:
        return
    # An empty mapping takes nothing away from what it is laid over.
    is_empty = [keys for keys in (one, other) if _at(params, keys) == {}]
    yield from is_empty or [one if first < second else other]


def _rank(path: Keys, by_file: ByFile) -> int | None:
    return next((i for i in reversed(range(len(by_file))) if path in by_file[i]), None)


def _leaves(params: Mapping[str, Any], above: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    for key, value in params.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, (*above, str(key)))
        else:
            yield (*above, str(key)), value


def _at(params: Mapping[str, Any], keys: Keys) -> Any:
    value: Any = params
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
