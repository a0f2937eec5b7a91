"""Kubeflow Pipelines on a cluster: each task is a pod, which the platform document describes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.settings.values import TaskSettings
from shipway.tasks import task_job
from shipway_exporters.containers import pod_settings
from shipway_exporters.containers.resources import GPU
from shipway_exporters.kubeflow import recurring_readback
from shipway_exporters.kubeflow.capabilities import CAPABILITIES
from shipway_exporters.kubeflow.containers import TARGET
from shipway_exporters.kubeflow.platform import (
    platform_of,
    platform_of_cleanup,
    platform_of_exit,
    volumes_in,
)
from shipway_exporters.kubeflow.pod_checks import check_platform
from shipway_exporters.kubeflow.profile import Profile, Reading
from shipway_exporters.kubeflow.retries import retries_of
from shipway_exporters.kubeflow.rules import RULES
from shipway_exporters.kubeflow.schedule import recurring_run
from shipway_exporters.kubeflow.sizes import check_sizes
from shipway_exporters.kubeflow.surroundings import surroundings

_ON_VERTEX = "it is for `platform: vertex`"
_KEYS = task_job.KEYS | frozenset(
    {"parameters", "image", "retries", "retry_delay", "retry_backoff", "timeout", "env", "secrets"}
    | {"volumes.claim", "volumes.config_map", "volumes.secret", "volumes.empty_dir"}
    | {"resources.cpu", "resources.memory", "resources.gpu", "resources.gpu_type"}
    | {"resources.limits.cpu", "resources.limits.memory", "command_prefix"}
    | {"kubernetes.node_selector", "kubernetes.tolerations", "kubernetes.labels"}
    | {"kubernetes.annotations", "kubernetes.image_pull_policy", "kubernetes.image_pull_secrets"}
    | {"description", "owner", "labels", "schedule.cron", "schedule.start", "schedule.catchup"}
    | {"inputs", "run_parameters.logical_date", "run_parameters.run_id"}
)


def _resources(settings: TaskSettings) -> dict[str, Any]:
    return dict(_amounts(settings))


def _amounts(settings: TaskSettings) -> Iterator[tuple[str, Any]]:
    amounts = pod_settings.resources(settings)
    for name in ("cpu", "memory"):
        for part in ("requests", "limits"):
            if amount := amounts.get(part, {}).get(name):
                yield f"resource{name.title()}{part.title()[:-1]}", amount
    if settings.gpu:
        device = settings.gpu_type or GPU
        yield "accelerator", {"resourceType": device, "resourceCount": str(settings.gpu)}


def _timeout(pod: Mapping[str, Any], _job: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if "activeDeadlineSeconds" in pod:
        yield "timeout", pod["activeDeadlineSeconds"]


CLUSTER = Profile(
    target=TARGET,
    versions="2.x (pipeline spec 2.1.0)",
    limited="recurring runs",
    capabilities=CAPABILITIES,
    idle=dict.fromkeys(("project", "location", "pipeline_root", "service_account"), _ON_VERTEX),
    check=check_platform,
    check_document=check_sizes,
    volumes=volumes_in,
    arguments=lambda _: (),
    resources=_resources,
    retries=retries_of,
    pod=platform_of,
    pod_of_cleanup=platform_of_cleanup,
    pod_on_exit=platform_of_exit,
    head=lambda _: {},
    start=lambda _: (),
    schedule=recurring_run,
    surroundings=surroundings,
    reading=Reading(
        rules=RULES,
        keys=_KEYS,
        schedule_keys={"concurrency.runs": "a limit of recurring runs alone"},
        omissions={"run_on.kubernetes": "every task is a pod, which none says"},
        container=lambda _, container: container,
        timeout=_timeout,
        schedule=recurring_readback.settings_in,
    ),
)
