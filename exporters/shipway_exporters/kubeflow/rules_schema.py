"""The keys that may be in the documents, and the kind of value of each.

The server drops unknown keys of containers in silence (`DiscardUnknown` in `compiler/visitor.go`,
GetDeploymentConfig) and kfp takes any. Keys of the two formats that no exported spec needs,
such as iterators and artifacts, are refused too: no rule here knows them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shipway_exporters.kubeflow.rules_view import Fault, Keys, Rule, View, fault


@dataclass(frozen=True)
class Named:
    """A mapping from names of the author's to values of one kind."""

    kind: Any


@dataclass(frozen=True)
class Many:
    """A list of one kind."""

    kind: Any


@dataclass(frozen=True)
class Deprecated:
    """A key that has been replaced."""

    by: str


def whole(value: Any) -> int | None:
    """Return a whole number; a text of digits is one too, as in all of protobuf's JSON."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]+", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


TEXT, FLAG, WHOLE, NUMBER, ANY = (
    "a text",
    "true or false",
    "a whole number",
    "a number",
    "anything",
)
_KINDS: Mapping[str, Callable[[Any], bool]] = {
    TEXT: lambda value: isinstance(value, str),
    FLAG: lambda value: isinstance(value, bool),
    WHOLE: lambda value: whole(value) is not None,
    NUMBER: _is_number,
    ANY: lambda _: True,
}

_INPUT = {"parameterType": TEXT, "defaultValue": ANY, "isOptional": FLAG, "description": TEXT}
_PRODUCED = {"producerTask": TEXT, "outputParameterKey": TEXT}
_VALUE = {"runtimeValue": {"constant": ANY}}
_BINDING = {
    **_VALUE,
    "componentInputParameter": TEXT,
    "taskOutputParameter": _PRODUCED,
    "taskFinalStatus": {"producerTask": TEXT},
}
_TASK = {
    "taskInfo": {"name": TEXT},
    "componentRef": {"name": TEXT},
    "cachingOptions": {"enableCache": FLAG},
    "dependentTasks": Many(TEXT),
    "inputs": {"parameters": Named(_BINDING)},
    "retryPolicy": {
        "maxRetryCount": WHOLE,
        "backoffDuration": TEXT,
        "backoffFactor": NUMBER,
        "backoffMaxDuration": TEXT,
    },
    "triggerPolicy": {"strategy": TEXT},
}
_SELECTED = {"producerSubtask": TEXT, "outputParameterKey": TEXT}
_COMPONENT = {
    "inputDefinitions": {"parameters": Named(_INPUT)},
    "outputDefinitions": {"parameters": Named({"parameterType": TEXT, "description": TEXT})},
    "executorLabel": TEXT,
    "dag": {
        "tasks": Named(_TASK),
        "outputs": {"parameters": Named({"valueFromParameter": _SELECTED})},
    },
}
_CONTAINER = {
    "image": TEXT,
    "command": Many(TEXT),
    "args": Many(TEXT),
    "env": Many({"name": TEXT, "value": TEXT}),
    "resources": {
        "resourceCpuRequest": TEXT,
        "resourceCpuLimit": TEXT,
        "resourceMemoryRequest": TEXT,
        "resourceMemoryLimit": TEXT,
        "cpuRequest": Deprecated("resourceCpuRequest"),
        "cpuLimit": Deprecated("resourceCpuLimit"),
        "memoryRequest": Deprecated("resourceMemoryRequest"),
        "memoryLimit": Deprecated("resourceMemoryLimit"),
        "accelerator": {
            "resourceType": TEXT,
            "resourceCount": TEXT,
            "type": Deprecated("resourceType"),
            "count": Deprecated("resourceCount"),
        },
    },
}
PIPELINE = {
    "components": Named(_COMPONENT),
    "defaultPipelineRoot": TEXT,
    "deploymentSpec": {"executors": Named({"container": _CONTAINER})},
    "pipelineInfo": {"name": TEXT, "displayName": TEXT, "description": TEXT},
    "root": {name: kind for name, kind in _COMPONENT.items() if name != "executorLabel"},
    "schemaVersion": TEXT,
    "sdkVersion": TEXT,
}

_SECRET = {"secretName": TEXT, "secretNameParameter": _VALUE}
_CONFIG_MAP = {"configMapName": TEXT, "configMapNameParameter": _VALUE}
_VOLUME = {"mountPath": TEXT, "optional": FLAG}
_KUBERNETES = {
    "secretAsEnv": Many(
        {**_SECRET, "keyToEnv": Many({"secretKey": TEXT, "envVar": TEXT}), "optional": FLAG}
    ),
    "configMapAsEnv": Many(
        {**_CONFIG_MAP, "keyToEnv": Many({"configMapKey": TEXT, "envVar": TEXT}), "optional": FLAG}
    ),
    "secretAsVolume": Many({**_SECRET, **_VOLUME}),
    "configMapAsVolume": Many({**_CONFIG_MAP, **_VOLUME}),
    "pvcMount": Many(
        {"constant": TEXT, "pvcNameParameter": _VALUE, "mountPath": TEXT, "subPath": TEXT}
    ),
    "nodeSelector": {"labels": Named(TEXT)},
    "tolerations": Many(
        {
            "key": TEXT,
            "operator": TEXT,
            "value": TEXT,
            "effect": TEXT,
            "tolerationSeconds": WHOLE,
        }
    ),
    "podMetadata": {"labels": Named(TEXT), "annotations": Named(TEXT)},
    "imagePullPolicy": TEXT,
    "imagePullSecret": Many(_SECRET),
    "activeDeadlineSeconds": WHOLE,
}
PLATFORM = {
    "platforms": {"kubernetes": {"deploymentSpec": {"executors": Named(_KUBERNETES)}}},
}


def known_documents(view: View) -> Iterator[Fault]:
    """kfp's load_documents_from_yaml takes one document or two; the server skips others."""
    if len(view.documents) not in (1, 2):
        yield Fault("", f"There are {len(view.documents)} documents instead of one or two.")


def known_keys(view: View) -> Iterator[Fault]:
    """`api/v2alpha1/pipeline_spec.proto` and `kubernetes_executor_config.proto`, as closed."""
    for document, kind in zip(view.documents, (PIPELINE, PLATFORM), strict=False):
        yield from _check(document, kind, ())


def _check(value: Any, kind: Any, keys: Keys) -> Iterator[Fault]:
    if isinstance(kind, str):
        if not _KINDS[kind](value):
            yield fault(keys, f"This must be {kind}.")
    elif isinstance(kind, Deprecated):
        yield fault(keys, f"This key is deprecated: it is now `{kind.by}`, a text.")
    elif isinstance(kind, Many):
        yield from _check_list(value, kind, keys)
    else:
        yield from _check_mapping(value, kind, keys)


def _check_list(value: Any, kind: Many, keys: Keys) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield fault(keys, "This must be a list.")
        return
    for index, item in enumerate(value):
        yield from _check(item, kind.kind, (*keys, index))


def _check_mapping(value: Any, kind: Any, keys: Keys) -> Iterator[Fault]:
    if not isinstance(value, Mapping):
        yield fault(keys, "This must be a mapping.")
        return
    for name, item in value.items():
        inner = (*keys, str(name))
        if not isinstance(name, str):
            yield fault(inner, "A key must be a text.")
        elif isinstance(kind, Named):
            yield from _check(item, kind.kind, inner)
        elif name in kind:
            yield from _check(item, kind[name], inner)
        else:
            yield fault(inner, f"The key `{name}` is not known here.")


RULES: tuple[Rule, ...] = (known_documents, known_keys)
