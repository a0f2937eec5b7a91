"""How much a cluster takes: the arguments of a container, and a run in its store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shipway.errors import Finding, UnsupportedError, count
from shipway.planner.plan import Plan
from shipway_exporters.argo.options import TARGET
from shipway_exporters.argo.parameters import Argument
from shipway_exporters.argo.templates import Templates
from shipway_exporters.containers.go_json import compact, size_of
from shipway_exporters.containers.workflow_size import (
    FEWER_INPUTS,
    workflow_faults,
    workflow_notes,
)

_LONGEST = 131_072
"""Bytes of all arguments. Longer ones Argo 4 hands over in a file, where Kubernetes expands nothing
(`workflow/controller/workflowpod.go`, createWorkflowPod; `workflow/common`, MaxEnvVarLen)."""
_NODE_STATUS = 600
"""Bytes of what a workflow says of a task, at least, beside what the task is given."""


def check_sizes(
    plan: Plan, template: Mapping[str, Any], templates: Templates, arguments: Mapping[str, Argument]
) -> Sequence[str]:
    """Check that tasks can be started, and that the cluster stores what a run comes to.

    Returns:
        What to note of it.

    Raises:
        UnsupportedError: the arguments of a task, or a run, are too long.
    """
    # A run holds the spec of its template, and what each of its tasks was given (Argo 4.1,
    # `pkg/apis/workflow/v1alpha1`, WorkflowStatus and NodeStatus).
    tasks = template["spec"]["templates"][0]["dag"]["tasks"]
    size = size_of(template) + sum(size_of(task) + _NODE_STATUS for task in tasks)
    findings = [*_tasks(plan, templates, arguments), *workflow_faults(plan, TARGET, size)]
    if findings:
        raise UnsupportedError(*findings)
    return workflow_notes(plan, size)


def _tasks(
    plan: Plan, templates: Templates, arguments: Mapping[str, Argument]
) -> Iterator[Finding]:
    for task in plan.tasks:
        values = (arguments[name] for name in task.parameters)
        words = [*templates.command, *templates.words[task.name].values()]
        # Each value stands as a text of JSON in what the task is told.
        words += [compact(item.value(item.parameter.default)["value"]) for item in values]
        if (size := size_of(words)) > _LONGEST:
            yield Finding(
                what=f"The arguments of {count(len(task.nodes), 'node')} take {size:,} bytes; Argo "
                f"hands over {_LONGEST:,}.",
                where=f"the task `{task.label}`",
                remedy=f"Let fewer nodes share it: see `group_by`, or `groups`. {FEWER_INPUTS}",
            )
