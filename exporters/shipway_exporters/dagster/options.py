"""The section `targets.dagster` of the settings."""

from __future__ import annotations

from shipway.schemas.records import Field, Record
from shipway.schemas.shapes import Choice, Flag, MapOf
from shipway.settings.images import IMAGE
from shipway.settings.units import DURATION
from shipway.settings.value_shapes import TEXT, VOLUMES
from shipway_exporters.python_files.worker_options import WORKER

TASK = Record(
    {"pool": Field(TEXT, "the pool, whose limit Dagster's own settings hold")}, "a task of Dagster"
)
"""What a task may be given besides, also by `targets: {dagster: …}` of its own settings."""
OPTIONS = Record(
    {
        "run_on": Field(
            Choice(("local", "kubernetes")),
            "where all tasks run: as processes beside the code location (the default), or each in "
            "a pod of its own, by the `k8s_job_executor`",
        ),
        **WORKER,
        "image": Field(
            IMAGE, "for pods of tasks whose settings name none; default the code location's own"
        ),
        "volumes": Field(VOLUMES, "for pods of tasks whose settings name none"),
        "keep_jobs": Field(DURATION, "for how long a pod's job is kept that has ended; default 1d"),
        "task": Field(TASK, "further arguments of every task"),
        "jitter": Field(
            Choice(("FULL", "PLUS_MINUS")), "`jitter` of the retry policies; default none"
        ),
        "tags": Field(MapOf(TEXT), "further tags of runs, such as `dagster/priority`"),
        "paused": Field(Flag(), "whether schedules start stopped; default false"),
    },
    "`targets.dagster`",
)
