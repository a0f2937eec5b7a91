"""Parameters become leaves: their values as Kedro has them, secrets left out with the reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shipway.errors import UsageError
from shipway.model import Parameter
from shipway.readers.parameters import DEEPEST, flatten
from tests.projects import KedroProject, make_project

ONE = 'return {"__default__": pipeline([node(f.make, "params:p", "b", name="n")])}'


def secret_value(parameters: dict[Any, Any]) -> dict[str, str]:
    return {leaf.name: leaf.hidden for leaf in flatten(parameters) if leaf.hidden}


def test_leaves_are_sorted_and_keep_their_values() -> None:
    assert flatten({"b": {"y": 1, "x": 2.0}, "a": True, "none": None, "empty": {}}) == (
        Parameter(path=("a",), value=True),
        Parameter(path=("b", "x"), value=2.0),
        Parameter(path=("b", "y"), value=1),
        Parameter(path=("empty",), value={}),
        Parameter(path=("none",)),
    )


def test_a_mapping_whose_keys_no_path_can_name_is_a_leaf() -> None:
    value = {"a.b": 1, "c": {"d": 2}}
    assert flatten({"p": value, "q": {"": 1}}) == (
        Parameter(path=("p",), value=value),
        Parameter(path=("q",), value={"": 1}),
    )


def test_the_order_inside_of_a_leaf_is_the_files() -> None:
    (leaf,) = flatten({"columns": [{"z": 1, "a": 2}, {"m": {"y": 1, "b": 2}}]})
    assert list(leaf.value[0]) == ["z", "a"]
    assert list(leaf.value[1]["m"]) == ["y", "b"]


def test_secrets_are_hidden_with_the_reason() -> None:
    name, value = "its name looks like a secret", "its value holds credentials"
    parameters = {
        "apiKey": "x",
        "db": {"DB_PASSWORD": "x", "host": "h", "url": "postgresql://u:hunter2@h/d"},
        "credentials": {"deep": {"user": "u"}},
        "list": [{"name": "n", "access_token": "x"}],
        "urls": ["https://h/x", "https://h/x?token=hunter2"],
        "max_tokens": 5,
        "nested": {"a.b": {"secret": 1}},
        "setting": {"name": "password", "value": "hunter2"},
        "settings": [{"name": "password", "value": "hunter2"}],
        "auth": {"user": "u", "mode": "basic", "github": "hunter2"},
        "tokens": {"max": 4096, "shop": "hunter2"},
        "command": ["run", "--password", "hunter2"],
        "digest": {"sha256": "KCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4_QEFCQ0RFRkc="},
    }
    assert secret_value(parameters) == {
        "apiKey": name,
        "auth.github": name,
        "command": value,
        "credentials.deep.user": name,
        "db.DB_PASSWORD": name,
        "db.url": value,
        "list": name,
        "nested": name,
        "setting": value,
        "settings": value,
        "tokens.shop": name,
        "urls": value,
    }
    assert all(leaf.value is None for leaf in flatten(parameters) if leaf.hidden)


def deep(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


def deep_mapping(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"k": value}
    return value


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (float("nan"), "it is not a finite number"),
        ([1, {"x": float("-inf")}], "it is not a finite number"),
        (date(2026, 1, 1), "JSON has no date"),
        ({1: "x"}, "it has keys that are not strings"),
        ([{"a": {2: 3}}], "it has keys that are not strings"),
        ("\ud800", "it is not Unicode text"),
        ({"a.\udfff": 1}, "it is not Unicode text"),
        (deep(DEEPEST), "it is nested too deeply"),
        (deep(10_000), "it is nested too deeply"),
        (deep_mapping(10_000), "it is nested too deeply"),
    ],
    ids=[
        "nan",
        "inf",
        "date",
        "int key",
        "deep int key",
        "text",
        "key",
        "deep",
        "very deep",
        "deep mapping",
    ],
)
def test_what_has_no_json_of_its_own_is_hidden(value: object, reason: str) -> None:
    ((name, result),) = secret_value({"p": value}).items()
    assert name.startswith("p")
    assert result == reason


def test_a_value_may_be_nested_as_deeply_as_any_real_one() -> None:
    assert secret_value({"p": deep(DEEPEST - 10)}) == {}


@pytest.mark.parametrize("name", ["", "a.b", 1, None])
def test_a_name_that_kedro_cannot_reach_is_hidden(name: object) -> None:
    assert secret_value({name: 5}) == {str(name): "its name is empty, holds a dot or is no string"}


def test_a_number_beside_a_text_of_the_same_look_is_left_out() -> None:
    parameters: dict[Any, Any] = {1: 5, "1": {"x": 6}}
    assert flatten(parameters) == (Parameter(path=("1", "x"), value=6),)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    parameters = {"p": 1, "model": {"rate": 0.5, "depth": 3}}
    return make_project(tmp_path_factory.mktemp("params"), ONE, parameters=parameters)


def test_runtime_parameters_are_merged_as_kedro_does(project: KedroProject) -> None:
    options = " model.rate = 2.0 ,p=07, flag=true,text=2026-01-01, n=1e3,none=null,l=[1;2],e="
    read = project.read(params=options.replace(" = ", "=")).project
    answer = {
        "p": 7,
        "model": {"rate": 2.0, "depth": 3},
        "flag": True,
        "text": "2026-01-01",
        "n": 1000.0,
        "none": None,
        "l": ["1;2"],
        "e": None,
    }
    values = {leaf.path: leaf.value for leaf in read.parameters}
    assert values == {leaf.path: leaf.value for leaf in flatten(answer)}
    assert type(values["model", "rate"]) is float
    assert read.overrides == {**answer, "model": {"rate": 2.0}}
    assert read.overrides == kedros_own(options)


def kedros_own(text: str) -> object:
    """What `kedro run --params` makes of a text."""
    import click
    from kedro.framework.cli.utils import _split_params

    context = click.Context(click.Command("run"))
    return _split_params(context, click.Option(["--params"]), text)


def test_a_key_may_be_padded_as_in_kedro(project: KedroProject) -> None:
    assert project.read(params="p =5").project.overrides == kedros_own("p =5") == {"p": 5}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("password=canary", "looks like a secret"),
        ("db.apiKey=canary", "looks like a secret"),
        ("db={token: canary}", "looks like a secret"),
        ("url=postgres://u:canary@h/d", "holds credentials"),
        ("url=https://h/?sig=canary", "holds credentials"),
        ("p=.nan", "not a finite number"),
        ("p=1e999", "not a finite number"),
        ("p={1: canary}", "keys that are not strings"),
        ("p=${oc.env:CANARY}", "cannot be interpolated"),
        ("p=[canary", "cannot be parsed"),
        ("canary", "KEY=VALUE"),
        ("=canary", "KEY=VALUE"),
    ],
)
def test_what_may_not_be_set_is_refused(project: KedroProject, options: str, says: str) -> None:
    with pytest.raises(UsageError) as error:
        project.read(params=options)
    (finding,) = error.value.findings
    assert says in finding.what
    assert finding.where == "--params"
    assert "canary" not in finding.what or "KEY=VALUE" in finding.what


def test_without_a_file_the_runtime_parameters_are_all(tmp_path: Path) -> None:
    project = make_project(tmp_path, ONE)
    assert project.read().project.parameters == ()
    assert project.read(params="a.b=1").project.parameters == (Parameter(path=("a", "b"), value=1),)
