"""Settings of tasks that have no effect, since another one is not set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipway.planner.plan import Task
from shipway.settings.task_settings import setting_of


def idle_notes(tasks: Sequence[Task]) -> Iterator[str]:
    """Yield a note for each place of a setting that none of its tasks makes use of."""
    lacks: dict[tuple[str, str], list[str | None]] = {}
    for task in tasks:
        for key, place in task.settings.places.items():
            if setting_of(key).counts_with:
                lacks.setdefault((place, key), []).append(_lacks(task, key))
    for (place, key), needs in lacks.items():
        absent = [name for name in needs if name and _is_meant(key, name, place)]
        if all(needs) and absent:
            yield f"`{key}` has no effect without `{absent[0]}` ({place})."


def _lacks(task: Task, key: str) -> str | None:
    """Return the first setting that a task lacks, of those with which another one counts."""
    for name in setting_of(key).counts_with:
        if not getattr(task.settings, setting_of(name).attribute):
            return name
    return None


def _is_meant(key: str, lacks: str, place: str) -> bool:
    """Tell whether a task that lacks something is one that the setting is meant for.

    What `defaults` say is meant for whoever makes use of it, also in other pipelines: of a pause
    that grows, for who is retried.
    """
    is_default = place.rpartition(": ")[2].startswith("defaults.")
    return not is_default or lacks != setting_of(key).counts_with[0]
