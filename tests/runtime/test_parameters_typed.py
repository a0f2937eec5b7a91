"""Parameters that a node takes as a class are made of what the run sets, as `kedro run` does."""

from __future__ import annotations

import pytest

from tests.conftest import python_of

from .tasks import HERE, Tasks, entry, own_project

DATACLASS = """
from dataclasses import dataclass


@dataclass
class Model:
    depth: int
    rate: float
    name: str
"""
PYDANTIC = """
from pydantic import BaseModel


class Model(BaseModel):
    depth: int
    rate: float
    name: str
"""
TELL = """

def tell(model: Model, depth):
    return [type(model).__name__, model.depth, model.rate, model.name, depth]
"""
REGISTRY = """
inputs = ["params:model", "params:model.depth"]
return {"__default__": pipeline([node(f.tell, inputs, "told", name="tell")])}
"""


CASES = [
    pytest.param(("dev", DATACLASS), id="dev-dataclass"),
    pytest.param(("dev", PYDANTIC), id="dev-pydantic"),
    pytest.param(("kedro14", DATACLASS), id="kedro14-dataclass", marks=pytest.mark.engine),
]


@pytest.fixture(scope="module", params=CASES)
def tasks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tasks:
    env, model = request.param
    project = own_project(
        tmp_path_factory.mktemp("typed"),
        REGISTRY,
        nodes=model + TELL,
        catalog={"told": entry("Plain", "told.json")},
        parameters={"model": {"depth": 3, "rate": 0.5, "name": "oak"}},
    )
    return Tasks(project, HERE if env == "dev" else python_of(env))


def test_a_node_gets_the_class_with_what_the_run_sets(tasks: Tasks) -> None:
    process = tasks.kedro("run", "--params", "model.depth=4,model.name=elm")
    assert process.code == 0, process.output
    assert tasks.data("told.json") == ["Model", 4, 0.5, "elm", 4]
    tasks.run(
        "tell",
        inputs={"model.depth": 4.0, "model.name": "elm"},
        defaults={"model.depth": 3, "model.name": "oak", "model.rate": 0.5},
    )
    assert tasks.data("told.json") == ["Model", 4, 0.5, "elm", 4]


def test_a_text_in_a_class_is_as_it_was_set(tasks: Tasks) -> None:
    tasks.run("tell", params={"model.name": "\\${x} ${y}"})
    assert tasks.data("told.json") == ["Model", 3, 0.5, "\\${x} ${y}", 3]
