from __future__ import annotations

from typing import Any

import pytest

from shipway.errors import PlanError
from shipway.model import Parameter, Project
from shipway.planner.cut import Cut
from shipway.planner.plan import Plan
from tests.unit.planner.build_ir import leaves, node, pipeline, plan, project, said, settings, tasks

VALUES = {
    "model": {"alpha": 0.5, "depth": {"most": 3, "least": 1}, "extra": {}, "lags": [1, 2]},
    "seed": 7,
    "run_date": "2026-01-01",
    "unread": 1,
    "api_key": "s3cret",
}


def reading(*reads: str, values: dict[str, Any] | None = None, **more: Any) -> Project:
    """A project whose only node reads parameters."""
    options = leaves(VALUES if values is None else values)
    return project(node("a", " ".join(reads), "out"), parameters=options, **more)


def settable(result: Plan) -> dict[str, Any]:
    return {parameter.name: parameter.value for parameter in result.parameters}


def refusal(of: Project, **options: Any) -> str:
    with pytest.raises(PlanError) as error:
        plan(of, options)
    return said(error.value)


def test_all_parameters_that_are_read_may_be_set_unless_said_otherwise() -> None:
    result = plan(reading("params:seed", "params:model.depth"))
    assert settable(result) == {"model.depth.least": 1, "model.depth.most": 3, "seed": 7}
    said_so = plan(reading("params:seed", "params:model.depth"), {"parameters": "all"})
    assert said_so.parameters == result.parameters


def test_none_may_be_set() -> None:
    assert settable(plan(reading("params:seed"), {"parameters": "none"})) == {}


def test_a_list_names_leaves_and_branches() -> None:
    of = reading("params:seed", "params:model")
    result = plan(of, {"parameters": ["model.depth"]})
    assert settable(result) == {"model.depth.least": 1, "model.depth.most": 3}
    assert settable(plan(of, {"parameters": ["seed"]})) == {"seed": 7}


def test_a_branch_and_a_leaf_of_it_that_are_both_read_count_once() -> None:
    of = project(
        node("a", "params:model", "x"), node("b", "params:model.alpha"), parameters=leaves(VALUES)
    )
    assert settable(plan(of)) == {
        "model.alpha": 0.5,
        "model.depth.least": 1,
        "model.depth.most": 3,
        "model.extra": {},
        "model.lags": [1, 2],
    }


def test_parameters_as_a_whole_are_all_of_them() -> None:
    assert settable(plan(reading("parameters"))).keys() >= {"seed", "unread", "model.alpha"}


def test_a_name_that_only_begins_alike_is_another_parameter() -> None:
    of = reading("params:model", values={"model": {"a": 1}, "model_b": 2})
    assert settable(plan(of)) == {"model.a": 1}
    assert "No node of the pipeline reads the parameter `mode`" in refusal(of, parameters=["mode"])


def test_an_empty_mapping_is_a_leaf_and_holds_nothing() -> None:
    assert settable(plan(reading("params:model.extra"))) == {"model.extra": {}}
    assert "params:model.extra.x" in refusal(reading("params:model.extra.x"))


def test_nothing_lies_below_a_value_that_is_no_mapping() -> None:
    message = refusal(reading("params:seed.deeper"))
    assert "`a` reads `params:seed.deeper`, which no parameters file has" in message


def test_a_schedule_gives_as_a_whole_what_has_no_parts_to_give() -> None:
    values = {"model": {"a.b": 3, "class": "yes"}}
    schedule = {"cron": "0 3 * * *", "timezone": "UTC", "parameters": {"model.class": "no"}}
    output = refusal(reading("params:model", values=values), schedule=schedule)
    assert "There is no parameter `model.class` that a run can be given" in output
    assert "Give `model` as a whole: its key `a.b` is no plain name." in output
    output = refusal(reading("params:model", values={"model": {"clas": 1}}), schedule=schedule)
    assert "Did you mean `model.clas`?" in output


def test_keys_with_dots_are_found_inside_the_leaf_that_holds_them() -> None:
    values = {"model": {"a.b": {"c": 1}, "d": 2}}
    for path in ("model", "model.a.b", "model.a.b.c", "model.d"):
        result = plan(reading(f"params:{path}", values=values))
        assert settable(result) == {"model": {"a.b": {"c": 1}, "d": 2}}
    assert "params:model.a" in refusal(reading("params:model.a", values=values))


def test_a_missing_parameter_names_node_and_nearest() -> None:
    message = refusal(reading("params:sed"))
    assert "The node `a` reads `params:sed`" in message
    assert "Did you mean `seed`?" in message
    assert "Did you mean `model.depth`?" in refusal(reading("params:model.dept"))


def test_a_parameter_that_each_run_fills_need_not_exist() -> None:
    of = reading("params:day", "params:when.start", "params:when")
    result = plan(of, {"run_parameters": {"day": "logical_date", "when.start": "interval_start"}})
    assert result.run.run_parameters == {"day": "logical_date", "when.start": "interval_start"}
    assert settable(result) == {}


def test_a_parameter_that_each_run_fills_is_not_set_by_hand() -> None:
    of = reading("params:run_date", "params:seed")
    assert settable(plan(of, {"run_parameters": {"run_date": "logical_date"}})) == {"seed": 7}
    message = refusal(of, run_parameters={"run_date": "logical_date"}, parameters=["run_date"])
    assert "`run_date` is both settable and filled" in message


