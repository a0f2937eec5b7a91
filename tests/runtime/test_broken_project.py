"""A project that cannot run says so in its last lines, and does not hang."""

from __future__ import annotations

from pathlib import Path

import pytest

from .tasks import Tasks, own_project

HOOK = """
from kedro.framework.hooks import hook_impl


class Raises:
    @hook_impl
    def {name}(self):
        raise RuntimeError("this hook raises")


HOOKS = (Raises(),)
"""
REGISTRY = 'return {"__default__": pipeline([node(f.start, None, "a", name="start")])}'
LAST = "shipway: task `t`: failed"


@pytest.fixture
def tasks(tmp_path: Path) -> Tasks:
    return Tasks(own_project(tmp_path, REGISTRY), job={"task": "t"})


def test_settings_that_do_not_import(tasks: Tasks) -> None:
    tasks.project.write("src/own/settings.py", "import nothing_like_it\n")
    process = tasks.attempt("start")
    assert process.code == 1
    _, place, error = process.from_last(LAST)
    assert place == "  at src/own/settings.py:1"
    assert error == "  ModuleNotFoundError: No module named 'nothing_like_it'"


def test_a_registry_that_does_not_import(tasks: Tasks) -> None:
    tasks.project.write("src/own/pipeline_registry.py", "x = 1\ndef broken(:\n")
    process = tasks.attempt("start")
    assert process.code == 1
    words = process.from_last(LAST)
    assert words[1] == "  at src/own/pipeline_registry.py:2"
    assert words[-1] == "  SyntaxError: invalid syntax"


def test_a_pipeline_that_is_not_registered(tasks: Tasks) -> None:
    process = tasks.attempt("start", pipeline="__defualt__")
    assert process.code == 7
    assert "Traceback" not in process.output
    assert process.from_last("shipway: ") == [
        "shipway: The pipeline `__defualt__` is not registered here.",
        "  Did you mean `__default__`?",
    ]


def test_a_registry_that_raises_a_key_error_is_not_taken_for_a_missing_pipeline(
    tasks: Tasks,
) -> None:
    registry = "def register_pipelines():\n    return {}['start']\n"
    tasks.project.write("src/own/pipeline_registry.py", registry)
    process = tasks.attempt("start")
    assert process.code == 1
    assert process.from_last(LAST)[1:] == [
        "  at src/own/pipeline_registry.py:2",
        "  KeyError: 'start'",
    ]


@pytest.mark.parametrize(
    "name", ["after_context_created", "after_catalog_created", "before_pipeline_run"]
)
def test_a_hook_that_raises(tasks: Tasks, name: str) -> None:
    tasks.project.write("src/own/settings.py", HOOK.format(name=name))
    process = tasks.attempt("start")
    assert process.code == 1
    _, place, error = process.from_last(LAST)
    assert place == "  at src/own/settings.py:8"
    assert error == "  RuntimeError: this hook raises"
