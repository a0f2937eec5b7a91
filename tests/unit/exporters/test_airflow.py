"""What a DAG file says, where Airflow alone has a say in it."""

from __future__ import annotations

import ast
import builtins
import json
import keyword
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeGuard

import pytest

from shipway.compiler import Selection, compile_all, settings_for
from shipway.errors import UnsupportedError
from shipway.model import Dataset, Project
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from tests.unit.planner.build_ir import node, pipeline, project, said


def files(
    of: Project, version: str = "3", options: Mapping[str, Any] | None = None, /, **pipelines: Any
) -> dict[str, str]:
    """The files of all pipelines, by name; `pipelines` are their settings."""
    target = {"version": version, **(options or {})}
    values = {"targets": {"airflow": target}, "pipelines": pipelines}
    exporter = find("airflow")
    settings = settings_for(SettingsSource(values=values), [exporter])
    output = compile_all(of, settings, exporter, Selection(all_pipelines=True))
    return {file.path: file.text for one in output for file in one.files}


KEDRO = {"__default__": {"run_with": "kedro"}}


def by_name(item: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(item, ast.Name)


def waiting(*datasets: str) -> Project:
    """A pipeline that writes datasets, and one that reads them."""
    writer = pipeline(node("a", "raw", " ".join(datasets)), name="writer")
    return project(writer, pipeline(node("b", " ".join(datasets), "y"), name="reader"))


@pytest.mark.parametrize("version", ["2.11", "3"])
def test_the_uri_of_a_dataset_is_ascii_and_keeps_datasets_apart(version: str) -> None:
    """Airflow drops what follows `#`, sorts what follows `?` and takes the last slashes away."""
    names = ["größe", "gr", "a#1", "a#2", "a?x=1&a=2", "a?a=2&x=1", "b/", "b", "c%20d", "A", "."]
    output = files(waiting(*names), version, reader={"schedule": {"datasets": names}})
    uris = [set(re.findall(r'"(kedro://[^"]*)"', text)) for text in output.values()]
    assert uris[0] == uris[1]
    assert len(uris[0]) == len(names)
    assert all(re.fullmatch(r"kedro://shop/[A-Za-z0-9%._~-]+", uri) for uri in uris[0])
    assert "kedro://shop/gr%C3%B6%C3%9Fe" in uris[0]
    if version == "3":
        assert 'name="shop.gr%C3%B6%C3%9Fe"' in output["shop_reader.py"]


def test_a_dataset_whose_uri_airflow_does_not_take_is_refused() -> None:
    long = "ü" * 250
    with pytest.raises(UnsupportedError) as error:
        files(waiting(long), reader={"schedule": {"datasets": [long]}})
    assert "would have 1513 characters; Airflow takes 1500" in said(error.value)


@pytest.mark.parametrize("version", ["2.11", "3"])
@pytest.mark.parametrize("run_with", ["shipway", "kedro"])
def test_no_task_takes_a_name_that_the_file_needs(version: str, run_with: str) -> None:
    """A task's variable is one of the module: `str = KedroOperator(…)` would break the operator."""
    names = sorted({*dir(builtins), *keyword.kwlist, *keyword.softkwlist, "os", "dag"})
    of = project(pipeline(*(node(n, "params:p", f"x_{n}") for n in names), name="p"))
    content = {"run_parameters": {"p": "interval_end"}, "run_with": run_with}
    ((_, text),) = files(of, version, p=content).items()
    body = ast.parse(text).body
    (dag,) = (block for block in body if isinstance(block, ast.With))
    others = [block for block in body if block is not dag]
    tasks = {
        i.targets[0].id for i in dag.body if isinstance(i, ast.Assign) and by_name(i.targets[0])
    }
    needs = {item.id for block in others for item in ast.walk(block) if by_name(item)}
    assert len(tasks) == len(names)
    assert {"str", "os"} <= needs
    assert not tasks & needs


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


def defaults_of(text: str) -> dict[str, str]:
    """The source of each argument in `default_args`."""
    (result,) = (
        k
        for k in ast.walk(ast.parse(text))
        if isinstance(k, ast.keyword) and k.arg == "default_args"
    )
    assert isinstance(result.value, ast.Dict)
    pairs = zip(result.value.keys, result.value.values, strict=True)
    return {ast.literal_eval(key): ast.unparse(value) for key, value in pairs if key}


def of_tasks(text: str, argument: str) -> dict[str, str]:
    """The source of an argument of tasks that have it."""
    calls = [item for item in ast.walk(ast.parse(text)) if isinstance(item, ast.Call)]
    inputs = [{str(k.arg): ast.unparse(k.value) for k in call.keywords} for call in calls]
    return {
        ast.literal_eval(one["task_id"]): one[argument]
        for one in inputs
        if argument in one and "task_id" in one
    }


ABCD = project(node("a", "raw", "x"), node("b", "x", "y"), node("c", "y", "z"), node("d", "z", "e"))
NODES: dict[str, Any] = {
    "a": {"timeout": "15m", "retries": 2, "env": {"B": "2", "A": "1"}},
    "b": {
        "timeout": "15m",
        "retries": 2,
        "env": {"A": "1", "B": "2"},
        "retry_delay": "1m",
        "retry_backoff": 2,
    },
    "c": {"retries": 2, "retry_delay": "1m", "retry_backoff": 2},
    "d": {"timeout": "1h", "retry_delay": "1m"},
}


def test_what_half_of_the_tasks_have_stands_once_and_the_others_say_what_they_have() -> None:
    (text,) = files(ABCD, __default__={"owner": "ann", "nodes": NODES}).values()
    assert defaults_of(text) == {
        "owner": "'ann'",
        "execution_timeout": "timedelta(minutes=15)",
        "env": "{'A': '1', 'B': '2'}",
        "retry_exponential_backoff": "2.0",
    }
    assert of_tasks(text, "execution_timeout") == {"c": "None", "d": "timedelta(hours=1)"}
    assert of_tasks(text, "env") == {"c": "{}", "d": "{}"}
    assert of_tasks(text, "retry_exponential_backoff") == {"a": "False", "d": "False"}


def test_no_task_takes_from_others_what_it_cannot_do_without() -> None:
    """Where a task has no `retries`, those of the deployment count (`default_task_retries`)."""
    (text,) = files(ABCD, __default__={"nodes": NODES}).values()
    assert of_tasks(text, "retries") == dict.fromkeys("abc", "2")
    assert of_tasks(text, "retry_delay") == dict.fromkeys("bcd", "timedelta(minutes=1)")


def test_of_two_values_the_first_stands_once() -> None:
    content = {"a": {"retries": 1}, "b": {"retries": 3}, "c": {"retries": 3}, "d": {"retries": 1}}
    (text,) = files(ABCD, __default__={"nodes": content}).values()
    assert defaults_of(text) == {"retries": "1"}
    assert of_tasks(text, "retries") == {"b": "3", "c": "3"}
    content["d"]["retries"] = 0
    (text,) = files(ABCD, __default__={"nodes": content}).values()
    assert defaults_of(text) == {"retries": "3"}


RICH: dict[str, Any] = {
    "run_parameters": {"day": "logical_date", "run_id": "run_id", "until": "interval_end"},
    "env": {"MODE": "fast"},
    "project_dir": "services/shop",
    "load_versions": {"raw": "2026-01-31T06.00.00.000Z"},
    "conf_source": "conf.tar.gz",
}
STORED = {**RICH, "memory": "store", "store": "s3://bucket/runs", "runner": "ThreadRunner"}
SHAPES: dict[str, dict[str, Any]] = {
    "bare": {"parameters": "none"},
    "stored": STORED,
    "kedro": {"run_with": "kedro", "parameters": "none"},
    "rich kedro": {**RICH, "run_with": "kedro", "runner": "ThreadRunner"},
}


@pytest.mark.parametrize("overrides", [{}, {"b": 2}])
@pytest.mark.parametrize("version", ["2.11", "3.1", "3"])
@pytest.mark.parametrize("shape", SHAPES)
def test_formatter_and_linter_find_nothing_in_any_shape_of_the_operator(
    shape: str, version: str, overrides: dict[str, Any], tmp_path: Path
) -> None:
    of = project(
        node("a", "raw params:p", "x"),
        node("b", "x params:day params:run_id params:until params:b", "y"),
        parameters={"p": 1, "day": "", "run_id": "", "until": "", "b": 1},
        datasets=[Dataset(name="raw", kind="local", versioned=True, location="data/raw")],
        memory="x",
        overrides=overrides,
    )
    for root in ({"env": "SHOP_ROOT"}, {"variable": "shop_root"}):
        (text,) = files(of, version, {"root": root}, __default__=SHAPES[shape]).values()
        (tmp_path / f"{'_'.join(root)}.py").write_text(text, encoding="utf-8")
    for words in ("format --diff", "format --diff --line-length=100", "check --ignore=B018"):
        ruff = [sys.executable, "-m", "ruff", *words.split(), "--isolated", "--no-cache"]
        ruff.append("--target-version=py310")
        process = subprocess.run([*ruff, tmp_path], capture_output=True, text=True, check=False)
        assert process.returncode == 0, process.stdout + process.stderr


def many(count: int, **parameters: Any) -> Project:
    """A pipeline of nodes with names and signatures as long as real ones."""
    read = " ".join(f"params:{name}" for name in parameters)
    of = [
        node(f"features.region_{n:04}.weekly", f"raw_{n} {read}", f"weekly_{n}")
        for n in range(count)
    ]
    return project(*of, parameters=parameters)


def nodes_of(text: str) -> Any:
    (result,) = of_tasks(text, "nodes").values()
    return ast.literal_eval(result)


def test_a_task_of_very_many_nodes_is_told_their_names_alone() -> None:
    """Linux takes no variable above 128 KiB."""
    content = {"group_by": "pipeline"}
    (few,), (lot,) = (files(many(n), __default__=content).values() for n in (300, 3_000))
    assert nodes_of(few)["features.region_0000.weekly"] == "raw_0 -> weekly_0"
    assert nodes_of(lot) == [f"features.region_{n:04}.weekly" for n in range(3_000)]
    assert len(json.dumps(nodes_of(lot))) < 128 * 1024


def test_what_no_variable_can_hold_is_refused() -> None:
    with pytest.raises(UnsupportedError) as error:
        files(many(5_000), __default__={"group_by": "pipeline"})
    (finding,) = error.value.findings
    assert "The job of a task of 5000 nodes takes 1" in finding.what
    assert "see `group_by`" in str(finding.remedy)


@pytest.mark.parametrize("places", [{}, {"parameters": "all"}])
def test_parameters_that_no_variable_can_hold_are_refused_once(places: dict[str, Any]) -> None:
    """A form hands over each of them, beside which a task is told its default."""
    texts = {"one": "ü" * 5_500, "two": "ü" * 5_600}
    with pytest.raises(UnsupportedError) as error:
        files(many(3, **texts), __default__=places)
    (finding,) = error.value.findings
    assert "The parameters of a task take 133,2" in finding.what
    assert "The longest is `two`." in finding.what
    assert "parameters" in str(finding.where)
    assert files(many(3, **texts | {"two": "ü" * 4_500}), __default__=places)
    assert files(many(3, **texts), __default__={"parameters": "none"})
    assert files(many(3, **texts), __default__={"run_with": "kedro"})


@pytest.mark.parametrize("target", ["airflow", "prefect"])
def test_a_parameter_that_alone_is_too_long_keeps_its_value(target: str) -> None:
    of = many(3, text="ü" * 11_000, other=1)
    settings = settings_for(SettingsSource(values={}), [find(target)])
    (artifact,) = compile_all(of, settings, find(target), Selection())
    assert [parameter.name for parameter in artifact.plan.parameters] == ["other"]
    assert any("`text` cannot be set" in note for note in artifact.plan.notes)


@pytest.mark.parametrize(
    ("value", "other", "is_same"),
    [
        *((1, 1.0, True), ({"a": 1, "b": 2}, {"b": 2.0, "a": 1}, True), (2**53, 2**53 + 1, False)),
        *(([1], [True], False), (0.0, -0.0, False), (0, 0.0, True), (0.5, 0.5, True)),
    ],
)
def test_plain_kedro_run_is_given_what_differs_from_its_default(
    value: Any, other: Any, is_same: bool
) -> None:
    (text,) = files(project(node("a", "raw params:p", "x"), parameters={"p": 1}), **KEDRO).values()
    classes = [item for item in ast.parse(text).body if isinstance(item, ast.ClassDef)]
    (item,) = (i for c in classes for i in c.body if getattr(i, "name", "") == "text_of")
    scope: dict[str, Any] = {"json": json}
    exec(ast.unparse(item), scope)
    assert (scope["text_of"](value) == scope["text_of"](other)) == is_same
    assert "usual = {name: self.text_of(value) for name, value in DEFAULTS.items()}" in text
    assert "{k: v for k, v in inputs.items() if self.text_of(v) != usual[k]}" in text
