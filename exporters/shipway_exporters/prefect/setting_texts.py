"""Settings that Prefect would take for placeholders, each with its place in the settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan
from shipway.schemas.document import texts
from shipway_exporters.prefect.kubernetes_variables import ALIKE
from shipway_exporters.prefect.references import has_placeholder, stray

_BY_VARIABLE: Mapping[str, str] = {
    **{variable: setting for setting, variable in ALIKE.items()},
    "image": "image",
    "volumes": "volumes",
    "volume_mounts": "volumes",
    "container_create_kwargs": "volumes",
}
"""The setting of tasks by the job variable that is made of it."""


def check_texts(plan: Plan, variables: Mapping[str, Any]) -> None:
    """Check that Prefect fills in nothing in what the settings give a deployment.

    Args:
        variables: the job variables that are made of the settings of tasks.

    Raises:
        UnsupportedError: it would; one finding for each text.
    """
    findings = {(f.what, f.where): f for f in (*_of_run(plan), *_of_tasks(plan, variables))}
    if findings:
        raise UnsupportedError(*findings.values())


def _of_run(plan: Plan) -> Iterator[Finding]:
    run, places = plan.run, plan.run.places
    schedule = run.schedule.parameters if run.schedule else {}
    values = {"labels": run.labels, "owner": run.owner, "schedule": schedule}
    # `targets.prefect.project_dir` has been looked at with the other options.
    values |= {} if "project_dir" in plan.options else {"project_dir": run.project_dir}
    for setting, value in values.items():
        for _, text in texts(value):
            if has_placeholder(text):
                yield _finding(text, places.get(setting, setting))


def _of_tasks(plan: Plan, variables: Mapping[str, Any]) -> Iterator[Finding]:
    for path, text in texts(variables):
        if has_placeholder(text):
            setting = _BY_VARIABLE[str(path[0])]
            yield _finding(text, _place(plan, setting, str(path[-1])))


def _place(plan: Plan, setting: str, key: str) -> str | None:
    places = [task.settings.places for task in plan.tasks]
    names = (f"{setting}.{key}", setting)
    return next((of[name] for name in names for of in places if name in of), None)


def _finding(text: str, where: str | None) -> Finding:
    problem = stray((), text)
    return Finding(what=problem.what, where=where, remedy=problem.remedy)
