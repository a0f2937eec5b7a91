"""The last words of a task that failed say which node, where and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from .tasks import HERE, Done, Tasks, entry, own_project

NODES = """
from own.helpers import look_up


def in_function(word):
    raise ValueError("no good")


def in_helper(word):
    return look_up(word)


def many_lines(word):
    raise ValueError("first\\nsecond\\nthird\\nfourth")


def copy(word):
    return word
"""
HELPERS = """
def look_up(word):
    return {}[word]
"""
BROKEN = """
from kedro.io import AbstractDataset


class Broken(AbstractDataset):
    def load(self):
        raise OSError("the disk is gone")

    def save(self, data):
        raise OSError("the disk is full")

    def _describe(self):
        return {}
"""
REGISTRY = """
return {"__default__": pipeline([
    node(f.in_function, "params:word", "a", name="in_function"),
    node(f.in_helper, "params:word", "b", name="in_helper"),
    node(f.many_lines, "params:word", "c", name="many_lines"),
    node(f.copy, "broken_input", "d", name="loading"),
    node(f.copy, "params:word", "broken_output", name="saving"),
])}
"""
OUTPUTS = {name: entry("Plain", f"{name}.json") for name in "abcd"}
BROKEN_ENTRY = {"type": "own.broken.Broken"}
PLACES = {
    "in_function": ("src/own/functions.py:6", "ValueError: no good"),
    "in_helper": ("src/own/helpers.py:3", "KeyError: 'w'"),
    "loading": ("src/own/broken.py:7", "the disk is gone"),
    "saving": ("src/own/broken.py:10", "the disk is full"),
}
RUNNERS = ("SequentialRunner", "ThreadRunner", "ParallelRunner")


def failing(folder: Path, python: Path) -> Tasks:
    project = own_project(
        folder,
        REGISTRY,
        nodes=NODES,
        catalog={**OUTPUTS, "broken_input": BROKEN_ENTRY, "broken_output": BROKEN_ENTRY},
        parameters={"word": "w"},
    )
    project.write("src/own/helpers.py", HELPERS)
    project.write("src/own/broken.py", BROKEN)
    return Tasks(project, python, {"task": "some_task"})


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Tasks:
    return failing(tmp_path_factory.mktemp("failure"), HERE)


def last_words(process: Done, node: str) -> list[str]:
    assert process.code == 1, process.output
    return process.from_last(f"shipway: task `some_task`: the node `{node}` failed")[1:]


def check(process: Done, node: str) -> None:
    place, why = PLACES[node]
    at, *error = last_words(process, node)
    assert at == f"  at {place}"
    assert error[-1].endswith(why)
    assert len(error) <= 3


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("node", PLACES)
def test_they_name_the_node_the_line_and_the_error(tasks: Tasks, node: str, runner: str) -> None:
    check(tasks.attempt(node, runner=runner), node)


def test_they_do_so_on_each_kedro(any_kedro: Path, tmp_path: Path) -> None:
    tasks = failing(tmp_path, any_kedro)
    check(tasks.attempt("in_function"), "in_function")
    check(tasks.attempt("saving", runner="ThreadRunner"), "saving")


@pytest.mark.parametrize("runner", RUNNERS)
def test_they_keep_to_the_last_lines_of_a_long_error(tasks: Tasks, runner: str) -> None:
    words = last_words(tasks.attempt("many_lines", runner=runner), "many_lines")
    assert words == ["  at src/own/functions.py:14", "  second", "  third", "  fourth"]


def test_the_traceback_stands_above_them(tasks: Tasks) -> None:
    output = tasks.attempt("in_helper").output
    assert output.index("Traceback (most recent call last)") < output.index("shipway: task")
