"""Rules for `prefect.yaml`, closed where Prefect is open.

Prefect ignores keys that it does not know (`cli.deploy._models`, extra="ignore"), skips all
deployments of a file when one has a mistake, and drops placeholders that nothing fills.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.schemas.document import mapping, sequence
from shipway.schemas.problems import DocumentPath, Problem
from shipway.schemas.strict import problems_in
from shipway_exporters.prefect.rules_schema import DOCUMENT
from shipway_exporters.prefect.rules_texts import stray_templates


def faults(document: Any) -> Iterator[Problem]:
    """Yield all that is wrong in a document, each with its place."""
    yield from problems_in(document, DOCUMENT)
    if isinstance(document, Mapping):
        yield from stray_templates(document)
        yield from _duplicates(document)


def _duplicates(document: Mapping[str, Any]) -> Iterator[Problem]:
    """A later deployment or schedule of the same name replaces the one before."""
    yield from _same("name", ("deployments",), document.get("deployments"))
    for number, deployment in enumerate(sequence(document.get("deployments"))):
        path: DocumentPath = ("deployments", number, "schedules")
        yield from _same("slug", path, mapping(deployment).get("schedules"))


def _same(key: str, path: DocumentPath, items: Any) -> Iterator[Problem]:
    values: set[str] = set()
    for number, item in enumerate(sequence(items)):
        value = mapping(item).get(key)
        if isinstance(value, str) and value in values:
            yield Problem((*path, number, key), f"`{value}` is there twice.")
        values.add(str(value))
