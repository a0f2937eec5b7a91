"""What a run's container is given by a docker or kubernetes pool, and its job template."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from shipway.artifacts.files import compare, strays, write
from shipway.compiler import Compiled, Selection, compile_all, settings_for
from shipway.errors import PlanError, SettingsError, UnsupportedError, UsageError
from shipway.model import Project
from shipway.planner.cut import Cut
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from shipway_exporters.prefect.job_template import DEVICES, device_variable, job_template
from shipway_exporters.prefect.rules_template import template_faults
from tests.unit.exporters.test_prefect import CHAIN, deployment, files, refusal
from tests.unit.planner.build_ir import node, project

NOTHING = project(node("a", "params:p"), node("b", "params:p"), parameters={"p": 1})
"""No file, so that nothing needs a volume."""
KUBERNETES: Mapping[str, Any] = {"work_pool": {"type": "kubernetes"}, "image": "shop:1"}
DOCKER: Mapping[str, Any] = {"work_pool": {"type": "docker"}, "image": "shop:1"}
TEMPLATE = "shop/base-job-template.json"
MARK = {"SHIPWAY_JOB_TEMPLATE": ["base-job-template.json"]}


def variables(options: Mapping[str, Any], of: Project = NOTHING, **content: Any) -> dict[str, Any]:
    """The job variables of a deployment, but for its image."""
    result: dict[str, Any] = deployment(of, options, **content)["work_pool"]["job_variables"]
    assert result.pop("image") == "shop:1"
    return result


def template(**content: Any) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(files(NOTHING, KUBERNETES, **content)[TEMPLATE])
    return result


def compiled(options: Mapping[str, Any] = KUBERNETES, **content: Any) -> Compiled:
    values = {"targets": {"prefect": dict(options)}, "pipelines": {"__default__": content}}
    exporter = find("prefect")
    settings = settings_for(SettingsSource(values=values), [exporter])
    (artifact,) = compile_all(NOTHING, settings, exporter, Selection())
    return artifact


USUAL: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "cpu": ({"resources": {"cpu": "500m"}}, {"cpu_request": "1000m", "cpu_limit": "1000m"}),
    "a cpu limit": (
        {"resources": {"cpu": "500m", "limits": {"cpu": 2}}},
        {"cpu_request": "1000m", "cpu_limit": "4000m"},
    ),
    "a memory limit alone": (
        {"resources": {"limits": {"memory": "1Gi"}}},
        {"memory_limit": "2560Mi"},
    ),
    "an account": ({"service_account": "me"}, {"service_account_name": "me"}),
    "a namespace": ({"kubernetes": {"namespace": "ml"}}, {"namespace": "ml"}),
    "labels": ({"kubernetes": {"labels": {"b": "2", "a": "1"}}}, {"labels": {"a": "1", "b": "2"}}),
    "a policy": (
        {"kubernetes": {"image_pull_policy": "Always"}},
        {"image_pull_policy": "Always"},
    ),
}
"""What Prefect's own job template knows."""
FURTHER: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "disk": (
        {"resources": {"ephemeral_storage": "1Gi", "limits": {"ephemeral_storage": "2Gi"}}},
        {"ephemeral_storage_request": "2048Mi", "ephemeral_storage_limit": "4096Mi"},
    ),
    "devices": ({"resources": {"gpu": 2}}, {"devices_nvidia_com_gpu": "4"}),
    "other devices": (
        {"resources": {"gpu": 1, "gpu_type": "example.com/fpga-2"}},
        {"devices_example_com_fpga_2": "2"},
    ),
    "whole secrets": (
        {"env_from": [{"secret": "s"}, {"config_map": "m"}]},
        {"env_from": [{"secretRef": {"name": "s"}}, {"configMapRef": {"name": "m"}}]},
    ),
    "volumes": (
        {
            "volumes": [
                {"claim": "data", "mount": "/app/data", "read_only": True},
                {"secret": "tls", "mount": "/cert.pem", "key": "cert.pem"},
                {"config_map": "tls", "mount": "/etc/regions"},
                {"empty_dir": {"medium": "Memory", "size": "1Gi"}, "mount": "/dev/shm"},
            ]
        },
        {
            "volumes": [
                {"name": "claim-data", "persistentVolumeClaim": {"claimName": "data"}},
                {"name": "secret-tls", "secret": {"secretName": "tls"}},
                {"name": "config-map-tls", "configMap": {"name": "tls"}},
                {
                    "name": "empty-dir-dev-shm-19189afe",
                    "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"},
                },
            ],
            "volume_mounts": [
                {"name": "claim-data", "mountPath": "/app/data", "readOnly": True},
                {"name": "secret-tls", "mountPath": "/cert.pem", "subPath": "cert.pem"},
                {"name": "config-map-tls", "mountPath": "/etc/regions"},
                {"name": "empty-dir-dev-shm-19189afe", "mountPath": "/dev/shm"},
            ],
        },
    ),
    "machines": (
        {"kubernetes": {"node_selector": {"pool": "ml", "role": ""}}},
        {"node_selector": {"pool": "ml", "role": ""}},
    ),
    "taints": (
        {"kubernetes": {"tolerations": [{"key": "gpu"}]}},
        {"tolerations": [{"key": "gpu", "operator": "Exists"}]},
    ),
    "annotations": (
        {"kubernetes": {"annotations": {"note": "a--b {} $(X)"}}},
        {"pod_annotations": {"note": "a--b {} $(X)"}},
    ),
    "pull secrets": (
        {"kubernetes": {"image_pull_secrets": ["ghcr"]}},
        {"image_pull_secrets": [{"name": "ghcr"}]},
    ),
    "a priority": (
        {"kubernetes": {"priority_class": "batch"}},
        {"priority_class_name": "batch"},
    ),
}
"""What it lacks."""


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


