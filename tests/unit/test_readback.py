"""An artifact is read back before it is written, and compared with the plan."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from shipway import compiler
from shipway.artifacts.readback import Contents, differences, planned_tasks, unread
from shipway.artifacts.render import render
from shipway.compiler import Compiled, Selection, compile_all, settings_for
from shipway.errors import InternalError
from shipway.model import Dataset
from shipway.settings.source import SettingsSource
from shipway.targets.exporter import capabilities_of
from shipway.targets.registry import find, names
from shipway_exporters.airflow import readback as airflow_readback
from tests.targets import DATA, LESS, OPTIONS, SIGNS, TARGETS, ZONE
from tests.unit.planner.build_ir import node, pipeline, project

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
    "run_parameters": {"day": "logical_date", "which.run": "run_id"},
}
WAIVERS = {"databricks": {"allow_lossy": ["retry_backoff"]}}
SECTIONS = {
    target: {**options, **ZONE.get(target, {}), **WAIVERS.get(target, {})}
    for target, options in OPTIONS.items()
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
        ('"day": logical_date', '"days": logical_date'),
        (r'context.get\("logical_date"\)', 'context.get("data_interval_end")'),
        (r'"which.run": context\["run_id"\]', '"which.run": context["run_after"]'),
        (r'"execution_timeout": timedelta\(minutes=5\)', '"execution_timeout": None'),
        (r'"retry_delay": timedelta\(seconds=30\),', ""),
        *TOLD_IN_A_DAG,
    ),
    "argo": (
        (r"depends: .*a && b.*", "depends: a"),
        (r"\n +depends: .*", ""),
        (r"limit: 3", "limit: 2"),
        (r'duration: "30s"', 'duration: "31s"'),
        (r"factor: 2", "factor: 3"),
        (r"activeDeadlineSeconds: 3600", "activeDeadlineSeconds: 3601"),
        (r'value: "1"', 'value: "2"'),
        (r"value: fast", "value: slow"),
        (r"image: shop:1", "image: shop:2"),
        (r"0 6 \* \* \*", "0 7 * * *"),
        (r"Europe/Paris", "Europe/Rome"),
        (r"params:names -> y", "params:names -> yy"),
        (r'runs: "2"', 'runs: "3"'),
        (r"concurrencyPolicy: Allow", "concurrencyPolicy: Forbid"),
        (r"owner: ann", "owner: bob"),
        (r"labels: {team: forecasting}", "labels: {}"),
        ("What it is for", "What it was for"),
        ("value: __default__", "value: other"),
        (r"name: digest, value: \W*", r"\g<0>0"),
        ("ThreadRunner", "ParallelRunner"),
        ("s3://bucket/runs", "s3://bucket/other"),
        ("--moment=day=", "--moment=days="),
        (r"--text=which.run={{workflow.uid", "--text=which.run={{workflow.name"),
        (r"(name: from-run, value: \W*)x", r"\1y"),
        (r"(name: stored, value: \W*)y", r"\1x"),
        (r"workflow.parameters.names", "workflow.parameters.r"),
        (r"claimName: data", "claimName: other"),
    ),
    "dagster": (
        (r'deps=\["x", \["shop", "b"\]\]', 'deps=["x"]'),
        (r"max_retries=3", "max_retries=2"),
        (r"delay=30", "delay=31"),
        (r"growth: float = 2", "growth: float = 3"),
        (r"timeout=3600", "timeout=360"),
        (r'"timeout": 300', '"timeout": 30'),
        (r"p_q: int = 1", "p_q: int = 2"),
        (r'"p_q": "p.q"', '"p_q": "p.r"'),
        (r'"fast"', '"slow"'),
        (r"0 6 \* \* \*", "0 7 * * *"),
        (r"Europe/Paris", "Europe/Rome"),
        (r"RUNS = 2", "RUNS = 3"),
        (r"x, params:names -> y", "x, params:names -> yy"),
        (r'name="shop__b"', 'name="shop__bb"'),
        (r"\[a, b, c", "[a, c"),
        (r'name="shop",\n', 'name="store",\n'),
        (r'"team:ann"', '"team:bob"'),
        (r'"team": "forecasting"', '"team": "other"'),
        ('"day": ', '"days": '),
        (r'"which.run": first.dagster_run.run_id', '"which.run": created'),
        ("What it is for", "What it was for"),
        (r'pipeline="__default__"', 'pipeline="other"'),
        ('"digests": {"__default__": "', r"\g<0>0"),
        ('runner="Thread', 'runner="Parallel'),
        ('"store": "s3://bucket/runs"', '"store": "s3://bucket/other"'),
        (r'from_run=\["x"\]', 'from_run=["y"]'),
        (r'stored=\["y"\]', 'stored=["x"]'),
    ),
    "databricks": (
        (r"{task_key: a}", "{task_key: c}"),
        (r"max_retries: 3", "max_retries: 2"),
        (r"min_retry_interval_millis: 30000", "min_retry_interval_millis: 31000"),
        (r"timeout_seconds: 3600", "timeout_seconds: 3601"),
        (r'name: p.q, default: "1"', 'name: p.q, default: "2"'),
        (r"MODE: fast", "MODE: slow"),
        (r"job_cluster_key: default\n\s+lib", "job_cluster_key: other\n          lib"),
        (r"pypi: {package: shipway}", "pypi: {package: other}"),
        (r"node_type_id: i3.xlarge", "node_type_id: i3.large"),
        (r"0 0 6 \* \* \?", "0 0 7 * * ?"),
        (r"Europe/Paris", "Europe/Rome"),
        (r"max_concurrent_runs: 2", "max_concurrent_runs: 3"),
        (r"params:names -> y", "params:names -> yy"),
        (r"task_key: b\n", "task_key: bb\n"),
        (r"owner: ann", "owner: bob"),
        (r"team: forecasting, ", ""),
        ("What it is for", "What it was for"),
        ("--pipeline=__default__", "--pipeline=other"),
        ("--digest=", "--digest=0"),
        ("--runner=Thread", "--runner=Parallel"),
        ("s3://bucket/runs", "s3://bucket/other"),
        ("--text=day=", "--text=days="),
        (r"--text=which.run={{job.run_id}}", "--text=which.run={{job.trigger.time.iso_datetime}}"),
        (r"(--from-run=\W*)x", r"\1y"),
        (r"(--stored=\W*)y", r"\1x"),
        (r"\n      parameters:", "\n      performance_target: STANDARD\\g<0>"),
        (r"\n          max_retries: 3", "\n          description: Other.\\g<0>"),
    ),
    "flyte": (
        (r"\n    a_node >> c_node", ""),
        (r"a_node >> b_node", "b_node >> a_node"),
        (r"retries=3, timeout", "retries=2, timeout"),
        (r"timedelta\(hours=1\)", "timedelta(hours=2)"),
        (r'"p.q": 1,', '"p.q": 2,'),
        (r'"p.q": p_q', '"p.q": r'),
        (r'"fast"', '"slow"'),
        (r'IMAGE = "shop:1"', 'IMAGE = "shop:2"'),
        (r"0 6 \* \* \*", "0 7 * * *"),
        (r"max_concurrency=2", "max_concurrency=3"),
        (r"x, params:names -> y", "x, params:names -> yy"),
        (r'node_name="b"', 'node_name="bb"'),
        ('"ann"', '"bob"'),
        (r'Labels\(\{"team": "forecasting"\}\)', "Labels({})"),
        ("What it is for", "What it was for"),
        (r'pipeline="__default__"', 'pipeline="other"'),
        (r'"digests": {"__default__": "', r"\g<0>0"),
        ('runner="Thread', 'runner="Parallel'),
        ('"store": "s3://bucket/runs"', '"store": "s3://bucket/other"'),
        (r'from_run=\["x"\]', 'from_run=["y"]'),
        (r'stored=\["y"\]', 'stored=["x"]'),
        (r'"day": run', '"days": run'),
        (r'"which.run": run\["run_id"\]', '"which.run": run["logical_date"]'),
        (r'claim_name="data"', 'claim_name="other"'),
        (r'mount_path="/app/data"', 'mount_path="/app"'),
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
        ("--text=day=", "--text=days="),
        (
            r"--text=which.run=[^'\"]*'run_id'",
            "--text=which.run={{$.inputs.parameters['run_scheduled'",
        ),
        (r"(--from-run=\W*)x", r"\1y"),
        (r"(--stored=\W*)y", r"\1x"),
    ),
    "kubernetes": (
        (r"\n  name: shop\n", "\n  name: store\n"),
        (r"backoffLimit: 3", "backoffLimit: 2"),
        (r"activeDeadlineSeconds: 4200", "activeDeadlineSeconds: 4201"),
        (r"value: fast", "value: slow"),
        (r"image: shop:1", "image: shop:2"),
        (r"0 6 \* \* \*", "0 7 * * *"),
        (r"Europe/Paris", "Europe/Rome"),
        (r"concurrencyPolicy: Forbid\n", "suspend: false\n"),
        (r"params:names -> y", "params:names -> yy"),
        (r"owner: ann", "owner: bob"),
        (r"  labels: \{team: forecasting\}", "  labels: {}"),
        (r"(metadata: \{labels: )\{team: forecasting\}", r"\1{team: other}"),
        ("What it is for", "What it was for"),
        ("--pipeline=__default__", "--pipeline=other"),
        ("--task=", "--task=another-"),
        ("--digest=", "--digest=0"),
        ("--runner=Thread", "--runner=Parallel"),
        ("--moment=day=", "--moment=days="),
        ("--text=which.run=", "--moment=which.run="),
        ("claimName: data", "claimName: other"),
        ("mountPath: /app/data", "mountPath: /app"),
    ),
    "luigi": (
        (r"\[self.clone\(A\), self.clone\(B\)\]", "[self.clone(A)]"),
        (r"retry_count = 4", "retry_count = 3"),
        (r"retry_count = 2", "retry_count = 3"),
        (r"retry_delay = 30", "retry_delay = 31"),
        (r"keep_alive = true", "keep_alive = false"),
        (r'"timeout": 3600', '"timeout": 360'),
        (r'"timeout": 300', '"timeout": 30'),
        (r'"p.q": 1', '"p.q": 2'),
        (r'"p.q": self.p_q', '"p.q": self.r'),
        (r'p_q = luigi.IntParameter\(DEFAULTS\["p.q"\]', 'p_q = luigi.IntParameter(DEFAULTS["r"]'),
        (r'"fast"', '"slow"'),
        (r"x, params:names -> y", "x, params:names -> yy"),
        (r'"task": "b"', '"task": "bb"'),
        (r'"day": run', '"days": run'),
        (r'"which.run": self.run_id', '"which.run": run["created"]'),
        (
            r'task_namespace = "shop"(?=\n    run_id = .*\n    (names|p_q))',
            'task_namespace = "store"',
        ),
        (r'task_namespace = "shop"', 'task_namespace = "store"'),
        (r"\Z", "[core]\nworkers = 4\n"),
        ("What it is for", "What it was for"),
        (r'"pipeline": "__default__"', '"pipeline": "other"'),
        (r'"digests": {"__default__": "', r"\g<0>0"),
        ('"runner": "Thread', '"runner": "Parallel'),
        ('"store": "s3://bucket/runs"', '"store": "s3://bucket/other"'),
        (r'"from_run": \["x"\]', '"from_run": ["y"]'),
        (r'"stored": \["y"\]', '"stored": ["x"]'),
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
        ('"day": this_run', '"days": this_run'),
        (r'"which.run": str\(this_run.flow_run.id\)', '"which.run": str(this_run.flow_run.name)'),
        (r'"params": params,', ""),
        ("owner:ann", "owner:bob"),
        ("team:forecasting, ", ""),
        (r"(?<=name=\"shop\",\n)", "task_runner=ThreadPoolTaskRunner(max_workers=4),\n"),
        *TOLD_IN_PYTHON,
    ),
}


def compilation(
    target: str,
    options: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] = HELD,
    **selection: Any,
) -> Compiled:
    section = SECTIONS[target] if options is None else options
    settings = {**settings, **LESS.get(target, {})}
    values = {"targets": {target: section}, "pipelines": {"__default__": settings}}
    exporter = find(target)
    types = settings_for(SettingsSource(values=values), [exporter])
    (result,) = compile_all(OF, types, exporter, Selection(**selection))
    return result


def contents(target: str, result: Compiled, pattern: str = "", instead: str = "") -> Contents:
    """What the files say, with a pattern of their text replaced."""
    texts = {file.path: file.text for file in result.files}
    if pattern:
        variant = {path: re.sub(pattern, instead, text, count=1) for path, text in texts.items()}
        assert variant != texts, "\n".join(texts.values())
        texts = variant
    return find(target).read_back(result.plan, texts).contents()


def test_every_target_is_tried_here() -> None:
    assert set(CHANGES) == set(TARGETS) == set(SIGNS) == set(names())


@pytest.mark.parametrize("target", names())
def test_what_was_rendered_says_what_the_plan_says(target: str) -> None:
    result = compilation(target)
    read = contents(target, result)
    assert not list(differences(result.plan, read))
    assert {"retries", "timeout", "env"} <= read.keys
    assert read.tasks.keys() == planned_tasks(result.plan).keys()


@pytest.mark.parametrize(
    ("target", "pattern", "instead"),
    [(target, *change) for target, changes in CHANGES.items() for change in changes],
)
def test_each_change_of_a_text_is_seen(target: str, pattern: str, instead: str) -> None:
    result = compilation(target)
    assert list(differences(result.plan, contents(target, result, pattern, instead)))


POOLS: Mapping[str, Mapping[str, Any]] = {
    pool: {
        "image": "shop:1",
        "work_pool": {"type": pool},
        "volumes": [DATA],
    }
    for pool in ("docker", "kubernetes")
}
COMPUTE = {"resources": {"cpu": "500m", "memory": "1Gi"}, "service_account": "me"}


@pytest.mark.parametrize(
    ("target", "options"),
    [*((target, SECTIONS[target]) for target in names())]
    + [("prefect", pool) for pool in POOLS.values()]
    + [("prefect", {**POOLS["kubernetes"], "job_variables": {"memory_limit": "2Gi"}})],
)
@pytest.mark.parametrize("run_with", ["shipway", "kedro"])
@pytest.mark.parametrize("settings", [HELD, {"run_parameters": HELD["run_parameters"]}])
def test_all_that_a_target_declares_is_read_back(
    target: str, options: Mapping[str, Any], run_with: str, settings: Mapping[str, Any]
) -> None:
    support = capabilities_of(find(target), options)
    if run_with == "kedro":
        if support["run_with"].level == "unsupported":
            return
        settings = {**settings, "run_with": "kedro", "memory": "fuse", "concurrency": {"runs": 1}}
    result = compilation(target, options, settings)
    read = contents(target, result)
    declaration = {name for name, content in support.items() if content.level != "unsupported"}
    assert not unread(declaration, read)
    assert not read.keys & read.omissions.keys()
    assert all(read.omissions.values())
    assert not list(differences(result.plan, read))


@pytest.mark.parametrize(
    ("pool", "pattern", "instead"),
    [
        ("docker", "mem_limit: .*", "mem_limit: 1m"),
        ("docker", "data:/app/data", "data:/app"),
        ("kubernetes", "cpu_limit: .*", 'cpu_limit: "9"'),
        ("kubernetes", "cpu_request: .*", ""),
        ("kubernetes", "memory_request: .*", "memory_request: 1Mi"),
        ("kubernetes", "service_account_name: me", "service_account_name: you"),
    ],
)
def test_what_a_container_of_prefect_gets_is_compared(
    pool: str, pattern: str, instead: str
) -> None:
    settings = {**HELD, **COMPUTE, "volumes": [DATA]}
    lossy = {"docker": ["resources.cpu", "service_account"], "kubernetes": ["volumes"]}
    result = compilation("prefect", POOLS[pool], settings, lossy=lossy[pool])
    loss = {setting.capability for setting in result.losses}
    assert not list(differences(result.plan, contents("prefect", result), loss))
    variant = contents("prefect", result, pattern, instead)
    assert len(list(differences(result.plan, variant, loss))) >= 3, "each task has it otherwise"


def test_a_target_reads_back_what_it_declares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(airflow_readback, "_KEYS", frozenset({"parameters"}))
    with pytest.raises(InternalError, match="declares `retries`, and does not read it back"):
        compilation("airflow")


def test_an_export_that_went_wrong_is_a_bug_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(*args: Any) -> str:
        return render(*args).replace("a >> b", "")

    monkeypatch.setattr(compiler, "render", careless)
    with pytest.raises(InternalError, match="what the task `b` waits for"):
        compilation("airflow")


def test_what_starts_another_pipeline_is_read_back() -> None:
    of = project(pipeline(node("a", "raw", "x")), pipeline(node("b", "x", "y"), name="later"))
    values = {"pipelines": {"later": {"schedule": {"datasets": ["x"]}}}}
    exporter = find("airflow")
    types = settings_for(SettingsSource(values=values), [exporter])
    (result,) = compile_all(of, types, exporter, Selection())
    assert not list(differences(result.plan, contents("airflow", result)))
    variant = contents("airflow", result, r"outlets=\[.*\],\n", "")
    assert [
        "`announced` of the task `a`" in what for what in differences(result.plan, variant)
    ] == [True]
