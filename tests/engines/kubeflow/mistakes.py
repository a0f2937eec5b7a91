"""Mistakes in spec files: which of the five parses catch each, and which none of them does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import samples
from .samples import Spec, Step, parameter

Documents = list[Spec]


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A change that makes a good text bad, and the parses that notice; see ``parse.PARSES``."""

    name: str
    change: Callable[[Documents], None]
    caught: frozenset[str] = frozenset()


def good() -> Documents:
    """A spec of two tasks in the shape of those under test, with both documents."""
    steps = {
        "load": Step(command=["python"], args=[parameter("n")], inputs={"n": "NUMBER_INTEGER"}),
        "train": Step(
            command=["python"], after=["load"], resources={"resourceCpuLimit": "1"}, env={"A": "1"}
        ),
    }
    inputs = {"n": {"parameterType": "NUMBER_INTEGER", "defaultValue": 1}}
    claim = CLAIM | {"mountPath": "/data"}
    kubernetes = {"imagePullPolicy": "Always", "pvcMount": [claim]}
    return [samples.spec(steps, inputs), samples.platform({"exec-load": kubernetes})]


def bad(mistake: Mistake) -> str:
    """The good text with this mistake."""
    documents = good()
    mistake.change(documents)
    return samples.text(*documents)


def at(path: str, value: Any) -> Callable[[Documents], None]:
    """Set what is at a path such as ``0.root.dag``; None removes it."""

    def change(documents: Documents) -> None:
        *parents, last = [int(word) if word.isdigit() else word for word in path.split(".")]
        place: Any = documents
        for word in parents:
            place = place[word]
        if value is None:
            del place[last]
        else:
            place[last] = value

    return change


def all_of(*changes: Callable[[Documents], None]) -> Callable[[Documents], None]:
    """Make several changes."""

    def change(documents: Documents) -> None:
        for one in changes:
            one(documents)

    return change


def rename_task(old: str, new: str) -> Callable[[Documents], None]:
    """Name a task otherwise."""

    def change(documents: Documents) -> None:
        tasks = documents[0]["root"]["dag"]["tasks"]
        tasks[new] = tasks.pop(old)
        tasks[new]["taskInfo"]["name"] = new

    return change


TASKS = "0.root.dag.tasks"
COMPONENTS = "0.components"
CONTAINER = "0.deploymentSpec.executors.exec-train.container"
KUBERNETES = "1.platforms.kubernetes.deploymentSpec.executors.exec-load"
AS_COMPONENT = at("0.pipelineInfo.name", "train")
CLAIM = {"constant": "data", "mountPath": "/again", "pvcNameParameter": samples.constant("data")}
BOTH = frozenset({"loader", "pipeline"})


def caught(name: str, change: Callable[[Documents], None], *parses: str) -> Mistake:
    """A mistake that exactly these parses catch."""
    return Mistake(name=name, change=change, caught=frozenset(parses))


CAUGHT = (
    caught("three documents", lambda documents: documents.append({}), "loader"),
    caught("no components", at(COMPONENTS, None), "loader"),
    caught(
        "a parameter without a type",
        at("0.root.inputDefinitions.parameters.n.parameterType", None),
        "loader",
    ),
    caught("no executors", at("0.deploymentSpec.executors", None), "loader"),
    caught("unknown field of a task", at(f"{TASKS}.train.retries", 1), *BOTH),
    caught("unknown type", at("0.root.inputDefinitions.parameters.n.parameterType", "X"), *BOTH),
    caught(
        "a duration in minutes", at(f"{TASKS}.train.retryPolicy", {"backoffDuration": "1m"}), *BOTH
    ),
    caught(
        "unknown field of a task, of a pipeline that the loader takes for a component",
        all_of(AS_COMPONENT, at(f"{TASKS}.train.retries", 1)),
        "pipeline",
    ),
    caught("unknown field of a container", at(f"{CONTAINER}.volumes", []), "deployment"),
    caught(
        "a resource that is no text", at(f"{CONTAINER}.resources.resourceCpuLimit", 1), "deployment"
    ),
    caught("variables as a mapping", at(f"{CONTAINER}.env", {"A": "1"}), "deployment"),
    caught(
        "unknown field of a platform",
        at("1.platforms.kubernetes.executors", {}),
        "loader",
        "platform",
    ),
    caught("unknown field for Kubernetes", at(f"{KUBERNETES}.serviceAccount", "x"), "executors"),
    caught("a time-out with a unit", at(f"{KUBERNETES}.activeDeadlineSeconds", "60s"), "executors"),
)

UNCAUGHT = (
    caught("unknown component", at(f"{TASKS}.train.componentRef.name", "comp-nobody")),
    caught("unknown executor", at(f"{COMPONENTS}.comp-train.executorLabel", "exec-nobody")),
    caught("unknown executor of the platform", at(KUBERNETES.replace("load", "nobody"), {})),
    caught("unknown upstream task", at(f"{TASKS}.train.dependentTasks", ["nobody"])),
    caught("a cycle", at(f"{TASKS}.load.dependentTasks", ["train"])),
    caught("an input that nothing is bound to", at(f"{TASKS}.load.inputs.parameters", {})),
    caught("an input that is not declared", at(f"{COMPONENTS}.comp-load.inputDefinitions", None)),
    caught("an input of no pipeline's parameter", at("0.root.inputDefinitions", None)),
    caught("a placeholder of no input", at(f"{CONTAINER}.args", [parameter("nobody")])),
    caught("unknown placeholder", at(f"{CONTAINER}.args", ["{{$.pipeline_nonsense}}"])),
    caught("a placeholder in a variable", at(f"{CONTAINER}.env.0.value", parameter("n"))),
    caught("a task name with a digit first", rename_task("train", "1train")),
    caught("a task name with a blank", rename_task("train", "the train")),
    caught("a task name of a driver", rename_task("train", "load-driver")),
    caught("a bad pipeline name", at("0.pipelineInfo.name", "Bad name")),
    caught("a pipeline named as a component", AS_COMPONENT),
    caught("no schema version", at("0.schemaVersion", None)),
    caught("an empty image", at(f"{CONTAINER}.image", "")),
    caught("no image", at(f"{CONTAINER}.image", None)),
    caught("no command", at(f"{CONTAINER}.command", None)),
    caught("a bad quantity", at(f"{CONTAINER}.resources.resourceCpuLimit", "much")),
    caught(
        "a default of NaN", at("0.root.inputDefinitions.parameters.n.defaultValue", float("nan"))
    ),
    caught(
        "a default of another type", at("0.root.inputDefinitions.parameters.n.defaultValue", "many")
    ),
    caught("a negative number of retries", at(f"{TASKS}.train.retryPolicy", {"maxRetryCount": -1})),
    caught(
        "an exit task after nothing",
        all_of(
            at(f"{TASKS}.train.dependentTasks", []),
            at(f"{TASKS}.train.triggerPolicy", {"strategy": samples.COMPLETED}),
        ),
    ),
    caught(
        "a variable twice",
        at(f"{CONTAINER}.env", [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]),
    ),
    caught("a variable without a name", at(f"{CONTAINER}.env.0.name", "")),
    caught("unknown pull policy", at(f"{KUBERNETES}.imagePullPolicy", "Sometimes")),
    caught("a claim mounted twice", at(f"{KUBERNETES}.pvcMount", [CLAIM, CLAIM])),
    caught("a negative time-out", at(f"{KUBERNETES}.activeDeadlineSeconds", "-1")),
    caught("unknown platform", at("1.platforms", {"nomad": {}})),
)
