"""Hostile texts, wherever a user may write one: inert on each target, or refused."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import yaml

from shipway.compiler import Selection, compile_all, settings_for
from shipway.errors import InternalError, ShipwayError
from shipway.literals import string
from shipway.model import Project
from shipway.settings.source import SettingsSource
from shipway.target import find, names
from shipway.yaml_literals import block
from tests.projects import make_project, text_file
from tests.unit.planner.build_ir import node, project
from tests.written import written

from .hostile import LONE, NUL, TEXTS
from .runners import runner

HARMLESS = "harmless"
Case: TypeAlias = tuple[Project, dict[str, Any], dict[str, Any]]


def plain(**held: Any) -> Case:
    of = project(node("a", "raw params:p", "x"), node("b", "x", "y"), parameters={"p": "v"})
    return of, held, {}


def with_node(text: str) -> Case:
    return project(node(text, "raw", "x"), node("b", "x", "y")), {}, {}


def with_dataset(text: str) -> Case:
    name = text.replace("@", "").replace(" ", "_") or "x"
    return project(node("a", "raw", name), node("b", name, "y")), {}, {}


def with_tag(text: str) -> Case:
    return project(node("a", "raw", "x", tags=(text,), doc=text), node("b", "x", "y")), {}, {}


def with_parameter(text: str) -> Case:
    of = project(node("a", "raw params:p", "x"), node("b", "x", "y"), parameters={"p": text})
    return of, {}, {}


def with_key(text: str) -> Case:
    key = text.replace(".", "") or "k"
    of = project(node("a", "raw parameters", "x"), node("b", "x", "y"), parameters={key: 1})
    return of, {}, {}


PLACES: dict[str, Callable[[str], Case]] = {
    "node": with_node,
    "dataset": with_dataset,
    "tag and doc": with_tag,
    "parameter": with_parameter,
    "key of a parameter": with_key,
    "env": lambda text: plain(env={"MODE": text}),
    "description": lambda text: plain(description=text),
    "owner": lambda text: plain(owner=text),
    "label": lambda text: plain(labels={"a": text}),
    "name": lambda text: plain(name=text),
    "store": lambda text: plain(memory="store", store=text),
    "project_dir": lambda text: plain(project_dir=f"/{text}"),
    "image": lambda text: (*plain(image=text)[:2], {"work_pool": {"type": "docker"}}),
}


def compiled(target: str, case: Case) -> dict[str, str] | None:
    """The files of a case, or nothing where it is refused, for a reason."""
    of, held, prefect = case
    options: dict[str, Any] = {"kubeflow": {"image": "x:1"}, "prefect": prefect}
    data = [{"claim": "data", "mount": "/"}]
    options["kubeflow"]["volumes"] = data
    values = {"targets": {target: options.get(target, {})}, "pipelines": {"__default__": held}}
    exporter = find(target)
    try:
        settings = settings_for(SettingsSource(values=values), [exporter])
        (made,) = compile_all(of, settings, exporter, Selection())
    except ShipwayError as error:
        if isinstance(error, InternalError) or not all(f.what for f in error.findings):
            raise
        return None
    return {Path(file.path).suffix: file.text for file in made.files}


def shape(text: str, suffix: str) -> Any:
    """What a file is apart from its texts: the kinds of its nodes, in order."""
    if suffix == ".py":
        return sorted(type(item).__name__ for item in ast.walk(ast.parse(text)) if keeps(item))
    return [list(kinds(document)) for document in yaml.safe_load_all(text)]


def keeps(item: ast.AST) -> bool:
    """Statements and calls are what could do something; a text may be written in two ways."""
    return isinstance(item, (ast.stmt, ast.Call, ast.Lambda, ast.BinOp, ast.Subscript))


def kinds(value: Any) -> Iterator[str]:
    yield type(value).__name__
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in items:
        yield from kinds(item)


@pytest.mark.parametrize("target", names())
@pytest.mark.parametrize("place", PLACES)
def test_a_hostile_text_changes_nothing_but_itself(target: str, place: str) -> None:
    """What it says is compared by the export itself, which reads each artifact back."""
    accepted = 0
    wanted = compiled(target, PLACES[place](HARMLESS))
    for text in (*TEXTS, NUL, LONE):
        made = compiled(target, PLACES[place](text))
        if made is None or wanted is None:
            continue
        accepted += 1
        for suffix, held in made.items():
            assert shape(held, suffix) == shape(wanted[suffix], suffix), (text, held)
    assert accepted >= (0 if place in ("name", "image", "project_dir", "owner", "label") else 5)


def test_control_a_text_that_is_pasted_unescaped_is_seen() -> None:
    made = compiled("airflow", with_parameter(HARMLESS))
    assert made
    hostile = 'x") or __import__("os").system("touch pwned") or str("'
    pasted = made[".py"].replace(string(HARMLESS), f'"{hostile}"')
    assert shape(pasted, ".py") != shape(made[".py"], ".py")


SHOW = """
import json
import os


def show(given):
    return json.dumps([given, {k: v for k, v in os.environ.items() if k.startswith("SAID_")}])
"""
REGISTRY = """
return {"__default__": pipeline([]), "p": pipeline([
    node(f.show, "parameters", "shown", name="show")
])}
"""
REFUSED_BY_KUBEFLOW = ("{{", "$(", "$$")


def differing(one: dict[str, str], other: dict[str, str]) -> dict[str, tuple[Any, Any]]:
    """What two mappings hold otherwise, to be read in a report."""
    names = sorted(one.keys() | other.keys())
    return {n: (one.get(n), other.get(n)) for n in names if one.get(n) != other.get(n)}


@pytest.mark.engine
@pytest.mark.parametrize("target", names())
def test_a_run_gets_hostile_values_as_they_are(target: str, tmp_path: Path) -> None:
    texts = [
        text
        for text in TEXTS
        if target != "kubeflow" or not any(part in text for part in REFUSED_BY_KUBEFLOW)
    ]
    parameters = {f"t{number}": text for number, text in enumerate(texts)}
    env = {f"SAID_{number}": text for number, text in enumerate(texts) if text.strip() == text}
    made = make_project(
        tmp_path,
        REGISTRY,
        nodes=SHOW,
        catalog={"shown": text_file("shown.txt")},
        parameters=block(parameters),
    )
    held = {"description": '""" {{ x }}' if target != "kubeflow" else '"""', "env": env}
    runner(target)(made, {"pipelines": {"p": held}}, ["p"], tmp_path)
    shown, said = json.loads(written(made)["shown.txt"])
    assert differing(shown, parameters) == {}
    assert differing(said, env) == {}
    assert not list(tmp_path.rglob("pwned"))
