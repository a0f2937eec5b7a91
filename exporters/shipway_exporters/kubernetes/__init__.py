"""Kubernetes alone: a pipeline as one container, started by a CronJob or by hand.

Names: of the CronJob a DNS subdomain of 52 characters, since its controller adds 11 for a job's
(Kubernetes, `pkg/apis/batch/validation`, ValidateCronJob); without dots, as a container has it too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from shipway.artifacts.readback import Contents
from shipway.model import Project
from shipway.planner.plan import Plan, Task
from shipway.settings.run_settings import NOTICES
from shipway.settings.values import Volume
from shipway.targets.capabilities import support_table
from shipway.targets.exporter import Readback, Rendering
from shipway.targets.surroundings import Surroundings, needs_of
from shipway_exporters.containers import whole_pod
from shipway_exporters.containers.kubectl import removals
from shipway_exporters.containers.kubernetes_names import object_names
from shipway_exporters.containers.place import project_dir
from shipway_exporters.containers.starter import starter
from shipway_exporters.kubernetes.cron_job import TARGET, idle_options, rendering
from shipway_exporters.kubernetes.options import OPTIONS
from shipway_exporters.kubernetes.readback import contents_of, read_back

_PAUSES = "A job waits 10 s, 20 s, 40 s and so on before it tries again, six minutes at most."
_FIXED = "A job has no form to fill in: set them in the configuration, or export with `--params`."
_SAID_BY_EVENTS = "A job tells nobody: watch `kube_job_status_failed`, or the events of jobs."
_CLAIMS = "The pod sees the local files by these claims."
_STARTER = """\
    # A job waits 10 s, 20 s, 40 s before it tries again, and not as long as the settings say.
    allow_lossy: [retry_delay]
"""
_CAPABILITIES = support_table(
    native={
        **whole_pod.CAPABILITIES,
        "run_on.kubernetes": "a job of one pod",
        "retries": "`backoffLimit`",
        "schedule.cron": "`schedule` and `timeZone`",
        "concurrency.tasks": "one container runs all nodes",
        "memory.store": "one process runs all nodes: nothing is carried",
        "memory.cleanup": "nothing is carried",
        "description": "the annotation `kubernetes.io/description`",
    },
    emulated={
        "concurrency.runs": "`concurrencyPolicy: Forbid` for 1; runs by hand are not limited",
        "run_parameters.run_id": "the job's name",
        "run_parameters.logical_date": "the moment at the end of the job's name",
        "owner": "an annotation of the CronJob",
    },
    unsupported={
        **whole_pod.UNSUPPORTED,
        "retry_delay": _PAUSES,
        "retry_backoff": _PAUSES,
        "schedule.datasets": "Only the clock starts a CronJob.",
        "schedule.start": "Set `suspend: true` under targets.kubernetes until that day.",
        "schedule.catchup": "Of missed runs a CronJob starts the last alone.",
        "schedule.parameters": _FIXED,
        "parameters": _FIXED,
        **dict.fromkeys(NOTICES, _SAID_BY_EVENTS),
    },
)
_PIPELINE_NAMES = object_names(52)
_TASK_NAMES = replace(_PIPELINE_NAMES, prefix="pipeline")


class _Kubernetes:
    """The exporter; see `shipway.targets.exporter.Exporter`."""

    name = "kubernetes"
    title = "Kubernetes"
    versions = "1.27+"
    capabilities = _CAPABILITIES
    options = OPTIONS
    task_names = _TASK_NAMES
    pipeline_names = _PIPELINE_NAMES
    one_task: Literal[True] = True

    def idle_options(self, plan: Plan) -> Mapping[str, str]:
        return dict(idle_options(plan))

    def project_dir(self, plan: Plan, _task: Task) -> str:
        return project_dir(plan, TARGET)

    def volumes(self, plan: Plan, task: Task) -> Sequence[Volume]:
        return whole_pod.volumes_in(plan, task, TARGET)

    def lower(self, plan: Plan) -> Sequence[Rendering]:
        return [rendering(plan)]

    def read_back(self, plan: Plan, files: Mapping[str, str]) -> Readback:
        return read_back(plan, files)

    def contents_of(self, plan: Plan, files: Mapping[str, str]) -> Contents:
        return contents_of(plan, files)

    def removals(self, path: str, text: str) -> Mapping[str, str]:
        return removals(text)

    def starter(self, project: Project, plans: Sequence[Plan]) -> str:
        return starter(project, plans, TARGET, _CLAIMS) + _STARTER

    def surroundings(self, plan: Plan) -> Surroundings:
        namespace = plan.tasks[0].settings.namespace
        home = f"the namespace `{namespace}`" if namespace else "the namespace of the CronJob"
        kinds = ("secret", "pod_secret", "config_map", "claim")
        return Surroundings(needs=tuple(needs_of(plan, dict.fromkeys(kinds, home))))


exporter = _Kubernetes()
