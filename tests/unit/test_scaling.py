"""Work grows with the nodes and no faster: counted in calls, never in seconds."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from cProfile import Profile
from pathlib import Path

import pytest

from shipway.compiler import Compiled, Selection, Source, compile_all, read, settings_for
from shipway.model import Project
from shipway.readers.snapshot import dump
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find, names
from tests.large import deep, energy_at_scale, wide
from tests.proof.observed import observer

SIZES = 300, 600, 1_200
SMALL = 60, 120, 240
LARGE = 1_000, 3_000
LIMIT = 2.05
"""How much more the second step from size to size may add, which is twice the first. What is done
once does not count, and counts are exact: what grows with the square shows at a hundredth."""


def export(snapshot: Path, target: str = "airflow") -> Compiled:
    exporter = find(target)
    reading = read(Source(snapshot=snapshot))
    message = SettingsSource(values={"targets": {target: observer(target).options[0]}})
    settings = settings_for(message, [exporter])
    (artifact,) = compile_all(reading.project, settings, exporter, Selection())
    return artifact


def calls(function: Callable[[], object]) -> int:
    """Count what a function calls, in Python and in C."""
    profile = Profile()
    gc.disable()
    try:
        profile.runcall(function)
    finally:
        gc.enable()
    return sum(entry.callcount for entry in profile.getstats())


def growth(counts: Sequence[int]) -> float:
    """The second step between three counts, as a multiple of the first."""
    one, two, three = counts
    return (three - two) / (two - one)


@pytest.mark.parametrize("make", [energy_at_scale, deep, wide])
@pytest.mark.parametrize("target", names())
def test_calls_grow_with_the_nodes(
    target: str, make: Callable[[int], Project], tmp_path: Path
) -> None:
    sizes = SIZES if (target, make) == ("airflow", energy_at_scale) else SMALL
    snapshots = [tmp_path / f"{size}.json" for size in sizes]
    for size, snapshot in zip(sizes, snapshots, strict=True):
        snapshot.write_text(dump(make(size)), encoding="utf-8")
    export(snapshots[0], target)  # what is imported and compiled once is called no more
    assert growth([calls(lambda s=s: export(s, target)) for s in snapshots]) < LIMIT  # type: ignore[misc]


@pytest.mark.parametrize("size", LARGE)
def test_every_node_is_in_the_artifact(size: int, tmp_path: Path) -> None:
    project = energy_at_scale(size)
    snapshot = tmp_path / "project.json"
    snapshot.write_text(dump(project), encoding="utf-8")
    artifact = export(snapshot)
    (file,) = artifact.files
    assert sum(len(task.nodes) for task in artifact.plan.tasks) == size
    assert all(f'"{node.name}"' in file.text for node in project.pipelines[0].nodes)


@pytest.mark.parametrize("often", [0, 1])
def test_control_counting_sees_work_that_grows_with_the_square(often: int) -> None:
    """Also where it is little, beside what grows with the nodes and what is done once."""

    def counts(size: int) -> int:
        linear, squared = range(300 * size), range(often * size * size // 20)
        return calls(
            lambda: [len(str(i)) for part in (linear, squared, range(9_999)) for i in part]
        )

    assert (growth([counts(size) for size in SMALL]) < LIMIT) == (not often)
