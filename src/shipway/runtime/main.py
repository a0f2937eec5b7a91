"""The way of a task: read what it is told, find the project, run the nodes, say how it ended."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Any

from shipway.errors import ShipwayError
from shipway.runtime import stop, tracking
from shipway.runtime.job import Job, read_job
from shipway.runtime.version import version_of


def main(words: Sequence[str] | None = None) -> int:
    """Run one task; return its exit code.

    0: done; 1: a node failed; 143: stopped; others above 128: killed by a signal;
    others: as of `shipway.errors`.
    """
    code = stop.go_on_in_child()
    return _task(words) if code is None else code


def _task(words: Sequence[str] | None) -> int:
    try:
        job = read_job(sys.argv[1:] if words is None else words)
        return _clean(job) if job.clean_store else _run(job)
    except ShipwayError as error:
        _say(error)
        return error.exit_code
    except stop.Stopped:
        stop.end_below(os.getpid())
        with contextlib.suppress(BrokenPipeError):  # nobody may be there to read it
            print("shipway: stopped", file=sys.stderr, flush=True)
        return stop.EXIT_CODE


def _clean(job: Job) -> int:
    from shipway.runtime.store import clean, folder_of

    os.chdir(job.project)
    clean(folder_of(job.store or "", job.flow, version(job)))
    return 0


def _run(job: Job) -> int:
    from shipway.runtime.nodes import run_nodes

    os.environ.update(facts(job))
    under_way: list[Any] = []
    try:
        with tracking.ending():
            run_nodes(job, version(job), under_way)
    except ShipwayError:
        raise
    except Exception as error:  # noqa: BLE001 - settings, hooks, nodes, datasets: the user's code
        from shipway.runtime.failure import report

        report(error, job.task or job.pipeline, job.package, under_way)
        return 1
    return 0


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


def _say(error: ShipwayError) -> None:
    sys.stdout.flush()
    for finding in error.findings:
        print(f"shipway: {finding.what}", file=sys.stderr)
        for line in filter(None, (finding.where and f"at {finding.where}", finding.remedy)):
            print(f"  {line}", file=sys.stderr)
    sys.stderr.flush()
