"""From the checked settings of a pipeline to their types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.settings.run_settings import RUN_SETTINGS
from shipway.settings.values import PipelineSettings, Schedule


def pipeline_settings(
    pipeline: str, job: str | None, values: Mapping[str, Any], places: Mapping[str, str]
) -> PipelineSettings:
    """Return the settings of a pipeline, or of a job of it, with their types.

    Args:
        job: its name, or `None` for the pipeline itself.
        values: the checked values of `defaults`, and over them those of its own section.
        places: where each was set.
    """
    fields: dict[str, Any] = {}
    schedule: dict[str, Any] = {}
    for setting in RUN_SETTINGS:
        value = _value(values, setting.name)
        if value is not None:
            section, _, last = setting.attribute.rpartition(".")
            (schedule if section else fields)[last] = setting.typed(value)
    if schedule:
        fields["schedule"] = Schedule(**schedule)
    return PipelineSettings(pipeline=pipeline, job=job, places=places, **fields)


def _value(values: Mapping[str, Any], name: str) -> Any:
    value: Any = values
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
