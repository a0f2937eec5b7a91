"""What Kubernetes would refuse of a pod, found as the pod is written, not as a task starts.

Each check looks at one setting and yields what is wrong with it: the key in the settings, a
sentence, and what to do. `kubernetes_names` holds the rules.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway.schemas.problems import display
from shipway.schemas.shapes import INT32
from shipway.settings.reserved_variables import reserved
from shipway.settings.values import TaskSettings, Volume
from shipway_exporters.containers import kubernetes_names as names
from shipway_exporters.containers import pod_settings
from shipway_exporters.containers.pods import refused_toleration, toleration_faults
from shipway_exporters.containers.target import Target

Fault = tuple[str, str, str]
"""The key in the settings, what is wrong, and what to do."""
Check = Callable[[TaskSettings], Iterator[Fault]]
LabelRule = Callable[[str], bool]
"""Tells of the name of a label whether somebody needs it."""

_OBJECT = "Write it in small letters, digits, `-` and `.`, with 253 characters at most."
_LABEL = "Write it in small letters, digits and `-`, with 63 characters at most."
_KEY = "Write it in letters, digits, `-`, `_` and `.`, without two dots at the start."
_QUALIFIED = (
    "Write it in letters, digits, `-`, `_` and `.`, 63 at most; a domain and a `/` may stand "
    "before it."
)
_VALUE = "Write it in letters, digits, `-`, `_` and `.`, 63 at most, or leave it out."
_DEVICE = "Write it as the device plugin calls it, such as `nvidia.com/gpu`."
_PATH = "Mount it at a path without a colon."
_MOST_ANNOTATIONS = 262_144
"""Bytes. Source: Kubernetes, `pkg/apis/core`, TotalAnnotationSizeLimitB."""


def check_pods(
    plan: Plan,
    tasks: Iterable[Task],
    target: Target,
    volumes: Callable[[Task], Sequence[Volume]],
    capabilities: Collection[str],
    own_labels: LabelRule = lambda _: False,
) -> None:
    """Check all that a target writes into the pods of some tasks.

    Args:
        volumes: those that a task mounts, whoever says so.
        capabilities: settings that the target writes into a pod; others are not looked at. With
            `labels`, those of the pipeline are labels of its pods.
        own_labels: tells whether the target itself sets a label of a pod, or looks for it.

    Raises:
        UnsupportedError: Kubernetes would refuse some of it; one finding for each.
    """
    if findings := pod_findings(plan, tasks, target, volumes, capabilities, own_labels):
        raise UnsupportedError(*findings)


def pod_findings(
    plan: Plan,
    tasks: Iterable[Task],
    target: Target,
    volumes: Callable[[Task], Sequence[Volume]],
    capabilities: Collection[str],
    own_labels: LabelRule = lambda _: False,
) -> list[Finding]:
    """Return what such a check finds, once for all tasks that have a setting from one place."""
    findings: dict[tuple[str, str | None], Finding] = {}
    for task in tasks:
        faults = [*_settings(task.settings, capabilities)]
        if "kubernetes.labels" in capabilities:
            pod_labels = task.settings.pod_labels
            faults += _labels_of_others("kubernetes.labels", pod_labels, target, own_labels)
        faults += _volumes(volumes(task), capabilities)
        for finding in _findings(faults, task.settings, target.option("volumes")):
            findings[finding.what, finding.where] = finding
    of_run: list[Fault] = []
    if "labels" in capabilities:
        of_run += _pairs("labels", plan.run.labels, "label")
        of_run += _labels_of_others("labels", plan.run.labels, target, own_labels)
    return [*findings.values(), *(_of_run(plan, fault) for fault in of_run)]


def _findings(faults: Iterable[Fault], settings: TaskSettings, volumes: str) -> Iterator[Finding]:
    for key, what, remedy in faults:
        # What no setting of the task has said, the options of the target have.
        yield Finding(what=what, where=settings.places.get(key, volumes), remedy=remedy)


def _of_run(plan: Plan, fault: Fault) -> Finding:
    _, what, remedy = fault
    return Finding(what=what, where=plan.run.places.get("labels"), remedy=remedy)


def _settings(settings: TaskSettings, capabilities: Collection[str]) -> Iterator[Fault]:
    for capability, check in _CHECKS.items():
        if capability in capabilities:
            yield from check(settings)


def _name(
    key: str, kind: str, name: str | None, rule: Callable[[str], bool], remedy: str
) -> Iterator[Fault]:
    if name is not None and not rule(name):
        yield key, f"Kubernetes takes no {kind} {display(name)}.", remedy


def _pairs(key: str, pairs: Mapping[str, str], kind: str) -> Iterator[Fault]:
    """Labels, be it of a pod or of the machine that it is for."""
    for name, value in sorted(pairs.items()):
        place = key if key == "labels" else f"{key}.{name}"
        if not names.is_label_key(name):
            yield place, f"Kubernetes takes no {kind} `{name}: {value}`: its key.", _QUALIFIED
        if not names.is_label_value(value):
            yield place, f"Kubernetes takes no {kind} `{name}: {value}`: its value.", _VALUE


def _labels_of_others(
    key: str, labels: Mapping[str, str], target: Target, own_labels: LabelRule
) -> Iterator[Fault]:
    for name in sorted(labels):
        owner = target.title if own_labels(name) else "Kubernetes"
        if own_labels(name) or names.is_label_of_jobs(name):
            place = key if key == "labels" else f"{key}.{name}"
            what = f"{owner} needs the label `{name}` for itself, to find its pods."
            yield place, what, "Give the label another name."


def _image(settings: TaskSettings) -> Iterator[Fault]:
    if settings.image and any(char.isspace() for char in settings.image):
        what = f"Kubernetes takes no image {display(settings.image)}."
        yield "image", what, "Leave the blanks out."


def _secrets(settings: TaskSettings) -> Iterator[Fault]:
    for variable, secret in sorted(settings.secrets.items()):
        key = f"secrets.{variable}"
        yield from _name(key, "secret", secret.name, names.is_object, _OBJECT)
        yield from _name(key, "key of a secret", secret.key, names.is_data_key, _KEY)


def _env_from(kind: str) -> Check:
    def check(settings: TaskSettings) -> Iterator[Fault]:
        for source in settings.env_from:
            if source.kind == kind:
                word = kind.replace("_", " ")
                yield from _name("env_from", word, source.name, names.is_object, _OBJECT)

    return check


def _device(settings: TaskSettings) -> Iterator[Fault]:
    if settings.gpu:
        kind = settings.gpu_type
        yield from _name("resources.gpu_type", "device", kind, names.is_device, _DEVICE)


def _named(key: str, attribute: str, kind: str, rule: Callable[[str], bool], remedy: str) -> Check:
    return lambda settings: _name(key, kind, getattr(settings, attribute), rule, remedy)


def _pull_secrets(settings: TaskSettings) -> Iterator[Fault]:
    for name in settings.image_pull_secrets:
        key = "kubernetes.image_pull_secrets"
        yield from _name(key, "secret", name, names.is_object, _OBJECT)


def _tolerations(settings: TaskSettings) -> Iterator[Fault]:
    for item in pod_settings.tolerations(settings.tolerations):
        for _, why in toleration_faults(item):
            yield "kubernetes.tolerations", refused_toleration(why), "Write it as the taint has it."


def _annotations(settings: TaskSettings) -> Iterator[Fault]:
    for name in sorted(settings.annotations):
        key = f"kubernetes.annotations.{name}"
        # Annotations are compared in lower case (Kubernetes, ValidateAnnotations).
        yield from _name(key, "annotation", name, names.is_annotation_key, _QUALIFIED)
    texts = [text for pair in settings.annotations.items() for text in pair]
    size = sum(len(text.encode(errors="surrogatepass")) for text in texts)
    if size > _MOST_ANNOTATIONS:
        what = f"Annotations of {size:,} bytes; Kubernetes takes {_MOST_ANNOTATIONS:,}."
        yield f"kubernetes.annotations.{min(settings.annotations)}", what, "Let them say less."


def _timeout(settings: TaskSettings) -> Iterator[Fault]:
    """It is the sum of nodes that share a task (Kubernetes, ValidatePodSpec)."""
    seconds = math.ceil(settings.timeout or 0)
    if seconds > INT32:
        what = f"Kubernetes takes no time-out of {seconds:,} seconds."
        yield "timeout", what, f"Let it be {INT32:,} at most, with all nodes of the task."


_CHECKS: Mapping[str, Check] = {
    "image": _image,
    "timeout": _timeout,
    "secrets": _secrets,
    "env_from.secret": _env_from("secret"),
    "env_from.config_map": _env_from("config_map"),
    "resources.gpu_type": _device,
    "service_account": _named(
        "service_account", "service_account", "service account", names.is_object, _OBJECT
    ),
    "kubernetes.namespace": _named(
        "kubernetes.namespace", "namespace", "namespace", names.is_namespace, _LABEL
    ),
    "kubernetes.node_selector": lambda settings: _pairs(
        "kubernetes.node_selector", settings.node_selector, "label of a machine"
    ),
    "kubernetes.tolerations": _tolerations,
    "kubernetes.labels": lambda settings: _pairs("kubernetes.labels", settings.pod_labels, "label"),
    "kubernetes.annotations": _annotations,
    "kubernetes.image_pull_secrets": _pull_secrets,
    "kubernetes.priority_class": _named(
        "kubernetes.priority_class", "priority_class", "priority class", names.is_object, _OBJECT
    ),
}
"""By capability; volumes may come from elsewhere, and have checks of their own."""


def _volumes(volumes: Sequence[Volume], capabilities: Collection[str]) -> Iterator[Fault]:
    for volume in volumes:
        if f"volumes.{volume.kind}" not in capabilities:
            continue
        if volume.kind in ("claim", "config_map", "secret"):
            word = volume.kind.replace("_", " ")
            yield from _name("volumes", word, volume.source, names.is_object, _OBJECT)
        yield from _name("volumes", "key", volume.key, names.is_data_key, _KEY)
        yield from _name("volumes", "mount at", volume.mount, names.is_mount_path, _PATH)


def reference_faults(
    section: str, references: Mapping[str, Mapping[str, str]], kind: str, target: Target
) -> Iterator[Finding]:
    """Yield what is wrong with variables of a target's options that are filled from objects.

    Args:
        section: of the options, dotted.
        references: the object's name and the key in it, by variable.
        kind: of the objects.
    """
    for variable, why, remedy in reserved(references):
        yield Finding(what=why, where=target.option(f"{section}.{variable}"), remedy=remedy)
    for variable, value in sorted(references.items()):
        for what, text, is_one in (
            (kind, value["name"], names.is_object),
            (f"key of a {kind}", value["key"], names.is_data_key),
        ):
            if not is_one(text):
                yield Finding(
                    what=f"Kubernetes takes no {what} `{text}`.",
                    where=target.option(f"{section}.{variable}"),
                    remedy="Write the name that it has in the cluster.",
                )
