"""What the API server checks in the spec of a pod, beyond the schema.

From Kubernetes, pkg/apis/core/validation/validation.go; each function names those it follows.
"""

from __future__ import annotations

from collections.abc import Iterator

from .container_rules import container_problems
from .names import data_key, dns_label, dns_subdomain, label_value, qualified_name
from .objects import Object
from .quantities import amount

_EFFECTS = (None, "", "NoSchedule", "PreferNoSchedule", "NoExecute")
_RESTARTS = (None, "Always", "OnFailure", "Never")
_HOST_PATHS = (
    *(None, "", "DirectoryOrCreate", "Directory", "FileOrCreate", "File"),
    *("Socket", "CharDevice", "BlockDevice"),
)
_MOST_SECONDS = 2**31 - 1


def spec_problems(spec: Object, at: str = "spec") -> Iterator[str]:
    """ValidatePodSpec."""
    yield from volumes_problems(spec, f"{at}.volumes")
    volumes = {volume["name"] for volume in spec.get("volumes") or []}
    names: set[str] = set()
    if not spec.get("containers"):
        yield f"{at}.containers: Required value"
    for part in ("containers", "initContainers"):
        for index, container in enumerate(spec.get(part) or []):
            here = f"{at}.{part}[{index}]"
            if container["name"] in names:
                yield f"{here}.name: Duplicate value: {container['name']!r}"
            names.add(container["name"])
            yield from container_problems(container, here, volumes)
    yield from labels_problems(spec.get("nodeSelector") or {}, f"{at}.nodeSelector")
    for index, toleration in enumerate(spec.get("tolerations") or []):
        yield from toleration_problems(toleration, f"{at}.tolerations[{index}]")
    yield from life_problems(spec, at)
    if (account := spec.get("serviceAccountName")) and (problem := dns_subdomain(account)):
        yield f"{at}.serviceAccountName: Invalid value: {problem}"


def life_problems(spec: Object, at: str) -> Iterator[str]:
    """ValidatePodSpec: how long a pod lives, and when it ends."""
    if (policy := spec.get("restartPolicy")) not in _RESTARTS:
        yield f"{at}.restartPolicy: Unsupported value: {policy!r}"
    seconds = spec.get("activeDeadlineSeconds")
    if seconds is not None and not 1 <= seconds <= _MOST_SECONDS:
        yield f"{at}.activeDeadlineSeconds: Invalid value: must be between 1 and {_MOST_SECONDS}"
    if (spec.get("terminationGracePeriodSeconds") or 0) < 0:
        yield f"{at}.terminationGracePeriodSeconds: Invalid value: must be 0 or more"


def volumes_problems(spec: Object, at: str) -> Iterator[str]:
    """ValidateVolumes, validateVolumeSource."""
    names: set[str] = set()
    for index, volume in enumerate(spec.get("volumes") or []):
        here = f"{at}[{index}]"
        if problem := dns_label(volume["name"]):
            yield f"{here}.name: Invalid value: {problem}"
        if volume["name"] in names:
            yield f"{here}.name: Duplicate value: {volume['name']!r}"
        names.add(volume["name"])
        sources = [key for key, value in volume.items() if key != "name" and value is not None]
        if not sources:
            yield f"{here}: Required value: must specify a volume type"
        if len(sources) > 1:
            yield f"{here}: Forbidden: may not specify more than 1 volume type"
        for source in sources:
            yield from _source_problems(source, volume[source], f"{here}.{source}")


def _source_problems(kind: str, source: Object, at: str) -> Iterator[str]:
    # validateHostPathVolumeSource, validateSecretVolumeSource and their neighbours
    names = {"secret": "secretName", "configMap": "name", "persistentVolumeClaim": "claimName"}
    needed = names.get(kind) or ("path" if kind == "hostPath" else None)
    if needed and not source.get(needed):
        yield f"{at}.{needed}: Required value"
    if kind == "hostPath" and ".." in source.get("path", "").split("/"):
        yield f"{at}.path: Invalid value: must not contain '..'"
    if kind == "hostPath" and source.get("type") not in _HOST_PATHS:
        yield f"{at}.type: Unsupported value: {source['type']!r}"
    if not 0 <= (source.get("defaultMode") or 0) <= 0o777:
        yield f"{at}.defaultMode: Invalid value: must be a number between 0 and 0777"
    if kind == "emptyDir" and amount(source.get("sizeLimit", 0)) < 0:
        yield f"{at}.sizeLimit: Forbidden: SizeLimit field must be a valid resource quantity"
    for index, item in enumerate(source.get("items") or []):
        if problem := data_key(item.get("key") or ""):
            yield f"{at}.items[{index}].key: Invalid value: {problem}"
        path = item.get("path") or ""
        if not path or path.startswith("/") or ".." in path.split("/"):
            yield f"{at}.items[{index}].path: Invalid value: {path!r}: must be a relative path"


def toleration_problems(toleration: Object, at: str) -> Iterator[str]:
    """ValidateTolerations."""
    key, operator = toleration.get("key"), toleration.get("operator") or "Equal"
    if key and (problem := qualified_name(key)):
        yield f"{at}.key: Invalid value: {problem}"
    if operator not in ("Equal", "Exists", "Lt", "Gt"):
        yield f"{at}.operator: Unsupported value: {operator!r}"
    if not key and operator != "Exists":
        yield f"{at}.operator: Invalid value: must be Exists when `key` is empty"
    value = toleration.get("value") or ""
    if operator == "Exists" and value:
        yield f"{at}.operator: Invalid value: value must be empty when `operator` is 'Exists'"
    if operator == "Equal" and (problem := label_value(value)):
        yield f"{at}.operator: Invalid value: {problem}"
    effect = toleration.get("effect")
    if effect not in _EFFECTS:
        yield f"{at}.effect: Unsupported value: {effect!r}"
    if toleration.get("tolerationSeconds") is not None and effect != "NoExecute":
        yield f"{at}.effect: Invalid value: must be 'NoExecute' when `tolerationSeconds` is set"


def labels_problems(labels: Object, at: str) -> Iterator[str]:
    """ValidateLabels (apimachinery/pkg/apis/meta/v1/validation)."""
    for key, value in labels.items():
        if problem := qualified_name(key):
            yield f"{at}: Invalid value: {problem}"
        if problem := label_value(value):
            yield f"{at}: Invalid value: {problem}"
