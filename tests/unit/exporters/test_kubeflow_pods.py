"""The pods of a spec for Kubeflow: what the settings of tasks say of them, there and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from shipway.artifacts.readback import differences
from shipway.compiler import Compiled
from shipway.errors import SettingsError, UnsupportedError
from shipway.targets.registry import find
from tests.unit.exporters.kubeflow_artifacts import (
    CHAIN_OF_ONE,
    IMAGE,
    REMOTE,
    artifact,
    refusal,
    spec,
)
from tests.unit.planner.build_ir import node, project

EVERYTHING: Mapping[str, Any] = {
    "image": "own:1",
    "command_prefix": ["tini", "--", "$(A) $$"],
    "env": {"A": "1"},
    "secrets": {"PASSWORD": {"name": "warehouse", "key": "word"}},
    "resources": {
        "cpu": "500m",
        "memory": "1Gi",
        "gpu": 1,
        "gpu_type": "amd.com/gpu",
        "limits": {"cpu": 2, "memory": "2Gi"},
    },
    "timeout": "1m",
    "owner": "Ada",
    "labels": {"team": "data", "tier": "x"},
    "volumes": [
        {"claim": "data", "mount": "/app/data"},
        {"config_map": "regions", "mount": "/etc/regions", "read_only": True},
        {"secret": "tls", "mount": "/etc/tls"},
        {"empty_dir": {"medium": "Memory", "size": "1Gi"}, "mount": "/dev/shm"},
    ],
    "kubernetes": {
        "node_selector": {"pool": "ml", "node-role.kubernetes.io/gpu": ""},
        "tolerations": [{"key": "a", "value": "b", "effect": "NoExecute", "seconds": 60}],
        "labels": {"tier": "batch", "spare": ""},
        "annotations": {"note": "for $(A)"},
        "image_pull_policy": "Always",
        "image_pull_secrets": ["ghcr", "other"],
    },
}


def pod(**content: Any) -> Any:
    _, platform = spec(CHAIN_OF_ONE, **content)
    return platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]["exec-a"]


def container(**content: Any) -> Any:
    document, _ = spec(CHAIN_OF_ONE, **content)
    return document["deploymentSpec"]["executors"]["exec-a"]["container"]


def differ(one: Compiled, text: str) -> list[str]:
    """What a text says otherwise than the plan."""
    back = find("kubeflow").read_back(one.plan, {one.files[0].path: text})
    return list(differences(one.plan, back.contents()))


def test_volumes_of_each_kind() -> None:
    options = pod(**EVERYTHING)
    name = {"runtimeValue": {"constant": "tls"}}
    assert options["secretAsVolume"] == [
        {
            "mountPath": "/etc/tls",
            "secretName": "tls",
            "secretNameParameter": name,
            "optional": False,
        }
    ]
    assert [mount["mountPath"] for mount in options["configMapAsVolume"]] == ["/etc/regions"]
    (directory,) = options["emptyDirMounts"]
    assert (directory["medium"], directory["sizeLimit"]) == ("Memory", "1Gi")
    assert options["podMetadata"] == {
        "labels": {"team": "data", "tier": "batch", "spare": ""},
        "annotations": {"note": "for $(A)", "owner": "Ada"},
    }


def test_requests_and_limits() -> None:
    resources = container(**EVERYTHING)["resources"]
    assert resources["resourceCpuRequest"] == "500m"
    assert resources["resourceCpuLimit"] == "2"
    alone = container(resources={"limits": {"memory": "2Gi"}})["resources"]
    assert alone == {"resourceMemoryLimit": "2Gi"}


def test_words_before_the_project_s_python() -> None:
    command = container(**EVERYTHING)["command"]
    assert command[:5] == ["tini", "--", "$$(A) $$$", "python", "-m"]
    assert container()["command"][:2] == ["python", "-m"]


def test_everything_is_read_back() -> None:
    one = artifact(CHAIN_OF_ONE, **EVERYTHING)
    assert not differ(one, one.files[0].text)


@pytest.mark.parametrize(
    ("pattern", "instead"),
    [
        (r"own:1", "own:2"),
        (r'- "?tini"?\n', '- "dumb-init"\n'),
        (r"resourceCpuRequest: \S+", "resourceCpuRequest: 400m"),
        (r"resourceCpuLimit: \S+", "resourceCpuLimit: '3'"),
        (r"resourceMemoryLimit: \S+", "resourceMemoryLimit: 3Gi"),
        (r"amd.com/gpu", "nvidia.com/gpu"),
        (r"constant: data", "constant: other"),
        (r"constant: regions", "constant: others"),
        (r"constant: tls", "constant: ssl"),
        (r"mountPath: /etc/tls", "mountPath: /tls"),
        (r"medium: Memory", "medium: ''"),
        (r"sizeLimit: .*1Gi.*", "sizeLimit: 2Gi"),
        (r"constant: warehouse", "constant: shop"),
        (r"pool: ml", "pool: mm"),
        (r"effect: NoExecute", "effect: NoSchedule"),
        (r"tolerationSeconds: 60", "tolerationSeconds: 61"),
        (r"tier: batch", "tier: rush"),
        (r"team: data", "team: shop"),
        (r"owner: Ada", "owner: Bob"),
        (r"for \$\(A\)", "for B"),
        (r"imagePullPolicy: Always", "imagePullPolicy: Never"),
        (r"constant: ghcr", "constant: docker"),
        (r"activeDeadlineSeconds: 60", "activeDeadlineSeconds: 61"),
    ],
)
def test_each_change_of_a_pod_is_seen(pattern: str, instead: str) -> None:
    one = artifact(CHAIN_OF_ONE, **EVERYTHING)
    text = re.sub(pattern, instead, one.files[0].text)
    assert text != one.files[0].text
    assert differ(one, text)


DATA = {"claim": "data", "mount": "/data"}


@pytest.mark.parametrize(
    ("volumes", "words"),
    [
        ([{"secret": "a", "key": "k", "mount": "/a"}], "not `k` alone"),
        ([{"config_map": "a", "key": "k", "mount": "/a"}], "not `k` alone"),
        ([{**DATA, "read_only": True}], "a task only reads it"),
        ([{"empty_dir": {}, "mount": "/a", "read_only": True}], "a task only reads it"),
        ([DATA, {"claim": "data", "mount": "/b"}], "`data` but once"),
        ([DATA, {"secret": "data", "mount": "/b"}], "`data` but once"),
        ([{"claim": "data.shop", "mount": "/b"}], "no dots"),
        ([{"secret": "gcs-scratch", "mount": "/b"}], "a volume `gcs-scratch` of its own"),
        ([{"claim": "data", "mount": "/minio"}], "a volume of its own at /minio"),
        ([{"claim": "Data", "mount": "/a"}], "no claim `Data`"),
        ([{"claim": "data", "mount": "/a:b"}], "no mount at `/a:b`"),
    ],
)
def test_a_volume_that_kubeflow_cannot_mount(volumes: list[dict[str, Any]], words: str) -> None:
    """Told with the setting's place, not with one in the spec."""
    text = refusal(UnsupportedError, CHAIN_OF_ONE, volumes=volumes)
    assert words in text
    assert "[pipelines.__default__.volumes]" in text
    text = refusal(UnsupportedError, CHAIN_OF_ONE, {**IMAGE, "volumes": volumes})
    assert words in text
    assert "[targets.kubeflow.volumes]" in text


