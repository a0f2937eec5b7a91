"""What a run's container is given by a docker or kubernetes pool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from shipway.errors import SettingsError, UnsupportedError
from tests.unit.exporters.prefect_artifacts import files, refusal
from tests.unit.exporters.prefect_pools import (
    DOCKER,
    FURTHER,
    KUBERNETES,
    MARK,
    NOTHING,
    TEMPLATE,
    USUAL,
    template,
    variables,
)


def test_docker_gives_devices_of_nvidia_alone() -> None:
    gpu = {"gpu": 1, "gpu_type": "nvidia.com/gpu"}
    named = variables(DOCKER, resources=gpu)
    assert named == variables(DOCKER, resources={"gpu": 1})
    other = {"gpu": 1, "gpu_type": "amd.com/gpu"}
    message = refusal(UnsupportedError, NOTHING, DOCKER, resources=other)
    assert "Docker gives devices of NVIDIA (`nvidia.com/gpu`), and no `amd.com/gpu`." in message


@pytest.mark.parametrize("case", USUAL)
def test_what_every_kubernetes_pool_knows_needs_no_template(case: str) -> None:
    content, answer = USUAL[case]
    assert variables(KUBERNETES, **content) == answer
    assert TEMPLATE not in files(NOTHING, KUBERNETES, **content)


@pytest.mark.parametrize("case", FURTHER)
def test_what_it_lacks_comes_with_a_template(case: str) -> None:
    content, answer = FURTHER[case]
    result = variables(KUBERNETES, **content)
    assert result == {**answer, "env": MARK}
    document = template(**content)
    assert result.keys() <= document["variables"]["properties"].keys()


DOCKERS: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "cpu": ({"resources": {"cpu": "250m"}}, {"container_create_kwargs": {"nano_cpus": 5 * 10**8}}),
    "little cpu": (
        {"resources": {"cpu": "1m"}},
        {"container_create_kwargs": {"nano_cpus": 10**7}},
    ),
    "a cpu limit": (
        {"resources": {"cpu": 1, "limits": {"cpu": 2}}},
        {"container_create_kwargs": {"nano_cpus": 4 * 10**9, "cpu_shares": 2048}},
    ),
    "a memory limit": (
        {"resources": {"memory": "1Gi", "limits": {"memory": "2Gi"}}},
        {"mem_limit": "4608m", "container_create_kwargs": {"mem_reservation": "2560m"}},
    ),
    "devices": (
        {"resources": {"gpu": 1}},
        {"container_create_kwargs": {"device_requests": [{"count": 2, "capabilities": [["gpu"]]}]}},
    ),
    "volumes": (
        {
            "volumes": [
                {"claim": "data", "mount": "/app/data", "read_only": True},
                {"host_path": "/srv/models", "mount": "/models"},
                {"empty_dir": {"medium": "Memory", "size": "1Mi"}, "mount": "/scratch"},
            ]
        },
        {
            "volumes": ["data:/app/data:ro", "/srv/models:/models"],
            "container_create_kwargs": {
                "mounts": [
                    {
                        "Type": "tmpfs",
                        "Target": "/scratch",
                        "TmpfsOptions": {"SizeBytes": 2**20},
                    }
                ]
            },
        },
    ),
}


@pytest.mark.parametrize("case", DOCKERS)
def test_a_docker_pool_needs_no_template(case: str) -> None:
    content, answer = DOCKERS[case]
    assert variables(DOCKER, **content) == answer
    assert files(NOTHING, DOCKER, **content).keys() == {"shop/flow.py", "shop/prefect.yaml"}


@pytest.mark.parametrize(
    ("options", "name", "value", "answer"),
    [
        (
            DOCKER,
            "container_create_kwargs",
            {"shm_size": "1g"},
            {"nano_cpus": 10**9, "shm_size": "1g"},
        ),
        (DOCKER, "container_create_kwargs", {"nano_cpus": 5 * 10**9}, {"nano_cpus": 5 * 10**9}),
        (KUBERNETES, "labels", {"b": "3"}, {"a": "1", "b": "3"}),
        (KUBERNETES, "cpu_limit", "9", "9"),
        (KUBERNETES, "tolerations", [{"operator": "Exists"}], [{"operator": "Exists"}]),
    ],
)
def test_a_mapping_of_the_target_is_laid_over_that_of_the_settings(
    options: Mapping[str, Any], name: str, value: Any, answer: Any
) -> None:
    content: dict[str, Any] = {"resources": {"cpu": "500m"}}
    if options is KUBERNETES:
        content["kubernetes"] = {"labels": {"a": "1", "b": "2"}, "tolerations": [{"key": "k"}]}
    result = variables({**options, "job_variables": {name: value}}, **content)
    assert result[name] == answer


def test_variables_of_the_target_may_need_the_template_alone() -> None:
    own = {"node_selector": {"pool": "ml"}, "env": {"A": "1"}}
    result = variables({**KUBERNETES, "job_variables": own})
    assert result == {**own, "env": {"A": "1", **MARK}}
    assert TEMPLATE in files(NOTHING, {**KUBERNETES, "job_variables": own})
    message = refusal(SettingsError, NOTHING, {**DOCKER, "job_variables": own})
    assert "`node_selector` is unknown in a docker pool's job variables" in message


ALIKE: Mapping[str, tuple[Any, Any]] = {
    "service_account": ("one", "two"),
    "env_from": ([{"secret": "one"}], [{"secret": "two"}]),
    "kubernetes.namespace": ("one", "two"),
    "kubernetes.node_selector": ({"a": "one"}, {"a": "two"}),
    "kubernetes.tolerations": ([{"key": "one"}], [{"key": "two"}]),
    "kubernetes.labels": ({"a": "one"}, {"a": "two"}),
    "kubernetes.annotations": ({"a": "one"}, {"a": "two"}),
    "kubernetes.image_pull_policy": ("Always", "Never"),
    "kubernetes.image_pull_secrets": (["one"], ["two"]),
    "kubernetes.priority_class": ("one", "two"),
}


def nested(setting: str, value: Any) -> dict[str, Any]:
    section, _, key = setting.partition(".")
    return {section: {key: value}} if key else {section: value}


@pytest.mark.parametrize("setting", ALIKE)
def test_a_run_has_one_pod_so_all_tasks_must_have_it_alike(setting: str) -> None:
    first, second = (nested(setting, value) for value in ALIKE[setting])
    for other in (second, {}):
        message = refusal(UnsupportedError, NOTHING, KUBERNETES, nodes={"a": first, "b": other})
        assert "All tasks of a run share its container, but `a` has" in message
        assert f"Give all tasks of the pipeline the same `{setting}`." in message
        assert "pipelines.__default__.nodes.a" in message
    assert files(NOTHING, KUBERNETES, nodes={"a": first, "b": first}), "the control"


@pytest.mark.parametrize("key", ["cpu", "memory", "ephemeral_storage"])
def test_a_task_without_a_limit_has_none(key: str) -> None:
    """It would share that of others, who do not know what it needs."""
    amount = {key: 1 if key == "cpu" else "1Gi"}
    nodes: dict[str, Any] = {"a": {"resources": amount}}
    assert variables(KUBERNETES, nodes=nodes).keys() - {"env"} == {f"{key}_request"}
    nodes["b"] = nodes["a"]
    assert f"{key}_limit" in variables(KUBERNETES, nodes=nodes), "the control"
    nodes["b"] = {}
    nodes["a"] = {"resources": {"limits": amount}}
    message = refusal(UnsupportedError, NOTHING, KUBERNETES, nodes=nodes)
    assert f"`a` has `resources.limits.{key}`, and `b` has no limit" in message


def test_a_task_without_a_limit_has_none_on_docker() -> None:
    nodes: dict[str, Any] = {"a": {"resources": {"memory": "1Gi", "cpu": 1}}}
    kwargs = {"cpu_shares": 1024, "mem_reservation": "1536m"}
    assert variables(DOCKER, nodes=nodes) == {"container_create_kwargs": kwargs}
    nodes["b"] = nodes["a"]
    assert variables(DOCKER, nodes=nodes)["mem_limit"] == "2560m", "the control"


def test_devices_are_of_one_kind_where_there_are_some() -> None:
    nodes = {"a": {"resources": {"gpu": 1, "gpu_type": "amd.com/gpu"}}, "b": {}}
    assert variables(KUBERNETES, nodes=nodes)["devices_amd_com_gpu"] == "1"
    nodes["b"] = {"resources": {"gpu": 1}}
    assert "resources.gpu_type" in refusal(UnsupportedError, NOTHING, KUBERNETES, nodes=nodes)
