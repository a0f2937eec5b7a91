"""Parameters as a run sets them: those that were set alone, nested, and of the project's types."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from shipway.errors import Finding, UsageError, did_you_mean
from shipway.model import Json
from shipway.runtime.job import Job

_LOG = logging.getLogger("shipway")

_DOLLAR_BRACE = re.compile(r"(\\*)\$\{")


def parameters_set(job: Job) -> dict[str, Json]:
    """Return the parameters that `kedro run --params` would be given for this run, nested.

    Raises:
        UsageError: one was set that the pipeline does not have, or is a value and a mapping, or is
            no number at all.
    """
    inputs = {**job.inputs, **job.literals}
    if unknown := sorted(inputs.keys() - job.defaults.keys()):
        raise UsageError(*(_unknown(name, job) for name in unknown))
    if endless := {name: n for name, value in inputs.items() for n in _endless_in(value)}:
        raise UsageError(*(_not_finite(name, number) for name, number in endless.items()))
    changes = {
        name: restore_integers(value, job.defaults[name])
        for name, value in inputs.items()
        if not is_same(value, job.defaults[name])
    }
    _tell_unchanged(inputs, job.defaults)
    return dict(overlay(nest(job.params), nest(changes)))


def _tell_unchanged(inputs: Mapping[str, Json], defaults: Mapping[str, Json]) -> None:
    """Say what was named at trigger time and counts as not set; a whole form needs no such word."""
    names = {name for name, default in defaults.items() if default is not None}
    if names <= inputs.keys():
        return
    for name, value in sorted(inputs.items()):
        if value is not None and is_same(value, defaults[name]):
            _LOG.warning(
                "`%s` is what it was at export, so it counts as not set: the configuration here "
                "decides.",
                name,
            )


def is_same(one: Json, other: Json) -> bool:
    """Tell whether two values are the same, numbers by what they are worth: JSON has one kind.

    A zero may have a sign. As a whole number it has none, and some orchestrators write 0.0 as one.
    """
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    if isinstance(one, float) and isinstance(other, float) and one == other:
        return math.copysign(1, one) == math.copysign(1, other)
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _unknown(name: str, job: Job) -> Finding:
    takes = "" if job.defaults else " It takes none."
    return Finding(
        what=f"The pipeline takes no parameter `{name}` at trigger time.{takes}",
        where="the parameters of this run",
        remedy=did_you_mean(name, job.defaults),
    )


def _endless_in(value: Json) -> Iterator[float]:
    """Yield numbers that JSON does not have (RFC 8259, section 6), though Python's reads them."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _endless_in(item)
    elif isinstance(value, float) and not math.isfinite(value):
        yield value


def _not_finite(name: str, number: float) -> Finding:
    return Finding(
        what=f"`{name}` is set to {number}, which is not a finite number.",
        where="the parameters of this run",
        remedy="Set a number, or let the configuration make the value.",
    )


def nest(params: Mapping[str, Json]) -> dict[str, Json]:
    """Return parameters with each dot in a name of the top as a step down: `{"a.b": 1}`.

    Raises:
        UsageError: one name asks for a value where another asks for a mapping.
    """
    result: dict[str, Json] = {}
    for name, value in params.items():
        level = result
        *parents, last = name.split(".")
        for parent in parents:
            level = level.setdefault(parent, {})
            if not isinstance(level, dict):
                raise _clash(name)
        if isinstance(value, Mapping) and isinstance(level.get(last), dict):
            level[last] = overlay(level[last], value)
        elif isinstance(level.get(last), dict):
            raise _clash(name)
        else:
            level[last] = value
    return result


def overlay(below: Json, above: Json) -> Json:
    """Return `above` over `below`: mappings key by key, all else as a whole."""
    if not isinstance(below, Mapping) or not isinstance(above, Mapping):
        return above
    return {**below, **{key: overlay(below.get(key), item) for key, item in above.items()}}


def restore_integers(value: Json, default: Json) -> Json:
    """Return a value with floats as integers where the exported default has integers.

    JSON has one kind of number, and some orchestrators hand an integer over as `2.0`.
    """
    if isinstance(value, dict):
        defaults = default if isinstance(default, Mapping) else {}
        return {key: restore_integers(item, defaults.get(key)) for key, item in value.items()}
    if isinstance(value, list):
        kinds = default if isinstance(default, list) else []
        return [restore_integers(item, _like(kinds)) for item in value]
    is_integer = isinstance(default, int) and not isinstance(default, bool)
    return int(value) if is_integer and _holds_whole_float(value) else value


def escaped(value: Json) -> Json:
    """Return a value whose texts OmegaConf takes as they are: `${` would be looked up.

    Source: OmegaConf, "Escaping interpolations": a backslash before it, and those before doubled.
    """
    if isinstance(value, dict):
        return {key: escaped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [escaped(item) for item in value]
    if isinstance(value, str):
        return _DOLLAR_BRACE.sub(lambda match: 2 * match[1] + r"\${", value)
    return value


def holds_missing(value: Json) -> bool:
    """Tell whether a text in it is OmegaConf's mark of a missing value."""
    if isinstance(value, Mapping):
        return any(holds_missing(item) for item in value.values())
    return any(map(holds_missing, value)) if isinstance(value, list) else value == "???"


def _holds_whole_float(value: Any) -> bool:
    if isinstance(value, list):
        return any(_holds_whole_float(item) for item in value)
    if isinstance(value, dict):
        return any(_holds_whole_float(item) for item in value.values())
    return isinstance(value, float) and value.is_integer()


def _like(items: list[Any]) -> Json:
    """Return an item that stands for all of a list: an integer where no float is among them."""
    if any(isinstance(item, float) for item in items):
        return None
    return next((item for item in items if not isinstance(item, (bool, str, type(None)))), None)


def _clash(name: str) -> UsageError:
    return UsageError(
        Finding(what=f"`{name}` is set as a value and as a mapping.", where="--params")
    )
