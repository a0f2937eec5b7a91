"""Rules for `prefect.yaml`, closed where Prefect is open.

Prefect ignores keys that it does not know (`cli.deploy._models`, extra="ignore"), skips all
deployments of a file when one has a mistake, and drops placeholders that nothing fills.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.problems import At, Problem
from shipway_exporters.prefect.rules_schema import DOCUMENT
from shipway_exporters.prefect.rules_texts import misplaced


def problems_in(document: Any) -> Iterator[Problem]:
    """Yield all that is wrong in a document, each with its place."""
    found: list[Problem] = []
    DOCUMENT.read(document, (), found)
    yield from found
    if isinstance(document, Mapping):
        yield from misplaced(document)
        yield from _doubled(document)


def _doubled(document: Mapping[str, Any]) -> Iterator[Problem]:
    """A later deployment or schedule of the same name replaces the one before."""
    deployments = _mappings(document.get("deployments"))
    yield from _same("name", ("deployments",), deployments)
    for number, deployment in enumerate(deployments):
        at: At = ("deployments", number, "schedules")
        yield from _same("slug", at, _mappings(deployment.get("schedules")))


def _same(key: str, at: At, items: list[Mapping[str, Any]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, item in enumerate(items):
        value = item.get(key)
        if isinstance(value, str) and value in seen:
            yield Problem((*at, number, key), f"`{value}` is there twice.")
        seen.add(str(value))


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    items = value if isinstance(value, list) else []
    return [item if isinstance(item, Mapping) else {} for item in items]
