"""The errors of several pipelines as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shipway.errors import Finding, ShipwayError
from shipway.mistakes import joined


def merge(errors: Mapping[str, ShipwayError], total: int) -> ShipwayError:
    """Return one error for all, whose findings name the pipelines that have them."""
    pipelines: dict[Finding, list[str]] = {}
    for name, error in errors.items():
        for finding in error.findings:
            pipelines.setdefault(finding, []).append(name)
    kind = type(joined(list(errors.values())))
    return kind(*(_with_names(finding, names, total) for finding, names in pipelines.items()))


def _with_names(finding: Finding, pipelines: Sequence[str], total: int) -> Finding:
    # What all have is of the project or its settings, and needs no names.
    if len(pipelines) == total:
        return finding
    names = ", ".join(f"`{name}`" for name in pipelines[:8]) + (", …" if pipelines[8:] else "")
    where = f"pipeline {names}" + (f": {finding.where}" if finding.where else "")
    return replace(finding, where=where)
