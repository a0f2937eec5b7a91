"""Rules of names: of the version, the pipeline, its tasks, components and inputs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.schemas.document import value_at
from shipway.schemas.problems import Problem
from shipway_exporters.kubeflow.rules_view import Rule, View

_PIPELINE = re.compile(r"[a-z0-9][a-z0-9-]{0,127}")
_TASK = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
_COMPONENT = re.compile(r"[A-Za-z0-9][-A-Za-z0-9]{0,127}")
_INPUT = re.compile(r"[A-Za-z0-9_-]+")
# Names that the server gives to Argo's templates itself; a component would replace them.
_TEMPLATES = re.compile(r"root|entrypoint|((retry|metadata)-.*)?system-.*|exit-hook-.*")
_LONGEST_TEMPLATE = 128


def schema_version(view: View) -> Iterator[Problem]:
    """`apiserver/template/v2_template.go`, NewV2SpecTemplate: no other version is taken."""
    version = view.spec.get("schemaVersion")
    if version != "2.1.0":
        yield Problem(("schemaVersion",), f"The server takes version 2.1.0, not {version}.")


def pipeline_name(view: View) -> Iterator[Problem]:
    """`apiserver/common/utils.go`, pipelineNamePattern."""
    if not _PIPELINE.fullmatch(view.name):
        yield Problem(("pipelineInfo", "name"), f"The name `{view.name}` suits no pipeline.")


def own_labels(view: View) -> Iterator[Problem]:
    """kfp's ComponentSpec.from_ir_dicts and Implementation.from_pipeline_spec_dict.

    They look for the pipeline's own component and executor by its name.
    """
    # So does kfp (`kfp.dsl.utils.maybe_rename_for_k8s`) with a name of these letters.
    name = re.sub("-+", "-", view.name).strip("-")
    if f"comp-{name}" in view.components:
        yield Problem(("components", f"comp-{name}"), "kfp would take this for the whole pipeline.")
    if f"exec-{name}" in view.containers:
        keys = ("deploymentSpec", "executors", f"exec-{name}")
        yield Problem(keys, "kfp would take this for the whole pipeline.")


def task_names(view: View) -> Iterator[Problem]:
    """Argo's `workflow/validate`: a name in `depends`; `argocompiler/dag.go`, task: `-driver`."""
    for task in view.tasks:
        if not _TASK.fullmatch(task.name) or task.name.endswith("-driver"):
            yield Problem(task.keys, f"The name `{task.name}` suits no task.")
        label = value_at(task.spec, "taskInfo", "name")
        if label != task.name:
            yield Problem(
                (*task.keys, "taskInfo", "name"), f"The task is `{task.name}`, not `{label}`."
            )


def component_names(view: View) -> Iterator[Problem]:
    """`argocompiler/argo.go`, templateName and addTemplate: they name Argo's templates."""
    for name, component in view.components.items():
        if not _COMPONENT.fullmatch(name) or _TEMPLATES.fullmatch(name):
            yield Problem(component.keys, f"The name `{name}` suits no component.")
    for task in view.tasks:
        template = f"exit-hook-{task.parent.keys[-1]}-{task.name}"
        if task.is_exit and len(template) > _LONGEST_TEMPLATE:
            yield Problem(task.keys, f"Argo's template `{template}` would have too long a name.")


def input_names(view: View) -> Iterator[Problem]:
    """`driver/util.go`, fullInputParameterRe: the name ends at a quote and must not be empty."""
    for component in view.dags:
        for name in (*component.inputs, *component.outputs):
            if not _INPUT.fullmatch(str(name)):
                keys = (*component.keys, "inputDefinitions", "parameters", name)
                yield Problem(keys, f"The name `{name}` suits no parameter.")


RULES: tuple[Rule, ...] = (
    schema_version,
    pipeline_name,
    own_labels,
    task_names,
    component_names,
    input_names,
)