def test_one_pool_serves_all_pipelines() -> None:
    templates = [template(**content) for content, _ in FURTHER.values()]
    halves = [{k: v for k, v in item.items() if k != "about"} for item in templates]
    usual = job_template(None)
    assert [half for half in halves if half != usual] == [job_template("example.com/fpga-2")]


def test_each_device_has_a_variable_of_its_own() -> None:
    devices = [*DEVICES, "nvidia-com/gpu", "nvidia.com/mig-1g.5gb", "AMD.com/gpu"]
    assert len({device_variable(device) for device in devices}) == len(devices)


def test_the_header_says_how_the_pool_is_made() -> None:
    options = {**KUBERNETES, "work_pool": {"type": "kubernetes", "name": "my pool"}}
    text = files(NOTHING, options, **FURTHER["taints"][0])["shop/prefect.yaml"]
    file = "--base-job-template deploy/prefect/shop/base-job-template.json"
    assert f"#     prefect work-pool create 'my pool' --type kubernetes {file}\n" in text
    assert f"#     prefect work-pool update 'my pool' {file}\n" in text
    assert "work-pool" not in files(NOTHING, options)["shop/prefect.yaml"]


def test_waivers_stand_in_the_template_as_well() -> None:
    content = {"volumes": [{"host_path": "/h", "mount": "/h"}], **FURTHER["taints"][0]}
    text = files(NOTHING, KUBERNETES, ("volumes",), **content)[TEMPLATE]
    assert "pipelines.__default__.volumes" in json.loads(text)["about"]


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
        (DOCKER, "container_create_kwargs", {"nano_cpus": 5}, {"nano_cpus": 5}),
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


@pytest.mark.parametrize(
    ("options", "place", "message"),
    [
        ({"image": "shop:1"}, "image", "has no effect: a process pool"),
        ({"volumes": [{"claim": "data", "mount": "/d"}]}, "volumes", "has no effect"),
        (
            {**DOCKER, "job_variables": {"command": "python x.py"}},
            "job_variables.command",
            "has to start `prefect flow-run execute`",
        ),
        (
            {"job_variables": {"env": {"SHIPWAY_JOB_TEMPLATE": "x"}}},
            "job_variables.env.SHIPWAY_JOB_TEMPLATE",
            "sets or reads itself",
        ),
        (
            {**KUBERNETES, "job_variables": {"runtime_class": "gvisor"}},
            "job_variables.runtime_class",
            "name it in `work_pool.variables`",
        ),
        (
            {**KUBERNETES, "job_variables": {"cpu_limit": 2}},
            "job_variables.cpu_limit",
            "`2` is not text",
        ),
        (
            {**DOCKER, "job_variables": {"container_create_kwargs": {"environment": {"A": "b"}}}},
            "job_variables.container_create_kwargs.environment",
            "`job_variables: {env: …}`",
        ),
        (
            {**DOCKER, "job_variables": {"container_create_kwargs": {"network": "a"}}},
            "job_variables.container_create_kwargs.network",
            "`job_variables: {networks: …}`",
        ),
        (
            {**DOCKER, "job_variables": {"container_create_kwargs": {"mem_limit": "4g"}}},
            "job_variables.container_create_kwargs.mem_limit",
            "`job_variables: {mem_limit: …}`",
        ),
        (
            {**DOCKER, "job_variables": {"container_create_kwargs": {"shm_sizes": "1g"}}},
            "job_variables.container_create_kwargs.shm_sizes",
            "Did you mean `shm_size`?",
        ),
        (
            {**DOCKER, "job_variables": {"container_create_kwargs": {"command": "x"}}},
            "job_variables.container_create_kwargs.command",
            "`prefect flow-run execute`",
        ),
        (
            {"job_variables": {"labels": {"prefect.io/flow-run-id": "x"}}},
            "job_variables.labels.prefect.io/flow-run-id",
            "Prefect needs the label",
        ),
        (
            {"job_variables": {"env": {"A": "b", "DB_PASSWORD": "hunter2"}}},
            "job_variables.env.DB_PASSWORD",
            "`DB_PASSWORD` looks like a secret",
        ),
    ],
)
def test_options_that_the_pool_would_not_carry_out(
    options: Mapping[str, Any], place: str, message: str
) -> None:
    text = refusal(SettingsError, NOTHING, options)
    assert f"targets.prefect.{place}" in text
    assert message in text
    assert "hunter2" not in text


