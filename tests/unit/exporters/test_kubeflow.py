"""What a spec for Kubeflow says, and what is refused instead."""

from __future__ import annotations

from typing import Any

import pytest

from shipway.compiler import Selection, compile_all, settings_for
from shipway.errors import PlanError, UnsupportedError
from shipway.model import Dataset
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from shipway.tasks.signature import digest, signatures
from tests.unit.exporters.kubeflow_artifacts import (
    CHAIN,
    CHAIN_OF_ONE,
    DATA,
    IMAGE,
    REMOTE,
    args_of,
    container_of,
    files,
    refusal,
    spec,
    stands,
)
from tests.unit.planner.build_ir import node, project


def test_a_task_is_told_its_run_its_nodes_and_what_it_shares() -> None:
    of = project(
        node("a", "raw params:p", "x"),
        node("b", "x", "y"),
        parameters={"p": 1},
        datasets=[
            Dataset(name="x", kind="remote", location="s3://b/x", versioned=True),
            *REMOTE[1:],
        ],
    )
    document, platform = spec(of)
    tasks = document["root"]["dag"]["tasks"]
    assert platform == {}
    assert tasks["b"]["dependentTasks"] == ["a"]
    assert tasks["b"]["cachingOptions"] == {}
    binding = tasks["a"]["inputs"]["parameters"]
    assert binding["run_id"] == {"runtimeValue": {"constant": "{{$.pipeline_job_uuid}}"}}
    assert binding["p"] == {"componentInputParameter": "p"}
    assert binding["run_created"] == {
        "runtimeValue": {"constant": "{{$.pipeline_job_create_time_utc}}"}
    }
    assert container_of(document, "b")["command"] == [
        *("python", "-m", "shipway.runtime"),
        "--project=/app",
        "--run-id={{$.inputs.parameters['run_id']}}",
        "--created={{$.inputs.parameters['run_created']}}",
        "--package=shop",
        "--flow=shop",
        "--exported=__default__",
    ]
    assert container_of(document, "a")["command"] == container_of(document, "b")["command"]
    assert args_of(document, "b") == [
        "--task=b",
        "--pipeline=__default__",
        f"--digest={digest(signatures(of.pipelines[0].nodes))}",
        '--nodes={"b": "x -> y"}',
        '--from-run=["x"]',
    ]
    assert args_of(document, "a")[-2:] == [
        '--defaults={"p": 1}',
        "--json=p={{$.inputs.parameters['p']}}",
    ]
    assert tasks["b"]["inputs"]["parameters"].keys() == {"run_id", "run_created"}


def test_what_tasks_have_in_common_stands_once() -> None:
    content: dict[str, Any] = {"retries": 2, "retry_delay": "1m", "timeout": "10m", "owner": "Ada"}
    content |= {"env": {"LEVEL": "info"}, "labels": {"team": "data"}, "description": "What\nit is."}
    content |= {"resources": {"cpu": "500m", "memory": "1Gi"}, "nodes": {"b": {"timeout": "1h"}}}
    text = files(CHAIN, **content)["shop.yaml"]
    for key in ("command", "resources", "podMetadata"):
        assert f"{key}: &{key}\n" in text
        assert f"{key}: *{key}\n" in text
    assert text.count("maxRetryCount") == 2  # the longest time follows from the time-out
    assert text.count("--run-id=") == text.count("--package=shop") == 1
    assert "description: |-\n    What\n    it is.\n" in text


