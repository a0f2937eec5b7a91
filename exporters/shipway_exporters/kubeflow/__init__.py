"""Kubeflow Pipelines: one pipeline spec a pipeline, and its recurring run beside it.

Names: of pipelines `^[a-z0-9][a-z0-9-]{0,127}$` (server, `validation.ValidatePipelineName`); of
tasks as Kubernetes takes labels, without a digit first; `<task>-driver` is the server's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shipway.artifacts.readback import Contents
from shipway.model import Parameter, Project
from shipway.planner.naming import NameRules
from shipway.planner.plan import Plan, Task
from shipway.settings.run_settings import NOTICES
from shipway.settings.values import Volume
from shipway.targets.capabilities import support_table
from shipway.targets.exporter import Readback, Rendering
from shipway.targets.surroundings import Surroundings
from shipway_exporters.containers.arguments import NO_INTERVAL, NO_KEDRO_RUN
from shipway_exporters.containers.place import project_dir
from shipway_exporters.containers.starter import starter
from shipway_exporters.kubeflow.containers import TARGET
from shipway_exporters.kubeflow.options import OPTIONS
from shipway_exporters.kubeflow.other_artifact import contents_of
from shipway_exporters.kubeflow.platform import volumes_in
from shipway_exporters.kubeflow.readback import read_back
from shipway_exporters.kubeflow.references import unfit
from shipway_exporters.kubeflow.schedule import path_of, recurring_run
from shipway_exporters.kubeflow.spec import Spec
from shipway_exporters.kubeflow.surroundings import surroundings

_TASK_NAMES = NameRules(
    allowed=r"[a-z0-9-]",
    first=r"[a-z]",
    last=r"[a-z0-9]",
    replacement="-",
    prefix="n-",
    # The 63 characters of a label, with room for the server's `-driver`.
    longest=55,
    lower=True,
    refused=r"-driver$",
)
_PIPELINE_NAMES = NameRules(
    allowed=r"[a-z0-9-]",
    first=r"[a-z0-9]",
    last=r"[a-z0-9]",
    replacement="-",
    prefix="n",
    longest=63,
    lower=True,
)
_NO_DISK = "A spec knows no disk: mount a claim, or an `empty_dir` of a `size`, and write there."
_ON_EXIT = (
    "A cluster has no address to send from: `on_exit` under targets.kubeflow runs a command of the "
    "project's last, however the run has ended."
)
_CAPABILITIES = support_table(
    native={
        "image": "`container.image`",
        "command_prefix": "the first words of `container.command`",
        "retries": "`retryPolicy.maxRetryCount`",
        "retry_delay": "`retryPolicy.backoffDuration`, whole seconds",
        "retry_backoff": "`retryPolicy.backoffFactor`, whole numbers",
        "timeout": "`activeDeadlineSeconds` of the pod",
        "resources.cpu": "`resourceCpuRequest` and `resourceCpuLimit`",
        "resources.memory": "`resourceMemoryRequest` and `resourceMemoryLimit`",
        "resources.limits.cpu": "`resourceCpuLimit`",
        "resources.limits.memory": "`resourceMemoryLimit`",
        "resources.gpu": "`accelerator.resourceCount`",
        "resources.gpu_type": "`accelerator.resourceType`",
        "env": "`container.env`",
        "secrets": "`secretAsEnv`",
        "volumes.claim": "`pvcMount`",
        "volumes.config_map": "`configMapAsVolume`, all keys",
        "volumes.secret": "`secretAsVolume`, all keys",
        "volumes.empty_dir": "`emptyDirMounts`",
        "kubernetes.node_selector": "`nodeSelector`",
        "kubernetes.tolerations": "`tolerations`",
        "kubernetes.labels": "`podMetadata`",
        "kubernetes.annotations": "`podMetadata`",
        "kubernetes.image_pull_policy": "`imagePullPolicy`",
        "kubernetes.image_pull_secrets": "`imagePullSecret`",
        "run_on.kubernetes": "every task is a pod",
        "parameters": "typed inputs of the pipeline",
        "description": "`pipelineInfo.description`",
    },
    emulated={
        "schedule.cron": "a recurring run, in a file beside the spec",
        "schedule.start": "`start_time` of the recurring run",
        "schedule.catchup": "`no_catchup` of the recurring run",
        "concurrency.runs": "`max_concurrency` of the recurring run; others are not limited",
        "run_parameters.logical_date": "the placeholder of the scheduled time",
        "run_parameters.run_id": "the run's placeholder",
        "owner": "an annotation of each pod",
        "labels": "labels of each pod",
        "memory.store": "carried by `shipway.runtime`",
        "memory.cleanup": "a last task",
    },
    unsupported={
        "run_on.local": "Every task of Kubeflow is a pod.",
        "run_on.docker": "Every task of Kubeflow is a pod.",
        "resources.ephemeral_storage": _NO_DISK,
        "resources.limits.ephemeral_storage": _NO_DISK,
        "env_from.secret": "A spec names each key: list those that a task needs under `secrets`.",
        "env_from.config_map": (
            "A spec names each key: list those that tasks need under `config_maps` of the target."
        ),
        "volumes.host_path": (
            "Pods run on several machines, each with a folder of its own: mount a claim."
        ),
        "kubernetes.namespace": "Pods run in the namespace of the run: start it there.",
        "kubernetes.priority_class": (
            "A spec knows none: give the namespace a default class, or choose machines by "
            "`node_selector`."
        ),
        "schedule.datasets": (
            "Kubeflow starts runs only by the clock: let the run that writes them start this one."
        ),
        **dict.fromkeys(NOTICES, _ON_EXIT),
        "schedule.parameters": "Set them when you create the recurring run.",
        "concurrency.tasks": (
            "A run has no such limit: give the tasks the resources that they need."
        ),
        "run_parameters.interval_start": NO_INTERVAL,
        "run_parameters.interval_end": NO_INTERVAL,
        "run_with": NO_KEDRO_RUN,
        "local_files": "Put it under a volume that all its tasks mount.",
        "service_account": "It belongs to a run: name it when you create the run.",
    },
)


class _Kubeflow:
    """The exporter; see `shipway.targets.exporter.Exporter`."""

    name = "kubeflow"
    title = "Kubeflow Pipelines"
    versions = "2.x (pipeline spec 2.1.0)"
    capabilities = _CAPABILITIES
    options = OPTIONS
    task_names = _TASK_NAMES
    pipeline_names = _PIPELINE_NAMES

    def unfit(self, parameter: Parameter) -> str | None:
        return unfit(parameter)

    def project_dir(self, plan: Plan, _task: Task) -> str:
        return project_dir(plan, TARGET)

    def volumes(self, plan: Plan, task: Task) -> Sequence[Volume]:
        return volumes_in(plan, task)

    def lower(self, plan: Plan) -> Sequence[Rendering]:
        spec = Rendering(
            template="kubeflow/pipeline.yaml.j2",
            path=f"{plan.name}.yaml",
            context=Spec(plan).context(),
        )
        return [spec, *recurring_run(plan)]

    def companions(self, plan: Plan) -> Sequence[str]:
        return [path_of(plan)]

    def read_back(self, plan: Plan, files: Mapping[str, str]) -> Readback:
        return read_back(plan, files)

    def contents_of(self, plan: Plan, files: Mapping[str, str]) -> Contents:
        return contents_of(plan, files)

    def starter(self, project: Project, plans: Sequence[Plan]) -> str:
        return starter(project, plans, TARGET)

    def surroundings(self, plan: Plan) -> Surroundings:
        return surroundings(plan)


exporter = _Kubeflow()
