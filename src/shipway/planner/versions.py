"""Which version a dataset loads whose place is that of a versioned output of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shipway.errors import Finding, PlanError
from shipway.model import Node, Pipeline, Project, bare
from shipway.planner.dataset_places import Places
from shipway.planner.plan import Task, by_task


@dataclass(frozen=True, kw_only=True)
class Versions:
    """Versioned datasets that no node writes, in the places of those that nodes do write.

    `kedro run` looks for the latest version when a name is first loaded, and keeps to it (Kedro,
    `AbstractVersionedDataset.resolve_load_version`).

    Args:
        before_run: first loaded before the run writes there, by task.
        own: first loaded after, so that the run's own version is the latest, by task.
        writers: the node that writes to the place of each of them.
    """

    before_run: Mapping[str, tuple[str, ...]]
    own: Mapping[str, tuple[str, ...]]
    writers: Mapping[str, str]


def versions_of(
    project: Project, pipeline: Pipeline, places: Places, tasks: Sequence[Task]
) -> Versions:
    """Return which of a run's versioned inputs it must not take, or must take, from itself."""
    writers_by_place = _writers(project, pipeline, places)
    readers: dict[str, list[int]] = {}
    for rank, node in enumerate(pipeline.nodes if writers_by_place else ()):
        for name in dict.fromkeys(node.datasets_in):
            # What a node of the pipeline makes is loaded as the run's own version by its own name.
            if bare(name) not in pipeline.producers and project.dataset(name).versioned:
                readers.setdefault(name, []).append(rank)
    task_of = {node.name: task.name for task in tasks for node in task.nodes}
    loads: dict[bool, list[tuple[str, str]]] = {True: [], False: []}
    writers: dict[str, str] = {}
    for name, ranks in readers.items():
        writer, is_same = _writer(places, name, writers_by_place)
        # The same node counts as early, too: it loads its inputs before it saves its outputs.
        is_early = writer is not None and ranks[0] <= writer
        if writer is not None and (is_same or is_early):
            key = name if is_early else bare(name)
            writers[key] = pipeline.nodes[writer].name
            loads[is_early] += [(task_of[pipeline.nodes[rank].name], key) for rank in ranks]
    return Versions(before_run=by_task(loads[True]), own=by_task(loads[False]), writers=writers)


_Writers = Mapping[int, tuple[int, Node, str]]
"""By place: the position of the node that writes a versioned dataset there, and the dataset."""


def _writers(project: Project, pipeline: Pipeline, places: Places) -> _Writers:
    writers: dict[int, tuple[int, Node, str]] = {}
    for rank, node in enumerate(pipeline.nodes):
        for name in node.outputs:
            if project.dataset(name).versioned:
                for place in places.of(name):
                    writers.setdefault(place, (rank, node, name))
    return writers


def _writer(places: Places, name: str, writers: _Writers) -> tuple[int | None, bool]:
    """Return the first node that writes to a name's place, and whether it surely is that place."""
    ranks = [writers[place][0] for place in places.of(name) if place in writers]
    if ranks:
        return min(ranks), True
    around = [other for place in places.of(name) for other in places.around[place]]
    return min((writers[place][0] for place in around if place in writers), default=None), False


def check_versions(project: Project, pipeline: Pipeline, places: Places) -> None:
    """Check that a run saves a version in each place once.

    Raises:
        PlanError: two outputs are versions of one file, which `kedro run` refuses, too; one
            finding for each.
    """
    writers = _writers(project, pipeline, places)
    findings = []
    for node in pipeline.nodes if writers else ():
        for name in node.outputs:
            dataset = project.dataset(name)
            for place in places.of(name) if dataset.versioned else ():
                _, other, first = writers[place]
                if first != name and places.is_sure(place):
                    findings.append(_twice(str(dataset.location), (other, first), (node, name)))
    if findings:
        raise PlanError(*findings)


def _twice(location: str, one: tuple[Node, str], other: tuple[Node, str]) -> Finding:
    return Finding(
        what=f"`{one[1]}` and `{other[1]}` would both save this run's version of {location}. "
        "`kedro run` fails at the second: a version must not exist when it is saved.",
        where=" and ".join(
            f"catalog entry `{name}`, output of the node `{node.name}`"
            + (f" ({node.origin})" if node.origin else "")
            for node, name in (one, other)
        ),
        remedy="Give one of them a `filepath` of its own, or let one node write what both hold.",
    )
