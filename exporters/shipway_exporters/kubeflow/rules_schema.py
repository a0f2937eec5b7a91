"""The keys that may be in the documents, and the kind of value of each.

The server drops unknown keys of containers in silence (`DiscardUnknown` in `compiler/visitor.go`,
GetDeploymentConfig) and kfp takes any. Keys of the two formats that no exported spec needs,
such as iterators and artifacts, are refused too: no rule here knows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shipway.schemas.problems import DocumentPath, Problem, shown
from shipway.schemas.shapes import Anything, Flag, ListOf, MapOf, Number, Parsed, Shape, Text
from shipway.schemas.strict import closed, problems_in
from shipway_exporters.kubeflow.rules_view import Rule, View


@dataclass(frozen=True)
class _DeprecatedField:
    """A key that has been replaced."""

    by: str

    def read(self, value: Any, path: DocumentPath, problems: list[Problem]) -> None:
        problems.append(Problem(path, f"This key is deprecated: it is now `{self.by}`, a text."))

    def schema(self) -> dict[str, Any]:
        return {"not": {}}


def whole(value: Any) -> int | None:
    """Return a whole number; a text of digits is one too, as in all of protobuf's JSON."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]+", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _whole(value: Any) -> int:
    number = whole(value)
    if number is None:
        raise ValueError(f"{shown(value)} is no whole number.")
    return number


