"""Whether a pipeline finds the local files that another one writes: both must see one disk.

`shipway.targets.local_files` asks the same of the tasks of one pipeline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from shipway.errors import Finding
from shipway.locations import Parts, is_one_value, parts_of
from shipway.planner.plan import LocalFile, Plan
from shipway.targets.file_findings import Disk
from shipway.targets.local_files import Sight, disk_of

SightOf = Callable[[Plan, str], Sight]
"""Tells how a task of a plan, by its name, sees files."""

_REMEDY = "Let both mount the same volume (`volumes`), or give it a URL in the catalog (s3://…)."
_OF_CONTAINER: Disk = ("the disk of its container", "")


@dataclass(frozen=True, kw_only=True)
class Look:
    """Where a task of a pipeline, or of a job, has a file, or looks for it."""

    pipeline: str
    task: str
    disk: Disk

    def __str__(self) -> str:
        whose, path = self.disk
        return f"{whose} ({path})" if path else whose


@dataclass(frozen=True, kw_only=True)
class Miss:
    """A file that a pipeline writes elsewhere than another looks for it.

    Args:
        dataset: by the reader's name.
    """

    dataset: str
    writer: Look
    reader: Look

    def finding(self, where: str) -> Finding:
        """Return what to say where the writer starts the reader, which was set at `where`."""
        return Finding(
            what=f"`{self.reader.task}` would not find the local file of `{self.dataset}` when "
            f"`{self.writer.pipeline}` starts `{self.reader.pipeline}`: {self._places()}.",
            where=where,
            remedy=_REMEDY,
        )

    def note(self, more: int) -> str:
        """Return what to say otherwise, and of how many more files the same is true."""
        rest = f" So it is with {more} more." if more else ""
        return (
            f"`{self.reader.task}` of `{self.reader.pipeline}` does not find the local file of "
            f"`{self.dataset}` that `{self.writer.pipeline}` writes: {self._places()}.{rest}"
        )

    def _places(self) -> str:
        return (
            f"`{self.writer.task}` has it on {self.writer}, and `{self.reader.task}` looks on "
            f"{self.reader}"
        )


class Outputs:
    """The files that pipelines write, by their places and by the folders above these."""

    def __init__(self, plans: Sequence[Plan]) -> None:
        self.at: dict[Parts, list[tuple[Plan, LocalFile]]] = {}
        self.below: dict[Parts, list[tuple[Plan, LocalFile]]] = {}
        for plan in plans:
            for file in plan.files:
                parts = parts_of(file.location)
                self.at.setdefault(parts, []).append((plan, file))
                for end in range(1, len(parts)):
                    self.below.setdefault(parts[:end], []).append((plan, file))

    def sharing(self, parts: Parts) -> Iterator[tuple[Plan, LocalFile]]:
        """Yield what surely is a place, lies in it or holds it; see `locations.overlap`."""
        if all(map(is_one_value, parts)):
            for end in range(1, len(parts) + 1):
                yield from self.at.get(parts[:end], ())
            yield from self.below.get(parts, ())


def misses(outputs: Outputs, reader: Plan, sight_of: SightOf) -> Iterator[Miss]:
    """Yield the files of other pipelines that one does not find where these have them."""
    for file in reader.local_inputs:
        for writer, output in outputs.sharing(parts_of(file.location)):
            if writer.subject != reader.subject:
                yield from _misses(writer, output, reader, file, sight_of)


def _misses(
    writer: Plan, output: LocalFile, reader: Plan, file: LocalFile, sight_of: SightOf
) -> Iterator[Miss]:
    # Of a folder and a file in it, the file's own place is compared.
    inner = max(output, file, key=lambda one: len(parts_of(one.location)))
    for one, other in product(output.writers, file.tasks):
        sights = (sight_of(writer, one), sight_of(reader, other))
        here, there = (disk_of(inner, sight) for sight in sights)
        if here != there and not _is_up_to_deployment(*sights):
            yield Miss(
                dataset=file.dataset,
                writer=Look(pipeline=writer.subject, task=one, disk=here or _OF_CONTAINER),
                reader=Look(pipeline=reader.subject, task=other, disk=there or _OF_CONTAINER),
            )
            return  # of further tasks the same is true


def _is_up_to_deployment(one: Sight, other: Sight) -> bool:
    """Tell whether both run on a worker and one's folder is known only there."""
    on_worker = one.volumes is None and other.volumes is None
    return on_worker and one.root.is_absolute() != other.root.is_absolute()
