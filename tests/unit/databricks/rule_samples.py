"""A good job, and what is wrong with it after one change."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

CLUSTER = {"spark_version": "16.4.x-scala2.12", "node_type_id": "i3.xlarge", "num_workers": 0}
_RUN = (
    *("--project=${workspace.file_path}", "--run-id={{job.run_id}}"),
    *("--created={{job.start_time.iso_datetime}}", "--package=energy"),
)


def task(name: str, *words: str, **more: Any) -> dict[str, Any]:
    parameters = [*_RUN, f'--nodes={{"{name}": "a -> b"}}', *words]
    return {
        "task_key": name,
        "environment_key": "light",
        **more,
        "python_wheel_task": {
            "package_name": "shipway",
            "entry_point": "shipway-task",
            "parameters": parameters,
        },
    }


_TRAIN = {
    "max_retries": 2,
    "disable_auto_optimization": True,
    "min_retry_interval_millis": 60000,
    "retry_on_timeout": True,
    "timeout_seconds": 900,
}
_FIT = task(
    "fit",
    "--json=model.alpha={{job.parameters.`model.alpha`}}",
    "--text=day={{job.trigger.time.iso_datetime}}",
    depends_on=[{"task_key": "train"}],
)
del _FIT["environment_key"]
_FIT |= {"job_cluster_key": "big", "libraries": [{"whl": "../dist/energy.whl"}]}
GOOD: dict[str, Any] = {
    "name": "energy",
    "description": "What it is for.",
    "tags": {"team": "forecasting"},
    "max_concurrent_runs": 1,
    "queue": {"enabled": True},
    "schedule": {"quartz_cron_expression": "0 0 6 ? * MON-FRI", "timezone_id": "Europe/Paris"},
    "email_notifications": {"on_failure": ["team@acme.example"]},
    "webhook_notifications": {"on_failure": [{"id": "6f1"}]},
    "parameters": [
        {"name": "model.alpha", "default": "0.5"},
        {"name": "title", "default": "Demand"},
    ],
    "environments": [
        {"environment_key": "light", "spec": {"environment_version": "4", "dependencies": ["s"]}}
    ],
    "job_clusters": [
        {
            "job_cluster_key": "big",
            "new_cluster": {**CLUSTER, "spark_env_vars": {"TOKEN": "{{secrets/scope/key}}"}},
        }
    ],
    "tasks": [
        task("train", "--text=title={{job.parameters.title}}", **_TRAIN),
        _FIT,
        task("report", depends_on=[{"task_key": "fit"}, {"task_key": "train"}]),
    ],
}


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A change that makes a good job wrong.

    Args:
        change: changes a job in place.
        path: where the problem is found, below the job.
        refused: whether the models of `databricks-bundles` refuse it, too.
    """

    name: str
    change: Callable[[dict[str, Any]], object]
    path: str
    refused: bool = False

    def job(self) -> dict[str, Any]:
        job = copy.deepcopy(GOOD)
        self.change(job)
        return job


def document(job: Any) -> dict[str, Any]:
    """The file of a job."""
    return {"resources": {"jobs": {"energy": job}}}
