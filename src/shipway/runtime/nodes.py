"""Running a job's nodes in a session of Kedro's."""

from __future__ import annotations

from typing import Any

from shipway.runtime.hooks import Plugin
from shipway.runtime.job import Job
from shipway.runtime.kedro_internals import Session
from shipway.runtime.parameter_values import parameters_set
from shipway.runtime.project import enter, for_loader


def run_nodes(job: Job, version: str, under_way: list[Any]) -> None:
    """Run the nodes of a job as `kedro run` would.

    Args:
        version: under which the job's run saves.
        under_way: takes Kedro's nodes once they are about to run.

    Raises:
        ShipwayError: the project is not there, or not the exported one.
        Exception: whatever the project's code raises.
    """
    job = enter(job)
    params = parameters_set(job)
    session = Session(job, version, for_loader(params))
    session.register(Plugin(job, version, params, under_way))
    session.run(job)
