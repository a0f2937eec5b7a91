"""What one pipeline has to do with another: who starts whom, and whether it finds the files then.

Pipelines that are exported in one call are compared with one another. Of others, those are planned
that may start an exported one, or are started by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from shipway.errors import PlanError, ShipwayError
from shipway.model import Project
from shipway.planner.plan import Plan
from shipway.targets.exporter import Exporter
from shipway.targets.local_files import Sight, sight_of
from shipway.targets.other_pipelines import Miss, Outputs, misses


class OtherPipelines:
    """The pipelines of a project beside each other.

    Args:
        exported: the plans of those that are exported.
        starts: the datasets that start each pipeline or job, where the target can start one so.
        writers: names those that write a dataset.
        plan_of: plans one that is not exported.
    """

    def __init__(
        self,
        project: Project,
        exporter: Exporter,
        *,
        exported: Sequence[Plan],
        starts: Mapping[str, Sequence[str]],
        writers: Callable[[str], Sequence[str]],
        plan_of: Callable[[str], Plan],
    ) -> None:
        self.project, self.exporter, self.starts = project, exporter, starts
        self.writers = writers
        self.exported = {plan.subject: plan for plan in exported}
        self.plan_of = plan_of
        self.absent: dict[str, Plan | None] = {}
        self.sights: dict[tuple[str, str], Sight] = {}

    def error(self, reader: Plan) -> PlanError | None:
        """Return why a pipeline cannot be exported: what starts it writes out of its sight."""
        where = reader.run.places.get("schedule", "schedule")
        findings = dict.fromkeys(miss.finding(where) for miss in self._refused(reader))
        return PlanError(*findings) if findings else None

    def notes(self, plan: Plan) -> Iterator[str]:
        """Yield what else is to be said of a pipeline that is exported."""
        refused = set(self._refused(plan))
        starters = [name for names in self._absent_starters(plan) for name in names]
        answers = {name: self._misses_of(name, plan) for name in starters}
        to_plan = [*self._misses(plan), *(m for answer in answers.values() for m in answer or ())]
        yield from _grouped(miss for miss in to_plan if miss not in refused)
        yield from _grouped(self._misses_of_absent_readers(plan))
        for name in (name for name, answer in answers.items() if answer is None):
            yield (
                f"`{name}` may start `{plan.subject}`, but cannot be planned: whether "
                f"`{plan.subject}` finds its local files is unknown."
            )

    def _refused(self, reader: Plan) -> Iterator[Miss]:
        datasets = set(self.starts.get(reader.subject, ()))
        for miss in self._misses(reader):
            if datasets & _announced(self.exported[miss.writer.pipeline]):
                yield miss
        for names in self._absent_starters(reader):
            answers = [self._misses_of(name, reader) for name in names]
            # One that fits is enough: nobody knows which of them are on the target.
            if answers and all(answers):
                yield from answers[0] or ()

    def _absent_starters(self, reader: Plan) -> Iterator[Sequence[str]]:
        """Yield who may start a pipeline, for each dataset that no exported one announces."""
        others = [plan for plan in self.exported.values() if plan is not reader]
        announced = {name for plan in others for name in _announced(plan)}
        for dataset in self.starts.get(reader.subject, ()):
            if dataset not in announced:
                yield [name for name in self.writers(dataset) if name not in self.exported]

    def _misses(self, reader: Plan) -> Iterator[Miss]:
        return misses(self._outputs, reader, self._sight)

    def _misses_of(self, writer: str, reader: Plan) -> tuple[Miss, ...] | None:
        """Return what a pipeline misses of one that is not exported; `None`: nobody knows."""
        plan = self._absent(writer)
        return tuple(misses(Outputs([plan]), reader, self._sight)) if plan else None

    def _misses_of_absent_readers(self, writer: Plan) -> Iterator[Miss]:
        for name, datasets in self.starts.items():
            if name not in self.exported and _announced(writer) & set(datasets):
                reader = self._absent(name)
                yield from misses(Outputs([writer]), reader, self._sight) if reader else ()

    @cached_property
    def _outputs(self) -> Outputs:
        return Outputs(tuple(self.exported.values()))

    def _absent(self, name: str) -> Plan | None:
        """Plan a pipeline that is not exported; `None` where that cannot be done."""
        if name not in self.absent:
            try:
                plan = self.plan_of(name)
                for task in plan.tasks:
                    self._sight(plan, task.name)
                self.absent[name] = plan
            except ShipwayError:
                # It is not what was asked for, so that its own export has to tell of it.
                self.absent[name] = None
        return self.absent[name]

    def _sight(self, plan: Plan, task: str) -> Sight:
        key = (plan.subject, task)
        if key not in self.sights:
            self.sights[key] = sight_of(plan, plan.task_by_name[task], self.exporter)
        return self.sights[key]


def _announced(plan: Plan) -> set[str]:
    return {name for names in plan.announced.values() for name in names}


def _grouped(all_misses: Iterable[Miss]) -> Iterator[str]:
    """Yield one note for two pipelines."""
    by_pair: dict[tuple[str, str], list[Miss]] = {}
    for miss in dict.fromkeys(all_misses):
        by_pair.setdefault((miss.writer.pipeline, miss.reader.pipeline), []).append(miss)
    for first, *rest in by_pair.values():
        yield first.note(more=len(rest))
