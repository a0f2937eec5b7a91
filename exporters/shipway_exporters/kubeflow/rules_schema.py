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

from shipway.schemas.problems import DocumentPath, Problem, display
from shipway.schemas.shapes import Anything, Flag, ListOf, MapOf, Number, Parsed, Shape, Text
from shipway.schemas.strict import problems_in, strict_record
from shipway_exporters.kubeflow.rules_view import Rule, View


@dataclass(frozen=True)
class _DeprecatedField:
    """A key that has been replaced."""

    by: str

    def read(self, value: Any, path: DocumentPath, problems: list[Problem]) -> None:
        problems.append(Problem(path, f"This key is deprecated: it is now `{self.by}`, a text."))

    def schema(self) -> dict[str, Any]:
        # Nothing matches this schema (JSON Schema, `not`): the key may not be there at all.
        return {"not": {}}


def whole(value: Any) -> int | None:
    """Return a whole number; a text of digits is one too, as in all of protobuf's JSON."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]+", value):
        return int(value)
    # `true` would count as 1 in Python, which protobuf refuses.
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _whole(value: Any) -> int:
    number = whole(value)
    if number is None:
        raise ValueError(f"{display(value)} is no whole number.")
    return number


_TEXT, _FLAG, _ANY, _WHOLE = Text(), Flag(), Anything(), Parsed(_whole, {"type": "integer"})
_TEXTS = MapOf(_TEXT)
_INPUT = strict_record(
    {"parameterType": _TEXT, "defaultValue": _ANY, "isOptional": _FLAG, "description": _TEXT},
    "an input",
)
_OUTPUT = strict_record({"parameterType": _TEXT, "description": _TEXT})
_VALUE = strict_record({"constant": _ANY})
_BINDING = strict_record(
    {
        "runtimeValue": _VALUE,
        "componentInputParameter": _TEXT,
        "taskOutputParameter": strict_record({"producerTask": _TEXT, "outputParameterKey": _TEXT}),
        "taskFinalStatus": strict_record({"producerTask": _TEXT}),
    },
    "a binding",
)
_TASK = strict_record(
    {
        "taskInfo": strict_record({"name": _TEXT}),
        "componentRef": strict_record({"name": _TEXT}),
        "cachingOptions": strict_record({"enableCache": _FLAG}),
        "dependentTasks": ListOf(_TEXT),
        "inputs": strict_record({"parameters": MapOf(_BINDING)}),
        "retryPolicy": strict_record(
            {
                "maxRetryCount": _WHOLE,
                "backoffDuration": _TEXT,
                "backoffFactor": Number(),
                "backoffMaxDuration": _TEXT,
            }
        ),
        "triggerPolicy": strict_record({"strategy": _TEXT}),
    },
    "a task",
)
_SELECTOR = strict_record({"producerSubtask": _TEXT, "outputParameterKey": _TEXT})
_DAG: Mapping[str, Shape[Any]] = {
    "inputDefinitions": strict_record({"parameters": MapOf(_INPUT)}),
    "outputDefinitions": strict_record({"parameters": MapOf(_OUTPUT)}),
    "dag": strict_record(
        {
            "tasks": MapOf(_TASK),
            "outputs": strict_record(
                {"parameters": MapOf(strict_record({"valueFromParameter": _SELECTOR}))}
            ),
        }
    ),
}
_RESOURCES = strict_record(
    {
        "resourceCpuRequest": _TEXT,
        "resourceCpuLimit": _TEXT,
        "resourceMemoryRequest": _TEXT,
        "resourceMemoryLimit": _TEXT,
        "cpuRequest": _DeprecatedField("resourceCpuRequest"),
        "cpuLimit": _DeprecatedField("resourceCpuLimit"),
        "memoryRequest": _DeprecatedField("resourceMemoryRequest"),
        "memoryLimit": _DeprecatedField("resourceMemoryLimit"),
        "accelerator": strict_record(
            {
                "resourceType": _TEXT,
                "resourceCount": _TEXT,
                "type": _DeprecatedField("resourceType"),
                "count": _DeprecatedField("resourceCount"),
            }
        ),
    }
)


def pipeline_shape(resources: Shape[Any]) -> Shape[Any]:
    """Return the shape of a spec.

    Args:
        resources: that of what a container says of its compute.
    """
    words = ListOf(_TEXT)
    env = ListOf(strict_record({"name": _TEXT, "value": _TEXT}))
    container = strict_record(
        {"image": _TEXT, "command": words, "args": words, "env": env, "resources": resources},
        "a container",
    )
    executors = MapOf(strict_record({"container": container}))
    return strict_record(
        {
            "components": MapOf(strict_record({**_DAG, "executorLabel": _TEXT})),
            "defaultPipelineRoot": _TEXT,
            "deploymentSpec": strict_record({"executors": executors}),
            "pipelineInfo": strict_record(
                {"name": _TEXT, "displayName": _TEXT, "description": _TEXT}
            ),
            "root": strict_record(_DAG),
            "schemaVersion": _TEXT,
            "sdkVersion": _TEXT,
        },
        "the spec",
    )


_PIPELINE = pipeline_shape(_RESOURCES)
_NAME = strict_record({"runtimeValue": _VALUE})
_SECRET: Mapping[str, Shape[Any]] = {"secretName": _TEXT, "secretNameParameter": _NAME}
_CONFIG_MAP: Mapping[str, Shape[Any]] = {"configMapName": _TEXT, "configMapNameParameter": _NAME}
_VOLUME: Mapping[str, Shape[Any]] = {"mountPath": _TEXT, "optional": _FLAG}
_SECRET_KEYS = ListOf(strict_record({"secretKey": _TEXT, "envVar": _TEXT}))
_CONFIG_MAP_KEYS = ListOf(strict_record({"configMapKey": _TEXT, "envVar": _TEXT}))
_KUBERNETES = strict_record(
    {
        "secretAsEnv": ListOf(
            strict_record({**_SECRET, "keyToEnv": _SECRET_KEYS, "optional": _FLAG})
        ),
        "configMapAsEnv": ListOf(
            strict_record({**_CONFIG_MAP, "keyToEnv": _CONFIG_MAP_KEYS, "optional": _FLAG})
        ),
        "secretAsVolume": ListOf(strict_record({**_SECRET, **_VOLUME})),
        "configMapAsVolume": ListOf(strict_record({**_CONFIG_MAP, **_VOLUME})),
        "pvcMount": ListOf(
            strict_record(
                {"constant": _TEXT, "pvcNameParameter": _NAME, "mountPath": _TEXT, "subPath": _TEXT}
            )
        ),
        "emptyDirMounts": ListOf(
            strict_record(
                {"volumeName": _TEXT, "mountPath": _TEXT, "medium": _TEXT, "sizeLimit": _TEXT}
            )
        ),
        "nodeSelector": strict_record({"labels": _TEXTS}),
        "tolerations": ListOf(
            strict_record(
                {
                    "key": _TEXT,
                    "operator": _TEXT,
                    "value": _TEXT,
                    "effect": _TEXT,
                    "tolerationSeconds": _WHOLE,
                }
            )
        ),
        "podMetadata": strict_record({"labels": _TEXTS, "annotations": _TEXTS}),
        "imagePullPolicy": _TEXT,
        "imagePullSecret": ListOf(strict_record(_SECRET)),
        "activeDeadlineSeconds": _WHOLE,
    },
    "the options of an executor",
)
_EXECUTORS = strict_record({"executors": MapOf(_KUBERNETES)})
_PLATFORM = strict_record(
    {"platforms": strict_record({"kubernetes": strict_record({"deploymentSpec": _EXECUTORS})})},
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