def test_a_pool_with_a_template_of_its_own_has_further_variables() -> None:
    pool = {"type": "kubernetes", "variables": ["runtime_class"]}
    options = {**KUBERNETES, "work_pool": pool, "job_variables": {"runtime_class": "gvisor"}}
    assert variables(options) == {"runtime_class": "gvisor"}
    assert TEMPLATE not in files(NOTHING, options), "Prefect's own template is no answer"
    assert TEMPLATE in files(NOTHING, options, kubernetes={"priority_class": "batch"})


def test_devices_are_of_one_kind_where_there_are_some() -> None:
    nodes = {"a": {"resources": {"gpu": 1, "gpu_type": "amd.com/gpu"}}, "b": {}}
    assert variables(KUBERNETES, nodes=nodes)["devices_amd_com_gpu"] == "1"
    nodes["b"] = {"resources": {"gpu": 1}}
    assert "resources.gpu_type" in refusal(UnsupportedError, NOTHING, KUBERNETES, nodes=nodes)


@pytest.mark.parametrize("options", [DOCKER, KUBERNETES])
def test_a_run_mounts_the_volumes_of_all_tasks(options: Mapping[str, Any]) -> None:
    one, two = ({"claim": name, "mount": f"/{name}"} for name in ("one", "two"))
    nodes: dict[str, Any] = {"a": {"volumes": [one]}, "b": {"volumes": [two, one]}}
    assert len(variables(options, nodes=nodes)["volumes"]) == 2
    nodes["b"] = {"volumes": [{**two, "mount": "/one"}]}
    message = refusal(UnsupportedError, NOTHING, options, nodes=nodes)
    assert "`a` and `b` mount different volumes at /one" in message


