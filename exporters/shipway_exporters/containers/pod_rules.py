"""Rules of a pod beyond the kinds of its values: what Kubernetes would refuse as a task starts.

Source: Kubernetes, `pkg/apis/core/validation` (ValidatePodSpec and what it calls).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from shipway.schemas.document import mapping, sequence, text
from shipway.schemas.problems import DocumentPath, Problem
from shipway.tasks.limits import is_too_long
from shipway_exporters.containers import kubernetes_names as names
from shipway_exporters.containers.pods import refused_toleration, toleration_faults
from shipway_exporters.containers.resources import amount_of

_REFERENCE = re.compile(r"(?<!\$)(?:\$\$)*\$\(([^)]*)\)")


def pod_faults(
    spec: Mapping[str, Any], path: DocumentPath, variables: Collection[str]
) -> Iterator[Problem]:
    """Yield what is wrong in the spec of a pod that has its shape.

    Args:
        variables: those that the words of a container refer to.
    """
    volumes = spec.get("volumes", [])
    yield from scheduling_faults(spec, path)
    yield from volume_faults(volumes, (*path, "volumes"))
    for index, container in enumerate(spec["containers"]):
        place = (*path, "containers", index)
        yield from container_faults(container, volumes, place)
        if not names.is_volume(text(container.get("name"))):
            yield Problem((*place, "name"), f"`{container.get('name')}` names no container.")
        yield from _references(container, place, variables)


def container_faults(
    container: Mapping[str, Any], volumes: Any, path: DocumentPath
) -> Iterator[Problem]:
    """Yield what is wrong with a container.

    Args:
        volumes: those of its pod.
    """
    image = text(container.get("image"))
    if not image or re.search(r"\s", image):
        yield Problem((*path, "image"), f"`{image}` is no image.")
    yield from _variables(container, path)
    yield from _resources(mapping(container.get("resources")), (*path, "resources"))
    yield from _mounts(container, volumes, path)


def volume_faults(volumes: Any, path: DocumentPath) -> Iterator[Problem]:
    """Yield what is wrong with the volumes of a pod."""
    taken: set[str] = set()
    for index, volume in enumerate(map(mapping, sequence(volumes))):
        name, place = text(volume.get("name")), (*path, index)
        if not names.is_volume(name):
            yield Problem((*place, "name"), f"`{name}` suits no volume.")
        if name in taken:
            yield Problem((*place, "name"), f"The volume `{name}` stands here twice.")
        if len(volume) != 2:
            yield Problem(place, "A volume has a name and one source.")
        taken.add(name)


def object_faults(
    metadata: Mapping[str, Any], path: DocumentPath, longest: int = 63
) -> Iterator[Problem]:
    """Yield what is wrong with the name, the namespace and the labels of an object.

    Args:
        longest: characters of its name, which is a DNS label.
    """
    if not names.is_volume(metadata["name"]) or len(metadata["name"]) > longest:
        what = f"`{metadata['name']}` is no name of an object, with {longest} characters at most."
        yield Problem((*path, "name"), what)
    if not names.is_namespace(metadata.get("namespace", "default")):
        yield Problem((*path, "namespace"), f"`{metadata['namespace']}` names no namespace.")
    yield from metadata_faults(metadata, path)


def metadata_faults(metadata: Any, path: DocumentPath) -> Iterator[Problem]:
    """Yield what is wrong with labels and annotations."""
    for key, value in mapping(mapping(metadata).get("labels")).items():
        if not names.is_label_key(key) or not names.is_label_value(text(value)):
            yield Problem((*path, "labels", key), f"`{key}: {value}` is no label.")
    for key in mapping(mapping(metadata).get("annotations")):
        if not names.is_annotation_key(key):
            yield Problem((*path, "annotations", key), f"`{key}` suits no annotation.")


def scheduling_faults(pod: Mapping[str, Any], path: DocumentPath) -> Iterator[Problem]:
    """Yield what is wrong with where a pod runs, and as whom."""
    for key, value in mapping(pod.get("nodeSelector")).items():
        if not names.is_label_key(key) or not names.is_label_value(text(value)):
            yield Problem((*path, "nodeSelector", key), f"`{key}: {value}` is no label.")
    for index, toleration in enumerate(map(mapping, sequence(pod.get("tolerations")))):
        for _, why in toleration_faults(toleration):
            yield Problem((*path, "tolerations", index), refused_toleration(why))
    for key in ("serviceAccountName", "priorityClassName"):
        if key in pod and not names.is_object(text(pod[key])):
            yield Problem((*path, key), f"`{pod[key]}` names no object.")


def _variables(container: Mapping[str, Any], path: DocumentPath) -> Iterator[Problem]:
    taken: set[str] = set()
    for index, variable in enumerate(map(mapping, sequence(container.get("env")))):
        name, place = text(variable.get("name")), (*path, "env", index)
        if not names.is_variable(name):
            yield Problem((*place, "name"), f"The name `{name}` suits no variable.")
        if name in taken:
            yield Problem((*place, "name"), f"The variable `{name}` is set twice.")
        if ("value" in variable) == ("valueFrom" in variable):
            yield Problem(place, "A variable has a value, or a source of one.")
        yield from _keys(mapping(variable.get("valueFrom")), (*place, "valueFrom"))
        taken.add(name)
    for index, source in enumerate(map(mapping, sequence(container.get("envFrom")))):
        for kind, item in source.items():
            place = (*path, "envFrom", index, kind, "name")
            yield from _named(names.is_object, mapping(item).get("name"), place)


def _keys(source: Mapping[str, Any], path: DocumentPath) -> Iterator[Problem]:
    for kind, item in source.items():
        if kind == "fieldRef":
            continue
        yield from _named(names.is_object, mapping(item).get("name"), (*path, kind, "name"))
        yield from _named(names.is_data_key, mapping(item).get("key"), (*path, kind, "key"))


def _named(rule: Callable[[str], bool], name: Any, path: DocumentPath) -> Iterator[Problem]:
    if not rule(text(name)):
        yield Problem(path, f"Kubernetes takes no such name as `{name}`.")


def _resources(resources: Mapping[str, Any], path: DocumentPath) -> Iterator[Problem]:
    parts = {part: mapping(resources.get(part)) for part in ("requests", "limits")}
    amounts = {
        (part, name): amount_of(str(amount))
        for part, of_part in parts.items()
        for name, amount in of_part.items()
    }
    for (part, name), amount in amounts.items():
        if amount is None or amount < 0:
            yield Problem((*path, part, name), f"`{parts[part][name]}` is no quantity.")
    for name in parts["requests"]:
        request, limit = amounts["requests", name], amounts.get(("limits", name))
        if request is not None and limit is not None and request > limit:
            yield Problem((*path, "requests", name), "More is requested than the limit allows.")


def _mounts(container: Mapping[str, Any], volumes: Any, path: DocumentPath) -> Iterator[Problem]:
    available = {text(mapping(volume).get("name")) for volume in sequence(volumes)}
    taken: set[str] = set()
    for index, mount in enumerate(map(mapping, sequence(container.get("volumeMounts")))):
        place = (*path, "volumeMounts", index)
        if mount.get("name") not in available:
            yield Problem((*place, "name"), f"There is no volume `{mount.get('name')}`.")
        folder = text(mount.get("mountPath"))
        if not names.is_mount_path(folder) or folder in taken:
            yield Problem((*place, "mountPath"), f"Nothing more can be mounted at `{folder}`.")
        taken.add(folder)


def _references(
    container: Mapping[str, Any], path: DocumentPath, variables: Collection[str]
) -> Iterator[Problem]:
    """Yield texts that Kubernetes would replace, and words that no process can be given."""
    env = [item.get("value", "") for item in container.get("env", [])]
    for key, words in (("env", env), *((k, container.get(k, [])) for k in ("command", "args"))):
        allowed = set() if key == "env" else {*variables}
        for index, word in enumerate(words):
            others = {match[1] for match in _REFERENCE.finditer(word)} - allowed
            if others:
                yield Problem((*path, key, index), f"`$({min(others)})` would be replaced.")
            if is_too_long(word):
                what = "Linux gives no process so long an argument: let the task have fewer nodes."
                yield Problem((*path, key, index), what)
