from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shipway.errors import PlanError, SettingsError
from shipway.planner.settle import settle
from shipway.settings.quantities import Quantity
from shipway.settings.settings import Settings
from shipway.settings.values import Secret, TaskSettings, Volume
from tests.unit.planner.build_ir import node, said, settings

A = node("a", namespace="shop.eu", tags=("etl", "big"))
B = node("b")
SECRET = {"name": "warehouse", "key": "password"}


def fusion(**by_node: dict[str, Any]) -> TaskSettings:
    """The settings of a task that runs as many nodes as are given."""
    content = settings({"nodes": by_node})
    return settle(
        [(node(name), content.node("__default__", node(name))) for name in by_node], "fused"
    )


def refusal(**by_node: dict[str, Any]) -> str:
    with pytest.raises(PlanError) as error:
        fusion(**by_node)
    return said(error.value)


def image_of(content: Settings) -> str | None:
    return settle([(A, content.node("__default__", A))], "").image


def test_each_level_overrides_the_one_above_it() -> None:
    levels: list[tuple[str, ...]] = [
        ("defaults",),
        ("pipelines", "__default__"),
        ("pipelines", "__default__", "tags", "etl"),
        ("pipelines", "__default__", "namespaces", "shop"),
        ("pipelines", "__default__", "namespaces", "shop.eu"),
        ("pipelines", "__default__", "nodes", "a"),
    ]
    document: dict[str, Any] = {}
    for path in levels:
        section = document
        for part in path:
            section = section.setdefault(part, {})
        section["image"] = name = f"shop:{len(path)}_{path[-1]}"
        assert image_of(settings(**document)) == name


def test_a_level_wins_whatever_order_the_file_has() -> None:
    content = settings({"nodes": {"a": {"image": "node"}}, "namespaces": {"shop": {"image": "ns"}}})
    assert image_of(content) == "node"
    content = settings({"namespaces": {"shop.eu": {"image": "eu"}, "shop": {"image": "all"}}})
    assert image_of(content) == "eu"


def test_two_tags_that_disagree_are_an_error_that_names_both() -> None:
    content = settings({"tags": {"etl": {"image": "one"}, "big": {"image": "two"}}})
    with pytest.raises(SettingsError) as error:
        image_of(content)
    assert "tags.etl.image" in said(error.value)
    assert "tags.big.image" in said(error.value)


def test_resources_and_env_merge_key_by_key() -> None:
    content = settings(
        {"resources": {"memory": "1Gi"}, "nodes": {"a": {"env": {"B": "2"}}}},
        defaults={"resources": {"cpu": "1"}, "env": {"A": "1"}},
    )
    result = settle([(A, content.node("__default__", A))], "")
    assert result.cpu is not None
    assert result.memory is not None
    assert (result.cpu.text, result.memory.text, result.env) == ("1", "1Gi", {"A": "1", "B": "2"})
    assert result.places["resources.cpu"] == "defaults.resources.cpu"


def test_retries_and_compute_take_the_maximum() -> None:
    result = fusion(
        a={"retries": 1, "retry_delay": "5m", "resources": {"cpu": "1500m", "memory": "900Mi"}},
        b={"retries": 3, "retry_delay": "30s", "resources": {"cpu": "1", "memory": "1Gi"}},
        c={"retry_backoff": 2, "resources": {"gpu": 1}},
    )
    assert result.cpu is not None
    assert result.memory is not None
    assert (result.retries, result.retry_delay, result.retry_backoff) == (3, 300, 2)
    assert (result.cpu.text, result.memory.text, result.gpu) == ("1500m", "1Gi", 1)
    assert result.places["retries"].endswith("nodes.b.retries")
    assert result.places["resources.cpu"].endswith("nodes.a.resources.cpu")


def test_a_limit_is_the_greatest_of_what_each_node_may_use() -> None:
    """A node without one has what it asks for, and a task's limit is never below its request."""
    result = fusion(
        a={"resources": {"memory": "1Gi", "cpu": 1, "limits": {"memory": "2Gi", "cpu": 2}}},
        b={"resources": {"memory": "4Gi", "cpu": "500m"}},
        c={"resources": {"limits": {"ephemeral_storage": "1Gi"}}},
    )
    amounts = (result.memory, result.memory_limit, result.cpu, result.cpu_limit)
    assert [amount and amount.text for amount in amounts] == ["4Gi", "4Gi", "1", "2"]
    assert result.places["resources.limits.memory"].endswith("nodes.b.resources.memory")
    assert result.ephemeral_storage_limit is not None
    assert result.ephemeral_storage is None


