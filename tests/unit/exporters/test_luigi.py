"""What the files for Luigi say, and what is refused instead."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from shipway.compiler import Compiled, Selection, compile_all, settings_for
from shipway.errors import ShipwayError, UnsupportedError
from shipway.model import Parameter, Project
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from shipway_exporters.luigi.names import class_names, parameter_names
from shipway_exporters.luigi.tasks_file import kind
from tests.unit.planner.build_ir import node, project, said

CHAIN = project(node("a", "raw params:p", "x"), node("b", "x", "y"), parameters={"p": 1})


def artifact(
    of: Project = CHAIN, options: Mapping[str, Any] | None = None, **content: Any
) -> Compiled:
    values = {"targets": {"luigi": options or {}}, "pipelines": {"__default__": content}}
    exporter = find("luigi")
    settings = settings_for(SettingsSource(values=values), [exporter])
    (result,) = compile_all(of, settings, exporter, Selection())
    return result


def texts(*args: Any, **content: Any) -> tuple[str, str]:
    module, config = artifact(*args, **content).files
    assert (module.path, config.path) == ("shop/luigi_tasks.py", "shop/luigi.cfg")
    return module.text, config.text


def refusal(*args: Any, **content: Any) -> str:
    with pytest.raises(ShipwayError) as error:
        artifact(*args, **content)
    assert isinstance(error.value, UnsupportedError)
    return said(error.value)


def settings_in(config: str) -> list[str]:
    return [line for line in config.splitlines() if line and not line.startswith("#")]


def test_the_least_that_they_say() -> None:
    module, config = texts()
    assert settings_in(config)[0] == "[retcode]"
    assert "retry_count" not in module
    assert "timeout" not in module
    assert "self.env" not in module


def test_retries_count_tries_and_wait() -> None:
    module, config = texts(retries=2, retry_delay="90s", nodes={"b": {"retries": 0}})
    assert re.findall(r"retry_count = (\d)", module) == ["3", "1"]
    assert settings_in(config)[:4] == [
        *("[worker]", "keep_alive = true"),
        *("[scheduler]", "retry_delay = 90"),
    ]


def test_without_a_pause_luigis_own_of_a_quarter_of_an_hour_is_none() -> None:
    assert "retry_delay = 0" in settings_in(texts(retries=1)[1])


def test_pauses_that_differ_are_refused_with_their_place() -> None:
    content = {"retries": 1, "retry_delay": "1m", "nodes": {"b": {"retry_delay": "2m"}}}
    message = refusal(**content)
    assert "one pause for all tasks, but `a` waits for 60 s and `b` for 120 s" in message
    assert "pipelines.__default__.nodes.b.retry_delay" in message
    assert "Set one `retry_delay`" in message
    content["nodes"] = {"b": {"retry_delay": "2m", "retries": 0}}
    assert "retry_delay = 60" in settings_in(texts(**content)[1])


def test_tasks_at_once_are_workers() -> None:
    assert settings_in(texts(concurrency={"tasks": 3})[1])[:2] == ["[core]", "workers = 3"]


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({}, 'os.path.join(ROOT, os.environ.get("SHOP_STATE") or ".luigi", "shop")'),
        ({"state": "var/runs"}, 'os.path.join(ROOT, "var/runs", "shop")'),
        ({"state": "/var/runs"}, 'os.path.join(ROOT, "/var/runs", "shop")'),
        ({"state": "x", "project_dir": "/srv"}, 'os.path.join(FOLDER, "x", "shop")'),
    ],
)
def test_where_markers_stand(options: Mapping[str, Any], line: str) -> None:
    assert f"\nSTATE = {line}\n" in texts(CHAIN, options)[0]


def test_a_name_with_a_dash_is_a_namespace() -> None:
    (module, _) = artifact(name="daily-2").files
    assert module.path == "daily-2/luigi_tasks.py"
    assert 'task_namespace = "daily-2"' in module.text
    assert "class Daily2(luigi.WrapperTask)" in module.text


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["make_features", "a.b.c"], ["MakeFeatures", "ABC"]),
        (["kedro", "none", "2nd"], ["Kedro_…", "None_…", "N2nd"]),
        (["größe"], ["GrE"]),
    ],
)
def test_classes_are_called_in_pascal_case(labels: list[str], names: list[str]) -> None:
    result = list(class_names(labels).values())
    assert [re.sub(r"_[0-9a-f]{8}$", "_…", name) for name in result] == names
    assert all(name.isidentifier() for name in result)


def test_classes_that_come_out_alike_get_a_hash_also_where_only_cases_differ() -> None:
    names = [*class_names(["a_b", "a.b", "aB", "Ab", "漢", "字"]).values()]
    assert len({name.lower() for name in names}) == 6


@pytest.mark.parametrize(
    "name",
    [
        *("run_id", "requires", "output", "resources", "priority", "class"),
        *("workers", "module", "help", "log_level", "root_task", "core.module", "worker.timeout"),
        # What argparse would make a longer option of.
        *("batch", "m", "email", "log", "h", "worker", "lock", "parallel", "retcode", "smtp", "R"),
        *("shop", "sh"),
    ],
)
def test_a_parameter_is_called_as_nothing_of_luigis(name: str) -> None:
    assert parameter_names([name], "shop")[name] not in (name, name.replace(".", "_"))


def test_other_parameters_keep_their_names() -> None:
    names = parameter_names(["model.folds", "id", "core", "worker_2"], "shop")
    assert names["model.folds"] == "model_folds"
    assert names["id"] == "id"


@pytest.mark.parametrize(
    ("value", "source", "name"),
    [
        (True, None, "luigi.BoolParameter"),
        (1, None, "luigi.IntParameter"),
        (1.0, None, "luigi.FloatParameter"),
        ("a", None, "luigi.Parameter"),
        ([1], None, "Json"),
        ({}, "${b}", "Json"),
        ("a", "${b}", "luigi.OptionalParameter"),
        (None, None, "Json"),
        (None, "${b}", "Json"),
    ],
)
def test_parameters_have_types(value: Any, source: str | None, name: str) -> None:
    assert kind(Parameter(path=("p",), value=value, source=source)) == name


def test_a_truth_value_can_be_set_to_false() -> None:
    of = project(node("a", "params:p", "x"), parameters={"p": True})
    assert 'parsing="explicit"' in texts(of)[0]


def test_any_value_is_json_only_where_there_is_one() -> None:
    of = project(node("a", "params:p", "x"), parameters={"p": None})
    assert "class Json(luigi.Parameter)" in texts(of)[0]
    assert "class Json" not in texts()[0]


@pytest.mark.parametrize(
    ("default", "text", "message"),
    [
        (
            None,
            "2026-02-01",
            (
                "--the-day: '2026-02-01' is no JSON. A text stands in double quotes there, and "
                "true, false and null in lower case"
            ),
        ),
        ([1], '{"a": 1}', "--the-day: '{\"a\": 1}' is no list as JSON has it"),
    ],
)
def test_a_value_that_is_no_json_is_told_with_its_option(
    default: Any, text: str, message: str
) -> None:
    of = project(node("a", "params:the_day", "x"), parameters={"the_day": default})
    (declared,) = (c for c in ast.parse(texts(of)[0]).body if getattr(c, "name", "") == "Json")
    scope: dict[str, Any] = {"json": json, "luigi": SimpleNamespace(Parameter=_Parameter)}
    exec(ast.unparse(declared), scope)
    kinds = () if default is None else (type(default),)
    parameter = type("Task", (), {"the_day": scope["Json"](default, *kinds)}).__dict__["the_day"]
    assert parameter.parse('["x"]') == ["x"]
    with pytest.raises(ValueError, match=re.escape(message)):
        parameter.parse(text)


class _Parameter:
    """What Luigi's own has, as far as it is called."""

    def __init__(self, default: object) -> None: ...

    def __set_name__(self, owner: type, name: str) -> None: ...


