"""Nodes keep what Kedro gives them, and know where their functions stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from kedro.framework.project import pipelines as registered

from shipway.errors import ProjectError
from shipway.model import Node, Origin
from tests.projects import make_project

TOKEN = "ghp_a1b2c3d4e5f6g7h8i9j0"
FUNCTIONS = '''
import functools
import json


def plain(*parts):
    """First line.

    Second paragraph.
    """


def logged(function):
    @functools.wraps(function)
    def inner(*args):
        return function(*args)
    return inner


@logged
@functools.lru_cache
def decorated(*parts):
    """Decorated."""


bound = functools.partial(plain, 1)
twice = functools.partial(functools.partial(decorated, 1), 2)
wrapped_partial = logged(functools.update_wrapper(functools.partial(plain, 1), plain))
short = lambda *parts: None


def telling(*parts):
    """Load it from postgres://user:hunter2@host/db."""


class Callable:
    """Of the class."""

    def __call__(self, *parts):
        return parts

    def method(self, *parts):
        """Of the method."""


class Made:
    """Made."""

    def __init__(self, *parts):
        self.parts = parts


instance = Callable()
method = instance.method
'''
LINES = {text: i + 1 for i, text in enumerate(FUNCTIONS.splitlines()) if text.strip()}


def line(text: str) -> int:
    """The line of a text in `FUNCTIONS`."""
    return LINES[text]


def read_nodes(folder: Path, *calls: str) -> tuple[list[Node], str]:
    """Read a project of nodes, in the order given; the other value is its package."""
    registry = f'return {{"__default__": pipeline([{", ".join(calls)}])}}'
    project = make_project(folder, registry, nodes=FUNCTIONS)
    nodes = project.read().project.pipelines[0].nodes
    return sorted(nodes, key=lambda node: node.outputs), project.package


def read_node(folder: Path, call: str) -> tuple[Node, str]:
    (node,), package = read_nodes(folder, call)
    return node, package


# Function, its name in the IR, its line, its documentation.
ORIGINS = [
    ("plain", "plain", "def plain(*parts):", "First line."),
    ("decorated", "decorated", "@logged", "Decorated."),
    ("bound", "plain", "def plain(*parts):", "First line."),
    ("twice", "decorated", "@logged", "Decorated."),
    ("wrapped_partial", "plain", "def plain(*parts):", "First line."),
    ("telling", "telling", "def telling(*parts):", None),
    ("short", "<lambda>", "short = lambda *parts: None", None),
    ("instance", "Callable", "    def __call__(self, *parts):", None),
    ("method", "Callable.method", "    def method(self, *parts):", "Of the method."),
    ("Made", "Made", "    def __init__(self, *parts):", "Made."),
]


def test_origin_and_doc(tmp_path: Path) -> None:
    calls = [
        f'node(f.{function}, "a", "b{i}", name="n{i}")' for i, (function, *_) in enumerate(ORIGINS)
    ]
    nodes, package = read_nodes(tmp_path, *calls)
    file = f"src/{package}/functions.py"
    assert [(node.function, str(node.origin), node.doc) for node in nodes] == [
        (f"{package}.functions.{name}", f"{file}:{line(text)}", doc)
        for _, name, text, doc in ORIGINS
    ]
    assert nodes[0].origin == Origin(file=file, line=line("def plain(*parts):"))


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (f'node(f.plain, "a", "b", name="{TOKEN}")', "name of a node"),
        (f'node(f.plain, "a", "b", name="n", tags="{TOKEN}")', "tag of a node"),
        (f'node(f.plain, "s3://k:{TOKEN}@b/x", "b", name="n")', "name of a dataset"),
        (f'node(f.plain, "a", "{TOKEN}", name="n")', "name of a dataset"),
    ],
)
def test_a_name_with_credentials_is_refused(tmp_path: Path, call: str, what: str) -> None:
    with pytest.raises(ProjectError) as error:
        read_node(tmp_path, call)
    message = str(error.value.findings)
    assert what in message
    assert "functions.py:" in message
    assert TOKEN not in message


def test_a_function_from_elsewhere_has_its_module_for_an_origin(tmp_path: Path) -> None:
    node, _ = read_node(tmp_path, 'node(f.json.dumps, "a", "b", name="n")')
    assert node.origin == Origin(file="json")
    assert str(node.origin) == "json"


def test_a_builtin_has_no_origin(tmp_path: Path) -> None:
    node, _ = read_node(tmp_path, 'node(len, "a", "b", name="n")')
    assert (node.function, node.origin) == ("builtins.len", None)


def test_a_node_without_a_name_has_kedros(tmp_path: Path) -> None:
    functions = ("plain", "bound", "short")
    calls = [f'node(f.{function}, "a", "b{i}")' for i, function in enumerate(functions)]
    nodes, _ = read_nodes(tmp_path, *calls)
    stems = [node.name.rpartition("__")[0] for node in nodes]
    assert stems == ["plain", "partial(plain)", "<lambda>"]


def test_everything_kedro_knows_of_a_node_is_kept(tmp_path: Path) -> None:
    node, _ = read_node(
        tmp_path,
        'node(f.plain, ["b", "a", "b", "params:x.y", "parameters"], ["d@p", "c"], name="n", '
        'tags=["z", "a"], confirms="a", namespace="outer.inner")',
    )
    assert node.name == "outer.inner.n"
    assert node.inputs == ("b", "a", "b", "params:x.y", "parameters")
    assert node.outputs == ("d@p", "c")
    assert node.tags == ("a", "z")
    assert node.confirms == ("a",)
    assert node.namespace == "outer.inner"
    assert node.datasets_in == ("b", "a", "b")
    assert node.parameters == ("x.y", "")


def test_a_namespaced_pipeline_has_namespaced_names(tmp_path: Path) -> None:
    project = make_project(
        tmp_path,
        """
        inner = pipeline([node(f.make, ["a", "params:p"], "b", name="n", confirms="a")])
        return {"__default__": pipeline(inner, namespace="one", inputs={"a": "shared"})}
        """,
    )
    read = project.read().project
    (node,) = read.pipelines[0].nodes
    assert (node.name, node.namespace) == ("one.n", "one")
    assert node.inputs == ("shared", "params:one.p")
    assert node.outputs == ("one.b",)
    assert [d.name for d in read.datasets] == ["one.b", "shared"]


def test_a_dataset_that_is_only_confirmed_is_read_too(tmp_path: Path) -> None:
    registry = """
    return {"__default__": pipeline([node(f.make, None, "b", name="n", confirms=["seen"])])}
    """
    assert [d.name for d in make_project(tmp_path, registry).read().project.datasets] == [
        "b",
        "seen",
    ]


def test_nodes_come_in_kedros_own_order(tmp_path: Path) -> None:
    project = make_project(
        tmp_path,
        """
        return {"__default__": pipeline([
            node(f.make, "b", "c", name="last"),
            node(f.make, "a", "b", name="z_middle"),
            node(f.make, None, "a", name="first"),
            node(f.make, "a", "d", name="a_middle"),
        ])}
        """,
    )
    (pipeline,) = project.read().project.pipelines
    assert [node.name for node in pipeline.nodes] == [
        node.name for node in registered["__default__"].nodes
    ]
    assert pipeline.parents["last"] == ("z_middle",)


def test_the_objects_that_kedro_makes_of_parameters(tmp_path: Path) -> None:
    nodes = """
    from dataclasses import dataclass

    @dataclass
    class Opt:
        lr: float

    def train(data: str, opt: Opt, rate: float) -> str:
        return ""
    """
    registry = """
    return {"__default__": pipeline([
        node(f.train, ["raw", "params:opt", "params:rate"], "x", name="train"),
    ])}
    """
    project = make_project(
        tmp_path,
        registry,
        nodes=nodes,
        parameters={"opt": {"lr": 1.0}, "rate": 1.0},
    )
    read = project.read().project.pipeline_by_name["__default__"].by_name
    kind = f"{project.package}.functions.Opt"
    assert read["train"].models == (f"opt: {kind}",)
