"""What Kubernetes makes of many CronJobs: the pod of a job that each would start."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from shipway.artifacts.readback import Contents, TaskContents
from shipway.planner.plan import Plan, Task
from shipway.settings.value_shapes import to_volume
from shipway.tasks.task_job import JSON_OPTIONS
from shipway_exporters.containers.pod_readback import settings_in
from tests.containers.kubernetes.admission import admit
from tests.containers.kubernetes.cluster import set_names
from tests.containers.kubernetes.cron_jobs import by_hand, of_clock
from tests.containers.kubernetes.expansion import expand
from tests.containers.kubernetes.fields import check_fields
from tests.containers.kubernetes.jobs import pod_of
from tests.containers.kubernetes.objects import Object

from .exported import manifest

MOMENT = datetime(2026, 1, 31, 6, tzinfo=timezone.utc)
VERSION = "1.37"
KEYS = frozenset(
    {"image", "command_prefix", "retries", "timeout", "env", "secrets", "service_account"}
    | {"resources.cpu", "resources.memory", "resources.ephemeral_storage", "resources.gpu"}
    | {"resources.limits.cpu", "resources.limits.memory", "resources.limits.ephemeral_storage"}
    | {"resources.gpu_type", "env_from.secret", "env_from.config_map"}
    | {"volumes.claim", "volumes.config_map", "volumes.secret", "volumes.empty_dir"}
    | {"kubernetes.namespace", "kubernetes.node_selector", "kubernetes.tolerations"}
    | {"kubernetes.labels", "kubernetes.annotations", "kubernetes.image_pull_policy"}
    | {"kubernetes.image_pull_secrets", "kubernetes.priority_class"}
    | {"schedule.cron", "concurrency.runs", "labels", "owner", "description"}
    | {"run_parameters.run_id"}
    | {"pipeline", "digest", "runner", "from_run", "before_run", "stored"}
)
VOLUME = {"claim": "shared", "mount": "/app/data"}
OPTIONS: tuple[dict[str, Any], ...] = (
    {"image": "shop:1", "volumes": [VOLUME]},
    {
        "image": "shop:1",
        "volumes": [VOLUME],
        "deadline": "5h",
        "starting_deadline": "90s",
        "successful_jobs": 1,
        "failed_jobs": 0,
        "keep_jobs": "2d",
    },
)
UNSEEN = {
    "run_on.kubernetes": "everything is a pod, which none says",
    "concurrency.tasks": "there is one container, whose nodes come one by one",
    "memory.store": "one process runs all nodes, and nothing is stored",
    "memory.cleanup": "nothing is stored",
    "run_parameters.logical_date": "read from the job's name as it runs: test_runs.py",
}


def observe(_scratch: Path, cases: Sequence[tuple[Plan, Path]]) -> list[Contents]:
    """Have each CronJob taken in, start a job of it, and look at the job's pod."""
    return [_view(plan, manifest(folder / f"{plan.name}.yaml")) for plan, folder in cases]


def _view(plan: Plan, cron_job: Object) -> Contents:
    _taken_in("cronjobs", cron_job, cron_job["metadata"].get("namespace"))
    cron_job["metadata"]["uid"] = "1"
    job = of_clock(cron_job, [], MOMENT) or by_hand(cron_job, f"{plan.name}-1769839200")
    _taken_in("jobs", job, cron_job["metadata"].get("namespace"))
    job["metadata"]["uid"] = "2"
    pod = pod_of(job)
    _taken_in("pods", pod, cron_job["metadata"].get("namespace"))
    return _contents(plan, cron_job, job, pod)


def _taken_in(resource: str, item: Object, namespace: str | None) -> None:
    set_names(resource, namespace or "default", item)
    admit(resource, item, VERSION)
    check_fields(resource, item)