def test_no_parameter_hides_what_the_class_of_its_pipeline_reads() -> None:
    values: dict[str, Any] = {
        "a": None,
        "b": [1],
        "c": {"d": {}},
        "yes": True,
        "f": 1,
        "g": 1.0,
        "h": "text",
    }
    of = project(node("a", "parameters", "x"), parameters=values)
    (*_, pipeline) = (
        each for each in ast.parse(texts(of)[0]).body if isinstance(each, ast.ClassDef)
    )
    bodies = [each for each in pipeline.body if not isinstance(each, ast.FunctionDef)]
    heads: list[ast.AST] = [
        part
        for each in pipeline.body
        if isinstance(each, ast.FunctionDef)
        for part in (each.args, each.returns, *each.decorator_list)
        if part
    ]
    read = {
        each.id
        for part in [*bodies, *heads]
        for each in ast.walk(part)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
    }
    assert {"luigi", "list", "DEFAULTS", "Json"} <= read
    assert not read & {*parameter_names(read, "shop").values()}


def test_no_class_of_a_task_hides_what_the_module_reads() -> None:
    of = project(node("a", "parameters", "x"), parameters={"a": None, "b": [1]})
    tree = ast.parse(texts(of)[0])
    read = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name)}
    imports = (each for each in tree.body if isinstance(each, ast.ImportFrom))
    read |= {name.name for each in imports for name in each.names}
    ours = {name for name in read if name[0].isupper()} - {"A", "Shop"}
    assert {"Popen", "CmdlineParser", "NamedTemporaryFile"} <= ours
    assert not ours & {*class_names(sorted(ours)).values()}


