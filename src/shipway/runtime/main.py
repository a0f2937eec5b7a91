"""The way of a task: read what it is told, find the project, run the nodes, say how it ended."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shipway.errors import Finding, ProjectError, ShipwayError, UsageError
from shipway.runtime import stop, streams, tracking
from shipway.runtime.job import Job, read_job
from shipway.runtime.outcome import Outcome, say
from shipway.runtime.version import version_of


def main(words: Sequence[str] | None = None) -> int:
    """Run one task; return its exit code.

    0: done; 1: a node failed, or ended its process; 124: not done in time, as `timeout(1)` has it;
    143: stopped; others above 128: stopped, or killed, by a signal; others: as of
    `shipway.errors`.
    """
    starter = os.getppid()
    streams.open_missing()
    try:
        job = _with_folder(read_job(sys.argv[1:] if words is None else words))
    except ShipwayError as error:
        say(_words(error))
        return error.exit_code
    limits = stop.Limits(
        starter=starter,
        seconds=job.timeout,
        lifeline=streams.detach_stdin() if job.until_stdin_ends else None,
    )
    return stop.run_in_child(lambda: _task(job), limits, job.task or job.pipeline, [*job.nodes])


def run_here(words: Sequence[str]) -> Outcome:
    """Run one task in this very process; nobody keeps its time, or ends what it leaves behind."""
    try:
        job = _with_folder(read_job(words))
        if job.timeout or job.until_stdin_ends:
            what = "A task that is called in its caller's process cannot be stopped by itself."
            raise UsageError(Finding(what=what, where="--timeout, --until-stdin-ends"))
        return _task(job)
    except ShipwayError as error:
        return Outcome(code=error.exit_code, words=_words(error))


def _with_folder(job: Job) -> Job:
    """Return the job with the full path of its folder: a node may leave the one it starts in."""
    try:
        return replace(job, project=job.project.absolute())
    except FileNotFoundError:
        what = "The working directory has been removed."
        raise ProjectError(Finding(what=what, where=str(job.project))) from None


def _task(job: Job) -> Outcome:
    try:
        return _clean(job) if job.clean_store else _run(job)
    except ShipwayError as error:
        return Outcome(code=error.exit_code, words=_words(error))


def _clean(job: Job) -> Outcome:
    from shipway.runtime.store import clean, folder_of

    os.chdir(job.project)
    clean(folder_of(job.store or "", job.flow, version(job)))
    return Outcome(code=0)


def _run(job: Job) -> Outcome:
    os.environ.update(facts(job))
    under_way: list[Any] = []
    try:
        with tracking.ending():
            _run_nodes(job, under_way)
    except (ShipwayError, stop.StopRequest):
        raise
    except BaseException as error:  # noqa: BLE001 - settings, hooks, nodes, datasets: the user's code
        from shipway.runtime.failure import report

        return Outcome(code=1, words=report(error, job, under_way))
    return Outcome(code=0)


def _run_nodes(job: Job, under_way: list[Any]) -> None:
    if job.project.is_dir():
        from shipway.runtime import logs

        logs.set_up(job.project)
    from shipway.runtime.nodes import run_nodes

    run_nodes(job, version(job), under_way)


def version(job: Job) -> str:
    """Return the version under which the job's run saves."""
    return version_of(job.created, job.package, job.flow, job.run_id)


def facts(job: Job) -> dict[str, str]:
    """Return what a node or a hook can know of the run, as environment variables."""
    return {
        "SHIPWAY_RUN_ID": job.run_id,
        "SHIPWAY_RUN_CREATED": job.created.isoformat(),
        "SHIPWAY_VERSION": version(job),
        "SHIPWAY_FLOW": job.flow,
        "SHIPWAY_PIPELINE": job.exported or job.pipeline,
        "SHIPWAY_TASK": job.task,
    }


def _words(error: ShipwayError) -> str:
    lines: list[str] = []
    for finding in error.findings:
        lines.append(f"shipway: {finding.what}")
        more = (finding.where and f"at {finding.where}", finding.remedy)
        lines += [f"  {line}" for line in more if line]
    return "\n".join(lines)
