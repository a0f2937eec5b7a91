"""The registry: which pipelines there are, and which of them Kedro gives by themselves."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from shipway.errors import ProjectError
from tests.projects import KedroProject, make_project

PIPELINE = """
from kedro.pipeline import node, pipeline


def {name}_step():
    return 1


def create_pipeline(**kwargs):
    return pipeline([node({name}_step, None, "{name}_out", name="{name}_node")])
"""
FIND = "from kedro.framework.project import find_pipelines\n"


def found_project(folder: Path, registry: str, *names: str) -> KedroProject:
    """A project whose pipelines stand in modules, for `find_pipelines` to find."""
    project = make_project(folder, FIND + dedent(registry))
    project.write(f"src/{project.package}/pipelines/__init__.py", "")
    for name in names:
        file = f"src/{project.package}/pipelines/{name}/__init__.py"
        project.write(file, PIPELINE.format(name=name))
    return project


def standalone(project: KedroProject) -> dict[str, bool]:
    return {p.name: p.standalone for p in project.read().project.pipelines}


def test_none_in_the_registry_is_no_pipeline(tmp_path: Path) -> None:
    project = make_project(
        tmp_path,
        """
        one = pipeline([node(f.make, None, "a", name="n")])
        return {"__default__": one, "nothing": None, "empty": Pipeline([]), "b": one}
        """,
    )
    read = project.read().project
    assert {p.name: len(p.nodes) for p in read.pipelines} == {"__default__": 1, "b": 1, "empty": 0}
    assert [p.name for p in read.pipelines] == ["__default__", "b", "empty"]


def test_pipelines_that_are_found_stand_alone(tmp_path: Path) -> None:
    registry = """
    found = find_pipelines()
    found["__default__"] = sum(found.values())
    return found
    """
    project = found_project(tmp_path, registry, "one", "two")
    assert standalone(project) == {"__default__": True, "one": True, "two": True}


def test_pipelines_that_need_others_do_not_stand_alone(tmp_path: Path) -> None:
    registry = """
    found = find_pipelines()
    found["__default__"] = sum(found.values())
    found["both"] = found["one"] + found["two"]
    return found
    """
    project = found_project(tmp_path, registry, "one", "two")
    assert standalone(project) == {"__default__": True, "both": False, "one": False, "two": False}


def test_a_pipeline_that_comes_out_smaller_does_not_stand_alone(tmp_path: Path) -> None:
    registry = """
    found = find_pipelines()
    found["both"] = sum(found.values(), Pipeline([]))
    return found
    """
    project = found_project(tmp_path, registry, "one", "two")
    assert standalone(project) == {"__default__": True, "both": False, "one": True, "two": True}


def test_a_registry_that_exits_for_one_pipeline_does_not_end_us(tmp_path: Path) -> None:
    registry = """
    found = find_pipelines()
    if len(found) < 3:
        raise SystemExit(9)
    return found
    """
    project = found_project(tmp_path, registry, "one", "two")
    assert standalone(project) == {"__default__": True, "one": False, "two": False}


@pytest.mark.parametrize("muted", ["", "import warnings\nwarnings.simplefilter('ignore')\n"])
@pytest.mark.parametrize("with_hooks", [False, True])
def test_a_module_that_kedro_would_leave_out_is_an_error(
    tmp_path: Path, muted: str, with_hooks: bool
) -> None:
    registry = """
    found = find_pipelines()
    found["__default__"] = sum(found.values())
    return found
    """
    project = found_project(tmp_path, muted + dedent(registry), "good")
    for name in ("bad", "worse"):
        file = f"src/{project.package}/pipelines/{name}/__init__.py"
        project.write(file, "x = 1\nimport nowhere_to_be_found\n")
    with pytest.raises(ProjectError) as error:
        project.read(with_hooks=with_hooks)
    result = sorted(error.value.findings, key=lambda finding: str(finding.where))
    assert [finding.where for finding in result] == [
        f"src/{project.package}/pipelines/{name}/__init__.py:2" for name in ("bad", "worse")
    ]
    assert all("nowhere_to_be_found" in finding.what for finding in result)


@pytest.mark.parametrize(
    ("registry", "says"),
    [
        ("return None", "NoneType"),
        ('return {"__default__": [1]}', "gives list for '__default__'"),
        ("return {1: Pipeline([node(f.make, None, 'a')])}", "gives Pipeline for 1"),
        ('return {"__default__": pipeline([node(object(), None, "a", name="n")])}', "object"),
    ],
)
def test_a_registry_that_is_none(tmp_path: Path, registry: str, says: str) -> None:
    with pytest.raises(ProjectError) as error:
        make_project(tmp_path, registry).read()
    assert says in error.value.findings[0].what
