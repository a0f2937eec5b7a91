"""What a DAG file says, where Airflow alone has a say in it."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from typing import Any, TypeGuard

import pytest

from shipway.compiler import Selection, compile_all, settings_for
from shipway.errors import UnsupportedError
from shipway.model import Project
from shipway.settings.source import SettingsSource
from shipway.target import find
from tests.unit.planner.build_ir import node, pipeline, project, said


def files(of: Project, version: str = "3", **pipelines: Any) -> dict[str, str]:
    """The files of all pipelines, by name; `pipelines` are their settings."""
    values = {"targets": {"airflow": {"version": version}}, "pipelines": pipelines}
    exporter = find("airflow")
    settings = settings_for(SettingsSource(values=values), [exporter])
    made = compile_all(of, settings, exporter, Selection(all_pipelines=True))
    return {file.path: file.text for one in made for file in one.files}


def named(item: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(item, ast.Name)


def waiting(*datasets: str) -> Project:
    """A pipeline that writes datasets, and one that reads them."""
    writer = pipeline(node("a", "raw", " ".join(datasets)), name="writer")
    return project(writer, pipeline(node("b", " ".join(datasets), "y"), name="reader"))


@pytest.mark.parametrize("version", ["2.11", "3"])
def test_the_uri_of_a_dataset_is_ascii_and_keeps_datasets_apart(version: str) -> None:
    """Airflow drops what follows `#`, sorts what follows `?` and takes the last slashes away."""
    names = ["größe", "gr", "a#1", "a#2", "a?x=1&a=2", "a?a=2&x=1", "b/", "b", "c%20d", "A", "."]
    made = files(waiting(*names), version, reader={"schedule": {"datasets": names}})
    uris = [set(re.findall(r'"(kedro://[^"]*)"', text)) for text in made.values()]
    assert uris[0] == uris[1]
    assert len(uris[0]) == len(names)
    assert all(re.fullmatch(r"kedro://shop/[A-Za-z0-9%._~-]+", uri) for uri in uris[0])
    assert "kedro://shop/gr%C3%B6%C3%9Fe" in uris[0]
    if version == "3":
        assert 'name="shop.gr%C3%B6%C3%9Fe"' in made["shop_reader.py"]


def test_a_dataset_whose_uri_airflow_does_not_take_is_refused() -> None:
    long = "ü" * 250
    with pytest.raises(UnsupportedError) as caught:
        files(waiting(long), reader={"schedule": {"datasets": [long]}})
    assert "would have 1513 characters; Airflow takes 1500" in said(caught.value)


@pytest.mark.parametrize("version", ["2.11", "3"])
@pytest.mark.parametrize("run_with", ["shipway", "kedro"])
def test_no_task_takes_a_name_that_the_file_needs(version: str, run_with: str) -> None:
    """A task's variable is one of the module: `str = KedroTask(…)` would break the operator."""
    names = sorted({*dir(builtins), *keyword.kwlist, *keyword.softkwlist, "os", "dag"})
    of = project(pipeline(*(node(n, "params:p", f"x_{n}") for n in names), name="p"))
    held = {"run_parameters": {"p": "interval_end"}, "run_with": run_with}
    ((_, text),) = files(of, version, p=held).items()
    body = ast.parse(text).body
    (dag,) = (block for block in body if isinstance(block, ast.With))
    others = [block for block in body if block is not dag]
    tasks = {i.targets[0].id for i in dag.body if isinstance(i, ast.Assign) and named(i.targets[0])}
    needed = {item.id for block in others for item in ast.walk(block) if named(item)}
    assert len(tasks) == len(names)
    assert {"str", "os"} <= needed
    assert not tasks & needed


def test_folders_of_logs_and_files_take_the_names() -> None:
    """Of 255 bytes: `task_id=<id>`, `dag_id=<id>` and `<id>.py`, with what stands around."""
    of = project(pipeline(node("ü" * 200, "raw", "x"), node("t" * 250, "x", "y"), name="p"))
    ((path, text),) = files(of, p={"name": "ä" * 200}).items()
    ids = re.findall(r'task_id="([^"]*)"', text)
    (dag_id,) = re.findall(r'dag_id="([^"]*)"', text)
    assert sorted(len(one.encode()) for one in ids) == [247, 247]
    assert len(dag_id.encode()) in (247, 248)
    assert path == f"{dag_id}.py"


MIXED: list[Any] = [
    [1, {"x": 1}],
    [[{"x": 1}]],
    [{"x": 1}, "a"],
]
WHOLE: list[Any] = [{"x": [1]}, [{"x": 1}, {}], [], [1, "a", None, [2]], {"x": [1, {"y": 2}]}]


@pytest.mark.parametrize("value", [*MIXED, *WHOLE], ids=str)
def test_a_default_that_the_form_would_show_as_another_is_left_to_the_configuration(
    value: Any,
) -> None:
    """A list with a mapping beside other items comes out of Airflow's own JSON as another one."""
    (text,) = files(project(node("a", "params:p", "x"), parameters={"p": value})).values()
    assert ("params=" in text) == (value in WHOLE)
