"""Settings of tasks that have no effect, since another one is not set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipway.planner.plan import Task
from shipway.settings.task_settings import setting_of


def idle_notes(tasks: Sequence[Task]) -> Iterator[str]:
    """Yield a note for each place of a setting that none of its tasks makes use of.

    What `defaults` say is meant for whoever makes use of it, also in other pipelines.
    """
    uses: dict[tuple[str, str, str], bool] = {}
    for task in tasks:
        for key, place in task.settings.places.items():
            needs = setting_of(key).counts_with
            if needs and not place.rpartition(": ")[2].startswith("defaults."):
                is_used = bool(getattr(task.settings, setting_of(needs).attribute))
                uses[place, key, needs] = uses.get((place, key, needs), False) or is_used
    for (place, key, needs), is_used in uses.items():
        if not is_used:
            yield f"`{key}` has no effect without `{needs}` ({place})."
