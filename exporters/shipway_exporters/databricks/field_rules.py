"""Fields of a job and of a task that are not passed through, each with the reason and the remedy.

What a plan decides, a setting says: for every target alike, and compared with the artifact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shipway_exporters.databricks.models import fields_of


@dataclass(frozen=True)
class Refusal:
    """Why a field is not passed through, as the end of a sentence; and the remedy."""

    why: str
    remedy: str = "Leave it out."


def refusal_of(model: str, field: str) -> Refusal | None:
    """Return why a field of `Job` or `Task` is not passed through; `None` where it is."""
    return _REFUSALS[model].get(field)


def _settings(**names: str) -> dict[str, Refusal]:
    return {
        name: Refusal(f"the setting `{setting}` decides it", f"Set `{setting}`.")
        for name, setting in names.items()
    }


def _all(names: Iterable[str], why: str, remedy: str = "Leave it out.") -> dict[str, Refusal]:
    return dict.fromkeys(names, Refusal(why, remedy))


_COMPUTE = "Set it in a profile under `compute` of targets.databricks."
_JOB: Mapping[str, Refusal] = {
    **_settings(
        name="name",
        description="description",
        tags="labels",
        parameters="parameters",
        schedule="schedule",
        max_concurrent_runs="concurrency.runs",
    ),
    **_settings(email_notifications="notify", webhook_notifications="notify"),
    **_all(["trigger", "triggers", "continuous"], "`schedule` says what starts a run"),
    **_all(["tasks"], "the plan decides it"),
    **_all(["environments", "job_clusters", "environment_variables"], "it is compute", _COMPUTE),
}
_OTHER_KINDS = [name for name in fields_of("Task") if name.endswith("_task")]
_TASK: Mapping[str, Refusal] = {
    **_settings(
        max_retries="retries", min_retry_interval_millis="retry_delay", timeout_seconds="timeout"
    ),
    **_all(_OTHER_KINDS, "every task runs Shipway's wheel"),
    **_all(["task_key", "depends_on"], "the plan decides it"),
    **_all(["run_if"], "a task may run only when all that it reads has been written"),
    **_all(["disabled"], "what a task that is disabled should write, others read"),
    **_all(
        [
            *("environment_key", "job_cluster_key", "new_cluster", "existing_cluster_id"),
            *("libraries", "environment_variables_key"),
        ],
        "it is compute",
        _COMPUTE,
    ),
}
_REFUSALS: Mapping[str, Mapping[str, Refusal]] = {"Job": _JOB, "Task": _TASK}
