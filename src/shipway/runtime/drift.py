"""Whether the pipeline that is installed is the one that was exported, and how it differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from shipway.errors import DriftError, Finding, did_you_mean, nearest
from shipway.runtime.job import Job
from shipway.signature import digest

ALLOW = "SHIPWAY_ALLOW_DRIFT"
"""Set to 1, the task warns and goes on, as long as its own nodes are there."""


def drift(job: Job, installed: Mapping[str, str]) -> DriftError | None:
    """Compare the installed nodes, by name with their signatures, with the exported ones.

    Returns:
        What differs, one finding a node; or `None` where all is as it was.
    """
    is_there = job.nodes.keys() <= installed.keys()
    if is_there and job.digest in (None, digest(installed)):
        return None
    exported = {**(job.others or {}), **job.nodes}
    findings = [*_gone(exported, installed), *_changed(exported, installed)]
    if job.others is not None and job.digest:
        findings += _added(exported, installed)
    if not findings:
        whose = "that other tasks run" if any(job.nodes.values()) else "of it"
        findings.append(Finding(what=f"Nodes {whose} were added, changed or removed."))
    start = Finding(
        what=f"The pipeline `{job.pipeline}` here is not the one that this task was exported from.",
        remedy=f"Export again from this code, or install the code that was exported; {ALLOW}=1 "
        "goes on all the same.",
    )
    return DriftError(start, *findings)


def unregistered(pipeline: str, known: Iterable[str]) -> DriftError:
    """Return what to say where the exported pipeline is not registered any more."""
    what = f"The pipeline `{pipeline}` is not registered here."
    return DriftError(Finding(what=what, remedy=did_you_mean(pipeline, known)))


def _gone(exported: Mapping[str, str], installed: Mapping[str, str]) -> Iterator[Finding]:
    for name in sorted(exported.keys() - installed.keys()):
        now = nearest(name, installed.keys() - exported.keys())
        mean = f"Is it `{now}` now?" if now else None
        yield Finding(what=f"The node `{name}` is gone.", remedy=mean)


def _changed(exported: Mapping[str, str], installed: Mapping[str, str]) -> Iterator[Finding]:
    for name in sorted(exported.keys() & installed.keys()):
        before, now = exported[name], installed[name]
        if before and before != now:
            yield Finding(what=f"The node `{name}` was `{before}`, and is now `{now}`.")


def _added(exported: Mapping[str, str], installed: Mapping[str, str]) -> Iterator[Finding]:
    for name in sorted(installed.keys() - exported.keys()):
        yield Finding(what=f"The node `{name}` is in no task: `{installed[name]}`.")
