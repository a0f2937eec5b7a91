"""Select, group, fuse and untangle together, seen from the plan."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipway.errors import PlanError
from shipway.model import Dataset, DatasetKind, Node, Project
from shipway.planner.cut import Cut
from shipway.planner.plan import Plan
from tests.unit.planner.build_ir import node, plan, project, said, task_of, tasks
from tests.unit.planner.graphs import graphs

GROUPINGS = ["none", "chain", "pipeline", "namespace", "namespace:2", "tag", "tag:x,y"]


def labels(result: Plan) -> list[str]:
    return [task.label for task in result.tasks]


def refusal(of: Project, **given: Any) -> str:
    with pytest.raises(PlanError) as error:
        plan(of, given)
    return said(error.value)


def test_memory_around_a_file_becomes_one_task_with_the_reason() -> None:
    of = project(
        node("a", "raw", "in_memory file"),
        node("b", "file", "more"),
        node("c", "in_memory more", "out"),
        memory="in_memory",
    )
    result = plan(of)
    assert tasks(result) == [["a", "b", "c"]]
    assert result.tasks[0].needs == ()
    assert result.tasks[0].reason == (
        "`in_memory` passes between them in memory; they would wait for each other otherwise"
    )
    assert any("`a__to__c` runs 3 nodes: `in_memory`" in note for note in result.notes)


def test_memory_alone_does_not_speak_of_waiting() -> None:
    result = plan(project(node("a", "raw", "m"), node("b", "m", "n"), node("c", "n"), memory="m n"))
    assert result.tasks[0].reason == (
        "`m` passes between them in memory; `n` passes between them in memory"
    )


def test_two_fusions_that_wait_for_each_other_are_one_task() -> None:
    of = project(
        node("a", "raw", "m f"),
        node("b", "raw", "n g"),
        node("c", "m g", "o1"),
        node("d", "n f", "o2"),
        memory="m n",
    )
    result = plan(of)
    assert tasks(result) == [["a", "b", "c", "d"]]
    assert "wait for each other" in (result.tasks[0].reason or "")


def test_memory_is_fused_with_all_its_readers_and_no_more() -> None:
    of = project(
        node("a", "raw", "m"),
        node("b", "m", "x"),
        node("c", "m", "y"),
        node("d", "x y"),
        memory="m",
    )
    assert tasks(plan(of)) == [["a", "b", "c"], ["d"]]


def test_memory_that_nobody_reads_ties_nothing() -> None:
    assert tasks(plan(project(node("a", "r", "m"), node("b", "r", "y"), memory="m"))) == [
        ["a"],
        ["b"],
    ]


@pytest.mark.parametrize("end", ["x@pandas", "x@spark"])
def test_a_transcoded_dataset_is_in_memory_when_either_end_is(end: str) -> None:
    of = project(node("a", "raw", "x@pandas"), node("b", "x@spark", "y"), memory=end)
    assert tasks(plan(of)) == [["a", "b"]]


@pytest.mark.parametrize("group_by", GROUPINGS)
def test_transcoded_edges_are_kept_with_every_grouping(group_by: str) -> None:
    of = project(
        node("a", "raw", "x@pandas", namespace="one", tags=("x",)),
        node("b", "x@spark", "m", namespace="two", tags=("y",)),
        node("c", "m x@pandas", "out", namespace="two", tags=("y",)),
        memory="m",
    )
    result = plan(of, group_by=group_by)
    if group_by not in ("pipeline", "chain"):
        assert task_of(result, "b").needs == (task_of(result, "a").name,)
        (handoff,) = result.handoffs
        assert (handoff.dataset, handoff.kind) == ("x", "local")
    assert ["b", "c"] in tasks(result) or ["a", "b", "c"] in tasks(result)


def interrupted() -> tuple[Node, ...]:
    return (
        node("ns.a1", "raw", "p", namespace="ns"),
        node("x", "p", "q"),
        node("ns.a2", "q", "r", namespace="ns"),
        node("ns.a3", "r", "s", namespace="ns"),
    )


def test_an_interrupted_namespace_is_split_and_told() -> None:
    result = plan(project(*interrupted()), group_by="namespace")
    assert tasks(result) == [["ns.a1"], ["x"], ["ns.a2", "ns.a3"]]
    assert labels(result) == ["ns.a1", "x", "ns__part_1"]
    assert "`ns` is split into 2 tasks: as one it would wait for itself." in result.notes
    assert result.tasks[2].reason == "grouped by namespace"


def test_a_whole_namespace_is_one_task_called_after_it() -> None:
    result = plan(project(*(n for n in interrupted() if n.name != "x"), node("y", "s")), None)
    assert len(result.tasks) == 4
    result = plan(project(*(n for n in interrupted() if n.name != "x")), group_by="namespace")
    assert labels(result) == ["ns"]
    assert result.tasks[0].namespace == "ns"


def test_namespaces_group_at_any_depth() -> None:
    nodes = [
        node("a", "raw", "p", namespace="eu.north"),
        node("b", "p", "q", namespace="eu.south"),
        node("c", "q", "r", namespace="eu.south.one"),
        node("d", "r", "s"),
    ]
    of = project(*nodes)
    assert tasks(plan(of, group_by="namespace")) == [["a", "b", "c"], ["d"]]
    assert tasks(plan(of, group_by="namespace:2")) == [["a"], ["b", "c"], ["d"]]
    assert [t.namespace for t in plan(of, group_by="namespace:2").tasks] == [
        "eu.north",
        "eu.south",
        None,
    ]
    assert plan(of, group_by="namespace").tasks[0].namespace == "eu"


def test_tags_and_namespaces_together_run_tagged_nodes_only() -> None:
    of = project(
        node("ns.a", "raw", "p", namespace="ns", tags=("t",)),
        node("ns.b", "p", "q", namespace="ns"),
        node("ns.c", "p", "r", namespace="ns", tags=("t",)),
    )
    result = plan(of, group_by="namespace", cut=Cut(tags=["t"]))
    assert tasks(result) == [["ns.a", "ns.c"]]
    assert result.selected == ("t",)


def test_tag_groups_nodes_with_the_very_same_tags() -> None:
    nodes = [
        node("a", "raw", "p", tags=("a", "b")),
        node("b", "raw", "q", tags=("a-b",)),
        node("c", "raw", "r", tags=("a", "b")),
        node("d", "raw", "s"),
        node("e", "raw", "t"),
    ]
    result = plan(project(*nodes), group_by="tag")
    assert tasks(result) == [["a", "c"], ["b"], ["d"], ["e"]]
    assert labels(result)[0] == "a+b"


def test_listed_tags_group_by_the_first_that_fits() -> None:
    nodes = [
        node("a", "raw", "p", tags=("ml", "etl")),
        node("b", "raw", "q", tags=("ml",)),
        node("c", "raw", "r", tags=("etl",)),
        node("d", "raw", "s", tags=("slow",)),
    ]
    result = plan(project(*nodes), group_by="tag:etl,ml")
    assert tasks(result) == [["a", "c"], ["b"], ["d"]]


def test_pipeline_is_one_task() -> None:
    assert tasks(plan(project(*interrupted()), group_by="pipeline")) == [
        ["ns.a1", "x", "ns.a2", "ns.a3"]
    ]


def test_chain_joins_runs_and_keeps_forks() -> None:
    of = project(
        node("a", "raw", "p"),
        node("b", "p", "q"),
        node("c", "q", "r"),
        node("d", "q", "s"),
        node("e", "s", "t"),
    )
    result = plan(of, group_by="chain")
    assert tasks(result) == [["a", "b"], ["c"], ["d", "e"]]
    assert labels(result) == ["a__to__b", "c", "d__to__e"]
    assert result.tasks[0].reason == "grouped by chain"


def test_chain_never_joins_nodes_whose_settings_differ() -> None:
    of = project(node("a", "raw", "p"), node("b", "p", "q"), node("c", "q", "r"))
    result = plan(of, {"nodes": {"b": {"retries": 1}, "c": {"retries": 1}}}, group_by="chain")
    assert tasks(result) == [["a"], ["b", "c"]]


def test_what_only_memory_joined_is_not_called_a_chain() -> None:
    of = project(node("a", "raw", "m"), node("b", "m", "x"), node("c", "raw"), memory="m")
    result = plan(of, group_by="chain")
    assert result.tasks[0].reason == "`m` passes between them in memory"


def test_a_node_apart_goes_with_the_group_that_it_is_tied_to() -> None:
    of = project(
        node("fit1", "raw", "m", tags=("fit",)),
        node("train1", "m", "o1"),
        node("fit2", "raw", "o2", tags=("fit",)),
        node("other", "raw", "o3"),
        memory="m",
    )
    assert tasks(plan(of, group_by="tag:fit")) == [["fit1", "train1", "fit2"], ["other"]]


def test_what_is_tied_between_two_groups_is_in_none_and_a_note_says_so() -> None:
    of = project(
        node("a1", "raw", "m", namespace="a"),
        node("b1", "m", "q", namespace="b"),
        node("a2", "raw", "r", namespace="a"),
        memory="m",
    )
    (note,) = (n for n in plan(of, group_by="namespace").notes if "none of" in n)
    assert note == "`a1__to__b1` is in none of the groups `a`, `b`, but holds nodes of each."


def test_a_node_tied_to_another_namespace_leaves_its_own() -> None:
    of = project(
        node("a1", "raw", "p", namespace="a"),
        node("a2", "raw", "m", namespace="a"),
        node("b1", "m", "q", namespace="b"),
        node("b2", "raw", "r", namespace="b"),
        memory="m",
    )
    result = plan(of, group_by="namespace")
    assert tasks(result) == [["a1"], ["a2", "b1"], ["b2"]]
    assert result.tasks[1].reason == "`m` passes between them in memory"


def test_confirming_happens_where_the_data_was_loaded() -> None:
    of = project(
        node("load", "events", "x"), node("done", "x", "y", confirms=("events",)), node("z", "y")
    )
    result = plan(of)
    assert tasks(result) == [["load", "done"], ["z"]]
    assert result.tasks[0].reason == "`done` confirms what was loaded of `events`"


def test_a_node_may_confirm_what_it_loads_itself() -> None:
    of = project(node("load", "events", "x", confirms=("events",)), node("z", "x"))
    assert tasks(plan(of)) == [["load"], ["z"]]
    assert plan(of, group_by="pipeline").tasks[0].reason == "grouped by pipeline"


def test_all_that_load_confirmed_data_share_its_task() -> None:
    of = project(
        node("one", "events", "x", confirms=("events",)), node("two", "events", "y"), node("z", "y")
    )
    assert tasks(plan(of)) == [["one", "two"], ["z"]]


def test_a_named_group_runs_as_one_task_of_that_name() -> None:
    of = project(node("a", "raw", "p"), node("b", "raw", "q"), node("c", "p q"))
    result = plan(of, {"groups": {"prepare": ["b", "a"]}})
    assert tasks(result) == [["a", "b"], ["c"]]
    assert result.tasks[0].label == "prepare"
    assert result.tasks[0].reason == "the settings name the group `prepare`"


def test_a_named_group_of_one_gives_its_name() -> None:
    result = plan(project(node("a", "raw", "p")), {"groups": {"prepare": ["a"]}})
    assert labels(result) == ["prepare"]


def test_a_named_group_stays_as_it_is_in_every_grouping() -> None:
    of = project(*(n for n in interrupted() if n.name != "x"))
    for group_by in GROUPINGS:
        result = plan(of, {"groups": {"mine": ["ns.a2"]}}, group_by=group_by)
        assert ["ns.a2"] in tasks(result)


def test_what_a_named_group_takes_out_does_not_count_as_a_piece() -> None:
    of = project(
        node("a1", "raw", "p", namespace="a"),
        node("a2", "p", "q", namespace="a"),
        node("a3", "q", "r", namespace="a"),
    )
    result = plan(of, {"groups": {"last": ["a3"]}}, group_by="namespace")
    assert labels(result) == ["a", "last"]
    assert not any("split" in note for note in result.notes)


def test_a_named_group_that_memory_ties_to_others_is_refused() -> None:
    of = project(node("a", "raw", "m"), node("b", "m", "x"), node("c", "raw", "y"), memory="m")
    message = refusal(of, groups={"g": ["a", "c"]})
    assert "needs `b` too, since `m` passes between them in memory" in message
    assert "pipelines.__default__.groups.g" in message


def test_a_named_group_that_waits_for_itself_is_refused() -> None:
    message = refusal(project(*interrupted()), groups={"g": ["ns.a1", "ns.a2"]})
    assert "needs `x` too, since data goes from the group to them and back" in message


def test_groups_may_name_each_node_once_and_only_nodes_there_are() -> None:
    message = refusal(project(*interrupted()), groups={"g": ["x", "ns.a9"], "h": ["x"]})
    assert "no node `ns.a9`" in message
    assert "Did you mean `ns.a" in message
    assert "`x` stands in two groups, `g` and `h`" in message


def test_named_groups_keep_the_nodes_that_tags_select() -> None:
    of = project(node("a", "raw", "p", tags=("t",)), node("b", "raw", "q"), node("c", "q"))
    result = plan(of, {"groups": {"g": ["a", "b"], "h": ["c"]}}, cut=Cut(tags=["t"]))
    assert (labels(result), tasks(result)) == (["g"], [["a"]])


def test_a_node_keeps_its_name_when_a_group_is_called_alike() -> None:
    of = project(
        node("ns", "raw", "p"),
        node("ns.a", "p", "q", namespace="ns"),
        node("ns.b", "p", "r", namespace="ns"),
    )
    result = plan(of, group_by="namespace")
    assert labels(result) == ["ns", "ns__nodes"]
    result = plan(of, {"groups": {"ns": ["ns.a"]}}, group_by="namespace")
    assert sorted(labels(result)) == ["ns", "ns.b", "ns__nodes"]
    of = project(node("ns__nodes", "raw", "o"), *(content for content in of.pipelines[0].nodes))
    assert sorted(labels(plan(of, group_by="namespace"))) == ["ns", "ns__nodes", "ns__nodes__nodes"]


def test_a_named_group_and_a_namespace_called_alike_stay_apart() -> None:
    of = project(
        node("a", "raw", "p", namespace="ns"),
        node("b", "p", "q", namespace="ns"),
        node("c", "raw", "r"),
    )
    result = plan(of, {"groups": {"ns": ["c"]}}, group_by="namespace")
    assert len(set(labels(result))) == 2


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """Projects of any shape, each edge a dataset of its own, with namespaces and tags."""
    graph = draw(graphs(8))
    names = [f"n{i}" for i in range(len(graph))]
    edges = [(a, b) for a, successors in enumerate(graph) for b in successors]
    some: list[DatasetKind] = ["local", "local", "memory", "remote"]
    kinds = {edge: draw(st.sampled_from(some)) for edge in edges}
    spaces = [None, "s", "s.t", "u"]
    nodes = [
        Node(
            name=name,
            inputs=("raw", *(f"d{a}_{b}@in" for a, b in edges if b == i)),
            outputs=tuple(f"d{a}_{b}@out" for a, b in edges if a == i),
            namespace=draw(st.sampled_from(spaces)),
            tags=tuple(sorted(draw(st.sets(st.sampled_from("xyz"))))),
        )
        for i, name in enumerate(names)
    ]
    datasets = [
        Dataset(name=f"d{a}_{b}@{end}", kind=kind)
        for (a, b), kind in kinds.items()
        for end in ("in", "out")
    ]
    return project(*nodes, datasets=datasets)


@settings(deadline=None)
@given(projects(), st.sampled_from(GROUPINGS))
def test_every_pipeline_can_be_planned_with_every_grouping(of: Project, group_by: str) -> None:
    result = plan(of, group_by=group_by)
    assert all(task.reason for task in result.tasks if len(task.nodes) > 1)
    assert all(task.reason is None for task in result.tasks if len(task.nodes) == 1)
    assert len(set(labels(result))) == len(result.tasks)


@settings(deadline=None)
@given(projects())
def test_a_grouping_never_takes_apart_what_must_be_together(of: Project) -> None:
    alone = tasks(plan(of))
    for group_by in GROUPINGS:
        grouped = tasks(plan(of, group_by=group_by))
        assert all(any(set(part) <= set(whole) for whole in grouped) for part in alone)
