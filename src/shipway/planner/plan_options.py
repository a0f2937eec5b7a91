"""What a plan is made for: a part of a pipeline, and the target that runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shipway.model import Parameter
from shipway.planner.cut import WHOLE, Cut
from shipway.planner.naming import NameRules

KEDRO_NAMES = NameRules(allowed=r"[^\n]", first=".", longest=10_000)
"""The rules of no target: Kedro's own names, as they are."""


@dataclass(frozen=True, kw_only=True)
class PlanOptions:
    """What a plan is made for.

    Args:
        cut: the part of the pipeline that is asked for.
        group_by: overrides the settings.
        task_names: the target's rules for tasks.
        pipeline_names: the target's rules for pipelines.
        options: the target's section of the settings.
        unfit: why a run of the target cannot be given a parameter, where it can be given others.
        limits_tasks: whether the target carries out `concurrency.tasks`.
        one_task: whether the target runs all nodes as one task, however they are grouped.
        shows_datasets: whether the target shows what the catalog says of datasets.
    """

    cut: Cut = WHOLE
    group_by: str | None = None
    task_names: NameRules = KEDRO_NAMES
    pipeline_names: NameRules = KEDRO_NAMES
    options: Mapping[str, Any] = field(default_factory=dict)
    unfit: Callable[[Parameter], str | None] | None = None
    limits_tasks: bool = True
    one_task: bool = False
    shows_datasets: bool = False
