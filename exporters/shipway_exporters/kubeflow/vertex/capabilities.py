"""What Vertex AI carries out of the settings, and how."""

from __future__ import annotations

from shipway.settings.run_settings import NOTICES
from shipway.settings.values import VOLUME_KINDS
from shipway.targets.capabilities import CAPABILITIES as ALL
from shipway.targets.capabilities import support_table
from shipway_exporters.containers.arguments import NO_INTERVAL, NO_KEDRO_RUN

_NO_VOLUME = (
    "Vertex AI mounts nothing but Cloud Storage, at /gcs: give the dataset a URL (gs://BUCKET/…) "
    "or a path (/gcs/BUCKET/…)."
)
_NO_POD = "Vertex AI shows no pods."
_ONE_AMOUNT = "Vertex AI chooses a machine by one amount: set it under `resources` itself."
_NO_SECRET = (
    "Vertex AI fills no variable from a secret: let the project read it from Secret Manager, which "
    "the service account of the run may."
)
_ON_EXIT = (
    "Vertex AI has no address to send from: `on_exit` under targets.kubeflow runs a command of the "
    "project's last, however the run has ended."
)
_NO_DISK = "A task has the disk of its machine, of no size that can be set."
CAPABILITIES = support_table(
    native={
        "image": "`container.image`",
        "command_prefix": "the first words of `container.command`",
        "retries": "`retryPolicy.maxRetryCount`",
        "retry_delay": "`retryPolicy.backoffDuration`, whole seconds, an hour at most",
        "retry_backoff": "`retryPolicy.backoffFactor`",
        "resources.cpu": "`resourceCpuLimit`, by which Vertex AI chooses a machine",
        "resources.memory": "`resourceMemoryLimit`, likewise",
        "resources.gpu": "`accelerator.resourceCount`",
        "resources.gpu_type": "`accelerator.resourceType`, such as `NVIDIA_TESLA_T4`",
        "env": "`container.env`",
        "parameters": "typed inputs of the pipeline",
        "description": "`pipelineInfo.description`",
    },
    emulated={
        "timeout": "enforced by `shipway.runtime`: a task of Vertex AI has none of its own",
        "schedule.cron": "a schedule, in a file beside the spec",
        "schedule.start": "`startTime` of the schedule",
        "concurrency.runs": "`maxConcurrentActiveRunCount` of the schedule; others are not limited",
        "labels": "labels of the runs; the header starts one with them",
        "owner": "the label `owner` of the runs",
        "run_parameters.logical_date": "the placeholder of the scheduled time",
        "run_parameters.run_id": "the run's placeholder",
        "memory.store": "carried by `shipway.runtime`",
        "memory.cleanup": "a last task",
    },
    unsupported={
        **{name: _NO_POD for name in ALL if name.startswith("kubernetes.")},
        **dict.fromkeys(
            ("run_on.local", "run_on.docker", "run_on.kubernetes"),
            "Every task is a job of Vertex AI.",
        ),
        "resources.limits.cpu": _ONE_AMOUNT,
        "resources.limits.memory": _ONE_AMOUNT,
        "resources.ephemeral_storage": _NO_DISK,
        "resources.limits.ephemeral_storage": _NO_DISK,
        "secrets": _NO_SECRET,
        "env_from.secret": _NO_SECRET,
        "env_from.config_map": "Vertex AI has no config maps: list the variables under `env`.",
        **{f"volumes.{kind}": _NO_VOLUME for kind in VOLUME_KINDS},
        "service_account": (
            "It belongs to a run: set `service_account` under targets.kubeflow, for all tasks."
        ),
        "schedule.datasets": (
            "Vertex AI starts runs only by the clock: let the run that writes them start this one."
        ),
        "schedule.catchup": "Vertex AI makes up for runs only when you resume a paused schedule.",
        "schedule.parameters": "Give them a default in the project: a schedule runs with those.",
        **dict.fromkeys(NOTICES, _ON_EXIT),
        "concurrency.tasks": "A run has no such limit: let more nodes share a task (`group_by`).",
        "run_parameters.interval_start": NO_INTERVAL,
        "run_parameters.interval_end": NO_INTERVAL,
        "run_with": NO_KEDRO_RUN,
        "local_files": (
            "Give it a URL in the catalog (gs://BUCKET/…) or a path on Cloud Storage "
            "(/gcs/BUCKET/…), or set `project_dir` to such a path, where relative ones start."
        ),
    },
)
