"""The section `targets.flyte` of the settings."""

from __future__ import annotations

from shipway.schemas.records import Field, Record
from shipway.settings.zones import TIMEZONE
from shipway_exporters.containers.options import CONTAINER
from shipway_exporters.containers.target import Target

TARGET = Target(name="flyte", title="Flyte")
_FOREIGN = {
    "concurrency": "Set `concurrency: {runs: …}` for a pipeline.",
    "container_image": "Set `image`.",
    "max_parallelism": "Set `concurrency: {tasks: …}` for a pipeline.",
    "notifications": "Set `notify` for a pipeline.",
    "requests": "Set `resources` for a task.",
    "security_context": "Set `service_account` for a task.",
}
"""Arguments of Flyte's own, and what says the same here."""
OPTIONS = Record(
    {
        **CONTAINER,
        "timezone": Field(
            TIMEZONE, "the zone of the scheduler, in which it reads cron; default UTC"
        ),
    },
    "`targets.flyte`",
    foreign=_FOREIGN,
)
