"""Parameters that the configuration makes of others, or reads of a run."""

from __future__ import annotations

from typing import Any

import pytest

from shipway.errors import PlanError
from shipway.model import Parameter, Project, RuntimeParameter
from shipway.planner.plan import Plan, defaults
from tests.unit.planner.build_ir import node, plan, project, said

YEAR = Parameter(path=("year",), value=2025)
LAST = Parameter(path=("last",), value=2025, source="${year}")
RAW = Parameter(path=("paths", "raw"), value="raw/2025", source="raw/${last}")
BUCKET = Parameter(path=("bucket",), source="${oc.env:BUCKET}")
OTHER = Parameter(path=("other",), value=1)
EVERY = (BUCKET, LAST, OTHER, RAW, YEAR)


def reading(*reads: str, **more: Any) -> Project:
    nodes = [
        node(f"n{number}", f"params:{name}", f"x{number}") for number, name in enumerate(reads)
    ]
    return project(*nodes, parameters=EVERY, **more)


def region(**more: Any) -> dict[str, Any]:
    request = RuntimeParameter(
        name="region", source="${runtime_params:region, eu}", place="catalog.yml:3", **more
    )
    return {"runtime_parameters": (request,)}


def seen_by(result: Plan) -> dict[str, tuple[str, ...]]:
    return {task.label: task.parameters for task in result.tasks}


def test_what_a_value_is_made_of_may_be_set_as_well() -> None:
    result = plan(reading("paths.raw", "other"))
    assert defaults(result) == {"last": None, "other": 1, "paths.raw": None, "year": 2025}
    assert seen_by(result) == {"n0": ("last", "paths.raw", "year"), "n1": ("other",)}


def test_a_computed_value_may_be_set_and_has_no_default() -> None:
    assert defaults(plan(reading("bucket"))) == {"bucket": None}


def test_what_the_configuration_reads_is_a_parameter_of_every_run_and_task() -> None:
    result = plan(reading("other", "year", **region()))
    assert defaults(result) == {"other": 1, "region": None, "year": 2025}
    assert seen_by(result) == {"n0": ("other", "region"), "n1": ("region", "year")}
    (request,) = (p for p in result.parameters if p.name == "region")
    assert request.source == "${runtime_params:region, eu}"
    assert result.notes == ()


def test_it_can_be_listed_left_out_and_filled() -> None:
    of = reading("other", **region())
    assert defaults(plan(of, {"parameters": ["region"]})) == {"region": None}
    assert defaults(plan(of, {"parameters": "none"})) == {}
    filling = plan(of, {"run_parameters": {"region": "run_id"}})
    assert (defaults(filling), filling.notes) == ({"other": 1}, ())


def test_one_that_is_a_parameter_too_has_no_default_that_counts_as_not_set() -> None:
    """A run that is given 1 has 1 in both, where one that is given nothing has 1 and 2."""
    request = RuntimeParameter(name="other", source="${runtime_params:other, 2}", place="x")
    result = plan(reading("year", runtime_parameters=(request,)))
    assert defaults(result) == {"other": None, "year": 2025}
    (other,) = (p for p in result.parameters if p.name == "other")
    assert other.source == "1", "so that a form shows what it is unless set"


def test_a_whole_that_is_read_of_a_run_has_leaves_without_defaults() -> None:
    model = Parameter(path=("model", "alpha"), value=0.1)
    request = RuntimeParameter(name="model", source="${runtime_params:model, {}}", place="x")
    of = project(
        node("n", "params:model.alpha", "x"), parameters=(model,), runtime_parameters=(request,)
    )
    assert defaults(plan(of)) == {"model.alpha": None}


def test_a_constant_is_set_in_any_case_and_keeps_its_value() -> None:
    request = RuntimeParameter(name="other", source="${runtime_params:other, 2}", place="x")
    of = reading("year", runtime_parameters=(request,), overrides={"other": 1})
    assert defaults(plan(of)) == {"other": 1, "year": 2025}


def test_one_that_nobody_fills_is_refused_with_its_place() -> None:
    of = reading("other", **region(required=True))
    with pytest.raises(PlanError) as error:
        plan(of)
    (finding,) = error.value.findings
    assert "must be given `region`" in finding.what
    assert finding.where == "catalog.yml:3"
    assert "--params region=VALUE" in str(finding.remedy)
    assert plan(of, {"run_parameters": {"region": "run_id"}}).run.run_parameters


def test_one_whose_name_is_a_secret_may_not_be_set() -> None:
    of = reading("other", **region(hidden="its name looks like a secret"))
    result = plan(of)
    assert defaults(result) == {"other": 1}
    assert any("`region` cannot be set" in note for note in result.notes)


def test_a_node_that_reads_it_as_a_parameter_still_misses_it() -> None:
    of = project(node("a", "params:region", "x"), **region())
    with pytest.raises(PlanError) as error:
        plan(of)
    assert "which no parameters file has" in said(error.value)


def test_values_made_of_each_other_end() -> None:
    ring = (
        Parameter(path=("a",), source="${b}"),
        Parameter(path=("b",), source="${a} ${missing.gone}"),
    )
    assert defaults(plan(project(node("n", "params:a", "x"), parameters=ring))) == {
        "a": None,
        "b": None,
    }