_TEXT, _FLAG, _ANY, _WHOLE = Text(), Flag(), Anything(), Parsed(_whole, {"type": "integer"})
_TEXTS = MapOf(_TEXT)
_INPUT = closed(
    {"parameterType": _TEXT, "defaultValue": _ANY, "isOptional": _FLAG, "description": _TEXT},
    "an input",
)
_OUTPUT = closed({"parameterType": _TEXT, "description": _TEXT})
_VALUE = closed({"constant": _ANY})
_BINDING = closed(
    {
        "runtimeValue": _VALUE,
        "componentInputParameter": _TEXT,
        "taskOutputParameter": closed({"producerTask": _TEXT, "outputParameterKey": _TEXT}),
        "taskFinalStatus": closed({"producerTask": _TEXT}),
    },
    "a binding",
)
_TASK = closed(
    {
        "taskInfo": closed({"name": _TEXT}),
        "componentRef": closed({"name": _TEXT}),
        "cachingOptions": closed({"enableCache": _FLAG}),
        "dependentTasks": ListOf(_TEXT),
        "inputs": closed({"parameters": MapOf(_BINDING)}),
        "retryPolicy": closed(
            {
                "maxRetryCount": _WHOLE,
                "backoffDuration": _TEXT,
                "backoffFactor": Number(),
                "backoffMaxDuration": _TEXT,
            }
        ),
        "triggerPolicy": closed({"strategy": _TEXT}),
    },
    "a task",
)
_SELECTOR = closed({"producerSubtask": _TEXT, "outputParameterKey": _TEXT})
_DAG: Mapping[str, Shape[Any]] = {
    "inputDefinitions": closed({"parameters": MapOf(_INPUT)}),
    "outputDefinitions": closed({"parameters": MapOf(_OUTPUT)}),
    "dag": closed(
        {
            "tasks": MapOf(_TASK),
            "outputs": closed({"parameters": MapOf(closed({"valueFromParameter": _SELECTOR}))}),
        }
    ),
}
_CONTAINER = closed(
    {
        "image": _TEXT,
        "command": ListOf(_TEXT),
        "args": ListOf(_TEXT),
        "env": ListOf(closed({"name": _TEXT, "value": _TEXT})),
        "resources": closed(
            {
                "resourceCpuRequest": _TEXT,
                "resourceCpuLimit": _TEXT,
                "resourceMemoryRequest": _TEXT,
                "resourceMemoryLimit": _TEXT,
                "cpuRequest": _DeprecatedField("resourceCpuRequest"),
                "cpuLimit": _DeprecatedField("resourceCpuLimit"),
                "memoryRequest": _DeprecatedField("resourceMemoryRequest"),
                "memoryLimit": _DeprecatedField("resourceMemoryLimit"),
                "accelerator": closed(
                    {
                        "resourceType": _TEXT,
                        "resourceCount": _TEXT,
                        "type": _DeprecatedField("resourceType"),
                        "count": _DeprecatedField("resourceCount"),
                    }
                ),
            }
        ),
    },
    "a container",
)
_PIPELINE = closed(
    {
        "components": MapOf(closed({**_DAG, "executorLabel": _TEXT})),
        "defaultPipelineRoot": _TEXT,
        "deploymentSpec": closed({"executors": MapOf(closed({"container": _CONTAINER}))}),
        "pipelineInfo": closed({"name": _TEXT, "displayName": _TEXT, "description": _TEXT}),
        "root": closed(_DAG),
        "schemaVersion": _TEXT,
        "sdkVersion": _TEXT,
    },
    "the spec",
)
_NAME = closed({"runtimeValue": _VALUE})
_SECRET: Mapping[str, Shape[Any]] = {"secretName": _TEXT, "secretNameParameter": _NAME}
_CONFIG_MAP: Mapping[str, Shape[Any]] = {"configMapName": _TEXT, "configMapNameParameter": _NAME}
_VOLUME: Mapping[str, Shape[Any]] = {"mountPath": _TEXT, "optional": _FLAG}
_SECRET_KEYS = ListOf(closed({"secretKey": _TEXT, "envVar": _TEXT}))
_CONFIG_MAP_KEYS = ListOf(closed({"configMapKey": _TEXT, "envVar": _TEXT}))
_KUBERNETES = closed(
    {
        "secretAsEnv": ListOf(closed({**_SECRET, "keyToEnv": _SECRET_KEYS, "optional": _FLAG})),
        "configMapAsEnv": ListOf(
            closed({**_CONFIG_MAP, "keyToEnv": _CONFIG_MAP_KEYS, "optional": _FLAG})
        ),
        "secretAsVolume": ListOf(closed({**_SECRET, **_VOLUME})),
        "configMapAsVolume": ListOf(closed({**_CONFIG_MAP, **_VOLUME})),
        "pvcMount": ListOf(
            closed(
                {"constant": _TEXT, "pvcNameParameter": _NAME, "mountPath": _TEXT, "subPath": _TEXT}
            )
        ),
        "nodeSelector": closed({"labels": _TEXTS}),
        "tolerations": ListOf(
            closed(
                {
                    "key": _TEXT,
                    "operator": _TEXT,
                    "value": _TEXT,
                    "effect": _TEXT,
                    "tolerationSeconds": _WHOLE,
                }
            )
        ),
        "podMetadata": closed({"labels": _TEXTS, "annotations": _TEXTS}),
        "imagePullPolicy": _TEXT,
        "imagePullSecret": ListOf(closed(_SECRET)),
        "activeDeadlineSeconds": _WHOLE,
    },
    "the options of an executor",
)
_EXECUTORS = closed({"executors": MapOf(_KUBERNETES)})
_PLATFORM = closed(
    {"platforms": closed({"kubernetes": closed({"deploymentSpec": _EXECUTORS})})},
    "the platform document",
)


def known_documents(view: View) -> Iterator[Problem]:
    """kfp's load_documents_from_yaml takes one document or two; the server skips others."""
    if len(view.documents) not in (1, 2):
        yield Problem((), f"There are {len(view.documents)} documents instead of one or two.")


def known_keys(view: View) -> Iterator[Problem]:
    """`api/v2alpha1/pipeline_spec.proto` and `kubernetes_executor_config.proto`, as closed."""
    for document, shape in zip(view.documents, (_PIPELINE, _PLATFORM), strict=False):
        yield from problems_in(document, shape)


RULES: tuple[Rule, ...] = (known_documents, known_keys)
