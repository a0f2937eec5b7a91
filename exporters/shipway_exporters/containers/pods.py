"""What Kubernetes is told of a pod: its variables, and the taints that it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.settings.value_shapes import EFFECTS, OPERATORS
from shipway.settings.values import TaskSettings
from shipway_exporters.containers.escapes import escape_expansions
from shipway_exporters.containers.kubernetes_names import is_label_key, is_label_value


def env_of(settings: TaskSettings) -> list[dict[str, str]]:
    """Return the environment variables in plain text of a task's container."""
    return [
        {"name": name, "value": escape_expansions(value)}
        # By name, so that moving a line in the settings changes no artifact.
        for name, value in sorted(settings.env.items())
    ]


def refused_toleration(why: str) -> str:
    """Return what to say of a toleration that Kubernetes refuses."""
    return f"Kubernetes takes no such toleration: {why}."


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
