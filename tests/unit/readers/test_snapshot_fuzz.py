"""A snapshot that was damaged is refused, or it plans: never anything in between."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shipway.compiler import Selection, Source, compile_all, read, settings_for
from shipway.errors import InternalError, ProjectError, ShipwayError
from shipway.readers.snapshot import dump, load
from shipway.targets.registry import find
from tests.projects import make_project, text_file

REGISTRY = """
one = pipeline([
    node(f.make, ["raw", "params:model.rate", "parameters"], ["mid", "keep"], name="first"),
    node(f.make, "mid", "end", name="second", tags=["t"], namespace="space", confirms="raw"),
    node(f.make, ["keep", "mid"], None, name="third"),
])
return {"__default__": one, "other": one.only_nodes("first")}
"""
MUTATIONS = 400
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    2**200,
    "",
    "x",
    "\x00",
    "a\nb",
    "params:",
    "@",
    "x@y@z",
    "é" * 300,
    [],
    [[]],
    ["x", "x"],
    [None],
    {},
    {"x": 1},
    {"": {"": []}},
]


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The snapshot of a small project with something of everything."""
    project = make_project(
        tmp_path_factory.mktemp("fuzz"),
        REGISTRY,
        catalog={"raw": text_file("raw"), "mid": text_file("mid"), "keep": text_file("keep")},
        parameters={"model": {"rate": 0.5, "layers": [1, {"a": 2}]}, "token": "x"},
    )
    return dump(project.read(params="model.rate=2.0").project)


