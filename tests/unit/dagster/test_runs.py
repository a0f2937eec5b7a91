"""What a file makes of a run of Dagster's: with which it goes on, and what it materializes."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from shipway.model import Dataset
from tests.unit.exporters.test_dagster import text
from tests.unit.planner.build_ir import node, project

VERSIONED = project(
    node("a", "params:p", "x"),
    node("b", "x", "y"),
    node("c", "x y", "z"),
    parameters={"p": 1},
    datasets=[
        Dataset(name=name, kind="local", location=f"{name}.txt", versioned=True) for name in "xyz"
    ],
)
RESUMED = {"dagster/is_asset_resume_retry": "true"}


def functions(source: str, names: Mapping[str, Any]) -> dict[str, Any]:
    """The functions of a file and its constants of plain data, beside stand-ins for the rest."""
    parts = [
        item
        for item in ast.parse(source).body
        if isinstance(item, ast.FunctionDef) and not item.decorator_list
    ]
    for part in parts:
        part.returns = None
        for argument in part.args.args:
            argument.annotation = None
    space = {"RESUMED": next(iter(RESUMED)), **names}
    exec(compile(ast.Module(body=[*parts], type_ignores=[]), "shop.py", "exec"), space)
    return space


def run(name: str, parent: str | None = None, **more: Any) -> SimpleNamespace:
    facts: dict[str, Any] = {
        "run_id": name,
        "parent_run_id": parent,
        "step_keys_to_execute": None,
        "resolved_op_selection": None,
        "asset_selection": None,
        "tags": {},
        "is_success": False,
    }
    return SimpleNamespace(**{**facts, **more})


def first_of(*runs: SimpleNamespace) -> str:
    """The run with which the last goes on."""
    by_id = {one.run_id: one for one in runs}
    instance = SimpleNamespace(get_run_by_id=by_id.get, get_run_record_by_id=str)
    first_run = functions(text(VERSIONED), {})["first_run"]
    return str(first_run(SimpleNamespace(run=runs[-1], instance=instance)))


def test_a_run_from_a_failure_goes_on_with_the_first_whatever_it_is_from() -> None:
    steps = {"step_keys_to_execute": ["shop__b"]}
    assert first_of(run("1"), run("2", "1", **steps)) == "1"
    assert first_of(run("1"), run("2", "1", tags=RESUMED)) == "1"
    assert first_of(run("1"), run("2", "1", tags=RESUMED), run("3", "2", **steps)) == "1"
    assert first_of(run("1"), run("2", "1")) == "2", "all of its steps again"


def test_all_of_a_success_again_is_a_run_of_its_own_though_it_keeps_the_tag() -> None:
    done = run("2", "1", tags=RESUMED, is_success=True)
    assert first_of(run("1"), done, run("3", "2", tags=RESUMED)) == "3"


def test_a_run_materializes_what_its_selection_of_assets_or_steps_has() -> None:
    tasks = [
        SimpleNamespace(op=SimpleNamespace(name=f"shop__{task}"), keys={key})
        for task, key in (("a", "x"), ("b", "y"), ("c", "z"))
    ]
    assets_of = functions(text(VERSIONED), {"TASKS": tasks})["assets_of"]
    assert assets_of(run("1")) == {"x", "y", "z"}
    assert assets_of(run("1", asset_selection={"y"})) == {"y"}
    assert assets_of(run("1", resolved_op_selection={"shop__b", "shop__c"})) == {"y", "z"}
    assert assets_of(run("1", step_keys_to_execute=["shop__c"])) == {"z"}


def told_of(run: SimpleNamespace, posts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the sensor of a failure look at a run; `DOWN` is no URL, and `UNSET` no variable."""
    of_task = SimpleNamespace(keys={("x",)})
    urls = [{"webhook": name} for name in ("UNSET", "DOWN", "ALERTS")]
    space = functions(
        text(VERSIONED, notify={"on_failure": urls}),
        {
            "job": SimpleNamespace(name="shop"),
            "TASKS": [of_task],
            "json": json,
            "os": os,
            "urllib": SimpleNamespace(request=SimpleNamespace(Request=_request, urlopen=_post)),
        },
    )
    monkeypatch.setattr(f"{__name__}.POSTS", posts)
    monkeypatch.setenv("DOWN", "nothing")
    monkeypatch.setenv("ALERTS", "http://alerts")
    space["tell"](SimpleNamespace(dagster_run=run), [one["webhook"] for one in urls], "failed")


POSTS: list[str] = []


def _request(url: str, *_: object) -> str:
    return url


def _post(url: str, timeout: float) -> None:
    if not url.startswith("http"):
        raise ValueError(f"unknown url type: {url}")
    POSTS.append(url)


@pytest.mark.parametrize(
    ("name", "assets", "is_told"),
    [
        ("shop", None, True),
        ("shop", {("y",)}, True),
        ("__ASSET_JOB", {("x",)}, True),
        ("__ASSET_JOB", None, True),
        ("__ASSET_JOB", {("of another pipeline",)}, False),
        ("other", {("x",)}, False),
    ],
)
def test_all_webhooks_are_told_of_runs_of_the_pipeline(
    name: str, assets: Any, is_told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also after some that cannot be told, which the tick of the sensor then fails with."""
    posts: list[str] = []
    one = run("1", job_name=name, asset_selection=assets)
    if is_told:
        with pytest.raises(RuntimeError, match=r"UNSET \(KeyError .*DOWN \(ValueError ") as error:
            told_of(one, posts, monkeypatch)
        assert "nothing" not in str(error.value), "a URL is a secret, also one that is none"
    else:
        told_of(one, posts, monkeypatch)
    assert posts == ["http://alerts"] * is_told
