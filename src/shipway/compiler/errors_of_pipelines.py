"""The errors of several pipelines as one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from shipway.errors import Finding, ShipwayError
from shipway.mistakes import joined


def merge(
    errors: Mapping[str, ShipwayError], total: int, jobs: Collection[str] = ()
) -> ShipwayError:
    """Return one error for all, whose findings name the pipelines and jobs that have them.

    Args:
        jobs: the names that are of jobs.
    """
    pipelines: dict[Finding, list[str]] = {}
    for name, error in errors.items():
        for finding in error.findings:
            pipelines.setdefault(finding, []).append(name)
    kind = type(joined(list(errors.values())))
    return kind(*(_with_names(finding, names, total, jobs) for finding, names in pipelines.items()))


def _with_names(
    finding: Finding, owners: Sequence[str], total: int, jobs: Collection[str]
) -> Finding:
    # What all have is of the project or its settings, and needs no names.
    if len(owners) == total:
        return finding
    pipelines = [name for name in owners if name not in jobs]
    of_jobs = [name for name in owners if name in jobs]
    whose = ", ".join(_listed("pipeline", pipelines) + _listed("job", of_jobs))
    return replace(finding, where=f"{whose}: {finding.where}" if finding.where else whose)


def _listed(kind: str, names: Sequence[str]) -> list[str]:
    shown = ", ".join(f"`{name}`" for name in names[:8]) + (", …" if names[8:] else "")
    return [f"{kind} {shown}"] if names else []
