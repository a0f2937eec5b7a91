from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shipway.model import Node, Origin, Parameter, Project
from shipway.planner.plan import digest
from tests.unit.planner.build_ir import node, pipeline, plan, project, settings

SETTINGS: dict[str, Any] = {
    "retries": 2,
    "resources": {"cpu": "500m", "memory": "1Gi"},
    "env": {"A": "1", "B": "2"},
    "labels": {"team": "one", "tier": "two"},
    "schedule": {"cron": "0 6 * * *"},
    "nodes": {"c": {"timeout": "1h"}},
}


def shop() -> Project:
    """A project with something of everything."""
    return project(
        node("a", "raw params:seed", "m x", tags=("one", "two"), namespace="ns"),
        node("b", "m x", "y"),
        node("c", "y", "z", origin=Origin(file="nodes.py", line=1), doc="Doc."),
        memory="m",
        parameters={"seed": 7, "unread": 1, "model.alpha": {"b": 1, "a": 2}},
        overrides={"late": {"b": 1, "a": 2}},
    )


def change(of: Project, index: int, **fields: Any) -> Project:
    """The project with one node changed."""
    nodes: list[Node] = list(of.pipelines[0].nodes)
    nodes[index] = replace(nodes[index], **fields)
    return replace(of, pipelines=(pipeline(*nodes),))


IRRELEVANT: dict[str, Callable[[Project], Project]] = {
    "origin": lambda p: change(p, 2, origin=Origin(file="other.py", line=9)),
    "kedro": lambda p: replace(p, kedro="1.0.0"),
    "unrelated pipeline": lambda p: replace(
        p, pipelines=(*p.pipelines, pipeline(node("far", "q", "r"), name="other"))
    ),
    "unread parameter": lambda p: replace(
        p, parameters=(*p.parameters, Parameter(path=("zzz",), value=1))
    ),
    "order of a dict": lambda p: replace(p, overrides={"late": {"a": 2, "b": 1}}),
    "location": lambda p: replace(
        p, datasets=tuple(replace(d, location="elsewhere") for d in p.datasets)
    ),
}
RELEVANT: dict[str, Callable[[Project], Project]] = {
    "function": lambda p: change(p, 2, function="shop.other"),
    "name": lambda p: change(p, 2, name="c2"),
    "tags": lambda p: change(p, 2, tags=("new",)),
    "inputs": lambda p: change(p, 2, inputs=("x", "y")),
    "order of inputs": lambda p: change(p, 1, inputs=("x", "m")),
    "default": lambda p: replace(p, parameters=(Parameter(path=("seed",), value=8),)),
    "type of a default": lambda p: replace(p, parameters=(Parameter(path=("seed",), value=7.0),)),
    "override": lambda p: replace(p, overrides={"late": {"a": 2, "b": 3}}),
    "env": lambda p: replace(p, env="prod"),
    "kind of a handoff": lambda p: replace(
        p, datasets=tuple(replace(d, kind="remote") for d in p.datasets)
    ),
}


@pytest.mark.parametrize("what", IRRELEVANT)
def test_the_digests_do_not_see(what: str) -> None:
    assert plan(IRRELEVANT[what](shop())).digests == plan(shop()).digests


def test_only_the_project_digest_sees_documentation() -> None:
    before, after = plan(shop()).digests, plan(change(shop(), 2, doc=None)).digests
    assert {name for name in before if before[name] != after[name]} == {"project"}


@pytest.mark.parametrize("what", RELEVANT)
def test_the_plan_digest_sees(what: str) -> None:
    assert plan(RELEVANT[what](shop())).digests["plan"] != plan(shop()).digests["plan"]


@pytest.mark.parametrize("what", sorted(set(RELEVANT) - {"override"}))
def test_the_project_digest_sees(what: str) -> None:
    assert plan(RELEVANT[what](shop())).digests["project"] != plan(shop()).digests["project"]


@pytest.mark.parametrize(
    "more",
    [
        {"retries": 3},
        {"resources": {"cpu": "501m", "memory": "1Gi"}},
        {"env": {"A": "1"}},
        {"labels": {}},
        {"schedule": {"cron": "0 7 * * *"}},
        {"name": "other"},
        {"nodes": {}},
        {"parameters": "none"},
    ],
)
def test_the_settings_digest_sees_settings_and_the_project_digest_does_not(
    more: dict[str, Any],
) -> None:
    before, after = plan(shop(), SETTINGS).digests, plan(shop(), {**SETTINGS, **more}).digests
    assert before["plan"] != after["plan"]
    assert before["settings"] != after["settings"]
    if "parameters" not in more:
        assert before["project"] == after["project"]


@pytest.mark.parametrize(
    "what", ["function", "name", "tags", "inputs", "order of inputs", "default"]
)
def test_the_settings_digest_does_not_see_the_project(what: str) -> None:
    content = {key: value for key, value in SETTINGS.items() if key != "nodes"}
    before, after = plan(shop(), content), plan(RELEVANT[what](shop()), content)
    assert before.digests["settings"] == after.digests["settings"]


def test_the_order_of_settings_is_nothing_to_the_digest() -> None:
    turned = {key: SETTINGS[key] for key in reversed(SETTINGS)}
    turned["env"] = {"B": "2", "A": "1"}
    assert plan(shop(), turned).digests == plan(shop(), SETTINGS).digests


def test_where_a_setting_stands_is_nothing_to_the_digest() -> None:
    local_value = settings({"retries": 1, "image": "i"})
    old_text = settings({}, defaults={"retries": 1, "image": "i"})
    assert plan(shop(), local_value).digests == plan(shop(), old_text).digests


def test_an_empty_mapping_is_another_default_than_nothing() -> None:
    values: list[Any] = [None, {}, [], 0, False, "", 0.0]
    result = {digest(Parameter(path=("p",), value=value)) for value in values}
    assert len(result) == len(values)


def test_plans_and_digests_are_the_same_under_any_hash_seed() -> None:
    code = (
        "from tests.unit.planner.test_digests import *\n"
        "made = [plan(shop(), SETTINGS, group_by=g) for g in ('none', 'tag', 'namespace')]\n"
        "print([m.digests for m in made], made)"
    )
    message = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "42")
    }
    assert len(message) == 1
