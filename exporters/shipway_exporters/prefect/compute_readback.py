"""What a run's container has, read back as the settings of the tasks that it has it for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shipway.artifacts.readback import task_values
from shipway.planner.plan import Plan
from shipway_exporters.prefect.compute import docker_variables, kubernetes_variables

_VARIABLES: Mapping[str, Callable[[Plan], Iterator[tuple[str, Any]]]] = {
    "docker": docker_variables,
    "kubernetes": kubernetes_variables,
}
_OF_A_SETTING: Mapping[str, tuple[str, ...]] = {
    "resources.cpu": ("cpu_request", "cpu_limit"),
    "resources.memory": ("memory_request", "memory_limit", "mem_limit"),
    "volumes.claim": ("volumes",),
}
"""The job variables to which a setting of all tasks comes."""
COMPUTE_KEYS = frozenset(_OF_A_SETTING)


def overridden(plan: Plan) -> frozenset[str]:
    """Return the settings over which the target's own `job_variables` have the last word."""
    variables = plan.options.get("job_variables", {})
    return frozenset(
        k for k, names in _OF_A_SETTING.items() if not variables.keys().isdisjoint(names)
    )


def compute_of(plan: Plan, task: str, variables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the settings of a task: its own, where the run has all that its tasks come to.

    A sum does not say of what it is one, so what a run has is read as the plan's tasks have it, or
    else as it stands.
    """
    pool = str(plan.options.get("work_pool", {}).get("type", "process"))
    needs = dict(_VARIABLES[pool](plan)) if pool in _VARIABLES else {}
    own = task_values(plan, plan.task_by_name[task])
    for key, names in _OF_A_SETTING.items():
        has = {name: variables[name] for name in names if name in variables}
        # Otherwise than the plan's tasks come to: shown as it stands, which then differs from it.
        if has != {name: needs[name] for name in names if name in needs}:
            yield key, has
        elif has and key in own:
            yield key, own[key]