@pytest.mark.parametrize("options", [{}, {"name": "train"}])
def test_a_task_called_like_its_pipeline_has_another_class(options: dict[str, Any]) -> None:
    of = project(node("shop", "raw", "x"), node("train", "x", "y"))
    (module, _) = artifact(of, **options).files
    classes = re.findall(r"^class (\w+)\((Kedro|luigi.WrapperTask)\)", module.text, re.MULTILINE)
    assert len({name for name, _ in classes}) == 3
    own = "Train" if options else "Shop"
    assert (own, "luigi.WrapperTask") in classes


def test_a_parameter_may_be_called_inputs() -> None:
    of = project(node("a", "parameters", "x"), parameters={"inputs": 1})
    assert '"inputs": self.inputs' in texts(of)[0]


def test_a_list_is_no_mapping_and_no_text() -> None:
    of = project(node("a", "parameters", "x"), parameters={"names": [1], "units": {"a": {}}})
    module, _ = texts(of)
    assert 'names = Json(DEFAULTS["names"], list, significant=False)' in module


def test_a_pipeline_without_parameters_keeps_none() -> None:
    module, _ = texts(project(node("a", "raw", "x")))
    assert "inputs" not in module
    assert "DEFAULTS" not in module
    ast.parse(module)


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        ({"schedule": {"cron": "0 6 * * *"}}, "Let cron"),
        ({"concurrency": {"runs": 1}}, "flock"),
        ({"notify": {"on_failure": [{"email": ["a@b.example"]}]}}, "`[email]`"),
        ({"secrets": {"P": {"name": "n", "key": "k"}}}, "environment that Luigi runs in"),
        ({"resources": {"memory": "1Gi"}}, "share its compute"),
    ],
)
def test_what_luigi_cannot_do_is_refused_with_another_way(
    content: dict[str, Any], remedy: str
) -> None:
    assert remedy in refusal(**content)


def test_what_it_needs_around_it() -> None:
    plan = artifact().plan
    exporter: Any = find("luigi")
    surroundings = exporter.surroundings(plan)
    assert surroundings.package == "luigi"
    assert [need.what for need in surroundings.needs] == [
        "the environment variable `SHOP_ROOT`",
        "the environment variable `SHOP_STATE`",
    ]
