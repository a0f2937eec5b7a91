"""The section `targets.dagster` of the settings."""

from __future__ import annotations

from typing import Any

from shipway.schemas.problems import display
from shipway.schemas.records import Field, Record
from shipway.schemas.shapes import Choice, Flag, MapOf, Parsed
from shipway.settings.images import IMAGE
from shipway.settings.units import DURATION
from shipway.settings.value_shapes import TEXT, VOLUMES
from shipway_exporters.python_files.worker_options import WORKER


def _pool(value: Any) -> str:
    """A pool's name, as `dagster._core.definitions.op_definition` checks it."""
    if isinstance(value, str) and value.split() == [value] and "\0" not in value:
        return value
    raise ValueError(f"{display(value)} is not the name of a pool.\nWrite it without spaces.")


_POOL = Parsed(_pool, {"type": "string", "pattern": r"^\S+$"})
TASK = Record(
    {"pool": Field(_POOL, "the pool, whose limit Dagster's own settings hold")}, "a task of Dagster"
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
