"""Rules of what runs: caching, retries, images, commands, variables and resources."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from shipway.schemas.document import mapping, sequence, text, value_at
from shipway.schemas.problems import DocumentPath, Problem
from shipway_exporters.containers.kubernetes_names import is_device, is_variable
from shipway_exporters.containers.resources import amount_of
from shipway_exporters.kubeflow import launcher
from shipway_exporters.kubeflow.rules_schema import whole
from shipway_exporters.kubeflow.rules_view import Rule, View, container_keys, kubernetes_keys

# protobuf would take fractions; what the server makes of them is cut off, so none may stand.
_SECONDS = re.compile(r"[0-9]+s")
_STUBS = ("argostub/createpvc", "argostub/deletepvc")
# `maxRetryCount` is an `int32` (`pipeline_spec.proto`, RetryPolicy).
_LARGEST = 2**31 - 1


def no_cache(view: View) -> Iterator[Problem]:
    """`driver/cache.go`, getFingerPrint: neither data nor variables are part of the cache's key."""
    for task in view.tasks:
        if task.component is None or not task.component.executor:
            continue
        caching = task.spec.get("cachingOptions")
        if not isinstance(caching, Mapping) or caching.get("enableCache"):
            what = "The task must not be cached: it needs `cachingOptions: {}`."
            yield Problem((*task.keys, "cachingOptions"), what)


def retries(view: View) -> Iterator[Problem]:
    """`argocompiler/container.go`, getTaskRetryParametersWithValues: seconds are cut off."""
    for task in view.tasks:
        policy = mapping(task.spec.get("retryPolicy"))
        keys = (*task.keys, "retryPolicy")
        if "maxRetryCount" in policy and not 0 <= _count(policy["maxRetryCount"]) <= _LARGEST:
            yield Problem((*keys, "maxRetryCount"), "A number of retries is 0 or more.")
        for name in ("backoffDuration", "backoffMaxDuration"):
            if name in policy and not _SECONDS.fullmatch(text(policy[name])):
                yield Problem((*keys, name), "The server reads whole seconds, such as `30s`.")


def retry_times(view: View) -> Iterator[Problem]:
    """Argo's `workflow/controller/operator.go`, processNodeRetries, and `util/intstr`, Int32.

    A factor that is no whole number is an error there. The longest time counts from the start of
    the first try and is 0 unless given (`argocompiler/container.go`, addParameterDefault).
    """
    for task in view.tasks:
        policy = mapping(task.spec.get("retryPolicy"))
        keys = (*task.keys, "retryPolicy")
        factor = policy.get("backoffFactor", 1)
        if not isinstance(factor, int | float) or factor < 1 or factor != factor // 1:
            yield Problem((*keys, "backoffFactor"), "Argo reads a whole factor of 1 or more.")
        if _count(policy.get("maxRetryCount", 0)) > 0:
            longest = text(policy.get("backoffMaxDuration")).removesuffix("s").strip("0")
            if not longest:
                yield Problem(
                    (*keys, "backoffMaxDuration"), "Argo would not retry without this time."
                )


def _count(value: Any) -> int:
    number = whole(value)
    return -1 if number is None else number


def images(view: View) -> Iterator[Problem]:
    """Kubernetes, `ValidatePodSpec`: an image is required and has no blanks around it.

    `argocompiler/dag.go`, task: two images stand for no container at all.
    """
    for label, container in view.containers.items():
        image = text(container.get("image"))
        keys = (*container_keys(label), "image")
        if not image or re.search(r"\s", image):
            yield Problem(keys, f"`{image}` is no image.")
        elif image in _STUBS:
            yield Problem(keys, "The server runs no container of this image.")


def commands(view: View) -> Iterator[Problem]:
    """`driver/driver.go`, initPodSpecPatch: the launcher runs the first word, not ENTRYPOINT."""
    for label, container in view.containers.items():
        command = sequence(container.get("command"))
        if not command or not text(command[0]):
            yield Problem((*container_keys(label), "command"), "There is no command.")


def variables(view: View) -> Iterator[Problem]:
    """Kubernetes, `ValidateEnv`, and a strategic merge, which keeps one variable of each name."""
    yield from variable_faults(view, launcher.VARIABLES)


def variable_faults(view: View, own: Collection[str]) -> Iterator[Problem]:
    """Yield what is wrong with variables.

    Args:
        own: those that the server needs for itself.
    """
    for label in dict.fromkeys((*view.containers, *view.kubernetes)):
        names: set[str] = set()
        for keys, name in _variables(view, label):
            if not is_variable(name):
                yield Problem(keys, f"The name `{name}` suits no variable.")
            elif name in own:
                yield Problem(keys, f"The launcher needs the variable `{name}` for itself.")
            elif name in names:
                yield Problem(keys, f"The variable `{name}` is set twice.")
            names.add(name)


def _variables(view: View, label: str) -> Iterator[tuple[DocumentPath, str]]:
    plain = sequence(value_at(view.containers.get(label), "env"))
    for index, item in enumerate(plain):
        yield (*container_keys(label), "env", index, "name"), text(value_at(item, "name"))
    for kind in ("secretAsEnv", "configMapAsEnv"):
        for index, source in enumerate(sequence(value_at(view.kubernetes.get(label), kind))):
            for place, item in enumerate(sequence(value_at(source, "keyToEnv"))):
                keys = (*kubernetes_keys(label), kind, index, "keyToEnv", place, "envVar")
                yield keys, text(value_at(item, "envVar"))


def quantities(view: View) -> Iterator[Problem]:
    """`driver/driver.go`, getPodResource; Kubernetes, `ValidateResourceRequirements`."""
    for label, container in view.containers.items():
        resources = mapping(container.get("resources"))
        keys = (*container_keys(label), "resources")
        for kind in ("Cpu", "Memory"):
            names = [f"resource{kind}{limit}" for limit in ("Request", "Limit")]
            amounts = [amount_of(text(resources.get(name))) for name in names]
            for name, amount in zip(names, amounts, strict=True):
                if name in resources and (amount is None or amount < 0):
                    yield Problem((*keys, name), f"`{resources[name]}` is no quantity.")
            request, limit = amounts
            if request is not None and limit is not None and request > limit:
                yield Problem((*keys, names[0]), "More is requested than the limit allows.")


def accelerators(view: View) -> Iterator[Problem]:
    """`driver/driver.go`, initPodSpecPatch: without both it is left out in silence.

    Kubernetes, `ValidateResourceRequirements`: a whole number of a resource of some domain.
    """
    for keys, device in devices(view):
        kind = value_at(device, "resourceType")
        if not is_device(text(kind)):
            yield Problem((*keys, "resourceType"), f"`{kind}` is no accelerator of Kubernetes.")
        yield from count_faults(device, keys)


def devices(view: View) -> Iterator[tuple[DocumentPath, Any]]:
    """Yield the accelerators of each container that has any, with their place."""
    for label, container in view.containers.items():
        device = value_at(container, "resources", "accelerator")
        if device is not None:
            yield (*container_keys(label), "resources", "accelerator"), device


def count_faults(device: Any, keys: DocumentPath) -> Iterator[Problem]:
    """Yield what is wrong with the number of accelerators."""
    count = value_at(device, "resourceCount")
    if not re.fullmatch(r"[1-9][0-9]*", text(count)):
        yield Problem((*keys, "resourceCount"), f"`{count}` is no number of accelerators.")


RULES: tuple[Rule, ...] = (
    no_cache,
    retries,
    retry_times,
    images,
    commands,
    variables,
    quantities,
    accelerators,
)
