"""Whether the pipeline that is installed is the one that was exported, and how it differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from shipway.errors import DriftError, Finding, did_you_mean, nearest
from shipway.runtime.job import Job
from shipway.tasks.signature import digest

ALLOW = "SHIPWAY_ALLOW_DRIFT"
"""Set to 1, the task warns and goes on, as long as its own nodes are there."""


def drift(job: Job, signatures: Mapping[str, str]) -> DriftError | None:
    """Compare the installed nodes, by name with their signatures, with the exported ones.

    Returns:
        What differs, one finding a node; or `None` where all is as it was.
    """
    is_there = job.nodes.keys() <= signatures.keys()
    if is_there and job.digest in (None, digest(signatures)):
        return None
    old = {**(job.others or {}), **job.nodes}
    findings = [*_removals(old, signatures), *_changes(old, signatures)]
    if job.others is not None and job.digest:
        findings += _additions(old, signatures)
    if not findings:
        whose = "that other tasks run" if any(job.nodes.values()) else "of it"
        findings.append(Finding(what=f"Nodes {whose} were added, changed or removed."))
    start = Finding(
        what=f"The pipeline `{job.pipeline}` here is not the one that this task was exported from.",
        remedy=f"Export again from this code, or install the code that was exported; {ALLOW}=1 "
        "runs it anyway.",
    )
    return DriftError(start, *findings)


def no_such_pipeline(pipeline: str, names: Iterable[str]) -> DriftError:
    """Return what to say where the exported pipeline is not registered any more."""
    what = f"The pipeline `{pipeline}` is not registered here."
    return DriftError(Finding(what=what, remedy=did_you_mean(pipeline, names)))


def _removals(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Finding]:
    for name in sorted(old.keys() - new.keys()):
        now = nearest(name, new.keys() - old.keys())
        mean = f"Is it `{now}` now?" if now else None
        yield Finding(what=f"The node `{name}` is gone.", remedy=mean)


def _changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Finding]:
    for name in sorted(old.keys() & new.keys()):
        before, now = old[name], new[name]
        if before and before != now:
            yield Finding(what=f"The node `{name}` was `{before}`, and is now `{now}`.")


def _additions(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Finding]:
    for name in sorted(new.keys() - old.keys()):
        yield Finding(what=f"The node `{name}` is in no task: `{new[name]}`.")
