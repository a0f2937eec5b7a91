from __future__ import annotations

from typing import Any

import pytest

from shipway.errors import InternalError, PlanError, SettingsError, UsageError
from shipway.model import Dataset, Project
from shipway.planner import build as build_module
from shipway.planner.build import build
from shipway.planner.naming import NameRules
from shipway.planner.plan_options import PlanOptions
from shipway.settings.values import Schedule
from tests.unit.planner.build_ir import (
    node,
    pipeline,
    plan,
    project,
    said,
    settings,
    task_of,
    tasks,
)

IDS = NameRules(allowed=r"[a-z0-9_]", first="[a-z]", lower=True, longest=40)
A, B, C = node("a", "raw", "x"), node("b", "x", "y"), node("c", "x y", "z")


def names(of: Project, **inputs: Any) -> dict[str, str]:
    """The orchestrator's name of each registered pipeline, planned one by one."""
    content = settings(pipelines={name.strip("_"): more for name, more in inputs.items()})
    options = PlanOptions(pipeline_names=IDS)
    return {p.name: build(of, p.name, content, options).name for p in of.pipelines}


def test_tasks_wait_for_those_whose_data_they_read() -> None:
    result = plan(project(A, B, C))
    assert [(task.name, task.needs) for task in result.tasks] == [
        ("a", ()),
        ("b", ("a",)),
        ("c", ("a", "b")),
    ]


def test_handoffs_tell_kind_writer_and_readers() -> None:
    of = project(A, B, C, datasets=[Dataset(name="x", kind="remote", location="s3://b/x")])
    result = plan(of)
    assert [(h.dataset, h.kind, h.writer, h.readers) for h in result.handoffs] == [
        ("x", "remote", "a", ("b", "c")),
        ("y", "local", "b", ("c",)),
    ]


def test_names_fit_the_target_and_edges_follow_them() -> None:
    of = project(node("A.1", "raw", "x"), node("a-1", "x", "y"), node("größe", "y"))
    result = plan(of, task_names=IDS)
    first, second, third = result.tasks
    assert len({first.name, second.name, third.name}) == 3
    assert first.name.startswith("a_1_")
    assert second.needs == (first.name,)
    assert third.name == "gr__e"
    assert third.label == "größe"


def test_a_label_that_comes_out_as_another_nodes_name_stays_apart() -> None:
    of = project(
        node("ns", "raw", "p"),
        node("ns.a", "p", "q", namespace="ns"),
        node("ns.b", "p", "r", namespace="ns"),
        node("ns__nodes", "raw", "s"),
    )
    result = plan(of, {"groups": {"NS": ["ns__nodes"]}}, group_by="namespace", task_names=IDS)
    assert len({task.name for task in result.tasks}) == len(result.tasks) == 3
    assert task_of(result, "ns").name == "ns"


def test_a_task_runs_in_the_smallest_pipeline_that_holds_its_nodes() -> None:
    of = project(
        pipeline(A, B, C),
        pipeline(A, B, name="ab"),
        pipeline(A, name="just_a"),
        pipeline(A, name="also_a"),
    )
    assert [task.pipeline for task in plan(of).tasks] == ["also_a", "ab", "__default__"]
    assert [task.pipeline for task in plan(of, group_by="pipeline").tasks] == ["__default__"]


def test_a_pipeline_with_another_node_of_that_name_is_no_home() -> None:
    other = node("a", "raw", "x", function="shop.other")
    of = project(pipeline(A, B), pipeline(other, name="small"))
    assert [task.pipeline for task in plan(of).tasks] == ["__default__", "__default__"]


def test_a_pipeline_that_is_not_standalone_is_no_home() -> None:
    of = project(pipeline(A, B), pipeline(A, name="small", standalone=False))
    assert [task.pipeline for task in plan(of).tasks] == ["__default__", "__default__"]


def test_nodes_of_a_pipeline_that_is_not_standalone_run_in_its_parts() -> None:
    of = project(pipeline(A, B, standalone=False), pipeline(A, name="p"), pipeline(B, name="q"))
    assert [task.pipeline for task in plan(of).tasks] == ["p", "q"]
    with pytest.raises(PlanError) as error:
        plan(of, group_by="pipeline")
    assert "`kedro run --pipelines __default__` does not give these nodes" in said(error.value)


