"""The manifest of a CronJob read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from shipway.artifacts.readback import Contents
from shipway.artifacts.stand_in import stand_in
from shipway.planner.plan import Plan
from shipway.schemas.findings import findings
from shipway.targets.exporter import Readback
from shipway.tasks import task_job
from shipway_exporters.containers import whole_pod
from shipway_exporters.containers.container_readback import parameters_in
from shipway_exporters.containers.kubernetes_job import retries_in
from shipway_exporters.containers.whole_pod_readback import WholePod
from shipway_exporters.kubernetes.cron_job import DESCRIPTION, OWNER
from shipway_exporters.kubernetes.rules import JOB_NAME, faults

_ONE = "one container runs all nodes, which no setting says"
_OMISSIONS = dict.fromkeys(("run_on.kubernetes", "memory.store", "concurrency.tasks"), _ONE)
_KEYS = (task_job.KEYS - {"memory.store"}) | frozenset(
    {*whole_pod.CAPABILITIES, "retries", "schedule.cron", "concurrency.runs", "owner"}
    | {"description", "run_parameters.run_id", "run_parameters.logical_date"}
)
_FACTS = {"text": "run_parameters.run_id", "moment": "run_parameters.logical_date"}


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
    return _contents(stand_in(plan, {}, name=plan.name), yaml.safe_load(text))


def _contents(plan: Plan, manifest: Mapping[str, Any]) -> Contents:
    job, around = manifest["spec"]["jobTemplate"]["spec"], manifest["metadata"]
    pod = WholePod(plan=plan, template=job["template"], around=around, variables=[JOB_NAME])
    pairs = [(_FACTS.get(kind, kind), name) for kind, name, _ in parameters_in(pod.words)]
    facts = {fact: frozenset(name for f, name in pairs if f == fact) for fact, _ in pairs}
    return Contents(
        name=around["name"],
        tasks={pod.name: pod.task(retries_in(job))},
        parameters={},
        run={**dict(_of_run(manifest["spec"], around)), **dict(pod.run()), **facts},
        keys=_KEYS,
        omissions=_OMISSIONS,
    )


def _of_run(spec: Mapping[str, Any], metadata: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if "timeZone" in spec:
        yield "schedule.cron", (spec["schedule"], spec["timeZone"])
    if spec.get("concurrencyPolicy") == "Forbid":
        yield "concurrency.runs", 1
    for key, annotation in (("description", DESCRIPTION), ("owner", OWNER)):
        if text := metadata.get("annotations", {}).get(annotation):
            yield key, text