@pytest.mark.parametrize(
    ("key", "request_", "limit"),
    [("cpu", "2", "1500m"), ("memory", "2G", "1Gi"), ("ephemeral_storage", "2G", "1Gi")],
)
def test_a_limit_below_what_a_node_asks_for_is_refused(key: str, request_: str, limit: str) -> None:
    content = settings(
        {"nodes": {"a": {"resources": {"limits": {key: limit}}}, "b": {}}},
        defaults={"resources": {key: request_}},
    )
    pairs = [(node(name), content.node("__default__", node(name))) for name in "ab"]
    with pytest.raises(PlanError) as error:
        settle(pairs, "fused")
    (finding,) = error.value.findings
    assert f"`a` asks for {request_} of `resources.{key}`, and its limit is {limit}" in finding.what
    place = f"pipelines.__default__.nodes.a.resources.limits.{key}"
    assert finding.where == f"defaults.resources.{key} and {place}"
    assert settle(pairs[1:], "alone").places


def test_one_mistake_of_all_nodes_is_told_once() -> None:
    content = settings(defaults={"resources": {"cpu": 2, "limits": {"cpu": 1}}})
    pairs = [(node(name), content.node("__default__", node(name))) for name in "ab"]
    with pytest.raises(PlanError) as error:
        settle(pairs, "fused")
    assert len(error.value.findings) == 1


def test_timeouts_add_up() -> None:
    assert fusion(a={"timeout": "1h"}, b={"timeout": "30m"}).timeout == 5400


def test_a_node_without_a_timeout_makes_the_task_unlimited() -> None:
    result = fusion(a={"timeout": "1h"}, b={})
    assert result.timeout is None
    assert "timeout" not in result.places


def test_one_node_keeps_its_settings() -> None:
    result = fusion(a={"timeout": "1h", "secrets": {"P": SECRET}, "service_account": "x"})
    assert (result.timeout, result.secrets) == (3600, {"P": Secret(**SECRET)})
    assert result.service_account == "x"


@pytest.mark.parametrize("key", ["image", "service_account"])
def test_nodes_that_disagree_are_both_named_with_their_places(key: str) -> None:
    message = refusal(a={key: "one"}, b={key: "one"}, c={key: "two"})
    assert f"`a` and `c` share a task (fused) but differ in `{key}`" in message
    assert f"nodes.a.{key} and " in message
    assert f"nodes.c.{key}]" in message


@pytest.mark.parametrize("key", ["image", "service_account"])
def test_one_node_with_an_image_and_one_without_disagree(key: str) -> None:
    assert "`a` and `b`" in refusal(a={}, b={key: "one"})
    assert "`a` and `b`" in refusal(a={key: "one"}, b={})


def test_volumes_must_agree() -> None:
    one, two = ({"claim": claim, "mount": "/data"} for claim in ("one", "two"))
    assert "differ in `volumes`" in refusal(a={"volumes": [one]}, b={"volumes": [two]})
    result = fusion(a={"volumes": [one]}, b={"volumes": [one]})
    assert result.volumes == (Volume(kind="claim", source="one", mount="/data"),)


def test_variables_unite_when_their_values_agree() -> None:
    result = fusion(
        a={"env": {"X": "1", "Y": "2"}}, b={"env": {"X": "1"}}, c={"secrets": {"P": SECRET}}
    )
    assert result.env == {"X": "1", "Y": "2"}
    assert result.secrets == {"P": Secret(**SECRET)}


def test_variables_that_disagree_name_the_nodes_that_set_them() -> None:
    message = refusal(a={}, b={"env": {"X": "1"}}, c={"env": {"X": "2"}})
    assert "`b` and `c` share a task (fused) but differ in `env.X`" in message
    message = refusal(a={"secrets": {"P": SECRET}}, b={"secrets": {"P": {**SECRET, "key": "k"}}})
    assert "differ in `secrets.P`" in message


