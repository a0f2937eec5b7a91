"""What holds of any two pipelines: of random ones, read from their plans and from artifacts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipway.artifacts.readback import Contents, planned_tasks, run_values
from shipway.comparison.changes import Change, Kind
from shipway.comparison.compare import compare
from shipway.model import Node
from shipway.planner.plan import defaults
from shipway.targets.registry import names
from tests.unit.comparison.artifacts import artifact, comparison
from tests.unit.planner.build_ir import node, plan, project
from tests.unit.planner.graphs import graphs

OPPOSITES: Mapping[Kind, Kind] = {
    "task-added": "task-removed",
    "task-split": "tasks-fused",
    "node-added": "node-removed",
    "edge-added": "edge-removed",
    "parameter-added": "parameter-removed",
}
BACK = {**OPPOSITES, **{other: one for one, other in OPPOSITES.items()}}
TASK_SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "retries": st.integers(0, 3),
        "timeout": st.sampled_from(["1m", "1h"]),
        "group_by": st.sampled_from(["none", "chain", "pipeline"]),
        "schedule": st.just({"cron": "0 6 * * *"}),
        "env": st.dictionaries(st.sampled_from(["A", "B"]), st.sampled_from(["x", "y"])),
    },
)


def nodes_of(graph: list[list[int]], labels: list[str]) -> list[Node]:
    """A node a vertex, whose inputs are the outputs of those before it."""
    before: list[list[int]] = [[] for _ in graph]
    for start, ends in enumerate(graph):
        for end in ends:
            before[end].append(start)
    return [
        node(labels[i], " ".join([f"d{j}" for j in before[i]] or ["raw"]), f"d{i}")
        for i in range(len(graph))
    ]


@st.composite
def pipelines(draw: st.DrawFn) -> tuple[list[Node], dict[str, Any], dict[str, Any]]:
    """Nodes, parameters and settings."""
    graph = draw(graphs(6))
    labels = draw(st.permutations([f"n{i}" for i in range(8)]))
    parameters = draw(st.dictionaries(st.sampled_from(["p", "q"]), st.integers(0, 2)))
    nodes = nodes_of(graph, labels)
    reads = (*nodes[0].inputs, *(f"params:{name}" for name in sorted(parameters)))
    return [replace(nodes[0], inputs=reads), *nodes[1:]], parameters, draw(TASK_SETTINGS)


def contents(of: tuple[list[Node], dict[str, Any], dict[str, Any]]) -> Contents:
    nodes, parameters, args = of
    result = plan(project(*nodes, parameters=parameters), args)
    return Contents(
        name=result.name,
        tasks=planned_tasks(result),
        parameters=defaults(result),
        run=run_values(result),
        keys=frozenset(),
    )


def kinds(changes: tuple[Change, ...]) -> Counter[tuple[Kind, str]]:
    """How often each kind, and of which name; a renamed node has two."""
    named = ("node-changed", "node-added", "node-removed")
    return Counter((c.kind, "" if c.kind in named else c.name) for c in changes)


@settings(deadline=None)
@given(pipelines())
def test_nothing_changes_from_a_pipeline_to_itself(of: Any) -> None:
    assert compare(contents(of), contents(of)) == ()


@settings(deadline=None)
@given(pipelines(), pipelines())
def test_backwards_everything_is_the_opposite(one: Any, other: Any) -> None:
    there = kinds(compare(contents(one), contents(other)))
    back = kinds(compare(contents(other), contents(one)))
    opposite = Counter(
        {(BACK.get(kind, kind), name): number for (kind, name), number in back.items()}
    )
    is_task = ("task-split", "tasks-fused", "tasks-regrouped")
    if not any(kind in is_task for kind, _ in there):
        assert there == opposite


@settings(deadline=None)
@given(pipelines(), pipelines(), st.randoms())
def test_the_order_in_which_tasks_are_read_changes_nothing(
    one: Any, other: Any, random: Any
) -> None:
    before, after = contents(one), contents(other)
    tasks = list(before.tasks.items())
    random.shuffle(tasks)
    assert compare(before, after) == compare(replace(before, tasks=dict(tasks)), after)


@settings(deadline=None)
@given(graphs(6), st.permutations([f"n{i}" for i in range(6)]))
def test_new_names_alone_are_renamed_tasks_alone(graph: Any, labels: list[str]) -> None:
    old = [f"n{i}" for i in range(len(graph))]
    new = labels[: len(graph)]
    before, after = (contents((nodes_of(graph, labels), {}, {})) for labels in (old, new))
    changes = [c for c in compare(before, after) if c.kind != "digest"]
    expected = {(one, other) for one, other in zip(old, new, strict=True) if one != other}
    assert {change.kind for change in changes} <= {"task-renamed"}
    assert {(change.before, change.after) for change in changes} == expected


@settings(deadline=None)
@given(pipelines(), pipelines())
def test_every_task_is_told_of_or_on_both_sides(one: Any, other: Any) -> None:
    before, after = contents(one), contents(other)
    changes = compare(before, after)
    added = {c.tasks[0] for c in changes if c.kind == "task-added"}
    removed = {c.tasks[0] for c in changes if c.kind == "task-removed"}
    renamed = [c for c in changes if c.kind == "task-renamed"]
    regrouped = [c for c in changes if isinstance(c.before, dict) and isinstance(c.after, dict)]
    gone = removed | {c.before for c in renamed} | {n for c in regrouped for n in c.before}
    here = added | {c.after for c in renamed} | {n for c in regrouped for n in c.after}
    assert before.tasks.keys() - gone == after.tasks.keys() - here


@pytest.mark.parametrize("target", names())
@settings(max_examples=8, deadline=None)
@given(of=pipelines())
def test_an_artifact_is_the_same_as_itself_read_whole(target: str, of: Any) -> None:
    """Of its texts, with one line more, so that they are read at all."""
    nodes, parameters, _ = of
    result = artifact(target, *nodes, parameters=parameters)
    noted = replace(
        result, files=tuple(replace(file, text=f"{file.text}\n") for file in result.files)
    )
    read = comparison(target, result, noted)
    assert read.status == "changed", read.reason
    assert {change.kind for change in read.changes} == {"lines"}
