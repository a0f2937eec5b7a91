"""The manifest of a CronJob read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from shipway.artifacts.readback import Contents, TaskContents
from shipway.artifacts.stand_in import stand_in
from shipway.planner.plan import Plan
from shipway.schemas.findings import findings
from shipway.settings.values import TaskSettings
from shipway.targets.exporter import Readback
from shipway.tasks import task_job
from shipway_exporters.containers import container_readback as readback
from shipway_exporters.containers import whole_pod
from shipway_exporters.containers.pod_readback import settings_in
from shipway_exporters.kubernetes.cron_job import DESCRIPTION, OWNER
from shipway_exporters.kubernetes.rules import JOB_NAME, faults

_Json = Mapping[str, Any]
_ONE = "one container runs all nodes, which no setting says"
_OMISSIONS = {
    "run_on.kubernetes": "everything is a pod, which no setting says",
    **dict.fromkeys(("memory.store", "concurrency.tasks"), _ONE),
}
_KEYS = (task_job.KEYS - {"memory.store"}) | frozenset(
    {*whole_pod.CAPABILITIES, "retries", "schedule.cron", "concurrency.runs", "owner"}
    | {"description", "run_parameters.run_id", "run_parameters.logical_date"}
)


def read_back(plan: Plan, files: Mapping[str, str]) -> Readback:
    """Return the file of a pipeline, to be read."""
    ((path, text),) = files.items()
    manifest = yaml.safe_load(text)
    return Readback(
        findings=tuple(findings(path, faults(manifest))),
        contents=lambda: _contents(plan, manifest),
    )


def contents_of(plan: Plan, files: Mapping[str, str]) -> Contents:
    """Return what the file of another day says, whole."""
    (text,) = files.values()
    manifest = yaml.safe_load(text)
    return _contents(stand_in(plan, {}, name=plan.name), manifest)


def _contents(plan: Plan, manifest: _Json) -> Contents:
    container = _container(manifest)
    prefix, program = readback.without_prefix(container["command"])
    words = [*program, *container["args"]]
    job = readback.options_in(words)
    known = plan.task_by_name.get(job.get("task", ""))
    own = known.settings if known else TaskSettings()
    settings = {
        **dict(_tries(manifest)),
        **_of_pod(own, manifest),
        **({"command_prefix": prefix} if prefix else {}),
        **task_job.task_facts(job),
    }
    if known:
        settings = readback.without_options(plan, known.name, settings)
    task = TaskContents(nodes=task_job.nodes_in(job), needs=frozenset(), settings=settings)
    return Contents(
        name=manifest["metadata"]["name"],
        tasks={job.get("task", "unknown"): task},
        parameters={},
        run={**dict(_of_run(own, manifest)), **readback.run_facts([job]), **_facts(words)},
        keys=_KEYS,
        omissions=_OMISSIONS,
    )


def _pod(manifest: _Json) -> _Json:
    pod: _Json = manifest["spec"]["jobTemplate"]["spec"]["template"]
    return pod


def _container(manifest: _Json) -> _Json:
    container: _Json = _pod(manifest)["spec"]["containers"][0]
    return container


def _tries(manifest: _Json) -> Iterator[tuple[str, Any]]:
    job = manifest["spec"]["jobTemplate"]["spec"]
    if retries := job["backoffLimit"]:
        yield "retries", retries
    if seconds := _pod(manifest)["spec"].get("activeDeadlineSeconds"):
        yield "timeout", seconds


def _of_pod(own: TaskSettings, manifest: _Json) -> dict[str, Any]:
    pod, container = _pod(manifest), _container(manifest)
    metadata = dict(pod.get("metadata", {}))
    metadata["labels"] = _own_labels(own, manifest)
    metadata["namespace"] = manifest["metadata"].get("namespace")
    env = [item for item in container["env"] if item["name"] != JOB_NAME]
    return settings_in(own, metadata, pod["spec"], {**container, "env": env})


def _labels(metadata: _Json) -> dict[str, str]:
    return dict(metadata.get("labels", {}))


def _own_labels(own: TaskSettings, manifest: _Json) -> dict[str, str]:
    """Return the labels of the pod that are not the pipeline's."""
    of_run, of_pod = _labels(manifest["metadata"]), _labels(_pod(manifest).get("metadata", {}))
    return {k: v for k, v in of_pod.items() if k in own.pod_labels or k not in of_run}


def _of_run(own: TaskSettings, manifest: _Json) -> Iterator[tuple[str, Any]]:
    spec, metadata = manifest["spec"], manifest["metadata"]
    if "timeZone" in spec:
        yield "schedule.cron", (spec["schedule"], spec["timeZone"])
    if spec.get("concurrencyPolicy") == "Forbid":
        yield "concurrency.runs", 1
    for key, annotation in (("description", DESCRIPTION), ("owner", OWNER)):
        if text := metadata.get("annotations", {}).get(annotation):
            yield key, text
    labels, of_pod = _labels(metadata), _labels(_pod(manifest).get("metadata", {}))
    if labels or of_pod.keys() - _own_labels(own, manifest):
        is_alike = of_pod == {**labels, **_own_labels(own, manifest)}
        yield "labels", labels if is_alike else (labels, of_pod)


def _facts(words: list[str]) -> dict[str, frozenset[str]]:
    """Return the parameters that the job's name fills, by what they get of it."""
    kinds = {"text": "run_parameters.run_id", "moment": "run_parameters.logical_date"}
    pairs = [(kinds.get(kind, kind), name) for kind, name, _ in readback.parameters_in(words)]
    return {fact: frozenset(n for f, n in pairs if f == fact) for fact, _ in pairs}