@pytest.mark.parametrize(
    ("options", "volume", "message"),
    [
        (DOCKER, {"empty_dir": {}, "mount": "/m"}, "has a disk of its own"),
        (DOCKER, {"claim": "a b", "mount": "/m"}, "Docker has no volume of the name `a b`"),
        (DOCKER, {"claim": "c", "mount": "/m"}, "Docker has no volume of the name `c`"),
        (DOCKER, {"claim": "data", "mount": "/a:b"}, "at `/a:b`"),
        (DOCKER, {"secret": "s", "mount": "/m"}, "cannot express `volumes.secret`"),
        (DOCKER, {"config_map": "s", "mount": "/m"}, "cannot express `volumes.config_map`"),
        (DOCKER, {"empty_dir": {"medium": "Memory"}, "mount": "/app"}, "would hide /app"),
        (
            KUBERNETES,
            {"secret": "s", "mount": "/app"},
            "would hide /app",
        ),
        (KUBERNETES, {"host_path": "/h", "mount": "/m"}, "cannot express `volumes.host_path`"),
        (KUBERNETES, {"claim": "A_b", "mount": "/m"}, "Kubernetes takes no claim"),
    ],
)
@pytest.mark.parametrize("is_of_target", [True, False])
def test_what_a_container_cannot_mount_is_refused(
    options: Mapping[str, Any], volume: dict[str, Any], message: str, is_of_target: bool
) -> None:
    own = {} if is_of_target else {"volumes": [volume]}
    of_target = {"volumes": [volume]} if is_of_target else {}
    result = refusal(UnsupportedError, NOTHING, {**options, **of_target}, **own)
    assert message in result or "cannot mount the" in result
    of_setting = "pipelines.__default__.volumes" in result
    assert of_setting != is_of_target, "it says where the volume was named"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"kubernetes": {"labels": {"a": "b--c"}}}, "it makes one dash of several"),
        ({"kubernetes": {"labels": {"a--b": "c"}}}, "it makes one dash of several"),
        ({"kubernetes": {"labels": {"a": "b c"}}}, "its value"),
        ({"kubernetes": {"labels": {"prefect.io/flow-run-id": "x"}}}, "Prefect needs the label"),
        ({"kubernetes": {"labels": {"job-name": "x"}}}, "Kubernetes needs the label `job-name`"),
        ({"kubernetes": {"annotations": {"a b": "c"}}}, "no annotation"),
        ({"kubernetes": {"namespace": "a.b"}}, "no namespace"),
        ({"kubernetes": {"image_pull_secrets": ["A"]}}, "no secret"),
        ({"kubernetes": {"priority_class": "A"}}, "no priority class"),
        ({"kubernetes": {"tolerations": [{"key": "a b"}]}}, "no such toleration"),
        ({"env_from": [{"secret": "A"}]}, "no secret"),
        ({"resources": {"gpu": 1, "gpu_type": "g p"}}, "no device"),
        ({"service_account": "A"}, "no service account"),
        ({"command_prefix": ["tini"]}, "cannot express `command_prefix`"),
        ({"run_on": "docker"}, "cannot express `run_on.docker`"),
        ({"kubernetes": {"annotations": {"note": "{{ x }}"}}}, "for a placeholder"),
        ({"kubernetes": {"annotations": {"note": "{{ $HOME }}"}}}, "for a placeholder"),
        ({"volumes": [{"claim": "c", "mount": "/{{ x }}"}]}, "for a placeholder"),
    ],
    ids=json.dumps,
)
def test_what_a_pod_cannot_be_told_is_refused(content: dict[str, Any], message: str) -> None:
    assert message in refusal(UnsupportedError, NOTHING, KUBERNETES, **content)


@pytest.mark.parametrize(
    ("options", "volumes", "stays"),
    [
        (DOCKER, [{"host_path": "/srv", "mount": "/app/data"}], True),
        (DOCKER, [{"claim": "data", "mount": "/app/data"}], True),
        (DOCKER, [{"empty_dir": {"medium": "Memory"}, "mount": "/app/data"}], False),
        (KUBERNETES, [{"claim": "c", "mount": "/app"}], True),
        (KUBERNETES, [{"empty_dir": {}, "mount": "/app/data"}], False),
        (KUBERNETES, [{"config_map": "c", "mount": "/app/data"}], False),
        (KUBERNETES, [{"secret": "c", "mount": "/app/data"}], False),
        (KUBERNETES, [{"claim": "c", "mount": "/app/data", "read_only": True}], False),
        (DOCKER, [{"claim": "data", "mount": "/app/data", "read_only": True}], False),
        (
            KUBERNETES,
            [{"claim": "c", "mount": "/app"}, {"empty_dir": {}, "mount": "/app/data"}],
            False,
        ),
        (
            KUBERNETES,
            [
                {"empty_dir": {}, "mount": "/app/data"},
                {"claim": "c", "mount": "/app/data/y"},
                {"claim": "d", "mount": "/app/data/x"},
            ],
            True,
        ),
    ],
)
def test_a_file_stays_on_some_volumes(
    options: Mapping[str, Any], volumes: list[dict[str, Any]], stays: bool
) -> None:
    if stays:
        assert files(CHAIN, options, volumes=volumes)
    else:
        message = refusal(PlanError, CHAIN, options, volumes=volumes)
        end = "The local file of `y`, /app/data/y, would end with the container."
        no_write = "`b` cannot write the local file of `y`, /app/data/y: the volume at /app/data"
        assert end in message or no_write in message


def test_the_template_is_sealed_like_any_file(tmp_path: Path) -> None:
    artifact = compiled(**FURTHER["taints"][0])
    write(artifact.files, tmp_path)
    assert compare(artifact.files, tmp_path) == ()
    file = tmp_path / TEMPLATE
    text = file.read_text()
    lines = json.loads(text)["about"]
    assert sum(line.startswith("shipway: ") for line in lines) == 2
    file.write_text(text.replace('"backoff_limit": {', '"backoff_limits": {'))
    (difference,) = compare(artifact.files, tmp_path)
    assert (difference.path, difference.causes) == (TEMPLATE, ("edited",))
    file.write_text(json.dumps({k: v for k, v in json.loads(text).items() if k != "about"}))
    (difference,) = compare(artifact.files, tmp_path)
    assert difference.causes == ("unsealed",)
    file.write_text(text)
    later = compiled(**FURTHER["machines"][0])
    assert {item.causes for item in compare(later.files, tmp_path)} == {("settings",)}
    assert strays(compiled().files, tmp_path) == (TEMPLATE,), "an export that needs it no more"


