"""Mistakes made in the spec that the example is exported to: the rules find each of them."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from shipway_exporters.kubeflow.rules import faults

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "__default__" / "kubeflow"
TASKS = "0.root.dag.tasks"
INPUTS = "0.root.inputDefinitions.parameters"
TRAIN = "choose-alpha--to--train-model"
CONTAINER = f"0.deploymentSpec.executors.exec-{TRAIN}.container"
POD = f"1.platforms.kubernetes.deploymentSpec.executors.exec-{TRAIN}"
NAN = math.nan

Change = Callable[[list[Any]], None]


def place(documents: list[Any], path: str) -> tuple[Any, Any]:
    """What holds the end of a path, and the key there."""
    *parents, last = [int(word) if word.isdigit() else word for word in path.split(".")]
    holder: Any = documents
    for key in parents:
        holder = holder[key]
    return holder, last


def put(path: str, value: Any) -> Change:
    def change(documents: list[Any]) -> None:
        holder, last = place(documents, path)
        holder[last] = value

    return change


def drop(path: str) -> Change:
    def change(documents: list[Any]) -> None:
        holder, last = place(documents, path)
        del holder[last]

    return change


def add(path: str, *values: Any) -> Change:
    def change(documents: list[Any]) -> None:
        holder, last = place(documents, path)
        holder[last] = [*holder[last], *values]

    return change


def rename(path: str, name: str) -> Change:
    def change(documents: list[Any]) -> None:
        holder, last = place(documents, path)
        holder[name] = holder.pop(last)

    return change


MISTAKES: dict[str, Change] = {
    "no schema version": drop("0.schemaVersion"),
    "another schema version": put("0.schemaVersion", "2.0.0"),
    "a pipeline's name in capitals": put("0.pipelineInfo.name", "Energy"),
    "an unknown key of the spec": put("0.pipelineinfo", {}),
    "an unknown key of a container": put(f"{CONTAINER}.workingDir", "/app"),
    "an unknown key of a pod": put(f"{POD}.nodeSelectors", {}),
    "a component that is not there": put(f"{TASKS}.write-report.componentRef.name", "comp-x"),
    "an executor that is not there": put(f"0.components.comp-{TRAIN}.executorLabel", "exec-x"),
    "a component that nothing runs": put("0.components.comp-x", {"executorLabel": f"exec-{TRAIN}"}),
    "waiting for a task that is not there": add(f"{TASKS}.write-report.dependentTasks", "x"),
    "waiting for itself": add(f"{TASKS}.write-report.dependentTasks", "write-report"),
    "waiting twice": add(f"{TASKS}.write-report.dependentTasks", "forecast-demand"),
    "a cycle": put(f"{TASKS}.build-daily-demand.dependentTasks", ["write-report"]),
    "a task's name with a digit first": rename(f"{TASKS}.write-report", "9-report"),
    "a task's name for the server": rename(f"{TASKS}.write-report", "report-driver"),
    "another name inside": put(f"{TASKS}.write-report.taskInfo.name", "report"),
    "an input that is not bound": drop(f"{TASKS}.write-report.inputs.parameters.run_id"),
    "an input that is not declared": put(
        f"{TASKS}.write-report.inputs.parameters.x", {"componentInputParameter": "model_folds"}
    ),
    "a binding to no input": put(
        f"{TASKS}.write-report.inputs.parameters.model_folds", {"componentInputParameter": "x"}
    ),
    "a binding of another type": put(
        f"{TASKS}.write-report.inputs.parameters.model_folds",
        {"componentInputParameter": "model_scale"},
    ),
    "an unknown type": put(f"{INPUTS}.model_folds.parameterType", "INT"),
    "a default of another type": put(f"{INPUTS}.model_folds.defaultValue", "four"),
    "a default that is no number": put(
        f"{INPUTS}.evaluation_interval_level.defaultValue", math.nan
    ),
    "an integer with a fraction": put(f"{INPUTS}.model_folds.defaultValue", 4.5),
    "an optional input without default": drop(f"{INPUTS}.model_folds.defaultValue"),
    "caching that is not turned off": drop(f"{TASKS}.write-report.cachingOptions"),
    "caching": put(f"{TASKS}.write-report.cachingOptions", {"enableCache": True}),
    "a pause with a fraction": put(f"{TASKS}.write-report.retryPolicy.backoffDuration", "1.5s"),
    "a factor with a fraction": put(f"{TASKS}.write-report.retryPolicy.backoffFactor", 1.5),
    "retries for no time at all": drop(f"{TASKS}.write-report.retryPolicy.backoffMaxDuration"),
    "no image": put(f"{CONTAINER}.image", ""),
    "no command": drop(f"{CONTAINER}.command"),
    "an empty command": put(f"{CONTAINER}.command", []),
    "a number in a command": add(f"{CONTAINER}.command", 1),
    "a placeholder of no input": add(f"{CONTAINER}.args", "{{$.inputs.parameters['x']}}"),
    "a placeholder of the run in an argument": add(f"{CONTAINER}.args", "{{$.pipeline_job_uuid}}"),
    "a placeholder of Argo's": add(f"{CONTAINER}.args", "{{workflow.name}}"),
    "a variable of Kubernetes'": add(f"{CONTAINER}.args", "$(KFP_POD_NAME)"),
    "a placeholder in a variable": put(
        f"{CONTAINER}.env", [{"name": "A", "value": "{{$.inputs.parameters['run_id']}}"}]
    ),
    "a variable twice": put(f"{CONTAINER}.env", [{"name": "A", "value": "1"}] * 2),
    "a quantity that is none": put(f"{CONTAINER}.resources", {"resourceCpuLimit": "two"}),
    "a request over its limit": put(
        f"{CONTAINER}.resources", {"resourceCpuRequest": "2", "resourceCpuLimit": "1"}
    ),
    "a platform that is none": rename("1.platforms.kubernetes", "k8s"),
    "a pod of no executor": rename(POD, "exec-x"),
    "a time-out of nothing": put(f"{POD}.activeDeadlineSeconds", 0),
    "a claim twice": add(f"{POD}.pvcMount", {"mountPath": "/b", "constant": "energy-data"}),
    "a mount that is not absolute": put(f"{POD}.pvcMount.0.mountPath", "data"),
    "a claim's name once": drop(f"{POD}.pvcMount.0.constant"),
    "a label that Kubernetes refuses": put(f"{POD}.podMetadata.labels", {"team": "a b"}),
    "a pull policy that is none": put(f"{POD}.imagePullPolicy", "Sometimes"),
}


@pytest.fixture(scope="module")
def emitted() -> list[Any]:
    return list(yaml.safe_load_all((GOLDEN / "energy.yaml").read_text(encoding="utf-8")))


def test_what_is_emitted_has_no_fault(emitted: list[Any]) -> None:
    assert list(faults(emitted)) == []


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_what_is_emitted_is_found(emitted: list[Any], mistake: str) -> None:
    documents = copy.deepcopy(emitted)
    MISTAKES[mistake](documents)
    assert documents != emitted
    assert list(faults(documents))


def test_the_table_is_long_enough() -> None:
    assert len(MISTAKES) >= 45
