"""Parameters of a run go over those of the project as those of `kedro run --params` do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .tasks import HERE, Tasks, entry, own_project

NODES = """
import json
from pathlib import Path


def tell(parameters):
    return json.loads(json.dumps(parameters))
"""
REGISTRY = """
return {"__default__": pipeline([node(f.tell, "parameters", "told", name="tell")])}
"""
HOOK = """
import json
from pathlib import Path

from kedro.framework.hooks import hook_impl


class Recorder:
    @hook_impl
    def before_pipeline_run(self, run_params):
        found = run_params.get("runtime_params", run_params.get("extra_params"))
        Path("data").mkdir(exist_ok=True)
        Path("data/run_params.json").write_text(json.dumps(found))


HOOKS = (Recorder(),)
"""
PARAMETERS = """
model:
  depth: 3
  rate: 0.5
  sizes: [1, 2]
  grid: {a: 1, b: 2.5}
  steps: [{width: 1}, {width: 2}]
  flag: true
  inner: {kept: yes it is, changed: 1}
linked: ${model.depth}
from_run: ${runtime_params:model.depth, 7}
"""


@pytest.fixture(scope="module")
def tasks(any_kedro: Path, tmp_path_factory: pytest.TempPathFactory) -> Tasks:
    project = own_project(
        tmp_path_factory.mktemp("meaning"),
        REGISTRY,
        nodes=NODES,
        settings=HOOK,
        catalog={"told": entry("Plain", "${runtime_params:file, told}.json")},
        parameters=PARAMETERS,
    )
    return Tasks(project, any_kedro)


@pytest.fixture(scope="module")
def change(tasks: Tasks) -> dict[str, Any]:
    """What a node sees when a run sets parameters in many ways."""
    defaults = {
        "model.depth": 3,
        "model.rate": 0.5,
        "model.sizes": [1, 2],
        "model.steps": [{"width": 1}, {"width": 2}],
        "model.inner.changed": 1,
        "model.inner.kept": "yes it is",
        "linked": None,
    }
    inputs = {
        "model.depth": 4.0,
        "model.rate": 2.0,
        "model.sizes": [3.0, 4.0],
        "model.steps": [{"width": 7.0}],
        "model.inner.changed": 8.0,
        "model.inner.kept": "yes it is",
        "linked": 9.0,
    }
    params = {"model": {"grid": {"a": 5, "b": 6.0}}, "added.by.run": 1.0, "file": "${it}"}
    tasks.run("tell", params=params, inputs=inputs, defaults=defaults)
    message: dict[str, Any] = tasks.data("${it}.json")
    return message


def is_integer(*values: object) -> bool:
    return all(type(value) is int for value in values)


def test_a_dotted_name_changes_one_key_and_keeps_the_others(change: dict[str, Any]) -> None:
    assert change["model"]["inner"] == {"kept": "yes it is", "changed": 8}
    assert change["model"]["flag"] is True
    assert change["added"] == {"by": {"run": 1.0}}


def test_a_whole_float_is_an_integer_where_the_project_has_one(change: dict[str, Any]) -> None:
    model = change["model"]
    assert (model["depth"], model["sizes"], model["grid"]["a"]) == (4, [3, 4], 5)
    assert model["steps"] == [{"width": 7}]
    assert is_integer(model["depth"], *model["sizes"], model["grid"]["a"])
    assert is_integer(model["steps"][0]["width"], model["inner"]["changed"])


def test_a_whole_float_stays_one_where_the_default_is_a_float_or_nothing(
    change: dict[str, Any],
) -> None:
    values = change["model"]["rate"], change["model"]["grid"]["b"], change["added"]["by"]["run"]
    assert (*values, change["linked"]) == (2.0, 6.0, 1.0, 9.0)
    assert {type(value) for value in values} == {float}


def test_the_configuration_and_the_catalog_see_the_parameters_of_the_run(
    change: dict[str, Any],
) -> None:
    assert change["from_run"] == 4  # and the catalog's `${runtime_params:file}` named the file
    assert change["file"] == "${it}"


@pytest.mark.usefixtures("change")
def test_hooks_see_the_parameters_as_they_were_meant(tasks: Tasks) -> None:
    view = tasks.data("run_params.json")
    assert view["file"] == "${it}"
    assert (view["model"]["depth"], view["linked"]) == (4, 9)


def test_they_are_merged_as_kedro_merges_them(tmp_path: Path) -> None:
    catalog = {"told": entry("Plain", "told.json")}
    parameters = "a: {b: {c: 1, d: [1, 2]}, e: 2}\nf: {g: 1}\nh: 3\n"
    project = own_project(tmp_path, REGISTRY, nodes=NODES, catalog=catalog, parameters=parameters)
    tasks = Tasks(project, HERE)
    process = tasks.kedro("run", "--params", "a.b.d=x,a.n=1,f=5,h=text")
    assert process.code == 0, process.output
    under_kedro = tasks.data("told.json")
    tasks.run("tell", params={"a.b.d": "x", "a.n": 1, "f": 5, "h": "text"})
    assert tasks.data("told.json") == under_kedro


def test_a_name_that_is_a_value_and_a_mapping_is_wrong_usage(tmp_path: Path) -> None:
    tasks = Tasks(own_project(tmp_path, REGISTRY, nodes=NODES), HERE)
    process = tasks.attempt("tell", params={"a": 1, "a.b": 2})
    assert process.code == 2
    assert "shipway: `a.b` is set as a value and as a mapping." in process.output


@pytest.mark.parametrize("value", ["???", {"deep": ["???"]}])
def test_a_text_that_omegaconf_takes_for_no_value_is_set(tmp_path: Path, value: object) -> None:
    catalog = {"told": entry("Plain", "told.json")}
    parameters = {"a": {"deep": 1}, "b": 2}
    project = own_project(tmp_path, REGISTRY, nodes=NODES, catalog=catalog, parameters=parameters)
    tasks = Tasks(project, HERE)
    tasks.run("tell", params={"a": value})
    assert tasks.data("told.json") == {"a": value, "b": 2}


def test_a_number_that_the_parameters_are_made_of_is_as_it_was_set(tmp_path: Path) -> None:
    catalog = {"told": entry("Plain", "told.json")}
    parameters = "year: ${runtime_params:year}\nnext: ${runtime_params:year}\n"
    project = own_project(tmp_path, REGISTRY, nodes=NODES, catalog=catalog, parameters=parameters)
    tasks = Tasks(project, HERE)
    tasks.run("tell", params={"year": 2026.0})
    assert tasks.data("told.json") == {"year": 2026.0, "next": 2026.0}
