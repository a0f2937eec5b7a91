"""The environment variables of a container, and its command with them.

As the kubelet makes them (Kubernetes, pkg/kubelet/kubelet_pods.go, makeEnvironmentVariables), but
without those of services.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

from .expansion import expand
from .objects import Key, Object
from .store import Store

_KEY_OF_MAP = re.compile(r"metadata\.(labels|annotations)\['(.+)'\]")


class ConfigMissing(Exception):
    """A container waits for a secret or a config map that is not there."""


class NotRun(Exception):
    """A pod says what this harness does not carry out, so that a test would prove nothing."""


def variables_of(container: Object, pod: Object, store: Store) -> dict[str, str]:
    """Return the variables of a container.

    Raises:
        ConfigMissing: a secret, a config map, or a key in one, is absent.
    """
    variables: dict[str, str] = {}
    for source in container.get("envFrom") or []:
        prefix = source.get("prefix") or ""
        for kind, reference in references(source, "configMapRef", "secretRef"):
            data = text_of(kind, reference, pod, store)
            variables |= {prefix + key: value for key, value in data.items()}
    for variable in container.get("env") or []:
        if value := variable.get("value"):
            variables[variable["name"]] = expand(value, variables)
        elif source := variable.get("valueFrom"):
            value = _from(source, pod, store)
            if value is not None:
                variables[variable["name"]] = value
        else:
            variables[variable["name"]] = ""
    return variables


def command_of(container: Object, variables: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return the command and the arguments, expanded (ExpandContainerCommandAndArgs)."""
    command, arguments = (container.get(part) or [] for part in ("command", "args"))
    return [expand(word, variables) for word in command], [
        expand(word, variables) for word in arguments
    ]


def references(source: Object, config_map: str, secret: str) -> list[tuple[str, Object]]:
    """Return what refers to a config map or a secret, with its kind in addresses."""
    kinds = {config_map: "configmaps", secret: "secrets"}
    return [(kind, source[key]) for key, kind in kinds.items() if source.get(key)]


def text_of(kind: str, reference: Object, pod: Object, store: Store) -> dict[str, str]:
    """Return what a secret or a config map holds, as texts."""
    data = data_of(kind, reference["name"], pod, store, bool(reference.get("optional")))
    return {key: value.decode() for key, value in data.items()}


def data_of(
    kind: str, name: str, pod: Object, store: Store, optional: bool = False
) -> dict[str, bytes]:
    """Return what a secret or a config map holds; nothing, if it is absent and may be.

    Raises:
        ConfigMissing: it may not be absent.
    """
    item = store.find(Key(kind, pod["metadata"]["namespace"], name))
    if item is None and not optional:
        raise ConfigMissing(f'{kind.removesuffix("s")} "{name}" not found')
    data: dict[str, Any] = (item or {}).get("data") or {}
    binary = {**(data if kind == "secrets" else {}), **((item or {}).get("binaryData") or {})}
    texts = {key: value.encode() for key, value in data.items() if key not in binary}
    return {**texts, **{key: base64.b64decode(value) for key, value in binary.items()}}


def _from(source: Object, pod: Object, store: Store) -> str | None:
    for kind, reference in references(source, "configMapKeyRef", "secretKeyRef"):
        data = text_of(kind, reference, pod, store)
        if reference["key"] not in data and not reference.get("optional"):
            name, namespace = reference["name"], pod["metadata"]["namespace"]
            text = f"couldn't find key {reference['key']} in {kind.removesuffix('s')}"
            raise ConfigMissing(f"{text} {namespace}/{name}")
        return data.get(reference["key"])
    field = (source.get("fieldRef") or {}).get("fieldPath")
    for name in ("name", "namespace", "uid"):
        if field == f"metadata.{name}":
            return str(pod["metadata"][name])
    # pkg/fieldpath/fieldpath.go: a key of a map, or an empty text where there is none.
    if match := _KEY_OF_MAP.fullmatch(field or ""):
        return str((pod["metadata"].get(match[1]) or {}).get(match[2], ""))
    raise NotRun(f"env.valueFrom: {source}")
