"""The rule check of a pod that a target writes whole: which keys it may have, and what is refused.

A server takes some of it, and the pod then misreads it. Sources: Kubernetes, API reference, Pod v1;
`pkg/apis/core/validation`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from shipway.schemas.document import mapping
from shipway.schemas.problems import DocumentPath, Problem
from shipway.schemas.records import Record
from shipway.schemas.shapes import Choice, Flag, ListOf, MapOf, Shape, Text, Whole
from shipway.schemas.strict import strict_record
from shipway.settings.value_shapes import EFFECTS, OPERATORS, PULL_POLICIES
from shipway.tasks.limits import LONGEST_ARGUMENT
from shipway_exporters.containers import kubernetes_names as names
from shipway_exporters.containers.pods import refused_toleration, toleration_faults
from shipway_exporters.containers.resources import amount_of

TEXT = Text(r"[^\0]*", "text")
_NAMED = strict_record({"name": TEXT}, required={"name"})
_KEYED = strict_record({"name": TEXT, "key": TEXT}, required={"name", "key"})
_TEXTS = MapOf(TEXT)
METADATA: Mapping[str, Shape[Any]] = {"labels": _TEXTS, "annotations": _TEXTS}
_MOUNT = strict_record(
    {**dict.fromkeys(("name", "mountPath", "subPath"), TEXT), "readOnly": Flag()},
    required={"name", "mountPath"},
)
_VOLUME = strict_record(
    {
        "name": TEXT,
        "persistentVolumeClaim": strict_record({"claimName": TEXT}, required={"claimName"}),
        "configMap": _NAMED,
        "secret": strict_record({"secretName": TEXT}, required={"secretName"}),
        "emptyDir": strict_record({"medium": TEXT, "sizeLimit": TEXT}),
    },
    required={"name"},
)
_VARIABLE = strict_record(
    {
        "name": TEXT,
        "value": TEXT,
        "valueFrom": strict_record(
            {"secretKeyRef": _KEYED, "fieldRef": strict_record({"fieldPath": TEXT})}
        ),
    },
    required={"name"},
)
_TOLERATION = strict_record(
    {
        **dict.fromkeys(("key", "value"), TEXT),
        "operator": Choice(OPERATORS),
        "effect": Choice(EFFECTS),
        "tolerationSeconds": Whole(),
    }
)
CONTAINER = strict_record(
    {
        **dict.fromkeys(("name", "image"), TEXT),
        **dict.fromkeys(("command", "args"), ListOf(TEXT, least=1)),
        "env": ListOf(_VARIABLE),
        "envFrom": ListOf(strict_record({"secretRef": _NAMED, "configMapRef": _NAMED})),
        "resources": strict_record({"requests": _TEXTS, "limits": _TEXTS}),
        "volumeMounts": ListOf(_MOUNT),
        "imagePullPolicy": Choice(PULL_POLICIES),
    },
    "the container",
    {"name", "image", "command", "args"},
)
_REFERENCE = re.compile(r"(?<!\$)(?:\$\$)*\$\(([^)]*)\)")


def pod_shape(**more: Shape[Any]) -> Record:
    """Return the shape of a pod's spec; `more` are keys that a target writes besides."""
    keys: dict[str, Shape[Any]] = {
        "nodeSelector": _TEXTS,
        "tolerations": ListOf(_TOLERATION),
        **dict.fromkeys(("priorityClassName", "serviceAccountName"), TEXT),
        "imagePullSecrets": ListOf(_NAMED),
        "containers": ListOf(CONTAINER, least=1),
        "volumes": ListOf(_VOLUME),
    }
    return strict_record(
        {**keys, **more}, "the pod", {"containers", *more.keys() & {"restartPolicy"}}
    )


def is_too_long(word: str) -> bool:
    """Tell whether Linux gives no process an argument."""
    return len(word.encode(errors="surrogatepass")) > LONGEST_ARGUMENT


