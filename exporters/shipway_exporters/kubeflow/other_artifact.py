"""A pipeline spec of another day's project, read without the plan that gave it."""

from __future__ import annotations

from collections.abc import Mapping

from shipway.artifacts.readback import Contents
from shipway.artifacts.stand_in import stand_in
from shipway.artifacts.yaml_documents import load_documents
from shipway.planner.plan import Plan
from shipway.settings.values import RunSettings, Schedule, TaskSettings
from shipway_exporters.kubeflow.readback import spec_contents, task_names
from shipway_exporters.values.server_zone import server_zone

_SCHEDULE = ".schedule.yaml"


def contents_of(plan: Plan, files: Mapping[str, str]) -> Contents:
    """Return what the files of a pipeline say, whole.

    Args:
        plan: that of the same pipeline today; in which zone the server's clock goes, no file says.
    """
    recurring = next((text for path, text in files.items() if path.endswith(_SCHEDULE)), None)
    spec = load_documents(
        next(text for path, text in files.items() if not path.endswith(_SCHEDULE))
    )
    options = {key: plan.options[key] for key in ("timezone", "platform") if key in plan.options}
    zone = server_zone(plan)
    of_nodes, others = task_names(plan, spec)
    other = stand_in(
        plan,
        {name: TaskSettings() for name in of_nodes},
        name=plan.name,
        run=RunSettings(schedule=Schedule(timezone=zone)),
        options={"timezone": zone, **options},
        cleanup=next(iter(others), None),
    )
    return spec_contents(other, spec, recurring)