def test_every_disagreement_is_told_at_once() -> None:
    message = refusal(a={"image": "1", "env": {"X": "1"}}, b={"image": "2", "env": {"X": "2"}})
    assert "differ in `image`" in message
    assert "differ in `env.X`" in message


def test_a_variable_is_not_both_plain_and_secret() -> None:
    message = refusal(a={"env": {"DB": "1"}}, b={"secrets": {"DB": SECRET}})
    assert "`a` and `b` has `DB` both" in message
    assert "nodes.a.env.DB and " in message
    message = refusal(a={"env": {"DB": "1"}, "secrets": {"DB": SECRET}})
    assert "The task of `a` has `DB` both" in message


def test_kinds_of_device_must_agree_where_they_are_given() -> None:
    gpu = {"gpu": 1, "gpu_type": "nvidia.com/gpu"}
    assert fusion(a={"resources": gpu}, b={}).gpu_type == "nvidia.com/gpu"
    other = {"gpu": 2, "gpu_type": "amd.com/gpu"}
    assert "`a` and `c`" in refusal(a={"resources": gpu}, b={}, c={"resources": other})


def pod(**content: Any) -> dict[str, Any]:
    return {"kubernetes": content}


BOUND: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "run_on": ({"run_on": "kubernetes"}, {"run_on": "docker"}),
    "command_prefix": ({"command_prefix": ["tini", "--"]}, {"command_prefix": ["--", "tini"]}),
    "env_from": ({"env_from": [{"secret": "a"}]}, {"env_from": [{"config_map": "a"}]}),
    "volumes": (
        {"volumes": [{"empty_dir": {}, "mount": "/m"}]},
        {"volumes": [{"empty_dir": {"size": "1Gi"}, "mount": "/m"}]},
    ),
    "kubernetes.namespace": (pod(namespace="a"), pod(namespace="b")),
    "kubernetes.node_selector.pool": (
        pod(node_selector={"pool": "a"}),
        pod(node_selector={"pool": "b"}),
    ),
    "kubernetes.tolerations": (pod(tolerations=[{"key": "a"}]), pod(tolerations=[{"key": "b"}])),
    "kubernetes.image_pull_policy": (
        pod(image_pull_policy="Always"),
        pod(image_pull_policy="Never"),
    ),
    "kubernetes.image_pull_secrets": (
        pod(image_pull_secrets=["a", "b"]),
        pod(image_pull_secrets=["b"]),
    ),
    "kubernetes.priority_class": (pod(priority_class="a"), pod(priority_class="b")),
}
"""Settings that decide where and as what a pod runs: one node without them is another pod."""


@pytest.mark.parametrize("key", BOUND)
def test_what_a_pod_is_all_nodes_of_a_task_must_have_alike(key: str) -> None:
    one, other = BOUND[key]
    assert f"`a` and `b` share a task (fused) but differ in `{key}`" in refusal(a=one, b=other)
    assert f"differ in `{key}`" in refusal(a=one, b={})
    assert f"differ in `{key}`" in refusal(a={}, b=one)
    alone, both = fusion(a=one), fusion(a=one, b=one)
    assert replace(both, places={}) == replace(alone, places={})
    assert replace(both, places={}) != TaskSettings()


@pytest.mark.parametrize("key", ["labels", "annotations"])
def test_what_a_pod_is_called_unites_when_the_values_agree(key: str) -> None:
    one, two = pod(**{key: {"a.b/c": "1"}}), pod(**{key: {"d": "2"}})
    result = fusion(a=one, b=two, c={})
    assert (result.pod_labels or result.annotations) == {"a.b/c": "1", "d": "2"}
    message = refusal(a=one, b=pod(**{key: {"a.b/c": "2"}}))
    assert f"differ in `kubernetes.{key}.a.b/c`" in message


def test_disk_takes_the_maximum() -> None:
    result = fusion(
        a={"resources": {"ephemeral_storage": "900Mi"}},
        b={"resources": {"ephemeral_storage": "1Gi"}},
    )
    assert result.ephemeral_storage == Quantity("1Gi")
    assert result.ephemeral_storage_limit is None
