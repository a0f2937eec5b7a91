"""Each setting is declared once, and all that is known of it comes from there."""

from __future__ import annotations

from dataclasses import fields

import pytest

from shipway.artifacts.readback import IN_EVERY_ARTIFACT, run_values, task_values
from shipway.settings.run_setting import RunSetting
from shipway.settings.run_settings import RUN_SETTINGS
from shipway.settings.schema import PIPELINE, SHARED, TASK
from shipway.settings.task_setting import TaskSetting
from shipway.settings.task_settings import TASK_SETTINGS, setting_of
from shipway.settings.values import PipelineSettings, Schedule, TaskSettings
from shipway.targets.capabilities import CAPABILITIES
from tests.unit.planner.build_ir import node, plan, project
from tests.unit.supported_settings import EVERYTHING

NOT_DECLARED = {
    "places": "where the others were set",
    "of_layers_above": "where others were set, beside `run_on`",
    "pipeline": "which section it is",
    "job": "likewise",
    "one_at_a_time": "what the planner makes of `concurrency`",
    "schedule": "its keys are declared one by one",
}
OTHER_PLACES = {"run_on.local", "run_on.docker"}
"""What excludes another kind, which is set here."""
NODES = (node("a", "raw params:p params:q", "x"), node("b", "x"))
OF = project(*NODES, parameters={"p": 1}, memory="x")
OWN = {"retries": 2, "runner": "ThreadRunner", "targets": {"airflow": {"pool": "heavy"}}}
PLAN = plan(OF, {**EVERYTHING, **OWN})


def names(cls: type) -> set[str]:
    return {item.name for item in fields(cls)} - NOT_DECLARED.keys()


def test_each_attribute_is_declared_and_each_declaration_has_one() -> None:
    assert {setting.attribute for setting in TASK_SETTINGS} == names(TaskSettings)
    schedule = {f"schedule.{name}" for name in names(Schedule)}
    declaration = {setting.attribute for setting in RUN_SETTINGS}
    assert declaration == names(PipelineSettings) | schedule


@pytest.mark.parametrize("setting", TASK_SETTINGS, ids=lambda s: s.name)
def test_a_setting_of_a_task(setting: TaskSetting) -> None:
    assert setting.name.partition(".")[0] in TASK
    assert setting.about
    assert bool(setting.capabilities) != bool(setting.reason)
    assert CAPABILITIES.items() >= setting.capabilities.items()
    assert setting_of(f"{setting.name}.KEY" if setting.by_key else setting.name) is setting
    names_in_artifact = set(setting.in_artifact(PLAN.tasks[0].settings)) - OTHER_PLACES
    assert names_in_artifact <= task_values(PLAN, PLAN.tasks[0]).keys(), "an artifact must say it"


@pytest.mark.parametrize("setting", RUN_SETTINGS, ids=lambda s: s.name)
def test_a_setting_of_a_pipeline(setting: RunSetting) -> None:
    first = setting.name.partition(".")[0]
    assert first in (SHARED if setting.in_defaults else PIPELINE.fields.keys() - SHARED)
    assert setting.about
    assert bool(setting.capabilities) != bool(setting.reason)
    assert all(name.startswith(setting.name) for name in setting.capabilities)


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_a_capability_is_read_back_or_has_a_reason(capability: str) -> None:
    """`parameters` have a place of their own in `Contents`."""
    assert not run_values(plan(project(node("a", "raw", "x"))))
    compared = {*run_values(PLAN), *task_values(PLAN, PLAN.tasks[0]), "parameters"}
    by_another = {"schedule.datasets", "run_with"}  # which exclude others that are set here
    assert capability in compared | IN_EVERY_ARTIFACT.keys() | by_another | OTHER_PLACES
