"""What Kubernetes is told of a pod: its variables, its labels, and the taints that it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway.settings.value_shapes import EFFECTS, OPERATORS
from shipway_exporters.containers.escapes import escape_expansions
from shipway_exporters.containers.kubernetes_names import is_label_key, is_label_value
from shipway_exporters.containers.target import Target


def env_of(task: Task) -> list[dict[str, str]]:
    """Return the environment variables of a task's container."""
    return [
        {"name": name, "value": escape_expansions(value)}
        # By name, so that moving a line in the settings changes no artifact.
        for name, value in sorted(task.settings.env.items())
    ]


def labels_of(plan: Plan) -> dict[str, str]:
    """Return the labels of a plan's pods.

    Raises:
        UnsupportedError: Kubernetes takes one of them for no label.
    """
    findings = [
        Finding(
            what=f"Kubernetes takes no label `{key}: {value}`: letters, digits, `-`, `_` and `.`, "
            "63 at most.",
            where=plan.run.places.get("labels"),
            remedy="Write it in those, or leave it out.",
        )
        for key, value in plan.run.labels.items()
        if not (is_label_key(key) and is_label_value(value))
    ]
    if findings:
        raise UnsupportedError(*findings)
    return dict(plan.run.labels)


def tolerations_of(plan: Plan, target: Target) -> list[dict[str, Any]]:
    """Return the tolerations in the options of a target, as Kubernetes writes them.

    Raises:
        UnsupportedError: Kubernetes takes one of them for none.
    """
    tolerations = [_toleration(item) for item in plan.options.get("tolerations", ())]
    where = target.option("tolerations")
    findings = [
        Finding(what=refused_toleration(why), where=where)
        for toleration in tolerations
        for _, why in toleration_faults(toleration)
    ]
    if findings:
        raise UnsupportedError(*findings)
    return tolerations


def refused_toleration(why: str) -> str:
    """Return what to say of a toleration that Kubernetes refuses."""
    return f"Kubernetes takes no such toleration: {why}."


def _toleration(option: Mapping[str, Any]) -> dict[str, Any]:
    """Kubernetes' default is `Equal`, which a toleration of a key alone does not mean."""
    operator = option.get("operator", "Equal" if "value" in option else "Exists")
    toleration = {**{k: v for k, v in option.items() if k != "seconds"}, "operator": operator}
    return toleration | ({"tolerationSeconds": option["seconds"]} if "seconds" in option else {})


def toleration_faults(toleration: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    """Yield why Kubernetes refuses a toleration, each with the key at which that stands.

    Source: Kubernetes, `ValidateTolerations`.
    """
    key, operator, value, effect = map(toleration.get, ("key", "operator", "value", "effect"))
    if operator not in (None, "", *OPERATORS) or effect not in (None, "", *EFFECTS):
        yield None, f"it knows no operator `{operator}` with the effect `{effect}`"
    if key and not is_label_key(str(key)):
        yield "key", f"`{key}` is no key"
    # An empty key with `Exists` tolerates every taint (Kubernetes, Taints and Tolerations).
    if not key and operator != "Exists":
        yield None, "without a `key`, the operator is `Exists`"
    if value and operator == "Exists":
        yield "value", "`Exists` compares no `value`"
    elif not is_label_value(str(value or "")):
        yield "value", f"`{value}` is no value"
    # Only this effect evicts a pod that runs already, so only it can wait before it does.
    if "tolerationSeconds" in toleration and effect != "NoExecute":
        yield "tolerationSeconds", "seconds need the effect `NoExecute`"