@pytest.mark.parametrize(
    ("value", "kind", "default", "how"),
    [
        ("text", "STRING", "text", "text"),
        (1, "NUMBER_INTEGER", 1, "json"),
        (1.0, "NUMBER_DOUBLE", 1.0, "float"),
        (-0.0, "STRING", "-0.0", "json"),
        ([1, -2], "LIST", [1, -2], "json"),
        ([0.5, -1], "STRING", "[0.5, -1]", "json"),
        ([1.0], "STRING", "[1.0]", "json"),
        (True, "BOOLEAN", True, "json"),
        ([1, "a"], "STRING", '[1, "a"]', "json"),
        ([], "STRING", "[]", "json"),
        ({}, "STRING", "{}", "json"),
        (None, "STRING", "null", "json"),
        (2**53 + 1, "STRING", "9007199254740993", "json"),
        ([1, None], "STRING", "[1, null]", "json"),
    ],
)
def test_parameters_become_typed_inputs(
    value: object, kind: str, default: object, how: str
) -> None:
    of = project(node("a", "raw params:p", "x"), datasets=REMOTE, parameters={"p": value})
    document, _ = spec(of)
    declaration = document["root"]["inputDefinitions"]["parameters"]["p"]
    assert (declaration["parameterType"], declaration["defaultValue"]) == (kind, default)
    assert args_of(document, "a")[-1] == f"--{how}=p={{{{$.inputs.parameters['p']}}}}"


def test_a_task_and_its_pipeline_are_not_called_alike_inside() -> None:
    of = project(node("shop", "raw", "x"), datasets=REMOTE)
    document, _ = spec(of)
    assert list(document["root"]["dag"]["tasks"]) == ["shop"]
    assert list(document["components"]) == ["comp-shop-task"]


@pytest.mark.parametrize("name", ["build-driver", "Build_Driver", "x-", "9lives", "ü", "all-tasks"])
def test_hard_names_become_names_that_a_server_takes(name: str) -> None:
    of = project(node(name, "raw", "x"), datasets=REMOTE)
    document, _ = spec(of, {**IMAGE, "on_exit": {"command": ["notify"]}})
    main = next(n for n in document["root"]["dag"]["tasks"] if n.startswith("all-tasks"))
    (task,) = document["components"][f"comp-{main}"]["dag"]["tasks"]
    assert not task.endswith(("-driver", "-"))
    assert task[0].isalpha()
    assert task.isascii()


def test_retries_cover_every_try() -> None:
    content: dict[str, Any] = {
        "retries": 2,
        "retry_delay": "1m",
        "retry_backoff": 2,
        "timeout": "10m",
    }
    document, platform = spec(CHAIN_OF_ONE, **content)
    policy = document["root"]["dag"]["tasks"]["a"]["retryPolicy"]
    assert policy["maxRetryCount"] == 2
    assert (policy["backoffDuration"], policy["backoffFactor"]) == ("60s", 2.0)
    assert int(policy["backoffMaxDuration"][:-1]) >= 3 * 600 + 60 + 120
    options = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]["exec-a"]
    assert options["activeDeadlineSeconds"] == 600


def test_a_pause_of_no_whole_factor_is_refused() -> None:
    text = refusal(UnsupportedError, CHAIN_OF_ONE, retries=1, retry_backoff=1.5)
    assert "whole numbers, not by 1.5" in text


@pytest.mark.parametrize("pause", [1.5, "0.5s", "1m0.25s"])
def test_a_pause_of_no_whole_seconds_is_refused(pause: Any) -> None:
    text = refusal(UnsupportedError, CHAIN_OF_ONE, retries=1, retry_delay=pause)
    assert "Argo waits whole seconds before a retry, not" in text
    assert "pipelines.__default__.retry_delay" in text
    assert spec(CHAIN_OF_ONE, retry_delay=pause), "without retries there is no pause"


def test_waiting_for_a_machine_costs_no_try() -> None:
    """The clock of retries also runs while a pod waits, which no time-out of a try limits."""
    document = spec(CHAIN_OF_ONE, retries=1, timeout="1h")[0]
    policy = document["root"]["dag"]["tasks"]["a"]["retryPolicy"]
    assert int(policy["backoffMaxDuration"][:-1]) >= 2 * 3600 + 30 * 86400


def test_a_task_without_an_image_is_refused() -> None:
    assert "has no image to run in" in refusal(UnsupportedError, CHAIN_OF_ONE, {})
    document, _ = spec(CHAIN_OF_ONE, {}, image="other:2")
    assert document["deploymentSpec"]["executors"]["exec-a"]["container"]["image"] == "other:2"


