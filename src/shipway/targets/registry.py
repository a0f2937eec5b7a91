"""The installed targets, by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

from shipway.errors import Finding, InternalError, UsageError, did_you_mean
from shipway.targets.capabilities import CAPABILITIES
from shipway.targets.exporter import Exporter
from shipway.targets.orchestrators import is_called, orchestrators_of

GROUP = "shipway.exporters"
"""The entry point group under which exporters are found."""


def names() -> tuple[str, ...]:
    """Return the names of all installed targets, sorted; nothing is imported."""
    return tuple(sorted(_entry_points()))


def find(name: str) -> Exporter:
    """Return the exporter called `name`.

    Raises:
        UsageError: no such target is installed.
    """
    if name not in _entry_points():
        raise UsageError(
            Finding(
                what=f"There is no target `{name}`.",
                where="TARGET",
                remedy=by_option(name) or did_you_mean(name, names()),
            )
        )
    # One target only: another that is broken must not stand in the way.
    exporter: Exporter = _entry_points()[name].load()
    _check_declared(exporter)
    return exporter


def by_option(name: str) -> str | None:
    """Return how to choose what people call `name`, where it is an option of some target."""
    for target in names():
        # That one is broken is no reason to say less of a name that is wrong anyway.
        with suppress(Exception):
            for each in orchestrators_of(find(target)):
                if is_called(each, name):
                    ((key, value),) = each.options.items()
                    return f"{each.title} is `{key}: {value}` under targets.{target}."
    return None


def every() -> Iterator[Exporter]:
    """Yield every installed exporter, by name."""
    for name in names():
        yield find(name)


@lru_cache(maxsize=1)
def _entry_points() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


_ATTRIBUTES = (
    *("name", "title", "versions", "capabilities", "options", "task_names", "pipeline_names"),
    *("lower", "read_back"),
)
"""What `Exporter` asks for: a protocol is not checked when a module is loaded."""


def _check_declared(exporter: Exporter) -> None:
    if missing := [name for name in _ATTRIBUTES if not hasattr(exporter, name)]:
        what = f"{type(exporter).__name__} is no exporter: it has no {', '.join(missing)}."
        raise InternalError(Finding(what=what, where=f"entry point `{GROUP}`"))
    # In both directions: an exporter may be older or newer than the core.
    differing = CAPABILITIES.keys() ^ exporter.capabilities.keys()
    if differing:
        raise InternalError(
            Finding(
                what=f"The target `{exporter.name}` must declare its support of exactly the known "
                f"settings; differing: {', '.join(sorted(differing))}.",
                where=f"entry point `{GROUP}`",
            )
        )
