"""Rules of the platform document: what Kubernetes takes of a pod."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.schemas.document import mapping, sequence, text, value_at
from shipway.schemas.problems import DocumentPath, Problem
from shipway.settings.value_shapes import PULL_POLICIES
from shipway_exporters.containers.kubernetes_names import (
    is_data_key,
    is_label_key,
    is_label_value,
    is_mount_path,
    is_object,
    is_sub_path,
    is_volume,
)
from shipway_exporters.containers.pods import refused_toleration, toleration_faults
from shipway_exporters.containers.resources import amount_of
from shipway_exporters.kubeflow import launcher
from shipway_exporters.kubeflow.rules_schema import whole
from shipway_exporters.kubeflow.rules_view import Rule, View, kubernetes_keys

_LARGEST = 2**31 - 1
_NAMES: Mapping[str, tuple[str, str]] = {
    "secretAsEnv": ("secretName", "secretNameParameter"),
    "configMapAsEnv": ("configMapName", "configMapNameParameter"),
    "secretAsVolume": ("secretName", "secretNameParameter"),
    "configMapAsVolume": ("configMapName", "configMapNameParameter"),
    "pvcMount": ("constant", "pvcNameParameter"),
    "imagePullSecret": ("secretName", "secretNameParameter"),
}
_VOLUMES: Mapping[str, str] = {
    "pvcMount": "constant",
    "secretAsVolume": "secretName",
    "configMapAsVolume": "configMapName",
    "emptyDirMounts": "volumeName",
}
"""Where each kind of volume has the name that it gets in the pod."""


def platforms(view: View) -> Iterator[Problem]:
    """`template/v2_template.go`, IsPlatformSpecWithKubernetesConfig: others are skipped."""
    if len(view.documents) > 1 and list(mapping(view.platform.get("platforms"))) != ["kubernetes"]:
        yield Problem(("platforms",), "The one platform that the server knows is `kubernetes`.")


def executors(view: View) -> Iterator[Problem]:
    """`compiler/visitor.go`, dfs: looked up by the label of an executor, or else never read."""
    for label in view.kubernetes:
        if label not in view.containers:
            yield Problem(kubernetes_keys(label), f"There is no executor `{label}`.")


def names(view: View) -> Iterator[Problem]:
    """`driver/k8s.go`, extendPodSpecPatch: the parameter, and for older servers the plain name."""
    for keys, kind, item in _items(view, *_NAMES):
        plain, parameter = _NAMES[kind]
        name = value_at(item, plain)
        if value_at(item, parameter, "runtimeValue", "constant") != name:
            yield Problem(keys, f"`{plain}` and `{parameter}` must both be there, and the same.")
        if not is_object(text(name)):
            yield Problem((*keys, plain), f"The name `{name}` suits no object of Kubernetes.")


def key_maps(view: View) -> Iterator[Problem]:
    """`driver/k8s.go`, extendPodSpecPatch; Kubernetes, `IsConfigMapKey`."""
    for keys, kind, item in _items(view, "secretAsEnv", "configMapAsEnv"):
        pairs = sequence(value_at(item, "keyToEnv"))
        if not pairs:
            yield Problem((*keys, "keyToEnv"), "No variable is set of it.")
        name = "secretKey" if kind == "secretAsEnv" else "configMapKey"
        for index, pair in enumerate(pairs):
            key = value_at(pair, name)
            if not is_data_key(text(key)):
                yield Problem((*keys, "keyToEnv", index, name), f"`{key}` is no key in it.")


def volumes(view: View) -> Iterator[Problem]:
    """`driver/k8s.go`, makeVolumeMountPatch: what is mounted gives its name to the volume.

    A volume's name is a DNS label, unique in the pod, and not one of the launcher's
    (`argocompiler/container.go`, addContainerExecutorTemplate).
    """
    for label in view.kubernetes:
        names = set(launcher.VOLUMES)
        for keys, kind, item in _items(view, *_VOLUMES, label=label):
            name = text(value_at(item, _VOLUMES[kind]))
            if not is_volume(name):
                yield Problem(keys, f"The name `{name}` suits no volume.")
            elif name in names:
                yield Problem(keys, f"The pod has a volume `{name}` already.")
            names.add(name)


def mounts(view: View) -> Iterator[Problem]:
    """Kubernetes, `ValidateVolumeMounts`: unique paths; absolute, since `/` may be the folder."""
    for label in view.kubernetes:
        paths = set(launcher.PATHS)
        for keys, _, item in _items(view, *_VOLUMES, label=label):
            path = text(value_at(item, "mountPath"))
            if not is_mount_path(path):
                yield Problem((*keys, "mountPath"), f"`{path}` is no absolute path.")
            # `/data` and `/data/` are one folder, though two texts.
            elif (plain := "/" + path.strip("/")) in paths:
                yield Problem((*keys, "mountPath"), f"Something is mounted at `{plain}` already.")
            else:
                paths.add(plain)
            if not is_sub_path(sub := text(value_at(item, "subPath"))):
                yield Problem((*keys, "subPath"), f"`{sub}` leads out of the volume.")


def empty_directories(view: View) -> Iterator[Problem]:
    """`driver/k8s.go`, extendPodSpecPatch: a size is read by `MustParse`, which ends the driver."""
    for keys, _, item in _items(view, "emptyDirMounts"):
        size, medium = value_at(item, "sizeLimit"), value_at(item, "medium")
        if size is not None and (amount_of(text(size)) or 0) <= 0:
            yield Problem((*keys, "sizeLimit"), f"`{size}` is no size.")
        if medium not in (None, "", "Memory"):
            yield Problem((*keys, "medium"), f"There is no medium `{medium}`.")


def time_outs(view: View) -> Iterator[Problem]:
    """`driver/k8s.go`, extendPodSpecPatch: 0 is none; Kubernetes, `ValidatePodSpec`."""
    for label, options in view.kubernetes.items():
        if "activeDeadlineSeconds" in mapping(options):
            seconds = whole(options["activeDeadlineSeconds"])
            if seconds is None or not 0 < seconds <= _LARGEST:
                yield Problem(
                    (*kubernetes_keys(label), "activeDeadlineSeconds"), "This is no time."
                )


def pull_policies(view: View) -> Iterator[Problem]:
    """`driver/k8s.go`, extendPodSpecPatch: unsupported value."""
    for label, options in view.kubernetes.items():
        policy = value_at(options, "imagePullPolicy")
        if policy is not None and policy not in PULL_POLICIES:
            yield Problem((*kubernetes_keys(label), "imagePullPolicy"), f"There is no `{policy}`.")


def labels(view: View) -> Iterator[Problem]:
    """Kubernetes, `IsQualifiedName` and `IsValidLabelValue`."""
    for label, options in view.kubernetes.items():
        for path in (("nodeSelector", "labels"), ("podMetadata", "labels")):
            for key, value in mapping(value_at(options, *path)).items():
                keys = (*kubernetes_keys(label), *path, key)
                if not is_label_key(key) or not is_label_value(text(value)):
                    yield Problem(keys, f"Kubernetes takes no label `{key}: {value}`.")
        for key in mapping(value_at(options, "podMetadata", "annotations")):
            if not is_label_key(key.lower()):
                keys = (*kubernetes_keys(label), "podMetadata", "annotations", key)
                yield Problem(keys, f"Kubernetes takes no annotation `{key}`.")


def tolerations(view: View) -> Iterator[Problem]:
    """Kubernetes, `ValidateTolerations`."""
    for keys, _, item in _items(view, "tolerations"):
        for key, why in toleration_faults(mapping(item)):
            yield Problem((*keys, key) if key else keys, refused_toleration(why))


def _items(
    view: View, *kinds: str, label: str | None = None
) -> Iterator[tuple[DocumentPath, str, Any]]:
    """The entries of these lists, of one executor or of all."""
    one = {label: view.kubernetes.get(label)} if label is not None else view.kubernetes
    for name, options in one.items():
        for kind in kinds:
            for index, item in enumerate(sequence(value_at(options, kind))):
                yield (*kubernetes_keys(name), kind, index), kind, item


RULES: tuple[Rule, ...] = (
    platforms,
    executors,
    names,
    key_maps,
    volumes,
    mounts,
    empty_directories,
    time_outs,
    pull_policies,
    labels,
    tolerations,
)