def test_a_parameter_that_each_run_fills_and_nobody_reads_is_told() -> None:
    options = {"run_parameters": {"run_dat": "logical_date"}}
    (note,) = plan(reading("params:run_date"), options).notes
    assert "fills the parameter `run_dat`, which no node reads, nor does the configuration." in note
    assert note.endswith("Did you mean `run_date`?")
    assert plan(reading("parameters", values={"a": 1}), options).notes == ()
    deep = {"run_parameters": {"model.alpha": "run_id"}}
    assert plan(reading("params:model"), deep).notes == ()
    assert plan(reading("params:model.alpha"), {"run_parameters": {"model": "run_id"}}).notes == ()


def test_hidden_parameters_are_told_and_never_exported() -> None:
    result = plan(reading("params:api_key", "params:seed"))
    assert settable(result) == {"seed": 7}
    assert any("`api_key` cannot be set" in note for note in result.notes)
    assert "s3cret" not in repr(result)


def test_what_lies_below_a_hidden_parameter_is_taken_to_exist() -> None:
    secret_value = [Parameter(path=("db",), hidden="its name looks like a secret")]
    result = plan(project(node("a", "params:db.user", "x"), parameters=secret_value))
    assert result.parameters == ()


def test_a_hidden_parameter_that_is_listed_is_refused() -> None:
    message = refusal(reading("params:api_key"), parameters=["api_key"])
    assert "`api_key` may not be exported: its name looks like a secret" in message


def test_a_listed_parameter_that_nobody_reads_is_refused() -> None:
    message = refusal(reading("params:seed"), parameters=["unread", "sed"])
    assert "No node of the pipeline reads the parameter `unread`" in message
    assert "Did you mean `seed`?" in message
    assert "pipelines.__default__.parameters" in message


def test_a_list_speaks_of_the_whole_pipeline_when_tags_select_some() -> None:
    of = project(
        node("a", "params:seed", "x", tags=("etl",)),
        node("b", "params:run_date", "y"),
        parameters=leaves(VALUES),
    )
    result = plan(of, {"parameters": ["seed", "run_date"]}, cut=Cut(tags=["etl"]))
    assert settable(result) == {"seed": 7}


def test_overrides_are_constants_whether_they_may_be_set_or_not() -> None:
    """What equals its default at trigger time is not set, so the override itself must be told."""
    of = reading(
        "params:seed", "params:model", overrides={"seed": 7, "model": {"alpha": 0.5}, "other": {}}
    )
    for own in ({}, {"parameters": "none"}, {"parameters": ["seed"]}):
        assert plan(of, own).constants == of.overrides


def test_a_run_fills_its_parameters_over_an_override() -> None:
    of = reading("params:run_date", overrides={"run_date": "2026-01-01", "a": {"b": 1, "c": 2}})
    result = plan(of, {"run_parameters": {"run_date": "logical_date", "a.b": "run_id"}})
    assert result.constants == {"a": {"c": 2}}


def test_a_parameter_that_a_node_makes_is_data_in_memory() -> None:
    of = project(node("a", "raw", "params:best"), node("b", "params:best", "out"), node("c", "out"))
    result = plan(of)
    assert tasks(result) == [["a", "b"], ["c"]]
    assert result.parameters == ()


def test_a_selection_by_pipeline_sees_its_own_readers_only() -> None:
    of = project(
        pipeline(node("a", "params:seed", "x")),
        pipeline(node("b", "params:run_date", "y"), name="other"),
        parameters=leaves(VALUES),
    )
    assert settable(plan(of, settings())) == {"seed": 7}


def test_a_run_cannot_fill_below_a_value() -> None:
    """`seed` is a number: Kedro could not hold `seed.date` beside it."""
    text = refusal(reading("params:seed"), run_parameters={"seed.date": "logical_date"})
    assert "the parameter `seed` is a value" in text


DOTTED = {"model": {"alpha": 0.5, "weird.key": 1}, "seed": 7}


def test_a_run_fills_beside_a_key_with_a_dot() -> None:
    """`model` is one leaf then, and `kedro run --params model.alpha=x` fills it all the same."""
    of = reading("params:model", values=DOTTED)
    result = plan(of, {"run_parameters": {"model.alpha": "run_id"}})
    assert result.run.run_parameters == {"model.alpha": "run_id"}
    assert settable(result) == {}, "whoever sets all of it would set what the run fills"
    (note,) = result.notes
    assert "`model` cannot be set when a run is triggered: `run_parameters` fills a part" in note
    assert settable(plan(of)) == {"model": DOTTED["model"]}, "the control"


def test_what_a_run_fills_in_part_is_not_set_as_a_whole() -> None:
    of = reading("params:model", values={"model": {}})
    assert settable(plan(of, {"run_parameters": {"model.alpha": "run_id"}})) == {}
    of = reading("params:model", values=DOTTED)
    message = refusal(of, run_parameters={"model.alpha": "run_id"}, parameters=["model"])
    assert "`model` is both settable and filled by `run_parameters`" in message
    nested = reading("params:model", values={"model": {"alpha": 1, "beta": 2}})
    content = {"run_parameters": {"model.alpha": "run_id"}, "parameters": ["model"]}
    assert settable(plan(nested, content)) == {"model.beta": 2}, "the control"