def outcome(file: Path, content: bytes | str) -> ShipwayError | None:
    """Read and compile what a file holds; a mistake of ours comes out as it is."""
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    exporter = find("airflow")
    try:
        reading = read(Source(snapshot=file))
        values = settings_for(reading.settings, [exporter])
        names = [pipeline.name for pipeline in reading.project.pipelines]
        list(compile_all(reading.project, values, exporter, Selection(pipelines=names)))
    except InternalError:
        raise
    except ShipwayError as error:
        return error
    return None


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a document, with each of its keys."""
    keys = range(len(value)) if isinstance(value, list) else list(value)
    for key in keys:
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from places(value[key])


def mutate(document: Any, chance: random.Random) -> None:
    """Damage one place of a document: its value, its name, its being there, or its order."""
    holder, key = chance.choice(list(places(document)))
    how = chance.choice(["value", "value", "delete", "double", "move", "other", "rename"])
    if how == "value":
        holder[key] = copy.deepcopy(chance.choice(ODD))
    elif how == "delete":
        del holder[key]
    elif how == "other":
        other, its_key = chance.choice(list(places(document)))
        holder[key] = copy.deepcopy(other[its_key])
    elif isinstance(holder, list):
        if how == "double":
            holder.append(copy.deepcopy(holder[key]))
        else:
            chance.shuffle(holder)
    else:
        holder[f"{key}x"] = holder.pop(key)


def test_the_snapshot_is_sound_before_it_is_damaged(text: str, tmp_path: Path) -> None:
    assert outcome(tmp_path / "s.json", text) is None


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_document_is_refused_or_compiles(text: str, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    refusal = 0
    for _ in range(MUTATIONS // 4):
        document = json.loads(text)
        for _ in range(chance.choice([1, 1, 2])):
            mutate(document, chance)
        refusal += outcome(tmp_path / "s.json", json.dumps(document)) is not None
    assert refusal > MUTATIONS // 16  # the damage is real


def test_damaged_bytes_are_refused_or_compile(text: str, tmp_path: Path) -> None:
    chance = random.Random(5)
    refusal = 0
    for _ in range(150):
        content = bytearray(text.encode())
        for _ in range(chance.choice([1, 1, 4])):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        cut = chance.choice([len(content), chance.randrange(len(content))])
        refusal += outcome(tmp_path / "s.json", bytes(content[:cut])) is not None
    assert refusal > 75


PIPELINE = '{"name": "__default__", "nodes": [%s]}'


def with_nodes(*nodes: str) -> str:
    return whole(pipelines=f"[{PIPELINE % ', '.join(nodes)}]")


def with_parameter(parameter: str) -> str:
    return whole(parameters=f"[{parameter}]")


def whole(**more: str) -> str:
    parts = {"shipway_snapshot": "2", "name": '"x"', "kedro": '"1.7.0"', "pipelines": "[]"}
    return "{" + ", ".join(f'"{key}": {value}' for key, value in (parts | more).items()) + "}"


def node(name: str, inputs: str = "", outputs: str = "") -> str:
    parts = {"name": name, "inputs": inputs.split(), "outputs": outputs.split()}
    return json.dumps(parts)


DEEP = "[" * 500 + "]" * 500
DEEPER = "[" * 100_000 + "]" * 100_000
LOST = json.dumps("\ud800")
REFUSED: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "not JSON"),
    "not UTF-8": (whole().encode("utf-16"), "not JSON"),
    "half": (whole()[:40], "not JSON"),
    "list": ("[]", "not a snapshot"),
    "null": ("null", "not a snapshot"),
    "version": (whole(shipway_snapshot="1"), "version 2"),
    "true version": (whole(shipway_snapshot="true"), "version 2"),
    "unknown": (whole(piplines="[]"), "Did you mean `pipelines`?"),
    "no name": (whole().replace('"name": "x", ', ""), "lacks `name`"),
    "number for name": (whole(name="1"), "`.name` is not a string"),
    "true for number": (
        with_nodes(
            '{"name": "a", "inputs": [], "outputs": [], "origin": {"file": "", "line": true}}'
        ),
        "`.pipelines.nodes.origin.line` is not a whole number",
    ),
    "object for list": (whole(pipelines="{}"), "`.pipelines` is not a list"),
    "kind": (whole(datasets='[{"name": "a", "kind": "disk"}]'), "`.datasets.kind` is none of"),
    "NaN": (with_parameter('{"path": ["a"], "value": NaN}'), "no finite number"),
    "Infinity": (with_parameter('{"path": ["a"], "value": [-Infinity]}'), "no finite number"),
    "huge float": (with_parameter('{"path": ["a"], "value": 1e999}'), "no finite number"),
    "huge integer": (with_parameter(f'{{"path": ["a"], "value": {"9" * 5000}}}'), "not JSON"),
    "large": (with_parameter(f'{{"path": ["a"], "value": {"9" * 4000}}}'), "too large"),
    "deep": (with_parameter(f'{{"path": ["a"], "value": {DEEP}}}'), "nested too deeply"),
    "deeper": (with_parameter(f'{{"path": ["a"], "value": {DEEPER}}}'), "not JSON"),
    "deep override": (whole(overrides=f'{{"a": {DEEP}}}'), "nested too deeply"),
    "lone surrogate": (with_parameter(f'{{"path": ["a"], "value": {LOST}}}'), "surrogates"),
    "lone surrogate in a name": (whole(name=LOST), "surrogates"),
    "no version": (whole(kedro='"new"'), "no version of Kedro"),
    "empty path": (with_parameter('{"path": []}'), "no path"),
    "long path": (with_parameter(f'{{"path": {json.dumps(["a"] * 200)}}}'), "no path"),
    "hidden value": (with_parameter('{"path": ["a"], "hidden": "x", "value": 1}'), "is hidden"),
    "same parameter": (with_parameter('{"path": ["a"]}, {"path": ["a"]}'), "same name"),
    "parameter in another": (
        with_parameter('{"path": ["a", "b"]}, {"path": ["a"], "value": 1}'),
        "`a` holds another",
    ),
    "same dataset": (
        whole(datasets='[{"name": "a", "kind": "local"}, {"name": "a", "kind": "other"}]'),
        "Two datasets have the same name",
    ),
    "same pipeline": (
        whole(pipelines=f"[{PIPELINE % ''}, {PIPELINE % ''}]"),
        "Two pipelines have the same name",
    ),
    "same node": (with_nodes(node("a"), node("a")), "two nodes of the same name"),
    "same output": (with_nodes(node("a", "", "x@1"), node("b", "", "x@2")), "make the same"),
    "order": (with_nodes(node("b", "x", "y"), node("a", "", "x")), "`b` comes before one"),
    "cycle": (with_nodes(node("b", "x", "y"), node("a", "y", "x")), "`b` comes before one"),
    "self": (with_nodes(node("a", "x@1", "x@2")), "`a` comes before one"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_no_project_gives_is_refused(tmp_path: Path, what: str) -> None:
    content, says = REFUSED[what]
    error = outcome(tmp_path / "s.json", content)
    assert isinstance(error, ProjectError)
    (finding,) = error.findings
    assert says in finding.what
    assert finding.where == (tmp_path / "s.json").as_posix()


def test_a_pair_of_surrogates_is_a_character(tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    file.write_text(whole(name=json.dumps("😀")))
    assert load(file).name == "😀"
