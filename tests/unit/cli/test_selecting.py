"""The options that select nodes take what those of `kedro run` take."""

from __future__ import annotations

import json
import re

import pytest

from tests.projects import KedroProject


def _nodes(project: KedroProject, *options: str) -> list[list[str]]:
    """The nodes of each plan, in the order of its tasks."""
    output = project.shipway("plan", "--format", "json", *options)
    assert output.exit_code == 0, output.output
    plans = json.loads(output.stdout)["plans"]
    return [[node["name"] for task in p["tasks"] for node in task["nodes"]] for p in plans]


@pytest.mark.parametrize(
    "options",
    [
        ("--nodes", "second"),
        ("--from-nodes", "first", "--tags", "ml,etl"),
        ("--to-outputs", "mid", "--from-inputs", "params:size"),
    ],
)
def test_the_nodes_are_those_that_kedro_runs(
    project: KedroProject, options: tuple[str, ...]
) -> None:
    for name in ("raw", "mid"):
        project.write(f"data/{name}.txt", "1")
        project.write(f"{name}.txt", "1")
    run = project.run("python", "-m", "kedro", "run", *options, PYTHONWARNINGS="ignore")
    assert run.returncode == 0, run.stderr
    names = re.findall(r"Running node: (\w+)", run.stdout + run.stderr)
    assert _nodes(project, *options) == [names]


def test_pipelines_may_stand_in_one_option(project: KedroProject) -> None:
    both = _nodes(project, "-p", "__default__", "-p", "scoring")
    assert both == [["first", "second"], ["second"]]
    assert _nodes(project, "-p", "__default__,scoring") == both
    assert _nodes(project, "--pipelines", "__default__, scoring", "-p", "scoring") == both


def test_the_header_has_the_command_and_another_part_has_another_name(
    project: KedroProject,
) -> None:
    output = project.shipway("export", "airflow", "--from-nodes", "second")
    assert output.exit_code == 0, output.output
    assert project.shipway("export", "airflow").exit_code == 0
    whole, part = sorted((project.path / "deploy/airflow").iterdir(), key=lambda p: len(p.name))
    command = "shipway export airflow --pipeline __default__ --from-nodes second"
    assert command in part.read_text(encoding="utf-8")
    texts = (path.read_text(encoding="utf-8") for path in (whole, part))
    marks = [re.findall(r"shipway: of=(\S+)", text)[0] for text in texts]
    assert marks[1].startswith(f"{marks[0]}.")
    # Neither is in the other's way, and each is its own.
    assert project.shipway("export", "airflow", "--from-nodes", "second", "--check").exit_code == 0
    assert project.shipway("export", "airflow", "--check").exit_code == 0


def test_a_part_can_be_compared_with_a_revision(project: KedroProject) -> None:
    for command in (
        ("git", "init", "-q"),
        ("git", "add", "."),
        ("git", "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "-m", "x"),
    ):
        assert project.run(*command).returncode == 0
    output = project.shipway("diff", "airflow", "--nodes", "second", "--from", "HEAD")
    assert output.exit_code == 0, output.output
    assert "Nothing" in output.output or "no " in output.output.lower()
