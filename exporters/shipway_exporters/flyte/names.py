"""Names: what Flyte takes, and what a module needs for itself.

The id of a node is a DNS label. flytekit makes one of any name, with a hash before one of 63
characters or more, and does not look whether two are alike (`flytekit.core.utils`, _dnsify).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from shipway.planner.naming import NameRules, assign
from shipway.planner.plan import Plan
from shipway_exporters.containers.kubernetes_names import object_names
from shipway_exporters.python_files.names import BUILTINS, KEYWORDS

START = "start"
"""The first task of a run, of which no plan knows."""
_FLYTE = frozenset(
    {"CronSchedule", "Email", "LaunchPlan", "PodTemplate", "Resources", "Secret", "task"}
    | {"current_context", "workflow", "Annotations", "Labels", "ConcurrencyPolicy"}
    | {"WorkflowExecutionPhase", "FlyteRecoverableException", "Description", "Documentation"}
)
_IN_MODULE = frozenset(
    {"json", "os", "datetime", "timedelta", "timezone", "PIPE", "Popen", "uuid4", "k8s", "kedro"}
    | {"launch_plan", "start"}
)
_IN_WORKFLOW = ("run", "kickoff_time")
"""What has another meaning where the workflow calls the tasks."""
TASKS = replace(
    object_names(62),
    first=r"[a-z]",
    prefix="n-",
    # Flyte's own ends of a graph (flytepropeller, `compiler/common`), and the first task.
    reserved=frozenset({"start-node", "end-node", START}),
)
_IDENTIFIERS = NameRules(
    allowed=r"[a-z0-9_]",
    first=r"[a-z]",
    prefix="n_",
    longest=80,
    lower=True,
    # That is what a node's variable is called.
    refused=r"_node$",
    reserved=KEYWORDS | BUILTINS | _FLYTE | _IN_MODULE,
)
PIPELINES = replace(_IDENTIFIERS, longest=100)
INPUTS = NameRules(
    allowed=r"[a-z0-9_]",
    first=r"[a-z]",
    prefix="p_",
    longest=100,
    # `pyflyte run` takes no capitals (`flytekit.clis.sdk_in_container.run`).
    lower=True,
    # `pyflyte run` makes an option of each, and has `--help` itself.
    reserved=KEYWORDS | _FLYTE | _IN_MODULE | {"run", "kickoff_time", "help", "self", "cls"},
    refused=r"_node$",
)


def file_of(plan: Plan) -> str:
    """Return the name of a pipeline's file: a module that hides none of what the tasks import.

    Its folder comes first where Flyte looks for modules, and most pipelines are called like the
    package. All pipelines of a project have one ending, so that no two share a file.
    """
    is_taken = plan.project.lower().endswith("_workflow")
    return f"{plan.name}_{'flyte' if is_taken else 'workflow'}.py"


def functions(plan: Plan, names_in_use: Iterable[str]) -> dict[str, str]:
    """Return the function of each task, by the task's name."""
    names = [task.name for task in plan.tasks] + ([plan.cleanup] if plan.cleanup else [])
    labels = {name: name.replace("-", "_") for name in names}
    reserved = _IDENTIFIERS.reserved.union({plan.name, *_IN_WORKFLOW}, names_in_use)
    by_label = assign(labels.values(), replace(_IDENTIFIERS, reserved=reserved))
    return {name: by_label[label] for name, label in labels.items()}


def variable(function: str) -> str:
    """Return the variable that holds a task's node in the workflow."""
    return f"{function}_node"
