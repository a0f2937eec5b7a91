"""What Vertex AI would refuse of a plan, or misread, with its place in the settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shipway.errors import Finding, UnsupportedError, count
from shipway.planner.plan import Plan, Task
from shipway.schemas.document import path_of, texts
from shipway.tasks.limits import LONGEST_ARGUMENT
from shipway_exporters.containers.escapes import is_expanded
from shipway_exporters.containers.fill_ins import refused_texts
from shipway_exporters.kubeflow.references import setting_texts
from shipway_exporters.kubeflow.vertex.labels import label_faults
from shipway_exporters.kubeflow.vertex.machine import machine_faults
from shipway_exporters.kubeflow.vertex.names import TARGET, is_pipeline
from shipway_exporters.kubeflow.vertex.retries import retry_faults
from shipway_exporters.kubeflow.vertex.schedule import schedule_faults
from shipway_exporters.kubeflow.vertex.storage import bucket_faults
from shipway_exporters.kubeflow.vertex.timeouts import timeout_faults

_LEFT_OUT = "Leave the dollar out, or read the text from the project's own configuration."


def check(plan: Plan) -> None:
    """Check a plan before anything of it is written.

    Raises:
        UnsupportedError: one finding for each mistake.
    """
    findings = [*_name(plan), *label_faults(plan), *schedule_faults(plan), *bucket_faults(plan)]
    findings += refused_texts(plan, TARGET, lambda _: ())
    for task in plan.tasks:
        findings += [*machine_faults(task), *retry_faults(task), *timeout_faults(task)]
        findings += _texts(task)
    if findings:
        # Tasks that have a setting from one place have one mistake.
        raise UnsupportedError(*dict.fromkeys(findings))


def check_document(
    _plan: Plan, document: Mapping[str, Any], tasks: Mapping[str, Task]
) -> Sequence[str]:
    """Check the containers of a spec, of which there is nothing to note.

    Raises:
        UnsupportedError: a word is longer than a process may be given, or has a dollar that may
            stand for a variable.
    """
    findings = []
    for label, executor in document["executors"].items():
        where = f"the task `{tasks[label].label}`" if label in tasks else f"the executor `{label}`"
        findings += [*_words(executor["container"], where)]
    if findings:
        raise UnsupportedError(*findings)
    return ()


def _name(plan: Plan) -> Iterator[Finding]:
    if not is_pipeline(plan.name):
        yield Finding(
            what=f"Vertex AI names runs after their pipeline, and none begins like `{plan.name}`.",
            where=f"the pipeline `{plan.pipeline}`",
            remedy="Set `name` to one that begins with a letter.",
        )


def _texts(task: Task) -> Iterator[Finding]:
    settings = task.settings
    for key, text in setting_texts(settings):
        if is_expanded(text):
            yield _expanded(text, settings.places.get(key))


def _expanded(text: str, where: str | None) -> Finding:
    """Of variables it is said that they are expanded, of arguments nothing at all.

    Source: `google/cloud/aiplatform/v1/env_var.proto`, EnvVar.value.
    """
    return Finding(
        what=f"Vertex AI might put a variable in place of `$(…)`, or one dollar in place of two, "
        f"in this text: {text!r}.",
        where=where,
        remedy=_LEFT_OUT,
    )


def _words(container: Mapping[str, Any], where: str) -> Iterator[Finding]:
    for path, text in texts(container):
        if is_expanded(text):
            yield _expanded(text, f"{path_of(path)} of {where}")
        if (size := len(text.encode(errors="replace"))) > LONGEST_ARGUMENT:
            yield Finding(
                what=f"An argument of {count(size, 'byte')}; Linux takes {LONGEST_ARGUMENT:,}.",
                where=where,
                remedy="Let fewer nodes share it: see `group_by`, or `groups`.",
            )
