"""Artifacts of two environments: nothing that they have on an orchestrator is the same."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
import yaml

from shipway.compiler import Selection, compile_all, settings_for
from shipway.model import Pipeline
from shipway.settings.source import SettingsSource
from shipway.targets import registry
from tests.targets import settings_of_all
from tests.unit.planner.build_ir import node, pipeline, project

A, B = node("a", "raw", "x"), node("b", "x", "y")
REGISTERED = [pipeline(A, B), pipeline(A, name="prod"), pipeline(node("c", "y", "z"), name="later")]
TARGETS = [exporter.name for exporter in registry.every()]
ENVS = [None, "prod", "test", "eu/prod"]


def files(of: str, env: str | None, registered: list[Pipeline], **content: Any) -> dict[str, str]:
    """The files of every pipeline, by path; `held` are settings of the default pipeline."""
    values = settings_of_all(pipelines={"__default__": content})
    exporter = registry.find(of)
    settings = settings_for(SettingsSource(values=values), [exporter])
    whole = replace(project(*registered), env=env)
    output = compile_all(whole, settings, exporter, Selection(all_pipelines=True))
    return {file.path: file.text for item in output for file in item.files}


@pytest.mark.parametrize("of", TARGETS)
def test_environments_share_no_file(of: str) -> None:
    paths = [path for env in ENVS for path in files(of, env, REGISTERED)]
    assert len({path.casefold() for path in paths}) == len(paths)


def test_a_flow_and_its_deployment_are_of_one_environment() -> None:
    result = {}
    for env in ENVS:
        for path, text in files("prefect", env, REGISTERED).items():
            if path.endswith(".yaml"):
                (deployment,) = yaml.safe_load(text)["deployments"]
                folder = path.partition("/")[0]
                assert deployment["entrypoint"].startswith(f"deploy/prefect/{folder}/flow.py:")
                result[deployment["entrypoint"], deployment["name"]] = env
    assert len(result) == len(ENVS) * len(REGISTERED)
    names = {name for (_, name), env in result.items() if env}
    assert {"prod", "test"} < names
    assert not any(re.search(r"[/%&><]", name) for name in names)  # Prefect's banned characters


@pytest.mark.parametrize("version", ["2.11", "3"])
def test_assets_of_two_environments_never_meet(version: str) -> None:
    result: dict[str, str | None] = {}
    exporter = registry.find("airflow")
    later = {"schedule": {"datasets": ["x", "y"]}}
    values = {"pipelines": {"later": later}, "targets": {"airflow": {"version": version}}}
    settings = settings_for(SettingsSource(values=values), [exporter])
    for env in [*ENVS, "prod-eu", "prod_eu", "prod.eu"]:
        whole = replace(project(*REGISTERED), env=env)
        for item in compile_all(whole, settings, exporter, Selection(all_pipelines=True)):
            for asset in re.findall(r'(?:uri|name)="(\S+[./][xy])"|\("(kedro:\S+)"\)', str(item)):
                assert result.setdefault("".join(asset), env) == env
    assert result["kedro://shop/y" if version == "2.11" else "shop.y"] is None
    assert result["kedro://shop__prod/y"] == "prod"
    assert len(result) == 7 * 2 * (1 if version == "2.11" else 2)