def test_a_folder_of_a_machine_is_none_of_a_cluster() -> None:
    volumes = [{"host_path": "/srv", "mount": "/data"}]
    assert "mount a claim" in refusal(UnsupportedError, CHAIN_OF_ONE, volumes=volumes)
    text = refusal(UnsupportedError, CHAIN_OF_ONE, {**IMAGE, "volumes": volumes})
    assert "cannot mount the host path at /data" in text


@pytest.mark.parametrize("label", ["pipeline/runid", "pipelines.kubeflow.org/v2_component"])
def test_a_label_that_the_server_needs_is_refused(label: str) -> None:
    for content in ({"labels": {label: "x"}}, {"kubernetes": {"labels": {label: "x"}}}):
        with pytest.raises(UnsupportedError, match="needs the label"):
            artifact(CHAIN_OF_ONE, **content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"resources": {"ephemeral_storage": "1Gi"}}, "an `empty_dir` of a `size`"),
        ({"resources": {"limits": {"ephemeral_storage": "1Gi"}}}, "an `empty_dir` of a `size`"),
        ({"env_from": [{"secret": "a"}]}, "under `secrets`"),
        ({"env_from": [{"config_map": "a"}]}, "`config_maps`"),
        ({"kubernetes": {"namespace": "a"}}, "the namespace of the run"),
        ({"kubernetes": {"priority_class": "a"}}, "`node_selector`"),
        ({"run_on": "docker"}, "is a pod"),
    ],
)
def test_what_a_spec_cannot_say_has_another_way(content: dict[str, Any], words: str) -> None:
    text = refusal(UnsupportedError, CHAIN_OF_ONE, **content)
    assert "cannot express" in text
    assert words in text


@pytest.mark.parametrize(
    ("content", "options", "words", "place"),
    [
        ({"env": {"KFP_POD_NAME": "x"}}, {}, "launcher", "env.KFP_POD_NAME"),
        ({}, {"KFP_POD_UID": "a"}, "launcher", "targets.kubeflow.config_maps.KFP_POD_UID"),
        ({}, {"SHIPWAY_JOB": "a"}, "`shipway.runtime`", "config_maps.SHIPWAY_JOB"),
        ({"env": {"A": "x"}}, {"A": "a"}, "`A` is set twice", "env.A and targets.kubeflow"),
        ({}, {"A": "A_b"}, "config map `A_b`", "targets.kubeflow.config_maps.A"),
        (
            {"owner": "Ada", "kubernetes": {"annotations": {"owner": "Bob"}}},
            {},
            "is the pipeline's `owner`",
            "annotations.owner and pipelines.__default__.owner",
        ),
    ],
)
def test_what_would_hide_something_else(
    content: dict[str, Any], options: dict[str, str], words: str, place: str
) -> None:
    config_maps = {name: {"name": value, "key": "k"} for name, value in options.items()}
    text = refusal(UnsupportedError, CHAIN_OF_ONE, {**IMAGE, "config_maps": config_maps}, **content)
    assert words in text
    assert place in text


