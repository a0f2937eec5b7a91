"""The errors of several pipelines as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shipway.errors import Finding, ShipwayError


def merged(failed: Mapping[str, ShipwayError], selected: int) -> ShipwayError:
    """Return one error of the first's kind, whose findings name the pipelines that have them."""
    kind = type(next(iter(failed.values())))
    pipelines: dict[Finding, list[str]] = {}
    for name, error in failed.items():
        for finding in error.findings if type(error) is kind else ():
            pipelines.setdefault(finding, []).append(name)
    return kind(*(_named(finding, names, selected) for finding, names in pipelines.items()))


def _named(finding: Finding, pipelines: Sequence[str], selected: int) -> Finding:
    if len(pipelines) == selected:
        return finding
    named = ", ".join(f"`{name}`" for name in pipelines[:8]) + (", …" if pipelines[8:] else "")
    where = f"pipeline {named}" + (f": {finding.where}" if finding.where else "")
    return replace(finding, where=where)
