"""A parameter that is set for a run arrives in the node as it was set: its value and its type."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from .tasks import HERE, Tasks, entry, own_project

VALUES: Mapping[str, Any] = {
    "empty": "",
    "space": " a  b ",
    "quotes": """it's "quoted" `so`""",
    "braces": "{a: [b}",
    "json": '{"a": [1, null]}',
    "comma": "a,b",
    "equals": "a=b",
    "colon": "a: b",
    "hash": "a # b",
    "dollar": "$x $(x) $$",
    "interpolation": "${x}",
    "resolver": "${oc.env:HOME} and ${runtime_params:x}",
    "open_interpolation": "${",
    "escaped_interpolation": "\\${x}",
    "twice_escaped": "\\\\${x}",
    "backslash": "C:\\new\\",
    "jinja": "{{ y }} {% z %}",
    "question_marks": "???",
    "null_text": "null",
    "true_text": "true",
    "number_text": "1e3",
    "octal_text": "0o17",
    "day_text": "2024-01-01",
    "newline": "a\nb\r\n\tc",
    "umlauts": "Grüße aus Köln",
    "emoji": "👩‍👩‍👧 🚢",
    "percent": "100% %s",
    "long": "x" * 50_000,
    "zero": 0,
    "negative": -1,
    "large": 2**70,
    "fraction": 1.5,
    "tiny": 1e-320,
    "true": True,
    "false": False,
    "none": None,
    "empty_list": [],
    "list": [1, "a", None, 1.5, [True, "${x}"], {"a": "${x}"}],
    "empty_mapping": {},
    "mapping": {"a": {"b": 1, "c": "${x}", "d": None}, "ü ö": "ß", "${k}": "v", "e.f": "\\${x}"},
}
NODES = """
def told(value):
    if type(value) is dict:
        return {key: told(item) for key, item in value.items()}
    if type(value) is list:
        return [told(item) for item in value]
    return f"{type(value).__name__} {value!r}"


def tell(*values):
    return told(list(values))
"""
REGISTRY = f"""
names = ["parameters", *["params:" + name for name in {list(VALUES)!r}]]
return {{"__default__": pipeline([node(f.tell, names, "told", name="tell")])}}
"""


def message(value: Any) -> Any:
    """What a node tells of a value: its type and its text."""
    if isinstance(value, dict):
        return {key: message(item) for key, item in value.items()}
    if isinstance(value, list):
        return [message(item) for item in value]
    return f"{type(value).__name__} {value!r}"


def arrived(folder: Path, python: Path, configured: Mapping[str, Any]) -> dict[str, Any]:
    """Run with all the values; return what came as `parameters`, and as each `params:…`."""
    catalog = {"told": entry("Plain", "told.json")}
    project = own_project(folder, REGISTRY, nodes=NODES, catalog=catalog, parameters=configured)
    tasks = Tasks(project, python)
    tasks.run("tell", params=VALUES)
    whole, *each = tasks.data("told.json")
    assert dict(zip(VALUES, each, strict=True)) == {name: whole[name] for name in VALUES}
    assert whole.keys() == {**VALUES, **configured}.keys()
    return dict(whole)


@pytest.fixture(scope="module")
def over_defaults(any_kedro: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("defaults")
    return arrived(folder, any_kedro, {**dict.fromkeys(VALUES, "the default"), "other": 1})


@pytest.fixture(scope="module")
def without_file(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return arrived(tmp_path_factory.mktemp("no_file"), HERE, {})


@pytest.mark.parametrize("name", VALUES)
def test_it_arrives_over_the_default_of_the_project(
    over_defaults: Mapping[str, Any], name: str
) -> None:
    assert over_defaults[name] == message(VALUES[name])


@pytest.mark.parametrize("name", VALUES)
def test_it_arrives_in_a_project_without_a_parameters_file(
    without_file: Mapping[str, Any], name: str
) -> None:
    assert without_file[name] == message(VALUES[name])
