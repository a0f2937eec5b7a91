"""What tasks hand to each other arrives, or there is no plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from shipway.errors import PlanError, SettingsError
from shipway.model import Dataset, Project
from shipway.tasks.signature import digest, signatures
from tests.unit.planner.build_ir import node, pipeline, plan, project, said, tasks

STORE = {"memory": "store", "store": "s3://bucket"}
KEDRO = {"run_with": "kedro"}
IN_MEMORY = project(
    node("a", "raw", "x z"), node("b", "x", "y"), node("c", "x y", "out"), memory="x"
)


def versioned(*names: str) -> Project:
    datasets = [Dataset(name=name, kind="local", versioned=True) for name in names]
    return project(node("a", "raw", "x@pandas"), node("b", "x@spark", "y"), datasets=datasets)


@pytest.mark.parametrize("end", ["x@pandas", "x@spark"])
def test_a_task_is_told_what_of_its_own_run_it_loads(end: str) -> None:
    result = plan(versioned(end))
    assert result.handoffs[0].versioned
    assert result.from_run == {"b": ("x",)}


@pytest.mark.parametrize("end", ["x@pandas", "x@spark"])
@pytest.mark.parametrize(
    "options", [{}, {"concurrency": {"runs": 2}}, {"concurrency": {"tasks": 1}}]
)
def test_plain_kedro_run_keeps_no_version_apart(end: str, options: Mapping[str, Any]) -> None:
    with pytest.raises(PlanError) as error:
        plan(versioned(end), {**KEDRO, **options})
    assert "`x` passes from `a` to `b`" in said(error.value)
    assert "another run's when two are under way" in said(error.value)
    assert "pipelines.__default__.run_with" in said(error.value)


def test_plain_kedro_run_keeps_versions_where_one_run_goes_at_a_time() -> None:
    result = plan(versioned("x@pandas"), {**KEDRO, "concurrency": {"runs": 1}})
    assert result.handoffs[0].versioned


def test_versioned_data_inside_a_task_or_at_the_ends_needs_nothing() -> None:
    assert plan(versioned("x@pandas"), KEDRO, group_by="pipeline").handoffs == ()
    assert not plan(versioned("raw", "y"), KEDRO).handoffs[0].versioned


def test_a_store_carries_memory_from_task_to_task() -> None:
    assert tasks(plan(IN_MEMORY)) == [["a", "b", "c"]]
    result = plan(IN_MEMORY, STORE)
    assert tasks(result) == [["a"], ["b"], ["c"]]
    assert result.stored == {"a": ("x",), "b": ("x",), "c": ("x",)}
    assert result.from_run == {}


def test_what_stays_in_a_group_is_stored_too_where_another_task_needs_it() -> None:
    result = plan(IN_MEMORY, {**STORE, "groups": {"both": ["a", "b"]}})
    assert tasks(result) == [["a", "b"], ["c"]]
    assert result.stored == {"both": ("x",), "c": ("x",)}
    whole = plan(IN_MEMORY, STORE, group_by="pipeline")
    assert whole.stored == {}


def test_a_last_task_empties_the_store_unless_it_is_kept_or_nothing_is_in_it() -> None:
    result = plan(IN_MEMORY, STORE)
    assert (result.cleanup, result.last) == ("clean up store", ("c",))
    assert plan(IN_MEMORY, {**STORE, "keep_store": True}).cleanup is None
    assert plan(IN_MEMORY, STORE, group_by="pipeline").cleanup is None
    assert plan(IN_MEMORY).cleanup is None


def test_a_group_may_be_called_as_the_last_task_is() -> None:
    result = plan(IN_MEMORY, {**STORE, "groups": {"clean up store": ["a"]}})
    assert result.cleanup == "clean up store again"


def test_what_no_store_can_stand_for_still_shares_a_task() -> None:
    transcoded = project(node("a", "raw", "x@pandas"), node("b", "x@spark", "y"), memory="x@spark")
    assert tasks(plan(transcoded, STORE)) == [["a", "b"]]
    result = project(node("a", "raw", "params:rate"), node("b", "params:rate", "y"))
    assert tasks(plan(result, STORE)) == [["a", "b"]]


def test_a_store_needs_a_place() -> None:
    with pytest.raises(SettingsError) as error:
        plan(IN_MEMORY, {"memory": "store"})
    assert "pipelines.__default__.memory" in said(error.value)
    assert "`store: s3://bucket/shipway`" in said(error.value)


def test_plain_kedro_run_carries_no_memory() -> None:
    with pytest.raises(PlanError) as error:
        plan(IN_MEMORY, {**STORE, **KEDRO})
    assert "Plain `kedro run` cannot carry" in said(error.value)
    assert tasks(plan(IN_MEMORY, KEDRO)) == [["a", "b", "c"]]


def test_a_task_can_compare_each_pipeline_that_it_loads() -> None:
    a, b = node("a", "raw", "x"), node("b", "x", "y")
    of = project(pipeline(a, b), pipeline(b, node("other", "y", "z"), name="small"))
    result = plan(project(pipeline(a, b), pipeline(b, name="small")))
    assert [task.pipeline for task in result.tasks] == ["__default__", "small"]
    assert result.homes == {
        "__default__": digest(signatures([a, b])),
        "small": digest(signatures([b])),
    }
    assert plan(of, KEDRO).homes == {}


def test_versions_to_load_are_of_versioned_datasets() -> None:
    result = plan(
        versioned("x@pandas"), {"load_versions": {"x@pandas": "2026-01-01T00.00.00.000Z"}}
    )
    assert result.run.load_versions == {"x@pandas": "2026-01-01T00.00.00.000Z"}
    with pytest.raises(SettingsError) as error:
        plan(versioned("x@pandas"), {"load_versions": {"x@panda": "1", "raw": "1"}})
    assert "There is no versioned dataset `x@panda`." in said(error.value)
    assert "Did you mean `x@pandas`?" in said(error.value)
    assert "There is no versioned dataset `raw`." in said(error.value)
