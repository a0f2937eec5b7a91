"""Layers, edges, the critical path and the reasons of a plan."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shipway.planner.plan import Task
from shipway.settings.values import TaskSettings
from shipway.views.critical_path import critical_path_of, duration
from shipway.views.layers import layers_of
from shipway.views.reasons import reasons_of
from tests.unit.planner.build_ir import node, project
from tests.unit.planner.graphs import graphs
from tests.unit.views.looks import diamond, view


def task(name: str, *needs: str, timeout: float | None = None, reason: str | None = None) -> Task:
    settings = TaskSettings(timeout=timeout)
    return Task(
        name=name,
        label=name,
        nodes=(node(name),),
        pipeline="p",
        needs=needs,
        settings=settings,
        reason=reason,
    )


def of_graph(graph: list[list[int]]) -> list[Task]:
    """The tasks of a graph in topological order; an edge goes from a lower number to a higher."""
    parents = [[i for i, after in enumerate(graph) if t in after] for t in range(len(graph))]
    return [task(str(t), *map(str, before)) for t, before in enumerate(parents)]


def test_a_layer_holds_what_could_run_at_once() -> None:
    names = [[t.name for t in layer] for layer in view(diamond()).layers]
    assert names == [["in.load__to__clean"], ["left", "right"], ["join"]]


@given(graphs(most=8))
def test_a_task_stands_just_below_what_it_waits_for(graph: list[list[int]]) -> None:
    layers = layers_of(of_graph(graph))
    level = {t.name: depth for depth, layer in enumerate(layers) for t in layer}
    assert len(level) == len(graph)
    for layer in layers:
        for t in layer:
            assert level[t.name] == max((level[need] + 1 for need in t.needs), default=0)


@given(graphs(most=8))
def test_the_critical_path_is_as_long_as_there_are_layers(graph: list[list[int]]) -> None:
    tasks = of_graph(graph)
    path = critical_path_of(tasks).tasks
    by_name = {t.name: t for t in tasks}
    assert len(path) == len(layers_of(tasks))
    assert all(before in by_name[after].needs for before, after in pairwise(path))


def test_time_outs_decide_where_every_task_has_one() -> None:
    tasks = [
        task("long", timeout=7200),
        task("a", timeout=60),
        task("b", "a", timeout=60),
        task("c", "b", timeout=60),
    ]
    path = critical_path_of(tasks)
    assert (path.tasks, path.seconds) == (("long",), 7200)
    assert "at most 2 h" in str(path)
    assert "by time-outs, without retries" in str(path)


def test_tasks_are_counted_where_one_has_no_time_out() -> None:
    path = critical_path_of([task("long", timeout=7200), task("a"), task("b", "a")])
    assert (path.tasks, path.seconds) == (("a", "b"), None)
    assert str(path) == "2 tasks in a row"


def test_the_critical_path_says_how_many_others_are_as_long() -> None:
    assert str(view(diamond()).critical_path) == "3 tasks in a row; 1 other chain is as long"
    alone = [task(name) for name in "abc"]
    assert str(critical_path_of(alone)) == "1 task; 2 other chains are as long"
    by_time = [task("a", timeout=60), task("b", timeout=60), task("c", timeout=30)]
    assert str(critical_path_of(by_time)).endswith("without retries; 1 other chain is as long")
    assert critical_path_of([]).others == 0


def test_chains_that_share_tasks_are_too_many_to_count() -> None:
    pairs = [(f"a{i}", f"b{i}") for i in range(60)]
    tasks = [task(name) for name in pairs[0]]
    for before, after in pairwise(pairs):
        tasks += [task(name, *before) for name in after]
    path = critical_path_of(tasks)
    assert path.others == 2**60 - 1
    assert str(path) == "60 tasks in a row; many other chains are as long"


@given(st.floats(min_value=0.001, max_value=10**9))
def test_a_duration_always_says_something(seconds: float) -> None:
    assert duration(seconds)


def test_durations_in_two_units() -> None:
    assert [duration(s) for s in (90, 3600, 100_000, 0.5)] == [
        "1 min 30 s",
        "1 h",
        "1 d 3 h",
        "0.5 s",
    ]


def test_an_edge_says_what_it_carries() -> None:
    edges = {(e.source, e.target): (e.kind, e.datasets) for e in view(diamond()).edges}
    assert edges["in.load__to__clean", "left"] == ("local", ("clean",))
    assert edges["left", "join"] == ("local", ("l",))


def test_a_reason_is_given_once_with_its_tasks() -> None:
    of = project(
        node("a", "raw", "m"),
        node("b", "m", "one"),
        node("c", "raw", "n"),
        node("d", "n", "two"),
        memory="m n",
    )
    (reason,) = reasons_of(view(of).plan.tasks)
    assert reason.text == "data passes between them in memory"
    assert reason.tasks == {"a__to__b": ("m",), "c__to__d": ("n",)}


def test_reasons_of_one_task_are_told_apart() -> None:
    both = task("t", reason="grouped by tag:a; b; `x; y` passes between them in memory")
    texts = [reason.text for reason in reasons_of([both])]
    assert texts == ["they are grouped by tag:a", "b", "data passes between them in memory"]


def test_an_unknown_reason_is_kept_as_it_is() -> None:
    (reason,) = reasons_of([task("t", reason="`n` needs it")])
    assert (reason.text, reason.tasks) == ("`…` needs it", {"t": ("n",)})
