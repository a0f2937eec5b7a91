"""Mistakes, each with the rule that finds it and where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.unit.kubeflow.rule_samples import (
    Change,
    add,
    all_of,
    at,
    constant,
    good,
    rename,
    task,
)


@dataclass(frozen=True)
class Mistake:
    """A change of the good documents, and where a rule finds a fault then."""

    rule: str
    path: str
    change: Change

    def documents(self) -> list[dict[str, Any]]:
        """The good documents with this mistake."""
        documents = good()
        self.change(documents)
        return documents


ROOT = "0/root/dag/tasks"
MAIN = "0/components/comp-main/dag/tasks"
COMPONENTS = "0/components"
INPUTS = "0/root/inputDefinitions/parameters"
EXECUTORS = "0/deploymentSpec/executors"
TRAIN = f"{EXECUTORS}/exec-train/container"
LOAD = f"{EXECUTORS}/exec-load/container"
KUBERNETES = "1/platforms/kubernetes/deploymentSpec/executors"
POD = f"{KUBERNETES}/exec-train"
BOUND = f"{MAIN}/train/inputs/parameters"


def mistake(rule: str, change: Change, place: str, below: str = "") -> Mistake:
    """A mistake that is found at a place such as those above, and below it."""
    words = [f"[{word}]" if word.isdigit() else f".{word}" for word in place.split("/")[1:]]
    return Mistake(rule, "".join(words).removeprefix(".") + below, change)


def put(rule: str, place: str, value: Any, below: str = "") -> Mistake:
    """A mistake of one value, found where it is or below."""
    return mistake(rule, at(place, value), place, below)


def second_exit(documents: list[dict[str, Any]]) -> None:
    tasks = documents[0]["root"]["dag"]["tasks"]
    tasks["again"] = {**tasks["notify"], "taskInfo": {"name": "again"}}


def same_container(documents: list[dict[str, Any]]) -> None:
    executors = documents[0]["deploymentSpec"]["executors"]
    plain = {"image": "shop:1.0", "command": ["true"]}
    executors["exec-load"]["container"] = dict(plain)
    executors["exec-train"]["container"] = dict(plain)


def renamed_component(name: str) -> Change:
    """The component of a task by another name."""
    referred = at(f"{MAIN}/load/componentRef/name", name)
    return all_of(rename(COMPONENTS, "comp-load", name), referred)


def sub_dag_of_itself(documents: list[dict[str, Any]]) -> None:
    inner = task("main", alpha=constant(1.0), n=constant(1))
    documents[0]["components"]["comp-main"]["dag"]["tasks"]["main"] = inner


DOCUMENTS = (
    Mistake("known_documents", "", lambda documents: documents.append({})),
    put("known_keys", "0/retries", 1),
    put("known_keys", f"{MAIN}/train/retries", 1),
    put("known_keys", f"{MAIN}/train/iteratorPolicy", {}),
    put("known_keys", f"{COMPONENTS}/comp-load/executor", "x"),
    put("known_keys", f"{TRAIN}/volumes", []),
    put("known_keys", f"{TRAIN}/resources/cpuLimit", 1.0),
    put("known_keys", f"{TRAIN}/resources/resourceCpuLimit", 1),
    put("known_keys", f"{TRAIN}/env", {"A": "1"}),
    put("known_keys", f"{TRAIN}/args/1", 3),
    put("known_keys", f"{TRAIN}/command", "python"),
    put("known_keys", "0/root", []),
    put("known_keys", "1/platforms/kubernetes/executors", {}),
    put("known_keys", f"{POD}/serviceAccount", "x"),
    put("known_keys", f"{POD}/tolerations/0/seconds", 1),
    mistake(
        "known_keys", at(f"{POD}/nodeSelector/labels/1", "x"), f"{POD}/nodeSelector/labels", ".1"
    ),
    put("known_keys", f"{POD}/activeDeadlineSeconds", "60s"),
)
NAMES = (
    put("schema_version", "0/schemaVersion", ...),
    put("schema_version", "0/schemaVersion", "2.0.0"),
    put("pipeline_name", "0/pipelineInfo/name", "Shop"),
    put("pipeline_name", "0/pipelineInfo/name", "a" * 129),
    put("pipeline_name", "0/pipelineInfo", ..., ".name"),
    mistake("own_labels", at("0/pipelineInfo/name", "train"), f"{COMPONENTS}/comp-train"),
    mistake("own_labels", at("0/pipelineInfo/name", "train--"), f"{EXECUTORS}/exec-train"),
    mistake("task_names", rename(ROOT, "main", "1main"), f"{ROOT}/1main"),
    mistake("task_names", rename(ROOT, "main", "a-driver"), f"{ROOT}/a-driver"),
    mistake("task_names", rename(ROOT, "main", "a-"), f"{ROOT}/a-"),
    mistake("task_names", rename(ROOT, "main", "a_b"), f"{ROOT}/a_b"),
    mistake("task_names", rename(ROOT, "main", "a" * 64), f"{ROOT}/{'a' * 64}"),
    put("task_names", f"{ROOT}/main/taskInfo/name", "other"),
    put("task_names", f"{ROOT}/main/taskInfo", ..., ".name"),
    mistake("component_names", renamed_component("a_b"), f"{COMPONENTS}/a_b"),
    mistake("component_names", renamed_component("root"), f"{COMPONENTS}/root"),
    mistake(
        "component_names", renamed_component("system-dag-driver"), f"{COMPONENTS}/system-dag-driver"
    ),
    mistake("component_names", rename(ROOT, "notify", "n" * 115), f"{ROOT}/{'n' * 115}"),
    mistake("input_names", at(f"{INPUTS}/a'b", {}), f"{INPUTS}/a'b"),
)
GRAPH = (
    put("implementations", f"{COMPONENTS}/comp-load/executorLabel", "exec-nobody"),
    mistake(
        "implementations",
        at(f"{COMPONENTS}/comp-load/executorLabel", ...),
        f"{COMPONENTS}/comp-load",
    ),
    mistake("implementations", at(f"{COMPONENTS}/comp-load/dag", {}), f"{COMPONENTS}/comp-load"),
    put("component_refs", f"{ROOT}/main/componentRef/name", "comp-nobody"),
    put("component_refs", f"{ROOT}/main/componentRef", ..., ".name"),
    put("orphans", f"{COMPONENTS}/comp-idle", {"executorLabel": "exec-load"}),
    put("orphans", f"{EXECUTORS}/exec-idle", {"container": {}}),
    put("upstream_tasks", f"{MAIN}/train/dependentTasks/0", "nobody"),
    put("upstream_tasks", f"{MAIN}/train/dependentTasks/0", "train"),
    mistake(
        "upstream_tasks",
        add(f"{MAIN}/train/dependentTasks", "load"),
        f"{MAIN}/train/dependentTasks/1",
    ),
    put("upstream_tasks", f"{MAIN}/train/dependentTasks/0", "notify"),
    put("upstream_tasks", f"{BOUND}/rows/taskOutputParameter/producerTask", "nobody"),
    mistake("cycles", add(f"{MAIN}/load/dependentTasks", "train"), f"{MAIN}/load"),
    mistake(
        "cycles",
        at(f"{MAIN}/load/inputs/parameters/k", {"taskOutputParameter": {"producerTask": "train"}}),
        f"{MAIN}/train",
    ),
    mistake("cycles", sub_dag_of_itself, f"{COMPONENTS}/comp-main"),
    put("exit_tasks", f"{ROOT}/notify/dependentTasks", []),
    mistake("exit_tasks", second_exit, f"{ROOT}/again/dependentTasks"),
    mistake(
        "exits_end_it", add(f"{ROOT}/main/dependentTasks", "notify"), f"{ROOT}/main/dependentTasks"
    ),
    mistake("exits_end_it", at(f"{ROOT}/main", ...), ROOT),
    put("strategies", f"{ROOT}/notify/triggerPolicy/strategy", "WHENEVER"),
    mistake("collisions", same_container, TRAIN),
)
PARAMETERS = (
    put("types", f"{INPUTS}/n/parameterType", "INT"),
    put("types", f"{INPUTS}/n/parameterType", ...),
    put("types", f"{INPUTS}/n/parameterType", "TASK_FINAL_STATUS"),
    *(
        put("defaults", f"{INPUTS}/{name}/defaultValue", value)
        for name, value in (
            ("n", "many"),
            ("n", 1.5),
            ("n", True),
            ("n", None),
            ("n", 2**53 + 1),
            ("n", 1e300),
            ("n", 10**400),
            ("alpha", float("nan")),
            ("alpha", float("inf")),
            ("alpha", "1"),
            ("flag", 1),
            ("flag", "true"),
            ("word", 1),
            ("names", {"a": 1}),
            ("names", [{"x": float("inf")}]),
            ("names", [date(2026, 1, 1)]),
            ("table", []),
            ("table", {"k": [float("nan")]}),
            ("table", {"k": 2**60}),
            ("table", {1: 2}),
        )
    ),
    mistake("optional_ones", at(f"{INPUTS}/n/defaultValue", ...), f"{INPUTS}/n"),
    put("bindings", f"{BOUND}/extra", constant(1)),
    mistake("bindings", at(f"{BOUND}/alpha", ...), f"{MAIN}/train/inputs"),
    put("sources", f"{BOUND}/alpha", {}),
    put("sources", f"{BOUND}/alpha", {**constant(1.0), "componentInputParameter": "alpha"}),
    put("sources", f"{BOUND}/alpha", {"runtimeValue": {}}),
    put("sources", f"{BOUND}/alpha", constant("1.0")),
    put("sources", f"{BOUND}/alpha", {"componentInputParameter": "word"}),
    put("sources", f"{BOUND}/alpha", {"componentInputParameter": "n"}),
    put("sources", f"{BOUND}/alpha", {"taskFinalStatus": {"producerTask": "load"}}),
    mistake(
        "sources", at(f"{BOUND}/rows/taskOutputParameter/outputParameterKey", "x"), f"{BOUND}/rows"
    ),
    mistake(
        "sources",
        at(f"{COMPONENTS}/comp-load/outputDefinitions/parameters/rows/parameterType", "STRING"),
        f"{BOUND}/rows",
    ),
    put("sources", f"{ROOT}/notify/inputs/parameters/status", constant({})),
    put(
        "sources",
        f"{ROOT}/notify/inputs/parameters/status",
        {"taskFinalStatus": {"producerTask": "notify"}},
    ),
    mistake(
        "sources",
        at(f"{COMPONENTS}/comp-notify/inputDefinitions/parameters/status/parameterType", "STRUCT"),
        f"{ROOT}/notify/inputs/parameters/status",
    ),
)