def test_a_template_of_another_project_is_left_alone(tmp_path: Path) -> None:
    artifact = compiled(**FURTHER["taints"][0])
    write(artifact.files, tmp_path)
    file = tmp_path / TEMPLATE
    other = "shipway: of=000000000000.000000000000"
    lines = json.loads(file.read_text())["about"]
    (own,) = (line for line in lines if line.startswith("shipway: of="))
    file.write_text(file.read_text().replace(own, other))
    assert [item.causes for item in compare(artifact.files, tmp_path)] == [("foreign",)]


Change = Callable[[dict[str, Any]], Any]
MISTAKES: Mapping[str, Change] = {
    "used and not declared": lambda t: t["variables"]["properties"].pop("tolerations"),
    "declared and not used": lambda t: pod(t).pop("tolerations"),
    "used under another name": lambda t: pod(t).update(tolerations="{{ toleration }}"),
    "no worker's business": lambda t: t["job_configuration"].update(manifest={}),
    "no manifest": lambda t: t["job_configuration"].pop("job_manifest"),
    "no second half": lambda t: t.pop("variables"),
    "a third half": lambda t: t.update(defaults={}),
    "an open schema": lambda t: t["variables"].pop("additionalProperties"),
    "no Job": lambda t: manifest(t).update(kind="Pod"),
    "a policy that the worker refuses": lambda t: pod(t).update(restartPolicy="OnFailure"),
    "no completions": lambda t: pod(t).pop("completions"),
}


def manifest(document: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = document["job_configuration"]["job_manifest"]
    return result


def pod(document: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = manifest(document)["spec"]["template"]["spec"]
    return result


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_template_is_found(mistake: str) -> None:
    document = copy.deepcopy(job_template(None))
    assert not list(template_faults(document, {"tolerations": [], "env": MARK}))
    MISTAKES[mistake](document)
    assert list(template_faults(document, {"env": MARK}))


def test_a_variable_that_the_template_lacks_is_found() -> None:
    (fault,) = template_faults(job_template(None), {"devices_example_com_fpga_2": "2"})
    assert "`devices_example_com_fpga_2`, which is no variable of the template" in fault.what


@pytest.mark.parametrize(
    ("pattern", "instead", "message"),
    [
        ("{{ pull }}", "pull: []\nx: 1", "`x` is unknown"),
        ("{{ deployments }}", "{{ deployments | replace('tolerations', 'taints') }}", "`taints`"),
        (
            "{{ deployments }}",
            "{{ deployments | replace('SHIPWAY_JOB_TEMPLATE', 'OTHER') }}",
            "`SHIPWAY_JOB_TEMPLATE`, a pool with another template would take the deployment",
        ),
    ],
)
def test_a_template_of_the_users_own_is_checked(
    tmp_path: Path, pattern: str, instead: str, message: str
) -> None:
    folder = Path(__file__).parents[3] / "templates" / "shipway_templates" / "prefect"
    (tmp_path / "prefect").mkdir()
    text = (folder / "prefect.yaml.j2").read_text()
    (tmp_path / "prefect" / "prefect.yaml.j2").write_text(text.replace(pattern, instead))
    values = {
        "targets": {"prefect": dict(KUBERNETES)},
        "pipelines": {"__default__": FURTHER["taints"][0]},
    }
    exporter = find("prefect")
    settings = settings_for(SettingsSource(values=values), [exporter])
    with pytest.raises(UsageError) as error:
        list(compile_all(NOTHING, settings, exporter, Selection(templates=tmp_path)))
    assert any(message in finding.what for finding in error.value.findings)


def test_the_template_is_json_whatever_stands_in_its_header() -> None:
    tags = ('say "hi" \\ {{ y }}\n', "größe")
    of = project(*(node(tag, "params:p", tags=(tag,)) for tag in tags), parameters={"p": 1})
    values = {
        "targets": {"prefect": dict(KUBERNETES)},
        "defaults": dict(FURTHER["taints"][0]),
    }
    exporter = find("prefect")
    settings = settings_for(SettingsSource(values=values), [exporter])
    (artifact,) = compile_all(of, settings, exporter, Selection(cut=Cut(tags=tags)))
    (text,) = (file.text for file in artifact.files if file.path.endswith(".json"))
    assert json.loads(text)["about"][3].startswith("shipway export prefect")
