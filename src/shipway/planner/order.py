"""Kedro's own order, where it counts: between nodes that use one place under several names.

`kedro run` runs the nodes in the order of `Pipeline.nodes` (Kedro, `kedro.runner.runner`). Data
that passes by name keeps a part of that order; what passes by a file alone needs the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shipway.locations import path_of
from shipway.model import Pipeline, Project
from shipway.planner.dataset_places import Places, Use
from shipway.planner.graph import UnionFind

_MANY = 100_000
"""Pairs of uses beyond which places that share files count as one, so that work stays linear."""
_FAR = 1_000
"""Steps for which a way along the data is looked for; an edge too many does no harm."""


@dataclass(frozen=True, kw_only=True)
class Wait:
    """A node that waits for an earlier one, since both use one place.

    Args:
        datasets: by which the earlier and the later node use it.
        place: what both use, for messages.
        is_sure: whether they surely do; otherwise what a run computes decides.
        is_database: whether it is an embedded database, which one process at a time may write.
    """

    earlier: str
    later: str
    datasets: tuple[str, str]
    place: str
    is_sure: bool
    is_database: bool


@dataclass(frozen=True, kw_only=True)
class Order:
    """Who waits for whom.

    Args:
        meetings: the nodes between which a place asks for an order, as far as others between
            them do not ask for it.
        waits: those of them that no data between the nodes implies.
        parents: the nodes that each node waits for, for data or a place, in Kedro's order.
        places: what the nodes use.
    """

    places: Places
    meetings: tuple[Wait, ...]
    waits: tuple[Wait, ...]
    parents: Mapping[str, tuple[str, ...]]


def order_of(project: Project, pipeline: Pipeline, one_at_a_time: bool) -> Order:
    """Return who waits for whom in a pipeline.

    Args:
        one_at_a_time: see `Places`.
    """
    places = Places(project, pipeline, one_at_a_time)
    rank = {node.name: i for i, node in enumerate(pipeline.nodes)}
    parents = [[rank[p] for p in pipeline.parents[node.name]] for node in pipeline.nodes]
    meetings: list[Wait] = []
    waits: list[Wait] = []
    for later, meetings_of_node in enumerate(_Logs(places).meetings()):
        redundant = _redundant(parents, later, meetings_of_node)
        for earlier in sorted(meetings_of_node):
            wait = _wait(project, pipeline, places, (earlier, later), meetings_of_node[earlier])
            meetings.append(wait)
            if earlier not in redundant:
                waits.append(wait)
                parents[later].append(earlier)
    names = [node.name for node in pipeline.nodes]
    return Order(
        places=places,
        meetings=tuple(meetings),
        waits=tuple(waits),
        parents={
            name: tuple(names[i] for i in sorted(above))
            for name, above in zip(names, parents, strict=True)
        },
    )


_Meeting = tuple[Use, Use]
"""The uses by which an earlier and a later node meet."""


@dataclass
class _Log:
    """Who used a place last: a writer, and who has read what it wrote, by position."""

    writer: tuple[int, Use] | None = None
    readers: list[tuple[int, Use]] = field(default_factory=list)

    def before(self, writes: bool) -> Sequence[tuple[int, Use]]:
        """Return who must be done before the next user; readers have waited for the writer."""
        # The readers waited for the writer before, which so needs no edge of its own.
        if writes and self.readers:
            return self.readers
        return [self.writer] if self.writer else []

    def note(self, node: int, use: Use) -> None:
        if use.writes:
            self.writer, self.readers = (node, use), []
        else:
            self.readers.append((node, use))


class _Logs:
    """Goes through the nodes in Kedro's order, and notes who has used which place."""

    def __init__(self, places: Places) -> None:
        self.places = places
        sets = _together(places)
        self.set_of = [sets.find(place) for place in range(len(places.paths))]
        self.around = [
            tuple(dict.fromkeys([self.set_of[p], *(self.set_of[q] for q in places.around[p])]))
            for p in range(len(places.paths))
        ]
        self.logs = [_Log() for _ in places.paths]

    def meetings(self) -> Iterator[dict[int, _Meeting]]:
        """Yield for each node whom it must wait for."""
        for node, uses in enumerate(self.places.uses):
            meetings_of_node: dict[int, _Meeting] = {}
            for use in uses:
                for place in self.around[use.place]:
                    for earlier, theirs in self.logs[place].before(use.writes):
                        meetings_of_node.setdefault(earlier, (theirs, use))
            # What a node reads comes first, so that what it writes there counts after.
            for use in sorted(uses, key=lambda use: use.writes):
                self.logs[self.set_of[use.place]].note(node, use)
            yield meetings_of_node


def _together(places: Places) -> UnionFind:
    """Return the places as sets of those that count as one."""
    count = [0] * len(places.paths)
    for use in (use for uses in places.uses for use in uses):
        count[use.place] += 1
    sets = UnionFind(len(places.paths))
    for place, others in enumerate(places.around):
        if count[place] * sum(count[other] for other in others) > _MANY:
            sets.union([place, *others])
    return sets


def _redundant(
    parents: Sequence[Sequence[int]], later: int, meetings: Mapping[int, _Meeting]
) -> set[int]:
    """Return those of the earlier nodes from which a way leads to the later one already."""
    if not meetings:
        return set()
    redundant = set(parents[later]) & meetings.keys()
    first = min(meetings)
    waiting = list({*parents[later], *meetings})
    visits = set(waiting)
    # All direct parents are looked at in any case, however many there are.
    steps = _FAR + len(waiting)
    while waiting and steps:
        steps -= 1
        for parent in parents[waiting.pop()]:
            if parent in meetings:
                redundant.add(parent)
            # Positions grow along every edge: nothing before the first meeting leads there.
            if parent >= first and parent not in visits:
                visits.add(parent)
                waiting.append(parent)
    return redundant


def _wait(
    project: Project, pipeline: Pipeline, places: Places, nodes: tuple[int, int], meeting: _Meeting
) -> Wait:
    theirs, own = meeting
    pair = (min(theirs.place, own.place), max(theirs.place, own.place))
    sides = [_display(project, places, use) for use in meeting]
    is_sure = places.is_sure(own.place) and (len(set(pair)) == 1 or places.overlaps.get(pair, True))
    databases = {project.dataset(use.dataset).database for use in meeting}
    is_database = sides[0] == sides[1] and databases == {sides[0]}
    return Wait(
        earlier=pipeline.nodes[nodes[0]].name,
        later=pipeline.nodes[nodes[1]].name,
        datasets=(theirs.dataset, own.dataset),
        place=" and ".join(dict.fromkeys(sides)),
        is_sure=is_sure,
        is_database=is_database,
    )


def _display(project: Project, places: Places, use: Use) -> str:
    dataset = project.dataset(use.dataset)
    if dataset.location is None:
        return f"the table {dataset.table}"
    if dataset.kind == "remote":
        return dataset.location
    return path_of(places.paths[use.place])
