"""What is said of a pipeline for Vertex AI names Vertex AI, whoever says it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from shipway.cli import main
from shipway.errors import PlanError, ShipwayError, UnsupportedError
from shipway.model import Dataset
from shipway.targets.capabilities import CAPABILITIES
from shipway.targets.orchestrators import orchestrators_of, title_of
from shipway.targets.registry import every, find
from tests.targets import IMAGE, VERTEX
from tests.unit.exporters.kubeflow_artifacts import REMOTE, refusal
from tests.unit.planner.build_ir import node, project

OPTIONS = {"image": IMAGE, **VERTEX}
SECRET = {"name": "b", "key": "c"}


def test_an_option_chooses_the_orchestrator() -> None:
    exporter = find("kubeflow")
    assert title_of(exporter, {}) == exporter.title == "Kubeflow Pipelines"
    assert title_of(exporter, {"platform": "kubernetes"}) == "Kubeflow Pipelines"
    assert title_of(exporter, OPTIONS) == "Vertex AI"


def test_every_orchestrator_declares_every_setting() -> None:
    for exporter in every():
        first, *others = orchestrators_of(exporter)
        assert (first.title, dict(first.options)) == (exporter.title, {})
        assert all(each.options for each in others)
        assert all(each.capabilities.keys() == CAPABILITIES.keys() for each in (first, *others))


@pytest.mark.parametrize(
    "content",
    [
        {"secrets": {"A": SECRET}},
        {"env_from": [{"secret": "a"}]},
        {"volumes": [{"claim": "c", "mount": "/d"}]},
        {"kubernetes": {"node_selector": {"a": "b"}}},
        {"run_parameters": {"day": "interval_start"}},
        {"service_account": "runner"},
        {"notify": {"on_failure": {"email": ["ann@shop.example"]}}},
        {"env": {"A": "{{$}}"}},
        {"command_prefix": ["sh", "{{$}}"]},
        {"description": "{{$}}"},
        {"parameters": ["p"]},
    ],
)
def test_a_refused_setting_is_one_of_vertex(content: dict[str, Any]) -> None:
    parameters = {"p": "{{x}}", "day": "x"}
    of = project(node("a", "raw params:p params:day", "x"), datasets=REMOTE, parameters=parameters)
    _names_vertex(refusal(ShipwayError, of, OPTIONS, **content))


def test_a_refused_text_of_the_project_is_one_of_vertex() -> None:
    of = project(node("a$(id)", "raw", "x"), datasets=REMOTE)
    _names_vertex(refusal(UnsupportedError, of, OPTIONS))


def test_a_lost_file_is_lost_on_vertex() -> None:
    of = project(
        node("a", "raw", "x"),
        datasets=[Dataset(name="x", kind="local", location="/data/x.csv")],
    )
    text = refusal(PlanError, of, OPTIONS)
    assert "tasks share no disk on Vertex AI" in text
    _names_vertex(text)


def test_a_store_is_not_looked_for_in_the_catalog() -> None:
    of = project(node("a", "raw", "x"), node("b", "x", "y"), memory="x", datasets=REMOTE[1:])
    content = {"memory": "store", "store": "/data/store", "group_by": "none"}
    text = refusal(PlanError, of, OPTIONS, **content)
    assert "The store, /data/store, would not reach" in text
    assert "Name a URL that all tasks reach" in text
    assert "in the catalog" not in text


def _names_vertex(text: str) -> None:
    assert "Kubeflow" not in text
    assert "Kubernetes" not in text


def test_the_list_of_targets_has_each_orchestrator() -> None:
    result = CliRunner().invoke(main, ["targets", "kubeflow"], catch_exceptions=False)
    heads = [line for line in result.output.splitlines() if not line.startswith(" ")]
    assert [head.partition(":")[0] for head in heads] == ["kubeflow", "kubeflow (platform"]
    document = CliRunner().invoke(main, ["targets", "kubeflow", "--format", "json"]).output
    (target,) = json.loads(document)["targets"]
    (other,) = target["others"]
    assert (other["title"], other["options"]) == ("Vertex AI", {"platform": "vertex"})
    assert other["capabilities"].keys() == target["capabilities"].keys()
