"""How much a cluster takes: the arguments of a container, and a run in its store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.errors import Finding, UnsupportedError, count
from shipway.planner.plan import Plan
from shipway.settings.quantities import Quantity
from shipway_exporters.argo.parameters import Argument
from shipway_exporters.argo.templates import Templates
from shipway_exporters.containers.go_json import size_of

_LONGEST = 131_072
"""Bytes of all arguments. Longer ones Argo 4 hands over in a file, where Kubernetes expands nothing
(`workflow/controller/workflowpod.go`, createWorkflowPod; `workflow/common`, MaxEnvVarLen)."""
# What the controller takes unless MAX_WORKFLOW_SIZE says otherwise (`workflow/packer`).
_WORKFLOW = Quantity("1Mi")
_NODE_STATUS = 600
"""Bytes of what a workflow says of a task, at least, beside what the task is given."""
_FEWER_TASKS = "Let more nodes share a task: see `group_by`."
_FEWER_INPUTS = "List under `parameters` those that may be set; others keep their value."


def check_sizes(
    plan: Plan, template: Mapping[str, Any], templates: Templates, arguments: Mapping[str, Argument]
) -> None:
    """Check that tasks can be started, and that the cluster stores what a run comes to.

    Raises:
        UnsupportedError: the arguments of a task, or a run, are too long.
    """
    findings = [*_tasks(plan, templates, arguments), *_run(plan, template)]
    if findings:
        raise UnsupportedError(*findings)


def _tasks(
    plan: Plan, templates: Templates, arguments: Mapping[str, Argument]
) -> Iterator[Finding]:
    for task in plan.tasks:
        words = [*templates.command, *templates.words[task.name].values()]
        words += [
            arguments[name].value(arguments[name].parameter.default)["value"]
            for name in task.parameters
        ]
        if (size := size_of(words)) > _LONGEST:
            yield Finding(
                what=f"The arguments of {count(len(task.nodes), 'node')} take {size:,} bytes; Argo "
                f"hands over {_LONGEST:,}.",
                where=f"the task `{task.label}`",
                remedy=f"Let fewer nodes share it: see `group_by`, or `groups`. {_FEWER_INPUTS}",
            )


def _run(plan: Plan, template: Mapping[str, Any]) -> Iterator[Finding]:
    """A run holds the spec of its template, and what each of its tasks was given.

    Source: Argo 4.1, `pkg/apis/workflow/v1alpha1`, WorkflowStatus and NodeStatus.
    """
    limit = int(plan.options.get("max_workflow_size", _WORKFLOW).amount)
    tasks = template["spec"]["templates"][0]["dag"]["tasks"]
    size = size_of(template) + sum(size_of(task) + _NODE_STATUS for task in tasks)
    if size > limit:
        yield Finding(
            what=f"A run of {count(len(tasks), 'task')} has {size:,} bytes at least, and the "
            f"cluster stores {limit:,}.",
            where=f"the pipeline `{plan.pipeline}`",
            remedy=f"{_FEWER_TASKS} {_FEWER_INPUTS} Or set `max_workflow_size` under targets.argo, "
            "where the controller (MAX_WORKFLOW_SIZE) and etcd take more.",
        )
