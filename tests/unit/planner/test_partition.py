"""Select, group, fuse and untangle together, seen from the plan."""

from __future__ import annotations

import pytest

from shipway.planner.cut import Cut
from tests.unit.planner.build_ir import node, plan, project, task_of, tasks
from tests.unit.planner.partitions import GROUPINGS, interrupted, labels


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
    assert result.tasks[0].reason == "`m` and `n` pass between them in memory"


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