def _contents(plan: Plan, cron_job: Object, job: Object, pod: Object) -> Contents:
    (container,) = pod["spec"]["containers"]
    (task,) = plan.tasks
    words = _arrived(container, pod)
    options = dict(word.removeprefix("--").partition("=")[::2] for word in words)
    assert options["run-id"] == options["created"] == job["metadata"]["name"]
    settings = {
        "retries": job["spec"]["backoffLimit"],
        "timeout": pod["spec"].get("activeDeadlineSeconds"),
        **_of_pod(plan, task, cron_job, pod),
        **dict(_told(options)),
    }
    return Contents(
        name=cron_job["metadata"]["name"],
        tasks={
            options["task"]: TaskContents(
                nodes=_nodes(options),
                needs=frozenset(),
                settings={key: value for key, value in settings.items() if value},
            )
        },
        parameters={},
        run={**dict(_of_run(plan, cron_job, pod)), **_facts(words, job["metadata"]["name"])},
        keys=KEYS,
    )


def _arrived(container: Object, pod: Object) -> list[str]:
    """The words of the container's process, after those before the project's Python."""
    field = {"SHIPWAY_RUN_ID": pod["metadata"]["labels"]["job-name"]}
    start = container["command"].index("-m") - 1
    return [expand(word, field) for word in (*container["command"][start:], *container["args"])]


def _nodes(options: Mapping[str, str]) -> dict[str, str]:
    nodes: dict[str, str] = json.loads(options["nodes"])
    return nodes


def _told(options: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for name in ("pipeline", "digest", "runner", "from-run", "before-run", "stored"):
        if name in options:
            value = options[name]
            yield name.replace("-", "_"), json.loads(value) if name in JSON_OPTIONS else value


def _of_pod(plan: Plan, task: Task, cron_job: Object, pod: Object) -> dict[str, Any]:
    (container,) = pod["spec"]["containers"]
    own, of_run = task.settings, cron_job["metadata"].get("labels", {})
    labels = {
        key: value
        for key, value in pod["metadata"]["labels"].items()
        if not key.startswith(("batch.kubernetes.io/", "job-name", "controller-uid"))
        and (key in own.pod_labels or of_run.get(key) != value)
    }
    namespace = cron_job["metadata"]["namespace"]
    metadata = {
        "labels": labels,
        "annotations": pod["metadata"].get("annotations", {}),
        "namespace": None if namespace == "default" else namespace,
    }
    env = [item for item in container["env"] if item["name"] != "SHIPWAY_RUN_ID"]
    result = settings_in(own, metadata, pod["spec"], {**container, "env": env})
    start = container["command"].index("-m") - 1
    result["command_prefix"] = tuple(expand(word, {}) for word in container["command"][:start])
    return _without_options(plan, task, result)


def _without_options(plan: Plan, task: Task, settings: dict[str, Any]) -> dict[str, Any]:
    """Leave out what the options of the target say of it."""
    lent: dict[str, Any] = {} if task.settings.image else {"image": plan.options["image"]}
    if not task.settings.has_own_volumes:
        lent["volumes.claim"] = {VOLUME["mount"]: to_volume(VOLUME)}
    return {key: value for key, value in settings.items() if lent.get(key) != value}


def _of_run(plan: Plan, cron_job: Object, pod: Object) -> Iterator[tuple[str, Any]]:
    spec, metadata = cron_job["spec"], cron_job["metadata"]
    if not spec.get("suspend"):
        yield "schedule.cron", (spec["schedule"], spec["timeZone"])
    if spec.get("concurrencyPolicy") == "Forbid":
        yield "concurrency.runs", 1
    annotations = metadata.get("annotations", {})
    for key, annotation in (("description", "kubernetes.io/description"), ("owner", "owner")):
        if annotation in annotations:
            yield key, annotations[annotation]
    labels = metadata.get("labels", {})
    of_pods = {key: pod["metadata"]["labels"].get(key) for key in labels}
    own = plan.tasks[0].settings.pod_labels
    assert {**labels, **{key: own[key] for key in labels if key in own}} == of_pods
    if labels:
        yield "labels", labels


def _facts(words: Sequence[str], name: str) -> dict[str, frozenset[str]]:
    texts = [word.removeprefix("--text=") for word in words if word.startswith("--text=")]
    names = frozenset(text.removesuffix(f"={name}") for text in texts)
    return {"run_parameters.run_id": names} if names else {}
