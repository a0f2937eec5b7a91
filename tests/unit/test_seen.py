"""An artifact is read back before it is written, and compared with the plan."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from shipway import compiler
from shipway.artifacts.readback import differences
from shipway.artifacts.render import render
from shipway.compiler import Compiled, Selection, compile_all, settings_for
from shipway.errors import InternalError
from shipway.model import Dataset
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find, names
from tests.unit.planner.build_ir import node, project

OF = project(
    node("a", "raw params:p.q params:r", "x"),
    node("b", "x params:names", "y", doc="What it does."),
    node("c", "x y", "z", namespace="n", tags=("t",)),
    parameters={"p.q": 1, "r": 0.5, "names": ["a", "b"]},
    datasets=[Dataset(name="x", kind="local", versioned=True, location="data/x")],
    memory="y",
)
HELD: dict[str, Any] = {
    "retries": 3,
    "retry_delay": "30s",
    "retry_backoff": 2,
    "timeout": "5m",
    "env": {"MODE": "fast"},
    "schedule": {"cron": "0 6 * * *", "timezone": "Europe/Paris"},
    "concurrency": {"runs": 2},
    "nodes": {"b": {"retries": 1, "timeout": "1h"}},
    "memory": "store",
    "store": "s3://bucket/runs",
    "owner": "ann",
    "labels": {"team": "forecasting"},
    "description": "What it is for.",
    "runner": "ThreadRunner",
}
VOLUME = {"claim": "data", "mount": "/app/data"}
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "kubeflow": {"image": "shop:1", "volumes": [VOLUME], "timezone": "Europe/Paris"},
}
TOLD_IN_PYTHON = (
    ("What it is for", "What it was for"),
    (r'pipeline="__default__"', 'pipeline="other"'),
    (r'PIPELINES = {"__default__": "', r"\g<0>0"),
    ('runner="Thread', 'runner="Parallel'),
    ('STORE = "s3://bucket/runs"', 'STORE = "s3://bucket/other"'),
    (r'from_run=\["x"\]', 'from_run=["y"]'),
    (r'stored=\["y"\]', 'stored=["x"]'),
)
TOLD_IN_A_DAG = (
    ("What it is for", "What it was for"),
    (r'(task_id="a",\s+pipeline=)"__default__"', r'\1"other"'),
    (r'"digests": {"__default__": "', r"\g<0>0"),
    ('"runner": "Thread', '"runner": "Parallel'),
    ('"store": "s3://bucket/runs"', '"store": "s3://bucket/other"'),
    (r'from_run=\["x"\]', 'from_run=["y"]'),
    (r'stored=\["y"\]', 'stored=["x"]'),
)
CHANGES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "airflow": (
        (r"b >> c\b|\[a, b\] >> \w+", "b >> c"),
        (r"\n    a >> b", ""),
        (r'"retries": 3', '"retries": 2'),
        (r"retries=1", "retries=2"),
        (r"timedelta\(seconds=30\)", "timedelta(seconds=31)"),
        (r"timedelta\(hours=1\)", "timedelta(hours=2)"),
        (r'Param\(1, type="integer"\)', 'Param(1.0, type="integer")'),
        (r'"fast"', '"slow"'),
        (r"0 6 \* \* \*", "0 7 * * *"),
        (r"Europe/Paris", "Europe/Rome"),
        (r"max_active_runs=2", "max_active_runs=3"),
        (r"x, params:names -> y", "x, params:names -> yy"),
        (r'task_id="b"', 'task_id="bb"'),
        ('"ann"', '"bob"'),
        (r"tags=\[[^]]*\]", "tags=[]"),
        (r'"execution_timeout": timedelta\(minutes=5\)', '"execution_timeout": None'),
        (r'"retry_delay": timedelta\(seconds=30\),', ""),
        *TOLD_IN_A_DAG,
    ),
    "kubeflow": (
        (r"dependentTasks: \[a, b\]", "dependentTasks: [a]"),
        (r"maxRetryCount: 3", "maxRetryCount: 2"),
        (r'backoffDuration: "30s"', 'backoffDuration: "31s"'),
        (r"activeDeadlineSeconds: 3600", "activeDeadlineSeconds: 3601"),
        (r"defaultValue: 1\n", "defaultValue: 2\n"),
        (r"value: fast", "value: slow"),
        (r"image: shop:1", "image: shop:2"),
        (r'cron: "0 0 6', 'cron: "0 0 7'),
        (r"params:names -> y", "params:names -> yy"),
        (r"max_concurrency: 2", "max_concurrency: 3"),
        (r"owner: ann", "owner: bob"),
        (r"labels: {team: forecasting}", "labels: {}"),
        ("What it is for", "What it was for"),
        ("--pipeline=__default__", "--pipeline=other"),
        ("--digest=", "--digest=0"),
        ("--runner=Thread", "--runner=Parallel"),
        ("s3://bucket/runs", "s3://bucket/other"),
        (r"(--from-run=\W*)x", r"\1y"),
        (r"(--stored=\W*)y", r"\1x"),
    ),
    "prefect": (
        (r"wait_for=\[a, b\]", "wait_for=[a]"),
        (r"retries=3", "retries=2"),
        (r"retry_delay_seconds=\[30, 60", "retry_delay_seconds=[30, 61"),
        (r"retry_delay_seconds=\[30,", "retry_delay_seconds=[31,"),
        (r"timeout=3600", "timeout=360"),
        (r'"timeout": 300', '"timeout": 30'),
        (r"p_q: int = 1", "p_q: int = 2"),
        (r'"p.q": p_q', '"p.q": r'),
        (r'"fast"', '"slow"'),
        (r"0 6 \* \* \*", "0 7 * * *"),
        (r"limit: 2", "limit: 3"),
        (r"x, params:names -> y", "x, params:names -> yy"),
        (r'name="b",\n', 'name="bb",\n'),
        (r'"b": b, ', ""),
        (r'"b": b, ', '"b": a, '),
        (r'"store": STORE,', ""),
        ("owner:ann", "owner:bob"),
        ("team:forecasting, ", ""),
        (r"(?<=name=\"shop\",\n)", "task_runner=ThreadPoolTaskRunner(max_workers=4),\n"),
        *TOLD_IN_PYTHON,
    ),
}


def compiled(target: str) -> Compiled:
    values = {"targets": {target: OPTIONS.get(target, {})}, "pipelines": {"__default__": HELD}}
    exporter = find(target)
    settings = settings_for(SettingsSource(values=values), [exporter])
    (found,) = compile_all(OF, settings, exporter, Selection())
    return found


def test_every_target_is_tried_here() -> None:
    assert set(CHANGES) == set(names())


@pytest.mark.parametrize("target", names())
def test_what_was_rendered_says_what_the_plan_says(target: str) -> None:
    made = compiled(target)
    seen = find(target).seen(made.plan, {file.path: file.text for file in made.files})
    assert not list(differences(made.plan, seen))
    assert {"retries", "retry_delay", "timeout", "env", "parameters"} <= seen.keys
    assert len(seen.tasks) == 3 + 1


@pytest.mark.parametrize(
    ("target", "pattern", "instead"),
    [(target, *change) for target, changes in CHANGES.items() for change in changes],
)
def test_each_change_of_a_text_is_seen(target: str, pattern: str, instead: str) -> None:
    made = compiled(target)
    texts = {file.path: file.text for file in made.files}
    changed = {path: re.sub(pattern, instead, text, count=1) for path, text in texts.items()}
    assert changed != texts, "\n".join(texts.values())
    assert list(differences(made.plan, find(target).seen(made.plan, changed)))


def test_an_export_that_went_wrong_is_a_bug_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(*args: Any) -> str:
        return render(*args).replace("a >> b", "")

    monkeypatch.setattr(compiler, "render", careless)
    with pytest.raises(InternalError, match="what the task `b` waits for"):
        compiled("airflow")
