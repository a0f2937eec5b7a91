"""What the API server checks in a container, beyond the schema.

From Kubernetes, pkg/apis/core/validation/validation.go; each function names those it follows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Any

from .names import data_key, dns_label, qualified_name, variable_name
from .objects import Object
from .quantities import amount

_OVERCOMMIT = {"cpu", "memory", "ephemeral-storage"}
_SOURCES = {"configMapKeyRef", "fieldRef", "fileKeyRef", "resourceFieldRef", "secretKeyRef"}
_POLICIES = (None, "", "Always", "IfNotPresent", "Never")


def container_problems(container: Object, at: str, volumes: Collection[str]) -> Iterator[str]:
    """validateContainerCommon: all of one container.

    Args:
        at: the path of its field.
        volumes: the names of the pod's volumes.
    """
    if problem := dns_label(container["name"]):
        yield f"{at}.name: Invalid value: {problem}"
    image = container.get("image") or ""
    if not image:
        yield f"{at}.image: Required value"
    elif image != image.strip():
        yield f"{at}.image: Invalid value: must not have leading or trailing whitespace"
    if (policy := container.get("imagePullPolicy")) not in _POLICIES:
        yield f"{at}.imagePullPolicy: Unsupported value: {policy!r}"
    for index, variable in enumerate(container.get("env") or []):
        yield from variable_problems(variable, f"{at}.env[{index}]")
    for index, source in enumerate(container.get("envFrom") or []):
        yield from source_problems(source, f"{at}.envFrom[{index}]")
    yield from mount_problems(container.get("volumeMounts") or [], f"{at}.volumeMounts", volumes)
    yield from resource_problems(container.get("resources") or {}, f"{at}.resources")


def variable_problems(variable: Object, at: str) -> Iterator[str]:
    """ValidateEnv, validateEnvVarValueFrom."""
    if problem := variable_name(variable["name"]):
        yield f"{at}.name: Invalid value: {problem}"
    source = variable.get("valueFrom")
    if source is None:
        return
    if variable.get("value"):
        yield f"{at}.valueFrom: Invalid value: may not be specified when `value` is not empty"
    if len(_SOURCES & set(source)) != 1:
        yield f"{at}.valueFrom: Invalid value: must specify exactly one source"
    for name in ("secretKeyRef", "configMapKeyRef"):
        reference = source.get(name)
        if reference is None:
            continue
        if not reference.get("name"):
            yield f"{at}.valueFrom.{name}.name: Required value"
        if problem := data_key(reference.get("key") or ""):
            yield f"{at}.valueFrom.{name}.key: Invalid value: {problem}"


def source_problems(source: Object, at: str) -> Iterator[str]:
    """ValidateEnvFrom."""
    if (prefix := source.get("prefix")) and (problem := variable_name(prefix)):
        yield f"{at}.prefix: Invalid value: {problem}"
    references = [source[name] for name in ("configMapRef", "secretRef") if source.get(name)]
    if len(references) != 1:
        yield f"{at}: Invalid value: must specify exactly one of `configMapRef` or `secretRef`"
    for reference in references:
        if not reference.get("name"):
            yield f"{at}.name: Required value"


def mount_problems(mounts: list[Any], at: str, volumes: Collection[str]) -> Iterator[str]:
    """ValidateVolumeMounts, validateLocalDescendingPath."""
    paths: set[str] = set()
    for index, mount in enumerate(mounts):
        path, sub_path = mount.get("mountPath") or "", mount.get("subPath") or ""
        if mount["name"] not in volumes:
            yield f"{at}[{index}].name: Not found: {mount['name']!r}"
        if not path:
            yield f"{at}[{index}].mountPath: Required value"
        if path in paths:
            yield f"{at}[{index}].mountPath: Invalid value: {path!r}: must be unique"
        paths.add(path)
        if sub_path.startswith("/"):
            yield f"{at}[{index}].subPath: Invalid value: {sub_path!r}: must be a relative path"
        if ".." in sub_path.split("/"):
            yield f"{at}[{index}].subPath: Invalid value: {sub_path!r}: must not contain '..'"
        if sub_path and mount.get("subPathExpr"):
            yield f"{at}[{index}].subPathExpr: Invalid value: subPathExpr and subPath are exclusive"


def resource_problems(resources: Object, at: str) -> Iterator[str]:
    """ValidateContainerResourceRequirements; the quantities can be read."""
    requests, limits = resources.get("requests") or {}, resources.get("limits") or {}
    for part, values in (("limits", limits), ("requests", requests)):
        for name, text in values.items():
            yield from _quantity_problems(name, amount(text), f"{at}.{part}[{name}]")
    for name, text in requests.items():
        extended = name not in _OVERCOMMIT
        if name in limits and amount(text) > amount(limits[name]):
            problem = f"must be less than or equal to {name} limit"
            yield f"{at}.requests: Invalid value: {text!r}: {problem}"
        elif extended and name not in limits:
            yield f"{at}.limits: Required value: Limit must be set for non overcommitable resources"
        elif extended and amount(text) != amount(limits[name]):
            yield f"{at}.requests: Invalid value: {text!r}: must be equal to {name} limit"


def _quantity_problems(name: str, value: Decimal, at: str) -> Iterator[str]:
    # ValidateResourceQuantityValue, validateContainerResourceName
    if problem := qualified_name(name):
        yield f"{at}: Invalid value: {problem}"
    if "/" not in name and name not in _OVERCOMMIT and not name.startswith("hugepages-"):
        yield f"{at}: Invalid value: must be a standard resource type or fully qualified"
    if value < 0:
        yield f"{at}: Invalid value: must be greater than or equal to 0"
    if "/" in name and value != value.to_integral_value():
        yield f"{at}: Invalid value: must be an integer"