def test_a_local_file_that_no_volume_holds_is_refused() -> None:
    of = project(node("a", "raw", "x"), node("b", "x", "y"), datasets=REMOTE[1:])
    text = refusal(PlanError, of)
    assert "The local file of `x`, /app/data/x, would not reach the next task" in text
    assert "s3://" in text
    assert "`volumes`" in text
    assert "share a task" in text


def test_a_local_file_that_would_end_with_its_container_is_refused() -> None:
    of = project(node("a", "raw", "x"))
    assert "`x`, /app/data/x, would end with its task" in refusal(PlanError, of)


def test_volumes_must_hold_the_path() -> None:
    of = project(node("a", "raw", "x"), node("b", "x", "y"), datasets=REMOTE[1:])
    elsewhere = {**IMAGE, "volumes": [{"claim": "c", "mount": "/app/dat"}]}
    assert "no volume of `a`, `b` holds it" in refusal(PlanError, of, elsewhere)
    assert spec(of, {**IMAGE, "volumes": [{"claim": "c", "mount": "/app/data"}]})
    apart = {"a": {"volumes": [{"claim": "c", "mount": "/app/data"}]}}
    apart["b"] = {"volumes": [{"claim": "d", "mount": "/app/data"}]}
    assert "mount different volumes" in refusal(PlanError, of, nodes=apart)


@pytest.mark.parametrize(
    ("location", "display"),
    [
        ("shop.duckdb", "/app/shop.duckdb"),
        ("data/../x", "/app/x"),
        ("${runtime_params:root, out}/x", "/app/out/x"),
    ],
)
def test_a_file_stands_where_its_path_leads(location: str, display: str) -> None:
    text = refusal(PlanError, stands(location, database=location), DATA)
    assert f"The local file of `x`, {display}, would end with its task" in text
    for content in ("data/shop.duckdb", "x/../data/x", "${runtime_params:root, data}/x"):
        assert spec(stands(content), DATA)


def test_every_local_file_of_an_entry_counts() -> None:
    text = refusal(PlanError, stands("data/x", files=("sql/x.sql",), database="y.db"), DATA)
    assert "/app/sql/x.sql" in text
    assert "/app/y.db" in text


def test_a_reader_by_another_name_needs_the_volume_too() -> None:
    content = [Dataset(name=n, kind="local", location="data/s") for n in ("one", "two")]
    nodes = [node("a", "raw", "one"), node("b", "two", "x")]
    of = project(*nodes, datasets=[*content, *REMOTE])
    mounts = {"a": {"volumes": [{"claim": "c", "mount": "/app/data"}]}}
    assert "would not reach the next task: no volume of `b`" in refusal(PlanError, of, nodes=mounts)


def test_a_limit_of_tasks_that_is_given_up_keeps_the_order_of_a_database() -> None:
    content = [
        Dataset(name=n, kind="local", location="data/s.db", database="data/s.db", table=n)
        for n in ("one", "two")
    ]
    of = project(node("a", "raw", "one"), node("b", "raw", "two"), datasets=content)
    exporter = find("kubeflow")
    alone = {"concurrency": {"tasks": 1, "runs": 1}}
    values = {"targets": {"kubeflow": DATA}, "pipelines": {"__default__": alone}}
    settings = settings_for(SettingsSource(values=values), [exporter])
    lossy = Selection(lossy=["concurrency.tasks", "concurrency.runs"])
    (artifact,) = compile_all(of, settings, exporter, lossy)
    assert artifact.plan.tasks[1].needs == ("a",)


def test_a_store_on_the_containers_disk_is_refused() -> None:
    of = project(node("a", "raw", "m"), node("b", "m", "y"), memory="m", datasets=REMOTE)
    text = refusal(PlanError, of, memory="store", store="data/store")
    assert "/app/data/store, would not reach the next task" in text
    document, _ = spec(of, memory="store", store="s3://bucket/store")
    assert document["root"]["dag"]["tasks"]["clean-up-store"]["dependentTasks"] == ["b"]
    assert args_of(document, "clean-up-store")[-2:] == [
        "--store=s3://bucket/store",
        "--clean-store",
    ]
