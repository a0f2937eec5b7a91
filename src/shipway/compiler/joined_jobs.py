"""Jobs that share one artifact, where a target has several deployments of one.

Which jobs these are follows from the settings alone, and not from what is asked for: an export of
one of them writes the same files as an export of all. So each job of its pipeline is planned, since
its plan alone tells whether it shares them. A target without shared artifacts plans one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from shipway.errors import ShipwayError
from shipway.model import Parameter
from shipway.planner.leaves import without_default
from shipway.planner.plan import Plan
from shipway.settings.jobs import leaves
from shipway.settings.settings import Settings
from shipway.targets.exporter import Exporter, JoinsJobs


class JoinedJobs:
    """The artifacts that jobs share, by registered pipeline.

    Args:
        is_whole: whether they are exported as the settings have them. A part of one, or other
            values for one export, would change the other jobs of the artifact as well.
        plan_of: plans a pipeline or a job by its name, or returns why there is no plan.
        name_of: names the artifact of the jobs of a pipeline.
    """

    def __init__(
        self,
        settings: Settings,
        exporter: Exporter,
        is_whole: bool,
        plan_of: Callable[[str], Plan | ShipwayError],
        name_of: Callable[[str], str],
    ) -> None:
        self.settings, self.exporter = settings, exporter
        self.is_whole = is_whole
        self.plan_of, self.name_of = plan_of, name_of
        self.by_pipeline: dict[str, Plan | ShipwayError | None] = {}

    def of(self, plan: Plan | ShipwayError) -> Plan | ShipwayError:
        """Return the plan of the artifact that a job shares, or a plan that has its own.

        An error stays, and one is what keeps another job from being planned that may share it.
        """
        if isinstance(plan, ShipwayError) or plan.job is None or not self.is_whole:
            return plan
        if not isinstance(self.exporter, JoinsJobs):
            return plan
        if plan.pipeline not in self.by_pipeline:
            self.by_pipeline[plan.pipeline] = self._joined(plan.pipeline, self.exporter)
        joined = self.by_pipeline[plan.pipeline]
        if isinstance(joined, ShipwayError):
            return joined
        names = {job.job for job in joined.jobs} if joined else set()
        return joined if joined and plan.job in names else plan

    def _joined(self, pipeline: str, exporter: JoinsJobs) -> Plan | ShipwayError | None:
        whole = self.plan_of(pipeline)
        if isinstance(whole, ShipwayError):
            return None  # it need not make a plan, where only the jobs are asked for
        plans = [self.plan_of(name) for name in self._names(pipeline)]
        if error := next((one for one in plans if isinstance(one, ShipwayError)), None):
            return error
        jobs = [one for one in plans if isinstance(one, Plan) and exporter.joins(whole, one)]
        if not jobs:
            return None
        notes = dict.fromkeys(note for job in jobs for note in job.notes)
        return replace(
            whole,
            name=self.name_of(pipeline),
            jobs=tuple(jobs),
            parameters=tuple(_unset(whole.parameters, jobs)),
            # When each of them runs, it says itself.
            run=replace(whole.run, schedule=None),
            notes=tuple(notes),
        )

    def _names(self, pipeline: str) -> list[str]:
        jobs = self.settings.jobs
        return sorted(name for name in jobs if jobs[name].pipeline == pipeline)


def _unset(parameters: Iterable[Parameter], jobs: Iterable[Plan]) -> Iterator[Parameter]:
    """Yield the parameters of a shared artifact: those that a job sets have no default in it.

    A value that equals a default counts as not set. So a run of a job with `country: fr` that is
    given what the project has, `de`, would be taken for one that is given nothing.
    """
    names = {name for job in jobs for name in leaves(job.constants)}
    for parameter in parameters:
        yield without_default(parameter) if parameter.name in names else parameter
