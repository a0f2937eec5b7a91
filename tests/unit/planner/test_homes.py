"""Which pipeline a task loads where Kedro makes objects of parameters."""

from __future__ import annotations

from shipway.planner.build import build
from shipway.planner.plan_options import PlanOptions
from tests.unit.planner.build_ir import node, pipeline, project, settings

PREP = node("prep", "params:opt", "x")
TRAIN = node("train", "x params:opt", "y", models=("opt: shop.Opt",))
LAST = node("last", "y params:other.deep", "z")


def homes(*train: str, name: str = "__default__") -> dict[str, str]:
    """The pipeline that the task of each node loads."""
    models = train or TRAIN.models
    second = node("train", "x params:opt", "y", models=models)
    of = project(
        pipeline(PREP, name="prep"),
        pipeline(second, name="train"),
        pipeline(LAST, name="last"),
        pipeline(PREP, second, LAST, name="whole"),
        pipeline(PREP, second, LAST),
        parameters={"opt.lr": 0.1, "other.deep": 1},
    )
    result = build(of, name, settings(), PlanOptions())
    return {task.label: task.pipeline for task in result.tasks}


def test_a_node_sees_the_objects_that_the_exported_pipeline_gives_it() -> None:
    assert homes() == {"prep": "whole", "train": "train", "last": "last"}
    assert homes(name="whole") == {"prep": "whole", "train": "train", "last": "last"}


def test_objects_that_it_does_not_see_do_not_count() -> None:
    assert homes("third: shop.Opt") == {"prep": "prep", "train": "train", "last": "last"}


def test_an_object_above_or_below_what_is_read_counts() -> None:
    assert homes("other: shop.Opt")["last"] == "whole"
    assert homes("other.deep.more: shop.Opt")["last"] == "whole"
    assert homes("other.deeper: shop.Opt")["last"] == "last"


def test_two_classes_for_one_parameter_are_left_to_the_exported_pipeline() -> None:
    assert homes("opt: shop.Opt", "opt: shop.Other")["train"] == "__default__"


def test_a_pipeline_of_its_own_keeps_its_own() -> None:
    assert homes(name="prep") == {"prep": "prep"}


def test_a_pipeline_of_the_same_nodes_takes_no_place() -> None:
    """The artifact of one does not change with another that is registered."""
    nodes = (node("a", "raw", "x"), node("b", "x", "y"))
    one, other = pipeline(*nodes, name="scoring"), pipeline(*nodes, name="extra")
    result = build(project(one, other), "scoring", settings(), PlanOptions())
    assert {task.pipeline for task in result.tasks} == {"scoring"}
