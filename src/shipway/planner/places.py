"""What holds for a task that runs elsewhere than the others of its pipeline.

An image in `defaults` is meant for the tasks in containers. One of which `nodes` say that it runs
on the worker needs none, and nothing of what was meant for it is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from shipway.planner.plan import Plan, Task
from shipway.settings.task_setting import TaskSetting
from shipway.settings.task_settings import own_key, setting_of
from shipway.settings.values import TaskSettings

Expressible = Callable[[TaskSettings], Collection[str]]
"""The capabilities that a target has for a task with these settings."""


def by_place(plan: Plan, expressible: Expressible) -> Plan:
    """Return a plan whose tasks have what can be expressed where they run.

    A setting of a layer above the one that says where a task runs counts only if it can be; a
    note says which do not count.
    """
    tasks = tuple(_task(task, expressible(task.settings)) for task in plan.tasks)
    pairs = [(old, new) for old, new in zip(plan.tasks, tasks, strict=True) if old != new]
    notes = tuple(_note(old, new) for old, new in pairs)
    return replace(plan, tasks=tasks, notes=plan.notes + notes) if pairs else plan


def _task(task: Task, capabilities: Collection[str]) -> Task:
    settings = task.settings
    for key in task.settings.of_layers_above:
        needs = setting_of(key).needs(task.settings)
        if needs and not any(need in capabilities for need in needs):
            settings = _without(settings, key)
    return replace(task, settings=settings) if settings is not task.settings else task


def _without(settings: TaskSettings, key: str) -> TaskSettings:
    setting = setting_of(key)
    places = {name: place for name, place in settings.places.items() if name != key}
    return replace(settings, places=places, **{setting.attribute: _rest(settings, setting, key)})


def _rest(settings: TaskSettings, setting: TaskSetting, key: str) -> Any:
    value = getattr(settings, setting.attribute)
    if setting.by_key:
        return {name: item for name, item in value.items() if name != own_key(key)}
    return () if isinstance(value, tuple) else None


def _note(old: Task, new: Task) -> str:
    keys = sorted(old.settings.places.keys() - new.settings.places.keys())
    names = ", ".join(f"`{key}`" for key in keys)
    return (
        f"`{new.label}` has `run_on: {new.settings.run_on}`: {names} of more general settings "
        f"{'does' if len(keys) == 1 else 'do'} not count there."
    )
