"""The section `targets.kubernetes` of the settings."""

from __future__ import annotations

from shipway.schemas.records import Field, Record
from shipway.schemas.shapes import Flag, Whole
from shipway.settings.units import DURATION
from shipway_exporters.containers.options import CONTAINER

_FOREIGN = {
    "activeDeadlineSeconds": "Set `timeout` for a task, or `deadline` here for all tries.",
    "backoffLimit": "Set `retries` for a task.",
    "concurrencyPolicy": "Set `concurrency: {runs: 1}` for a pipeline.",
    "failedJobsHistoryLimit": "Set `failed_jobs`.",
    "startingDeadlineSeconds": "Set `starting_deadline`.",
    "successfulJobsHistoryLimit": "Set `successful_jobs`.",
    "timeZone": "Set `schedule: {cron: …, timezone: …}` for a pipeline.",
    "ttlSecondsAfterFinished": "Set `keep_jobs`.",
}
"""Fields of a CronJob and its job, and what says the same here."""
OPTIONS = Record(
    {
        **CONTAINER,
        "suspend": Field(Flag(), "let the clock start no run for now; default false"),
        "deadline": Field(DURATION, "how long a run may take with all its tries"),
        "starting_deadline": Field(
            DURATION, "how late a run may start that was missed, 10s at least; default however late"
        ),
        "successful_jobs": Field(Whole(0), "how many jobs that succeeded are kept; default 3"),
        "failed_jobs": Field(Whole(0), "how many jobs that failed are kept; default 1"),
        "keep_jobs": Field(DURATION, "for how long a job is kept that has ended"),
    },
    "`targets.kubernetes`",
    foreign=_FOREIGN,
)
