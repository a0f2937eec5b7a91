"""A workflow's way through its DAG, as Argo's controller takes it, one pod after the other.

No time is spent on pauses between tries. Source of the rules: Argo 4.1, `workflow/controller`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .substitutions import Run, globals_of, pod_of, pods_of, templates_of

RunPod = Callable[[str, Mapping[str, Any]], int]
"""Runs a pod, by the name of its task and its template, and returns the exit code."""
_NO_RETRY = re.compile(r"lastRetry\.exitCode not in \[(.*)\]")


@dataclass(frozen=True, kw_only=True)
class WorkflowRun:
    """How a workflow ended.

    Args:
        tries: the exit codes of each task's tries, in the order in which tasks began.
        pauses: seconds before each retry, by task.
    """

    tries: dict[str, list[int]] = field(default_factory=dict)
    pauses: dict[str, list[int]] = field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        """Whether every task that began has succeeded in the end."""
        return all(codes[-1] == 0 for codes in self.tries.values())

    def ok(self) -> WorkflowRun:
        """Return this run, which must have succeeded."""
        assert self.succeeded, self.tries
        return self


def run_workflow(workflow: Mapping[str, Any], run: Run, run_pod: RunPod) -> WorkflowRun:
    """Run all tasks, and what runs on exit."""
    outcome, pods = WorkflowRun(), pods_of(workflow, run)
    templates, spec = templates_of(workflow), workflow["spec"]
    tasks = {task["name"]: task for task in templates[spec["entrypoint"]]["dag"]["tasks"]}
    while outcome.succeeded and (name := _next(tasks, outcome)):
        _run_task(name, pods[name], run_pod, outcome)
    if on_exit := spec.get("onExit"):
        # `operator.go`, operate: known once the DAG has ended.
        status = "Succeeded" if outcome.succeeded else "Failed"
        variables = {**globals_of(workflow, run), "workflow.status": status}
        code = run_pod(on_exit, pod_of(templates[on_exit], {}, variables))
        outcome.tries[on_exit] = [code]
    return outcome


def _next(tasks: Mapping[str, Any], outcome: WorkflowRun) -> str | None:
    """`dag.go`, assessDAGPhase with `failFast`: after a failure no further task begins."""
    for name, task in tasks.items():
        needs = [need for need in task.get("depends", "").split(" && ") if need]
        # `workflow/common/ancestry.go`, expandDependency: a bare name waits for its success.
        if name not in outcome.tries and all(need in outcome.tries for need in needs):
            return name
    return None


def _run_task(name: str, pod: Mapping[str, Any], run_pod: RunPod, outcome: WorkflowRun) -> None:
    strategy = pod.get("retryStrategy", {})
    codes = outcome.tries[name] = [run_pod(name, pod)]
    # `operator.go`, processNodeRetries: as many retries as the limit says.
    while codes[-1] and len(codes) <= int(strategy.get("limit", 0)) and _may_retry(strategy, codes):
        outcome.pauses.setdefault(name, []).append(_pause(strategy, len(codes)))
        codes.append(run_pod(name, pod))


def _may_retry(strategy: Mapping[str, Any], codes: list[int]) -> bool:
    """`operator.go`, processNodeRetries: the exit code is a text in the expression."""
    assert strategy["retryPolicy"] == "Always"
    match = _NO_RETRY.fullmatch(strategy["expression"])
    assert match
    return f"'{codes[-1]}'" not in match[1]


def _pause(strategy: Mapping[str, Any], tries: int) -> int:
    """`operator.go`, processNodeRetries: duration * factor ^ (tries - 1)."""
    backoff = strategy.get("backoff")
    if backoff is None:
        return 0
    factor = int(backoff.get("factor", 1))
    first = int(backoff["duration"].removesuffix("s"))
    return first * int(factor ** (tries - 1))
