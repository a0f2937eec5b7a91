"""Pass 5, settle: one set of settings for each task."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from shipway.errors import Finding, PlanError
from shipway.model import Node
from shipway.planner.plan import Secret, TaskSettings, Volume
from shipway.settings.settings import Layer, Setting

Settled = Sequence[tuple[Node, Layer]]

_GREATEST = frozenset(
    {
        "retries",
        "retry_delay",
        "retry_backoff",
        "resources.cpu",
        "resources.memory",
        "resources.gpu",
    }
)
"""Settings of which a task that runs several nodes takes the maximum."""


def settle(nodes: Settled, hint: str) -> TaskSettings:
    """Return the settings of a task that runs `nodes`.

    Retries and compute take the maximum, time-outs add up (and are unlimited when one is), all
    others must agree.

    Args:
        hint: how the task came to hold several nodes, for messages.

    Raises:
        PlanError: two nodes disagree, or a variable is both plain and secret; one finding a
            setting.
    """
    merged, findings = _merged(nodes, hint)
    findings += _plain_and_secret(merged, nodes)
    if findings:
        raise PlanError(*findings)
    return _typed(merged)


def _merged(nodes: Settled, hint: str) -> tuple[Layer, list[Finding]]:
    if len(nodes) == 1:
        return nodes[0][1], []
    merged: Layer = {}
    findings: list[Finding] = []
    for key in dict.fromkeys(key for _, layer in nodes for key in layer):
        given = [(node, layer[key]) for node, layer in nodes if key in layer]
        if key == "timeout":
            if len(given) == len(nodes):
                total = sum(setting.value for _, setting in given)
                merged[key] = Setting(total, given[0][1].place)
        elif key in _GREATEST:
            merged[key] = max((s for _, s in given), key=lambda s: s.value)
        elif _agree(key, [setting for _, setting in given], len(nodes)):
            merged[key] = given[0][1]
        else:
            findings.append(_disagree(key, nodes, hint))
    return merged, findings


def _agree(key: str, given: Sequence[Setting], nodes: int) -> bool:
    alike = all(setting.value == given[0].value for setting in given)
    return alike and (_is_harmless(key) or len(given) == nodes)


def _is_harmless(key: str) -> bool:
    """A variable that only some nodes set does no harm to the others; an image would."""
    return key.startswith(("env.", "secrets.")) or key == "resources.gpu_type"


def same(one: Layer, other: Layer) -> bool:
    """Tell whether two nodes have the same settings, wherever they were set."""
    return {k: s.value for k, s in one.items()} == {k: s.value for k, s in other.items()}


def _disagree(key: str, nodes: Settled, hint: str) -> Finding:
    held = [(n, layer.get(key)) for n, layer in nodes if key in layer or not _is_harmless(key)]
    first = held[0]
    value = first[1].value if first[1] else None
    other = next((n, s) for n, s in held if (s.value if s else None) != value)
    places = " and ".join(s.place for _, s in (first, other) if s)
    return Finding(
        what=f"The nodes `{first[0].name}` and `{other[0].name}` share a task ({hint}) "
        f"but differ in `{key}`.",
        where=places,
        remedy=f"Give both the same `{key}`, or let them run in tasks of their own.",
    )


def _plain_and_secret(layer: Layer, nodes: Settled) -> Iterator[Finding]:
    """Targets differ in which of the two would win."""
    names = " and ".join(f"`{node.name}`" for node, _ in (nodes[0], nodes[-1])[: len(nodes)])
    for key, setting in layer.items():
        secret = layer.get(f"secrets.{key.removeprefix('env.')}")
        if key.startswith("env.") and secret:
            yield Finding(
                what=f"The task of {names} has `{key.removeprefix('env.')}` both as a plain "
                "variable and as a secret.",
                where=f"{setting.place} and {secret.place}",
                remedy="Leave one of them out.",
            )


def _typed(layer: Layer) -> TaskSettings:
    values = {key: setting.value for key, setting in layer.items()}
    return TaskSettings(
        image=values.get("image"),
        retries=values.get("retries"),
        retry_delay=values.get("retry_delay"),
        retry_backoff=values.get("retry_backoff"),
        timeout=values.get("timeout"),
        cpu=values.get("resources.cpu"),
        memory=values.get("resources.memory"),
        gpu=values.get("resources.gpu"),
        gpu_type=values.get("resources.gpu_type"),
        env=_below("env", values, str),
        secrets=_below("secrets", values, lambda secret: Secret(**secret)),
        volumes=tuple(Volume(**volume) for volume in values.get("volumes", ())),
        service_account=values.get("service_account"),
        runner=values.get("runner"),
        places={key: layer[key].place for key in sorted(layer)},
    )


def _below(prefix: str, values: Mapping[str, Any], make: Callable[[Any], Any]) -> dict[str, Any]:
    start = f"{prefix}."
    return {k[len(start) :]: make(values[k]) for k in sorted(values) if k.startswith(start)}
