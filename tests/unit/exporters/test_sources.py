"""How each target shows a parameter whose value the configuration makes."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from shipway.compiler import Selection, compile_all, settings_for
from shipway.model import Dataset, Parameter, RuntimeParameter
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from tests.targets import TARGETS, settings_of_all
from tests.unit.planner.build_ir import node, project

PARAMETERS = (
    Parameter(path=("bucket",), source="${oc.env:BUCKET}"),
    Parameter(path=("last",), value=2025, source="${year}"),
    Parameter(path=("year",), value=2025),
)
REMOTE = [Dataset(name=name, kind="remote", location=f"s3://b/{name}") for name in "xy"]
ASKED = RuntimeParameter(name="day", source="${runtime_params:day, latest}", place="x")


def files(target: str, **settings: Any) -> str:
    """All files of a pipeline whose first node sees all parameters, and whose second sees few."""
    of = project(
        node("a", "params:last params:bucket", "x"),
        node("b", "x", "y"),
        parameters=PARAMETERS,
        datasets=REMOTE,
        runtime_parameters=(ASKED,),
    )
    exporter = find(target)
    raw = SettingsSource(values=settings_of_all(pipelines={"__default__": settings}))
    (artifact,) = compile_all(of, settings_for(raw, [exporter]), exporter, Selection())
    return "\n".join(file.text for file in artifact.files)


def test_airflow_shows_null_and_where_the_value_comes_from() -> None:
    text = " ".join(files("airflow").split())
    assert '"year": Param(2025, type="integer")' in text
    assert 'type=["null", "integer"]' in text
    for source in ("${year}", "${oc.env:BUCKET}", "${runtime_params:day, latest}"):
        assert f'description="Unless set: {source}"' in text


def test_prefect_does_too() -> None:
    text = files("prefect")
    assert "last: int | None = None," in text
    assert "bucket: Any = None," in text
    assert "year: int = 2025," in text
    assert "day: Kedro's `params:day`. Unless set: ${runtime_params:day, latest}" in text


def test_luigi_says_so_in_the_help_of_its_command_line() -> None:
    text = " ".join(files("luigi").split())
    assert 'last = luigi.OptionalIntParameter( DEFAULTS["last"],' in text
    assert 'year = luigi.IntParameter(DEFAULTS["year"], significant=False)' in text
    for source in ("${year}", "${oc.env:BUCKET}", "${runtime_params:day, latest}"):
        assert f'description="Unless set: {source}"' in text


def test_kubeflow_takes_text_that_may_stay_empty() -> None:
    document = yaml.safe_load(files("kubeflow").split("---")[0])
    inputs = document["root"]["inputDefinitions"]["parameters"]
    assert inputs["year"]["defaultValue"] == 2025
    assert (inputs["last"]["parameterType"], inputs["last"]["defaultValue"]) == ("STRING", "")
    assert "unless set: ${year}" in inputs["last"]["description"]
    args = document["deploymentSpec"]["executors"]["exec-a"]["container"]["args"]
    assert "--yaml=last={{$.inputs.parameters['last']}}" in args


def test_a_task_of_kubeflow_is_bound_to_what_its_nodes_can_see() -> None:
    document = yaml.safe_load(files("kubeflow").split("---")[0])
    tasks = document["root"]["dag"]["tasks"]
    own = {"run_id", "run_created"}
    assert tasks["a"]["inputs"]["parameters"].keys() - own == {"bucket", "day", "last", "year"}
    assert tasks["b"]["inputs"]["parameters"].keys() - own == {"day"}


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_fixed_for_all_runs_is_handed_over(target: str) -> None:
    of = project(
        node("a", "params:year", "x"),
        parameters={"year": 2031},
        datasets=REMOTE,
        overrides={"year": 2031},
    )
    exporter = find(target)
    settings = settings_for(SettingsSource(values=settings_of_all()), [exporter])
    (artifact,) = compile_all(of, settings, exporter, Selection())
    text = artifact.files[0].text
    given = (
        'PARAMETERS = {"year": 2031}',
        '"params": {"year": 2031}',
        '--params={"year": 2031}',
    )
    assert any(one in text for one in given)
