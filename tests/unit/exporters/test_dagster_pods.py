"""Steps of a Dagster job in pods: what their tags and the executor say, and what is refused."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from shipway.artifacts.python_literals import Call
from shipway.errors import ShipwayError
from shipway.model import Dataset
from shipway_exporters.dagster.idle_options import idle_options
from shipway_exporters.dagster.other_artifact import contents_of
from shipway_exporters.dagster.parsed_file import ParsedFile
from shipway_exporters.dagster.rules import faults
from shipway_exporters.dagster.surroundings import surroundings
from tests.unit.exporters.test_dagster import CHAIN, JUNK, artifact, refusal, text
from tests.unit.planner.build_ir import node, project

PODS: dict[str, Any] = {"run_on": "kubernetes", "image": "shop:1"}
ALL: dict[str, Any] = {
    "env": {"MODE": "$(fast)"},
    "secrets": {"DB": {"name": "warehouse", "key": "password"}},
    "env_from": [{"config_map": "common"}],
    "resources": {"cpu": 2, "memory": "1Gi", "gpu": 1, "limits": {"memory": "2Gi"}},
    "volumes": [{"claim": "data", "mount": "/app/data"}, {"empty_dir": {}, "mount": "/scratch"}],
    "service_account": "runner",
    "kubernetes": {
        "namespace": "ml",
        "labels": {"team": "ml"},
        "annotations": {"note": "x"},
        "node_selector": {"nodePool": "big"},
        "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}],
        "image_pull_secrets": ["registry"],
        "image_pull_policy": "Always",
        "priority_class": "high",
    },
}


def parsed(options: dict[str, Any] | None = None, **content: Any) -> ParsedFile:
    return ParsedFile(ast.parse(text(CHAIN, {**PODS, **(options or {})}, **content)))


def tag(file: ParsedFile, task: str) -> dict[str, Any]:
    tags = file.tags_of_op(file.tasks[task])
    value = tags["dagster-k8s/config"]
    assert isinstance(value, dict)
    return value


def test_a_tag_says_all_of_a_pod_in_the_words_of_dagster() -> None:
    file = parsed(**ALL)
    container, pod, metadata = tag(file, "a").values()
    assert container == {
        "image": "shop:1",
        "env": [
            {"name": "MODE", "value": "$$(fast)"},
            {
                "name": "DB",
                "value_from": {"secret_key_ref": {"name": "warehouse", "key": "password"}},
            },
        ],
        "env_from": [{"config_map_ref": {"name": "common"}}],
        "resources": {
            "requests": {"cpu": "2", "memory": "1Gi"},
            "limits": {"cpu": "2", "memory": "2Gi", "nvidia.com/gpu": "1"},
        },
        "volume_mounts": [
            {"name": "claim-data", "mount_path": "/app/data"},
            container["volume_mounts"][1],
        ],
        "image_pull_policy": "Always",
    }
    assert pod["node_selector"] == {"nodePool": "big"}
    assert pod["tolerations"] == [{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}]
    assert pod["volumes"][0]["persistent_volume_claim"] == {"claim_name": "data"}
    assert (pod["service_account_name"], pod["priority_class_name"]) == ("runner", "high")
    assert pod["image_pull_secrets"] == [{"name": "registry"}]
    assert metadata == {"labels": {"team": "ml"}, "annotations": {"note": "x"}}
    assert file.executor_config["job_namespace"] == "ml"


def test_one_executor_is_that_of_the_job_and_of_an_asset_alone() -> None:
    file = parsed({"keep_jobs": "90m"}, concurrency={"tasks": 3})
    assert file.constants["EXECUTOR"] == Call(
        "k8s_job_executor.configured",
        (
            {
                "job_image": "shop:1",
                "max_concurrent": 3,
                "step_k8s_config": {"job_spec_config": {"ttl_seconds_after_finished": 5400}},
            },
        ),
        (("config_schema", {}),),
    )
    for of in ("job", "defs"):
        name = "executor_def" if of == "job" else "executor"
        assert file.arguments(of)[name].source == "EXECUTOR"
    assert "k8s" not in text()


def test_without_an_image_steps_run_in_that_of_the_code_location() -> None:
    file = ParsedFile(ast.parse(text(CHAIN, {"run_on": "kubernetes"})))
    assert file.constants["EXECUTOR"].source == "k8s_job_executor"
    assert "op_tags" not in file.tasks["a"].decorator
    some = ParsedFile(ast.parse(text(CHAIN, {"run_on": "kubernetes"}, nodes={"a": {"image": "x"}})))
    assert "job_image" not in some.executor_config
    assert tag(some, "a") == {"container_config": {"image": "x"}}


def test_the_usual_pod_stands_once() -> None:
    source = text(CHAIN, PODS, nodes={"b": {"resources": {"cpu": 4}}})
    assert source.count("op_tags=POD") == 2
    assert source.count('"dagster-k8s/config"') == 2


def test_a_process_finds_the_project_in_the_image() -> None:
    source = text(CHAIN, PODS)
    assert 'FOLDER = "/app"\nCOMMAND = ["python", "-m", "shipway.runtime"]' in source
    assert "its image holds dagster, dagster-k8s, the project and Shipway" in source
    assert "SHOP_ROOT" not in source
    own = text(CHAIN, {**PODS, "python": "/venv/bin/python", "project_dir": "/srv/shop/"})
    assert 'FOLDER = "/srv/shop"\nCOMMAND = ["/venv/bin/python", "-m"' in own
    assert "env: dict" not in text(CHAIN, PODS, env={"MODE": "fast"})


def test_the_task_that_empties_the_store_has_a_pod_as_well() -> None:
    y = Dataset(name="y", kind="remote", location="s3://b/y")
    nodes = node("a", "params:p", "x"), node("b", "x", "y")
    of = project(*nodes, memory="x", datasets=[y], parameters={"p": 1})
    content = {"memory": "store", "store": "s3://b/runs", "env": {"AWS_PROFILE": "x"}}
    file = ParsedFile(ast.parse(text(of, PODS, **content)))
    assert tag(file, "clean_up_store") == tag(file, "b")


@pytest.mark.parametrize(
    ("options", "content", "parts"),
    [
        ({}, {"run_on": "kubernetes"}, ["`run_on` under targets.dagster"]),
        ({}, {"nodes": {"a": {"run_on": "kubernetes"}}}, ["`run_on` under targets.dagster"]),
        (PODS, {"nodes": {"a": {"run_on": "local"}}}, ["`run_on` under targets.dagster"]),
        ({}, {"image": "x:1"}, ["`run_on: kubernetes`"]),
        (PODS, {"command_prefix": ["nice"]}, ["entry point"]),
        (PODS, {"env": {"DAGSTER_HOME": "/x"}}, ["env.DAGSTER_HOME", "another name"]),
        (PODS, {"kubernetes": {"labels": {"dagster/op": "x"}}}, ["kubernetes.labels.dagster/op"]),
        (PODS, {"service_account": "No Such"}, ["service_account"]),
        (
            PODS,
            {"nodes": {"b": {"kubernetes": {"namespace": "x"}}}},
            ["`b` has another", "nodes.b"],
        ),
        ({**PODS, "project_dir": "shop"}, {}, ["targets.dagster.project_dir", "/app"]),
    ],
)
def test_what_a_step_cannot_have_is_refused(
    options: dict[str, Any], content: dict[str, Any], parts: list[str]
) -> None:
    words = refusal(CHAIN, options, **content)
    assert all(part in words for part in parts), words


def test_a_local_file_on_no_volume_is_refused() -> None:
    local = Dataset(name="x", kind="local", type="pandas.CSVDataset", location="data/x.csv")
    of = project(node("a", "raw", "x"), node("b", "x", "y"), datasets=[local])
    with pytest.raises(ShipwayError) as error:
        artifact(of, PODS)
    assert "data/x.csv" in str(error.value.findings)
    artifact(of, {**PODS, "volumes": [{"claim": "data", "mount": "/app/data"}]})
    artifact(of, {})


def test_options_of_the_other_way_are_idle() -> None:
    volumes = [{"claim": "c", "mount": "/app/data"}]
    plan = artifact(CHAIN, {"image": "x", "volumes": volumes, "keep_jobs": "1h"}).plan
    assert {where for where, _ in idle_options(plan)} == {
        f"targets.dagster.{name}" for name in ("image", "volumes", "keep_jobs")
    }
    rooted = {**PODS, "root": {"env": "R"}}
    assert [where for where, _ in idle_options(artifact(CHAIN, rooted).plan)] == [
        "targets.dagster.root"
    ]
    below = {**rooted, "python": "venv/bin/python"}
    assert not list(idle_options(artifact(CHAIN, below).plan))


def test_what_pods_need_is_told() -> None:
    needs = {need.what: need for need in surroundings(artifact(CHAIN, PODS, **ALL).plan).needs}
    image = needs["`dagster`, `dagster-k8s`, the project and Shipway"]
    assert image.where == "the image `shop:1`"
    assert needs["the `K8sRunLauncher`"].where == "Dagster's instance"
    assert needs["the claim `data`"].where == "the namespace `ml`"
    assert not any("_ROOT" in what for what in needs)
    assert surroundings(artifact(CHAIN, PODS).plan).python is None


def test_a_task_has_its_own_pool_or_that_of_all() -> None:
    content = {"nodes": {"b": {"targets": {"dagster": {"pool": "heavy"}}}}}
    file = ParsedFile(ast.parse(text(CHAIN, {"task": {"pool": "light"}}, **content)))
    pools = {name: task.decorator["pool"] for name, task in file.tasks.items()}
    assert pools == {"a": "light", "b": "heavy", "c": "light"}
    of = project(node("a", "raw", "x", tags=("gpu",)), node("b", "x", "y"))
    by_tag = {"tags": {"gpu": {"targets": {"dagster": {"pool": "devices"}}}}}
    alone = ParsedFile(ast.parse(text(of, **by_tag)))
    assert alone.tasks["a"].decorator["pool"] == "devices"
    assert "pool" not in alone.tasks["b"].decorator
    words = refusal(CHAIN, {}, nodes={"b": {"targets": {"dagster": {"poool": "x"}}}})
    assert "pool" in words
    assert "nodes.b.targets.dagster.poool" in words


def test_another_days_file_is_read_whole() -> None:
    options = {**PODS, "task": {"pool": "light"}}
    result = artifact(CHAIN, options, **ALL)
    contents = contents_of(result.plan, result.files[0].text)
    settings = contents.tasks["a"].settings
    assert settings["image"] == "shop:1"
    assert settings["kubernetes.namespace"] == "ml"
    assert settings["targets.dagster.pool"] == "light"
    assert settings["run_on.kubernetes"] == "kubernetes"
    assert settings["env"] == {"MODE": "$(fast)"}


def test_no_junk_in_a_pod_breaks_a_rule() -> None:
    source = text(CHAIN, {**PODS, "keep_jobs": "1h"}, **ALL)
    tree = ast.parse(source)
    for item in ast.walk(tree):
        if isinstance(item, ast.Dict):
            for number, before in enumerate(item.values):
                for junk in JUNK[number % 4 :: 4]:
                    item.values[number] = ast.parse(junk, mode="eval").body
                    assert all(problem.what for problem in faults(ParsedFile(tree)))
                item.values[number] = before
    assert not list(faults(ParsedFile(tree)))
