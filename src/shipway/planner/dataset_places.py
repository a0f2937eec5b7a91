"""Which places the nodes of a pipeline use, and which of these share files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from shipway.locations import Parts, is_computed, is_one_value, overlap, parts_of
from shipway.model import Dataset, Node, Pipeline, Project
from shipway.planner.similar import Similar

_TABLE = "table:${…}"
"""Stands for a database that only a run knows, its credentials being in its address."""


@dataclass(frozen=True)
class Use:
    """A node's use of a place, by one of its datasets.

    Args:
        place: position in `Places.known`.
    """

    place: int
    dataset: str
    writes: bool


class Places:
    """The places that a pipeline's nodes use.

    Args:
        one_at_a_time: whether no two tasks ever run at once. Then an embedded database keeps
            nobody waiting, and only its tables count.
    """

    def __init__(self, project: Project, pipeline: Pipeline, one_at_a_time: bool) -> None:
        self.project, self.one_at_a_time = project, one_at_a_time
        self.position: dict[Parts, int] = {}
        self.by_dataset: dict[str, tuple[int, ...]] = {}
        self.exclusive_places = set(_turn_takers(project, pipeline))
        # This fills `position`, so the paths are complete only afterwards.
        self.uses = [tuple(self._uses(node)) for node in pipeline.nodes]
        self.paths: Sequence[Parts] = tuple(self.position)

    def of(self, name: str) -> tuple[int, ...]:
        """Return the positions of the places of a dataset."""
        if name not in self.by_dataset:
            parts = _parts(self.project.dataset(name), self.one_at_a_time)
            indices = [self.position.setdefault(place, len(self.position)) for place in parts]
            self.by_dataset[name] = tuple(indices)
        return self.by_dataset[name]

    def _uses(self, node: Node) -> Iterator[Use]:
        for names, writes in ((node.datasets_in, False), (node.outputs, True)):
            for name in dict.fromkeys(names):
                locks = self.project.dataset(name).database in self.exclusive_places
                for place in self.of(name):
                    # Who reads a locked database is in the way of others like who writes it.
                    yield Use(place, name, writes or (locks and not self.one_at_a_time))

    def is_sure(self, place: int) -> bool:
        """Tell whether a place is the same wherever its text is."""
        return all(map(is_one_value, self.paths[place]))

    @cached_property
    def overlaps(self) -> dict[tuple[int, int], bool]:
        """The pairs of places that share files, and whether they surely do."""
        pairs = dict.fromkeys(self._below(), True)
        for pair in self._open_matches():
            if pair not in pairs and overlap(*(self.paths[place] for place in pair)) is not False:
                pairs[pair] = False
        return pairs

    @cached_property
    def around(self) -> list[list[int]]:
        """The places that share files with each one, itself left out."""
        neighbours: list[list[int]] = [[] for _ in self.paths]
        for one, other in sorted(self.overlaps):
            neighbours[one].append(other)
            neighbours[other].append(one)
        return neighbours

    def _below(self) -> Iterator[tuple[int, int]]:
        """Yield folders with what lies in them."""
        for parts, place in self.position.items():
            for end in range(1, len(parts)):
                above = self.position.get(parts[:end])
                if above is not None:
                    yield (min(above, place), max(above, place))

    def _open_matches(self) -> Iterator[tuple[int, int]]:
        """Yield what may be the same by what a run computes: pairs worth comparing."""
        numbers = enumerate(self.paths)
        open_places = [(place, parts) for place, parts in numbers if any(map(is_computed, parts))]
        if not open_places:
            return
        index = Similar(self.paths)
        for place, parts in open_places:
            for other in index.to(parts):
                yield (min(other, place), max(other, place))


def _turn_takers(project: Project, pipeline: Pipeline) -> Iterator[str]:
    """Yield the databases that a task can find locked by another."""
    for node in pipeline.nodes:
        for names, writes in ((node.datasets_in, False), (node.outputs, True)):
            for dataset in map(project.dataset, names):
                if dataset.database and (writes or dataset.exclusive):
                    yield dataset.database


def _parts(dataset: Dataset, one_at_a_time: bool) -> Iterator[Parts]:
    if dataset.kind == "memory":
        return
    if dataset.location and dataset.location != dataset.database:
        yield parts_of(dataset.location)
    yield from map(parts_of, dataset.files)
    if dataset.database and not one_at_a_time:
        yield parts_of(dataset.database)
    elif dataset.database and dataset.location == dataset.database:
        table = (dataset.table,) if dataset.table else ()
        yield (*parts_of(dataset.database), *table)
    if dataset.table and not dataset.location:
        yield (_TABLE, dataset.table)
