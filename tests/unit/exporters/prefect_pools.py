"""Pools of Prefect whose runs are containers, and what a deployment gives them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shipway.compiler import Compiled, Selection, compile_all, settings_for
from shipway.model import Project
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from tests.unit.exporters.prefect_artifacts import deployment, files
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
