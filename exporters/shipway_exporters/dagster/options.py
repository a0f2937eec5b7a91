"""The section `targets.dagster` of the settings."""

from __future__ import annotations

from shipway.schemas.records import Field, Record
from shipway.schemas.shapes import Choice, Flag, MapOf
from shipway.settings.value_shapes import TEXT
from shipway_exporters.python_files.worker_options import WORKER

OPTIONS = Record(
    {
        **WORKER,
        "pool": Field(TEXT, "the pool of all tasks, whose limit Dagster's own settings hold"),
        "jitter": Field(
            Choice(("FULL", "PLUS_MINUS")), "`jitter` of the retry policies; default none"
        ),
        "tags": Field(MapOf(TEXT), "further tags of runs, such as `dagster/priority`"),
        "paused": Field(Flag(), "whether schedules start stopped; default false"),
    },
    "`targets.dagster`",
)
