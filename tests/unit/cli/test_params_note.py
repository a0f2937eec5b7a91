"""A value of `--params` that nothing reads is noted, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.projects import KedroProject, make_project

REGISTRY = """
return {
    "__default__": pipeline([node(f.make, "params:model.rate", "a", name="one")]),
    "all": pipeline([node(f.make, "parameters", "a", name="two")]),
}
"""


@pytest.fixture
def model(tmp_path: Path) -> KedroProject:
    return make_project(
        tmp_path,
        REGISTRY,
        parameters="{model: {rate: '${day}'}, day: 1, other: 2}",
        catalog="a: {type: text.TextDataset, filepath: 'data/${runtime_params:folder, x}'}\n",
        deploy="defaults: {owner: '${runtime_params:team, us}'}\n",
    )


@pytest.mark.parametrize(
    "params", ["model.rate=2", "day=2", "folder=y", "team=them", "model.rate=2,team=them"]
)
def test_what_is_read_is_not_noted(model: KedroProject, params: str) -> None:
    output = model.shipway("plan", "--params", params)
    assert output.exit_code == 0, output.output
    assert "--params sets" not in output.output


@pytest.mark.parametrize(
    ("params", "note"),
    [
        ("model.rte=2", "--params sets `model.rte`, which no node of these pipelines reads"),
        ("model.rte=2", "Did you mean `model.rate`?"),
        ("other=3", "`other`"),
        ("taem=x", "`taem`"),
    ],
)
def test_what_nothing_reads_is(model: KedroProject, params: str, note: str) -> None:
    for command in (["plan"], ["export", "airflow"]):
        output = model.shipway(*command, "--params", params)
        assert output.exit_code == 0, output.output
        assert output.output.count("--params sets") == 1
        assert note in output.output


def test_a_node_that_reads_all_parameters_reads_each(model: KedroProject) -> None:
    assert "--params sets" not in model.shipway("plan", "--all", "--params", "other=3").output
