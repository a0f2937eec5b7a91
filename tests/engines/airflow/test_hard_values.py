"""Values that every layer between a form and a node could take for its own."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.containers.kubernetes.api import KubernetesApi
from tests.projects import make_project, text_file
from tests.written import kedro_run, written

from .env import AirflowEnv
from .in_containers import container_env, export_for, volume_of
from .inprocess import dags_test

pytestmark = pytest.mark.engine

HARD = "quote ' and \" and {{ run_id }} {% raw %} {# $(HOME) $$ \\ ü 😀\nline <b>&\r\n"
ROWS = [{"z": 1, "a": {"y": 1, "b": 2}}]
VALUES = {"text": HARD, "number": 2.5, "nested.list": ["1", "x.env", HARD], "rows": ROWS}
NODES = """
import os


def make(*parts):
    return "+".join(map(str, (*parts, os.environ["ODD"])))
"""
REGISTRY = """
parameters = [f"params:{name}" for name in ("text", "number", "nested.list", "rows")]
return {"__default__": pipeline([
    node(f.make, parameters, name, name=name)
    for name in ("first.env", "zw_ei.sh")
])}
"""
ODD = "{{ x }} $(HOME) $$ a.env\n"


def test_hard_values_arrive_in_both_kinds_of_containers(
    airflow: AirflowEnv, docker_socket: str, kubernetes_api: KubernetesApi, tmp_path: Path
) -> None:
    catalog = {name: text_file(f"{name}.txt") for name in ("first.env", "zw_ei.sh")}
    parameters = {"text": "plain", "number": 1.5, "nested": {"list": ["a"]}, "rows": [{}]}
    project = make_project(tmp_path, REGISTRY, catalog=catalog, parameters=parameters, nodes=NODES)
    in_pod = {"run_on": "kubernetes", "volumes": [volume_of(project, "kubernetes")]}
    settings = {
        "defaults": {"env": {"ODD": ODD}},
        "pipelines": {"__default__": {"nodes": {"zw_ei.sh": in_pod}}},
    }
    folder = export_for(project, airflow, "docker", settings=settings)
    kubernetes_api.claim(in_pod["volumes"][0]["claim"], project.path)  # type: ignore[index]
    env = container_env(project, docker_socket, kubernetes_api)
    outcome = dags_test(airflow, folder, project.package, VALUES, env)
    assert outcome.state == "success", outcome.output
    assert len(kubernetes_api.pods) == 1
    result = written(project)
    assert len(result) == 2
    for name in result:
        (project.path / "data" / name).unlink()
    nested = {"nested": {"list": VALUES["nested.list"]}, "rows": ROWS}
    params = {"text": HARD, "number": 2.5, **nested}
    run = yaml.safe_dump({"run": {"params": params}}, sort_keys=False)
    (project.path / "run.yml").write_text(run, encoding="utf-8")
    assert result == kedro_run(project, "--config=run.yml", ODD=ODD)
