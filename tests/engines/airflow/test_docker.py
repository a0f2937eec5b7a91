"""Tasks in containers of Docker: the provider's operator, and podman behind Docker's API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.containers.docker_socket import serve_docker
from tests.containers.podman import Podman, open_podman
from tests.projects import make_project, text_file
from tests.written import kedro_run, written

from .env import AirflowEnv
from .exported import run_env
from .in_containers import export_for
from .inprocess import dags_test

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def podman() -> Iterator[Podman]:
    with open_podman() as podman:
        yield podman


@pytest.fixture(scope="module")
def docker_host(podman: Podman) -> Iterator[str]:
    with serve_docker(podman, host_network=True) as url:
        yield url


HARD = {
    "text": "quote ' and \" and {{ braces }} $(X) $$ \\ ü\nline <b>&",
    "number": 2.5,
    "nested.list": ["1", "x.env", "{% raw %}"],
}
REGISTRY = """
return {"__default__": pipeline([
    node(f.make, ["params:text", "params:number", "params:nested.list"], "first", name="first.env"),
    node(f.make, ["first", "params:text"], "second", name="zw_ei.sh"),
])}
"""


def test_hard_values_arrive(airflow: AirflowEnv, docker_host: str, tmp_path: Path) -> None:
    catalog = {name: text_file(f"{name}.txt") for name in ("first", "second")}
    parameters = {"text": "plain", "number": 1.5, "nested": {"list": ["a"]}}
    project = make_project(tmp_path, REGISTRY, catalog=catalog, parameters=parameters)
    folder = export_for(project, airflow, "docker")
    env = {**run_env(project), "DOCKER_HOST": docker_host}
    outcome = dags_test(airflow, folder, project.package, HARD, env)
    assert outcome.state == "success", outcome.output
    result = written(project)
    for name in result:
        (project.path / "data" / name).unlink()
    project.write(
        "run.yml",
        json.dumps(
            {
                "run": {
                    "params": {
                        "text": HARD["text"],
                        "number": 2.5,
                        "nested": {"list": HARD["nested.list"]},
                    }
                }
            }
        ),
    )
    assert result == kedro_run(project, "--config=run.yml")
