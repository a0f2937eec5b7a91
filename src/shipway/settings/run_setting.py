"""What is known of one setting of a pipeline as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shipway.schemas.shapes import Shape
from shipway.settings.values import RunSettings


@dataclass(frozen=True, kw_only=True)
class RunSetting:
    """All that is known of one setting of a pipeline as a whole.

    Args:
        name: as `deploy.yml` has it, dotted below a section (`schedule.cron`).
        attribute: the one of `PipelineSettings` that holds it, or of its schedule.
        shape: what its value must look like.
        about: what it means, for people.
        in_defaults: whether `defaults` may hold it, too.
        typed: from the checked value to what the attribute holds.
        artifact: what an artifact must say of it; `None` where that takes the plan to know, for
            which see `shipway.artifacts.readback`.
        capabilities: what a target declares for it, by name, in the words of the table.
        reason: why no target declares anything for it.
    """

    name: str
    attribute: str
    shape: Shape[Any]
    about: str
    in_defaults: bool = True
    typed: Callable[[Any], Any] = lambda value: value
    artifact: Callable[[RunSettings], Any] | None = None
    capabilities: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