def versioned(*names: str) -> Project:
    datasets = [Dataset(name=name, kind="local", versioned=True) for name in names]
    return project(node("a", "raw", "x@pandas"), node("b", "x@spark", "y"), datasets=datasets)


def test_data_that_starts_another_pipeline_is_announced_by_its_writer() -> None:
    of = project(
        pipeline(node("a", "raw", "x@pandas other"), node("b", "x@spark", "y")),
        pipeline(node("c", "x@spark y", "z"), name="later"),
    )
    content = settings({"schedule": {"datasets": ["y", "x@spark"]}}, name="later")
    result = build(of, "__default__", content, PlanOptions())
    assert result.announced == {"a": ("x",), "b": ("y",)}
    assert build(of, "later", content, PlanOptions()).announced == {}


def test_pipelines_are_called_after_the_project_and_never_alike() -> None:
    of = project(pipeline(A), pipeline(B, name="train"), pipeline(A, name="train.x"))
    of = Project(**{**of.__dict__, "pipelines": (*of.pipelines, pipeline(A, name="train-x"))})
    result = names(of)
    assert (result["__default__"], result["train"]) == ("shop", "shop_train")
    assert len(set(result.values())) == 4


def test_the_name_of_a_pipeline_does_not_depend_on_which_is_planned() -> None:
    of = project(pipeline(A, name="a.b"), pipeline(A, name="a-b"))
    result = names(of)
    assert result == names(of)
    assert all(name.startswith("shop_a_b_") for name in result.values())


def test_a_name_is_taken_from_the_settings_and_must_be_its_own() -> None:
    of = project(pipeline(A, name="one"), pipeline(A, name="two"))
    assert names(of, one={"name": "daily"})["one"] == "daily"
    with pytest.raises(PlanError) as error:
        names(of, one={"name": "daily"}, two={"name": "daily"})
    assert "`one` and `two` are both called `daily`" in said(error.value)
    assert "pipelines.two.name" in said(error.value)


def test_run_settings_come_from_defaults_and_pipeline() -> None:
    content = settings(
        {
            "schedule": {"cron": "0 6 * * *", "timezone": "Europe/Paris"},
            "concurrency": {"tasks": 8},
            "labels": {"b": "2", "a": "1"},
            "description": "What it does.",
        },
        defaults={"owner": "team", "concurrency": {"runs": 1}, "labels": {"c": "3"}},
    )
    run = plan(project(A), content).run
    assert run.schedule == Schedule(cron="0 6 * * *", timezone="Europe/Paris")
    assert (run.runs, run.parallel_tasks, run.owner) == (1, 8, "team")
    assert list(run.labels.items()) == [("a", "1"), ("b", "2"), ("c", "3")]
    assert run.description == "What it does."


def test_no_schedule_can_be_said() -> None:
    assert plan(project(A), {"schedule": "none"}).run.schedule is None


def test_the_command_line_overrides_the_grouping() -> None:
    of = project(A, B)
    assert tasks(plan(of, {"group_by": "pipeline"})) == [["a", "b"]]
    result = plan(of, {"group_by": "pipeline"}, group_by="none")
    assert tasks(result) == [["a"], ["b"]]
    assert result.run.group_by == "none"


def test_nodes_that_memory_joins_must_agree_on_their_image() -> None:
    of = project(A, B, memory="x")
    with pytest.raises(PlanError) as error:
        plan(of, {"nodes": {"a": {"image": "one"}, "b": {"image": "two"}}})
    assert "`a` and `b` share a task (`x` passes between them in memory)" in said(error.value)


def test_what_the_settings_name_must_exist() -> None:
    with pytest.raises(SettingsError):
        plan(project(A), {"nodes": {"nobody": {"retries": 1}}})
    with pytest.raises(UsageError):
        build(project(A), "nobody", settings(), PlanOptions())


def test_a_plan_is_the_same_every_time() -> None:
    of = project(A, B, C)
    assert plan(of) == plan(of)


def test_every_plan_is_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_module, "handoffs_of", lambda *_: ())
    with pytest.raises(InternalError, match="`x` passes from `a` to `b`"):
        plan(project(A, B))
