"""What is set when a run is triggered reaches the node, value and type."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.projects import KedroProject, make_project, text_file

from .env import AirflowEnv
from .exported import export, run_env
from .stack import StackFactory

pytestmark = pytest.mark.engine

SHOW = """
import json


def show(hard):
    return json.dumps({name: [type(value).__name__, value] for name, value in hard.items()})
"""
REGISTRY = """
return {"__default__": pipeline([node(f.show, "params:hard", "shown", name="show")])}
"""
HARD: dict[str, Any] = {
    "empty": "",
    "blank": "  ",
    "quotes": 'it\'s "quoted" `so`',
    "braces": "{a: [1, {b}]}",
    "commas": "a=1,b=2:c",
    "colon": "key: value # no comment",
    "jinja": "{{ 1 + 1 }} {% raw %} {# x #}",
    "dollar": "${oc.env:HOME} ${globals:x} $HOME $(id)",
    "escaped": "\\${x} \\\\${y} \\n",
    "percent": "%s %(x)s %%",
    "backslash": "C:\\new\\table",
    "lines": "one\n\ttwo\r\nthree\n",
    "umlauts": "größe 漢字 🚢 e\u0301",
    "null as text": "null",
    "true as text": "true",
    "number as text": "1e3",
    "date as text": "2026-01-31",
    "missing as text": "???",
    "tag": "!!python/object:os.system x",
    "dash": "- --option",
    "template.sh": "run.sh",
    "long": "x" * 70_000,
    "zero": 0,
    "negative": -7,
    "huge": 2**63 - 1,  # Airflow itself hands over no more
    "float": 0.1,
    "whole float": 2.0,
    "tiny": 5e-324,
    "true": True,
    "false": False,
    "nothing": None,
    "list": [1, 2, 3],
    "no items": [],
    "mixed": [1, "a", None, True, 2.5, ["{{ x }}"], {"k": "${v}"}],
}
DEFAULTS: dict[type, Any] = {str: "default", int: 1, float: 1.5, bool: True, list: ["x", 1, None]}


@pytest.fixture
def project(tmp_path: Path) -> KedroProject:
    """Each parameter has a default of its own type, and one no type at all."""
    defaults = {key(name): _default(value) for name, value in HARD.items()}
    return make_project(
        tmp_path,
        REGISTRY,
        nodes=SHOW,
        catalog={"shown": text_file("shown.json")},
        parameters={"hard": defaults},
    )


def test_hard_values_arrive_as_they_were_set(
    project: KedroProject, airflow3: AirflowEnv, airflow_stack: StackFactory
) -> None:
    folder = export(project, airflow3)
    stack = airflow_stack(airflow3, folder, run_env(project))
    run_id = stack.trigger(
        project.package, {f"hard.{key(name)}": value for name, value in HARD.items()}
    )
    result = stack.wait(project.package, run_id)
    assert result.state == "success", stack.task_log(project.package, run_id, "show")
    display = json.loads((project.path / "data" / "shown.json").read_text(encoding="utf-8"))
    assert len(HARD) > 20
    assert display == {key(name): [type(v).__name__, v] for name, v in HARD.items()}


def key(name: str) -> str:
    return name.replace(" ", "_").replace(".", "_")


def _default(value: Any) -> Any:
    """None, too, for what no list can stand for: Airflow does not show one with a mapping in it."""
    if value is None or (isinstance(value, list) and any(isinstance(v, dict) for v in value)):
        return None
    if isinstance(value, list):
        return [*DEFAULTS[list], 2.5, True, []]
    return DEFAULTS[type(value)]