@pytest.mark.parametrize(
    ("option", "setting"),
    [
        ({"pull_policy": "Always"}, "kubernetes.image_pull_policy"),
        ({"pull_secrets": ["a"]}, "kubernetes.image_pull_secrets"),
        ({"node_selector": {"a": "b"}}, "kubernetes.node_selector"),
        ({"tolerations": [{"key": "a"}]}, "kubernetes.tolerations"),
    ],
)
def test_an_option_that_has_moved_says_where(option: dict[str, Any], setting: str) -> None:
    text = refusal(SettingsError, CHAIN_OF_ONE, {**IMAGE, **option})
    assert f"Set `{setting}`" in text
    assert f"targets.kubeflow.{next(iter(option))}" in text


def test_the_store_is_emptied_by_the_means_of_the_last_task_that_uses_it() -> None:
    nodes = (node("a", "raw", "m"), node("b", "m", "y"), node("c", "y", "z"))
    of = project(*nodes, memory="m", datasets=REMOTE)
    content = {**EVERYTHING, "memory": "store", "store": "s3://b/runs"}
    document, platform = spec(of, **content, nodes={"c": {"env": {"A": "2"}}})
    executors = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    others = {key: value for key, value in executors["exec-b"].items() if "Deadline" not in key}
    assert executors["exec-clean-up-store"] == others
    containers = document["deploymentSpec"]["executors"]
    cleanup, last = (containers[f"exec-{name}"]["container"] for name in ("clean-up-store", "b"))
    assert cleanup["env"] == last["env"] == [{"name": "A", "value": "1"}]
    assert cleanup["command"] == last["command"]
    assert "resources" not in cleanup


def test_the_task_that_runs_on_exit_has_secrets_of_its_own() -> None:
    secrets = {"URL": {"name": "alerts", "key": "url"}}
    options = {**IMAGE, "on_exit": {"command": ["notify"], "secrets": secrets}}
    _, platform = spec(CHAIN_OF_ONE, options, secrets={"A": {"name": "a", "key": "b"}})
    pods = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    (secret,) = pods["exec-on-exit"]["secretAsEnv"]
    assert secret["keyToEnv"] == [{"secretKey": "url", "envVar": "URL"}]
    (secret,) = pods["exec-a"]["secretAsEnv"]
    assert secret["keyToEnv"] == [{"secretKey": "b", "envVar": "A"}]


@pytest.mark.parametrize(
    ("secrets", "message"),
    [
        ({"URL": {"name": "A b", "key": "url"}}, "no secret `A b`"),
        ({"URL": {"name": "a", "key": "u r l"}}, "no key of a secret `u r l`"),
        ({"KFP_POD_NAME": {"name": "a", "key": "b"}}, "launcher needs the variable"),
    ],
)
def test_secrets_on_exit_are_checked(secrets: dict[str, Any], message: str) -> None:
    options = {**IMAGE, "on_exit": {"command": ["notify"], "secrets": secrets}}
    text = refusal(UnsupportedError, CHAIN_OF_ONE, options)
    assert message in text
    assert f"targets.kubeflow.on_exit.secrets.{next(iter(secrets))}" in text


def test_the_task_that_runs_on_exit_has_a_pod_like_the_first() -> None:
    options = {**IMAGE, "on_exit": {"command": ["notify"]}}
    _, platform = spec(CHAIN_OF_ONE, options, **{**EVERYTHING, "timeout": "1m"})
    executors = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    assert executors["exec-on-exit"].keys() == {
        *("imagePullPolicy", "imagePullSecret", "nodeSelector", "tolerations", "podMetadata")
    }


OURS = "{{$.inputs.parameters['run_id']}}"
"""What a spec itself says, and a text of a user's must not."""


@pytest.mark.parametrize(
    ("content", "options", "place"),
    [
        ({"command_prefix": ["tini", OURS]}, {}, "pipelines.__default__.command_prefix"),
        ({"env": {"A": OURS}}, {}, "pipelines.__default__.env.A"),
        (
            {"kubernetes": {"annotations": {"a": OURS}}},
            {},
            "pipelines.__default__.kubernetes.annotations.a",
        ),
        ({"project_dir": f"/{OURS}"}, {}, "pipelines.__default__.project_dir"),
        ({"conf_source": f"/{OURS}"}, {}, "pipelines.__default__.conf_source"),
        ({}, {"python": f"/bin/{OURS}"}, "targets.kubeflow.python"),
    ],
)
def test_a_text_that_the_server_would_fill_in_is_refused(
    content: dict[str, Any], options: dict[str, str], place: str
) -> None:
    """Even one that the exporter itself writes elsewhere."""
    text = refusal(UnsupportedError, CHAIN_OF_ONE, {**IMAGE, **options}, **content)
    assert "would fill in `{{` in" in text
    assert place in text
