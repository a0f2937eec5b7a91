"""Rules of the platform document: what Kubernetes takes of a pod."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shipway_exporters.kubeflow.rules_schema import whole
from shipway_exporters.kubeflow.rules_view import (
    Fault,
    Keys,
    Rule,
    View,
    at,
    fault,
    kubernetes_keys,
    mapping,
    sequence,
    text,
)

_DOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_OBJECT = re.compile(_DOMAIN)
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_KEY = re.compile(rf"(?P<domain>{_DOMAIN}/)?(?P<name>[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?)")
_VALUE = re.compile(r"([A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?)?")
_DATA = re.compile(r"[-._A-Za-z0-9]{1,253}")
_POLICIES = ("Always", "IfNotPresent", "Never")
_OPERATORS = (None, "", "Exists", "Equal")
_EFFECTS = (None, "", "NoSchedule", "PreferNoSchedule", "NoExecute")
_LARGEST = 2**31 - 1
_OWN_VOLUMES = frozenset(
    {
        "kfp-launcher",
        "ca-bundle",
        "kfp-workspace",
        *(f"{name}-scratch" for name in "gcs s3 minio dot-local dot-cache dot-config".split()),
    }
)
_OWN_PATHS = frozenset(
    "/kfp-launcher /kfp-workspace /gcs /s3 /minio /.local /.cache /.config".split()
)
_NAMES: Mapping[str, tuple[str, str]] = {
    "secretAsEnv": ("secretName", "secretNameParameter"),
    "configMapAsEnv": ("configMapName", "configMapNameParameter"),
    "secretAsVolume": ("secretName", "secretNameParameter"),
    "configMapAsVolume": ("configMapName", "configMapNameParameter"),
    "pvcMount": ("constant", "pvcNameParameter"),
    "imagePullSecret": ("secretName", "secretNameParameter"),
}
_VOLUMES = ("pvcMount", "secretAsVolume", "configMapAsVolume")


def platforms(view: View) -> Iterator[Fault]:
    """`template/v2_template.go`, IsPlatformSpecWithKubernetesConfig: others are skipped."""
    if len(view.documents) > 1 and list(mapping(view.platform.get("platforms"))) != ["kubernetes"]:
        yield fault(("platforms",), "The one platform that the server knows is `kubernetes`.")


def executors(view: View) -> Iterator[Fault]:
    """`compiler/visitor.go`, dfs: looked up by the label of an executor, or else never read."""
    for label in view.kubernetes:
        if label not in view.containers:
            yield fault(kubernetes_keys(label), f"There is no executor `{label}`.")


def names(view: View) -> Iterator[Fault]:
    """`driver/k8s.go`, extendPodSpecPatch: the parameter, and for older servers the plain name."""
    for keys, kind, item in _items(view, *_NAMES):
        plain, parameter = _NAMES[kind]
        name = at(item, plain)
        if at(item, parameter, "runtimeValue", "constant") != name:
            yield fault(keys, f"`{plain}` and `{parameter}` must both be there, and the same.")
        if not _OBJECT.fullmatch(text(name)) or len(text(name)) > 253:
            yield fault((*keys, plain), f"The name `{name}` suits no object of Kubernetes.")


def key_maps(view: View) -> Iterator[Fault]:
    """`driver/k8s.go`, extendPodSpecPatch; Kubernetes, `IsConfigMapKey`."""
    for keys, kind, item in _items(view, "secretAsEnv", "configMapAsEnv"):
        pairs = sequence(at(item, "keyToEnv"))
        if not pairs:
            yield fault((*keys, "keyToEnv"), "No variable is set of it.")
        name = "secretKey" if kind == "secretAsEnv" else "configMapKey"
        for index, pair in enumerate(pairs):
            key = at(pair, name)
            if not _DATA.fullmatch(text(key)) or key in (".", ".."):
                yield fault((*keys, "keyToEnv", index, name), f"`{key}` is no key in it.")


def volumes(view: View) -> Iterator[Fault]:
    """`driver/k8s.go`, makeVolumeMountPatch: what is mounted gives its name to the volume.

    A volume's name is a DNS label, unique in the pod, and not one of the launcher's
    (`argocompiler/container.go`, addContainerExecutorTemplate).
    """
    for label in view.kubernetes:
        seen = set(_OWN_VOLUMES)
        for keys, kind, item in _items(view, *_VOLUMES, label=label):
            name = text(at(item, _NAMES[kind][0]))
            if not _LABEL.fullmatch(name) or len(name) > 63:
                yield fault(keys, f"The name `{name}` suits no volume.")
            elif name in seen:
                yield fault(keys, f"The pod has a volume `{name}` already.")
            seen.add(name)


def mounts(view: View) -> Iterator[Fault]:
    """Kubernetes, `ValidateVolumeMounts`: unique paths; absolute, since `/` may be the folder."""
    for label in view.kubernetes:
        seen = set(_OWN_PATHS)
        for keys, _, item in _items(view, *_VOLUMES, label=label):
            path = text(at(item, "mountPath"))
            if not path.startswith("/") or ":" in path or ".." in path.split("/"):
                yield fault((*keys, "mountPath"), f"`{path}` is no absolute path.")
            elif (plain := "/" + path.strip("/")) in seen:
                yield fault((*keys, "mountPath"), f"Something is mounted at `{plain}` already.")
            else:
                seen.add(plain)
            sub = text(at(item, "subPath"))
            if sub.startswith("/") or ".." in sub.split("/"):
                yield fault((*keys, "subPath"), f"`{sub}` leads out of the volume.")


def time_outs(view: View) -> Iterator[Fault]:
    """`driver/k8s.go`, extendPodSpecPatch: 0 is none; Kubernetes, `ValidatePodSpec`."""
    for label, given in view.kubernetes.items():
        if "activeDeadlineSeconds" in mapping(given):
            seconds = whole(given["activeDeadlineSeconds"])
            if seconds is None or not 0 < seconds <= _LARGEST:
                yield fault((*kubernetes_keys(label), "activeDeadlineSeconds"), "This is no time.")


def pull_policies(view: View) -> Iterator[Fault]:
    """`driver/k8s.go`, extendPodSpecPatch: unsupported value."""
    for label, given in view.kubernetes.items():
        policy = at(given, "imagePullPolicy")
        if policy is not None and policy not in _POLICIES:
            yield fault((*kubernetes_keys(label), "imagePullPolicy"), f"There is no `{policy}`.")


def labels(view: View) -> Iterator[Fault]:
    """Kubernetes, `IsQualifiedName` and `IsValidLabelValue`."""
    for label, given in view.kubernetes.items():
        for path in (("nodeSelector", "labels"), ("podMetadata", "labels")):
            for key, value in mapping(at(given, *path)).items():
                keys = (*kubernetes_keys(label), *path, key)
                if not _is_key(key) or not _VALUE.fullmatch(text(value)):
                    yield fault(keys, f"Kubernetes takes no label `{key}: {value}`.")
        for key in mapping(at(given, "podMetadata", "annotations")):
            if not _is_key(key.lower()):
                keys = (*kubernetes_keys(label), "podMetadata", "annotations", key)
                yield fault(keys, f"Kubernetes takes no annotation `{key}`.")


def _is_key(key: str) -> bool:
    found = _KEY.fullmatch(key)
    return found is not None and len(found["name"]) <= 63 and len(found["domain"] or "") <= 254


def tolerations(view: View) -> Iterator[Fault]:
    """Kubernetes, `ValidateTolerations`."""
    for keys, _, given in _items(view, "tolerations"):
        item = mapping(given)
        key, operator, effect = (item.get(name) for name in ("key", "operator", "effect"))
        if operator not in _OPERATORS or effect not in _EFFECTS:
            yield fault(keys, f"Kubernetes knows no toleration with `{operator}` and `{effect}`.")
        if key and not _is_key(text(key)):
            yield fault((*keys, "key"), f"Kubernetes takes no key `{key}`.")
        if not key and operator != "Exists":
            yield fault(keys, "A toleration without a key needs the operator `Exists`.")
        if not _VALUE.fullmatch(text(item.get("value"))) or (
            operator == "Exists" and item.get("value")
        ):
            yield fault((*keys, "value"), f"Kubernetes takes no value `{item.get('value')}` here.")
        if "tolerationSeconds" in item and effect != "NoExecute":
            yield fault(
                (*keys, "tolerationSeconds"), "Seconds go with the effect `NoExecute` only."
            )


def _items(view: View, *kinds: str, label: str | None = None) -> Iterator[tuple[Keys, str, Any]]:
    """The entries of these lists, of one executor or of all."""
    one = {label: view.kubernetes.get(label)} if label is not None else view.kubernetes
    for name, given in one.items():
        for kind in kinds:
            for index, item in enumerate(sequence(at(given, kind))):
                yield (*kubernetes_keys(name), kind, index), kind, item


RULES: tuple[Rule, ...] = (
    platforms,
    executors,
    names,
    key_maps,
    volumes,
    mounts,
    time_outs,
    pull_policies,
    labels,
    tolerations,
)
