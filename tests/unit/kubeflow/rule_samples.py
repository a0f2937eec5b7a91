"""A good spec with a bit of all that the rules look at, and changes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Documents = list[dict[str, Any]]
Change = Callable[[Documents], None]


def parameter(name: str) -> str:
    """The placeholder of an input."""
    return f"{{{{$.inputs.parameters['{name}']}}}}"


def constant(value: Any) -> dict[str, Any]:
    """A value where a spec takes a parameter."""
    return {"runtimeValue": {"constant": value}}


def typed(**types: str) -> dict[str, Any]:
    """Definitions of parameters."""
    return {"parameters": {name: {"parameterType": type_} for name, type_ in types.items()}}


def task(name: str, *after: str, **binding: Any) -> dict[str, Any]:
    """A task of the component of its name."""
    return {
        "taskInfo": {"name": name},
        "componentRef": {"name": f"comp-{name}"},
        "cachingOptions": {},
        "dependentTasks": list(after),
        "inputs": {"parameters": binding},
    }


def good() -> Documents:
    """Two documents without a fault."""
    return [_pipeline(), _platform()]


def _pipeline() -> dict[str, Any]:
    return {
        "pipelineInfo": {"name": "shop", "description": "All of $HOME {and} more"},
        "schemaVersion": "2.1.0",
        "sdkVersion": "kfp-2.17.0",
        "root": {
            "inputDefinitions": _inputs(),
            "dag": {
                "tasks": {
                    "main": task(
                        "main",
                        alpha={"componentInputParameter": "alpha"},
                        n={"componentInputParameter": "n"},
                    ),
                    "notify": {
                        **task(
                            "notify", "main", status={"taskFinalStatus": {"producerTask": "main"}}
                        ),
                        "triggerPolicy": {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"},
                    },
                }
            },
        },
        "components": _components(),
        "deploymentSpec": {"executors": _executors()},
    }


def _inputs() -> dict[str, Any]:
    defaults = {
        "alpha": ("NUMBER_DOUBLE", 0.5),
        "n": ("NUMBER_INTEGER", 3.0),
        "word": ("STRING", "2"),
        "flag": ("BOOLEAN", True),
        "names": ("LIST", ["a", 1, None]),
        "table": ("STRUCT", {"k": {"n": 2}}),
    }
    return {
        "parameters": {
            name: {"parameterType": type_, "defaultValue": value, "isOptional": True}
            for name, (type_, value) in defaults.items()
        }
    }


def _components() -> dict[str, Any]:
    status = {"parameterType": "TASK_FINAL_STATUS", "isOptional": True}
    rows = {"taskOutputParameter": {"producerTask": "load", "outputParameterKey": "rows"}}
    retry = {
        "maxRetryCount": 2,
        "backoffDuration": "30s",
        "backoffFactor": 2.0,
        "backoffMaxDuration": "3600s",
    }
    load = task("load", run=constant("{{$.pipeline_job_uuid}}"), k=constant(2.0))
    alpha = {"componentInputParameter": "alpha"}
    train = task("train", "load", alpha=alpha, rows=rows) | {"retryPolicy": retry}
    return {
        "comp-main": {
            "inputDefinitions": typed(alpha="NUMBER_DOUBLE", n="NUMBER_INTEGER"),
            "dag": {"tasks": {"load": load, "train": train}},
        },
        "comp-load": {
            "executorLabel": "exec-load",
            "inputDefinitions": typed(run="STRING", k="NUMBER_INTEGER"),
            "outputDefinitions": typed(rows="NUMBER_INTEGER"),
        },
        "comp-train": {
            "executorLabel": "exec-train",
            "inputDefinitions": typed(alpha="NUMBER_DOUBLE", rows="NUMBER_INTEGER"),
        },
        "comp-notify": {
            "executorLabel": "exec-notify",
            "inputDefinitions": {"parameters": {"status": status}},
        },
    }


def _executors() -> dict[str, Any]:
    image = "registry.example/shop:1.0"
    resources = {
        "resourceCpuRequest": "500m",
        "resourceCpuLimit": "2",
        "resourceMemoryRequest": "1Gi",
        "resourceMemoryLimit": "2.5G",
        "accelerator": {"resourceType": "nvidia.com/gpu", "resourceCount": "1"},
    }
    load = ["--run", parameter("run"), f"--k={parameter('k')}", "$(date) $$(KFP_POD_NAME)"]
    output = "{{$.outputs.parameters['rows'].output_file}}"
    train = {
        "image": image,
        "command": ["python", "-m", "shop"],
        "args": ["--json", '{"a": {"b": 1}}', f"{parameter('alpha')}-{parameter('rows')}"],
        "env": [{"name": "LEVEL", "value": "info"}, {"name": "EMPTY", "value": ""}],
        "resources": resources,
    }
    notify = {"image": image, "command": ["tell"], "args": [parameter("status"), "{{$}}"]}
    return {
        "exec-load": {
            "container": {"image": image, "command": ["load"], "args": [*load, output]},
        },
        "exec-train": {"container": train},
        "exec-notify": {"container": notify},
    }


def _names(key: str, name: str) -> dict[str, Any]:
    return {key: name, f"{key}Parameter": constant(name)}


def _platform() -> dict[str, Any]:
    claim = {"constant": "data", "pvcNameParameter": constant("data"), "mountPath": "/data"}
    train = {
        "secretAsEnv": [
            {
                **_names("secretName", "db.shop"),
                "keyToEnv": [{"secretKey": "pass.word", "envVar": "PASSWORD"}],
                "optional": False,
            }
        ],
        "configMapAsEnv": [
            {
                **_names("configMapName", "settings"),
                "keyToEnv": [{"configMapKey": "mode", "envVar": "MODE"}],
            }
        ],
        "secretAsVolume": [{**_names("secretName", "key"), "mountPath": "/key"}],
        "configMapAsVolume": [{**_names("configMapName", "conf"), "mountPath": "/conf"}],
        "pvcMount": [claim | {"subPath": "in"}],
        "emptyDirMounts": [
            {
                "volumeName": "scratch",
                "mountPath": "/scratch",
                "medium": "Memory",
                "sizeLimit": "1Gi",
            }
        ],
        "nodeSelector": {"labels": {"example.com/pool": "big"}},
        "tolerations": [
            {"key": "gpu", "operator": "Exists", "effect": "NoSchedule"},
            {"key": "team", "value": "shop", "effect": "NoExecute", "tolerationSeconds": 60},
        ],
        "imagePullPolicy": "IfNotPresent",
        "imagePullSecret": [_names("secretName", "pull")],
        "activeDeadlineSeconds": "3600",
        "podMetadata": {"labels": {"team": "shop"}, "annotations": {"Note": "a b"}},
    }
    executors = {"exec-load": {"pvcMount": [dict(claim)]}, "exec-train": train}
    return {"platforms": {"kubernetes": {"deploymentSpec": {"executors": executors}}}}


def at(path: str, value: Any) -> Change:
    """Set what is at a path such as ``0/root/dag``; an ellipsis removes it."""

    def change(documents: Documents) -> None:
        *parents, last = [int(word) if word.isdigit() else word for word in path.split("/")]
        place: Any = documents
        for word in parents:
            place = place[word]
        if value is ...:
            del place[last]
        else:
            place[last] = value

    return change


def add(path: str, value: Any) -> Change:
    """Append to the list at a path."""

    def change(documents: Documents) -> None:
        place: Any = documents
        for word in path.split("/"):
            place = place[int(word) if word.isdigit() else word]
        place.append(value)

    return change


def all_of(*changes: Change) -> Change:
    """Make several changes."""

    def change(documents: Documents) -> None:
        for one in changes:
            one(documents)

    return change


def rename(path: str, old: str, new: str) -> Change:
    """Rename a key; a task is also told its new name."""

    def change(documents: Documents) -> None:
        place: Any = documents
        for word in path.split("/"):
            place = place[int(word) if word.isdigit() else word]
        place[new] = place.pop(old)
        if "taskInfo" in place[new]:
            place[new]["taskInfo"]["name"] = new

    return change
