"""Groups that the settings name, and grouping of any project."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from shipway.model import Project
from shipway.planner.cut import Cut
from tests.unit.planner.build_ir import node, plan, project, tasks
from tests.unit.planner.partitions import GROUPINGS, interrupted, labels, projects, refusal


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