def metadata_faults(metadata: Mapping[str, Any], path: DocumentPath) -> Iterator[Problem]:
    """Yield what Kubernetes refuses of labels and annotations, of an object or its pods."""
    for key, value in mapping(metadata.get("labels")).items():
        is_free = names.is_label_key(key) and not names.is_label_of_jobs(key)
        if not (is_free and names.is_label_value(value)):
            yield Problem((*path, "labels", key), f"`{key}: {value}` is no label to set.")
    for key in mapping(metadata.get("annotations")):
        if not names.is_annotation_key(key):
            yield Problem((*path, "annotations", key), f"`{key}` is no key of an annotation.")


def pod_faults(
    spec: Mapping[str, Any], path: DocumentPath, variables: Collection[str]
) -> Iterator[Problem]:
    """Yield what is wrong in the spec of a pod that has its shape.

    Args:
        variables: those of a container that its words refer to.
    """
    for index, toleration in enumerate(spec.get("tolerations", [])):
        for _, why in toleration_faults(toleration):
            yield Problem((*path, "tolerations", index), refused_toleration(why))
    volumes = Counter(volume["name"] for volume in spec.get("volumes", []))
    for index, volume in enumerate(spec.get("volumes", [])):
        name = volume["name"]
        if len(volume) != 2 or volumes[name] > 1 or not names.is_volume(name):
            what = f"`{name}` is there twice, is no name, or has not one source."
            yield Problem((*path, "volumes", index), what)
    for index, container in enumerate(spec["containers"]):
        place = (*path, "containers", index)
        if not names.is_volume(container["name"]):
            yield Problem((*place, "name"), f"`{container['name']}` is no name of a container.")
        yield from _variables(container, place)
        yield from _words(container, place, variables)
        yield from _mounts(container, place, volumes)
        yield from _amounts(container, place)


def _variables(container: Mapping[str, Any], path: DocumentPath) -> Iterator[Problem]:
    variables = container.get("env", [])
    counts = Counter(item["name"] for item in variables)
    for index, item in enumerate(variables):
        name, place = item["name"], (*path, "env", index)
        if counts[name] > 1 or not names.is_variable(name):
            yield Problem(place, f"`{name}` is set twice, or is no name of a variable.")
        if ("value" in item) == ("valueFrom" in item) or len(item.get("valueFrom", "1")) != 1:
            yield Problem(place, f"`{name}` has several values, or none.")
        if reference := _REFERENCE.search(item.get("value", "")):
            yield Problem(place, f"`{reference[0]}` would be replaced.")


def _words(
    container: Mapping[str, Any], path: DocumentPath, variables: Collection[str]
) -> Iterator[Problem]:
    for key in ("command", "args"):
        for index, word in enumerate(container[key]):
            others = {match[1] for match in _REFERENCE.finditer(word)} - {*variables}
            if others:
                yield Problem((*path, key, index), f"`$({min(others)})` would be replaced.")
            if is_too_long(word):
                what = "Linux gives no process so long an argument: let the task have fewer nodes."
                yield Problem((*path, key, index), what)


def _mounts(
    container: Mapping[str, Any], path: DocumentPath, volumes: Collection[str]
) -> Iterator[Problem]:
    mounts = container.get("volumeMounts", [])
    counts = Counter(mount["mountPath"] for mount in mounts)
    for index, mount in enumerate(mounts):
        at, is_there = mount["mountPath"], mount["name"] in volumes
        if not is_there or counts[at] > 1 or not names.is_mount_path(at):
            what = f"{at} has no volume, or two, or is no path to mount at."
            yield Problem((*path, "volumeMounts", index), what)


def _amounts(container: Mapping[str, Any], path: DocumentPath) -> Iterator[Problem]:
    resources = container.get("resources", {})
    for part, amounts in resources.items():
        for name, amount in amounts.items():
            if amount_of(amount) is None:
                yield Problem((*path, "resources", part, name), f"`{amount}` is no quantity.")
    for name, request in resources.get("requests", {}).items():
        limit = amount_of(resources.get("limits", {}).get(name, request))
        if limit is not None and (amount_of(request) or 0) > limit:
            what = f"The request for {name} is more than its limit."
            yield Problem((*path, "resources", "requests", name), what)
