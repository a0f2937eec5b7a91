"""Pass 5, settle: one set of settings for each task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from shipway.errors import Finding, PlanError
from shipway.model import Node
from shipway.settings.settings import Layer, Setting
from shipway.settings.task_settings import TASK_SETTINGS, own_key, request_of, setting_of
from shipway.settings.values import TaskSettings

NodeLayers = Sequence[tuple[Node, Layer]]


def settle(nodes: NodeLayers, hint: str) -> TaskSettings:
    """Return the settings of a task that runs `nodes`.

    Retries and compute take the maximum, of limits that of what each node has at most; time-outs
    add up (and are unlimited when one is), all others must agree.

    Args:
        hint: how the task came to hold several nodes, for messages.

    Raises:
        PlanError: two nodes disagree, a variable is both plain and secret, or a node asks for more
            than its limit; one finding a setting.
    """
    layer, findings = _merge(nodes, hint)
    findings += _beyond_limits(nodes)
    findings += _plain_and_secret(layer, nodes)
    if findings:
        raise PlanError(*findings)
    return _task_settings(layer)


def _merge(nodes: NodeLayers, hint: str) -> tuple[Layer, list[Finding]]:
    if len(nodes) == 1:
        return nodes[0][1], []
    result: Layer = {}
    findings: list[Finding] = []
    for key in dict.fromkeys(key for _, layer in nodes for key in layer):
        settings = [(node, layer[key]) for node, layer in nodes if key in layer]
        merge = setting_of(key).merge
        if merge == "sum":
            # One node without a limit may run for ever, and so may the task.
            if len(settings) == len(nodes):
                total = sum(setting.value for _, setting in settings)
                result[key] = replace(settings[0][1], value=total)
        elif merge == "greatest":
            result[key] = max((s for _, s in settings), key=lambda s: s.value)
        elif merge == "greatest limit":
            # A node without a limit has what it asks for, and its task must not have less.
            most = [layer.get(key) or layer.get(request_of(key)) for _, layer in nodes]
            result[key] = max(filter(None, most), key=lambda s: s.value)
        elif _agree(key, [setting for _, setting in settings], len(nodes)):
            result[key] = settings[0][1]
        else:
            findings.append(_disagree(key, nodes, hint))
    return result, findings


def _agree(key: str, settings: Sequence[Setting], nodes: int) -> bool:
    alike = all(setting.value == settings[0].value for setting in settings)
    # Where one node leaves out a setting, it has the target's default, which may be another value.
    return alike and (_is_harmless(key) or len(settings) == nodes)


def _is_harmless(key: str) -> bool:
    """A variable that only some nodes set does no harm to the others; an image would."""
    return setting_of(key).merge == "alike where set"


def same(one: Layer, other: Layer) -> bool:
    """Tell whether two nodes have the same settings, wherever they were set."""
    return {k: s.value for k, s in one.items()} == {k: s.value for k, s in other.items()}


def _disagree(key: str, nodes: NodeLayers, hint: str) -> Finding:
    settings = [(n, layer.get(key)) for n, layer in nodes if key in layer or not _is_harmless(key)]
    first = settings[0]
    value = first[1].value if first[1] else None
    other = next((n, s) for n, s in settings if (s.value if s else None) != value)
    places = " and ".join(s.place for _, s in (first, other) if s)
    return Finding(
        what=f"The nodes `{first[0].name}` and `{other[0].name}` share a task ({hint}) "
        f"but differ in `{key}`.",
        where=places,
        remedy=f"Give both the same `{key}`, or let them run in tasks of their own.",
    )


def _beyond_limits(nodes: NodeLayers) -> list[Finding]:
    """Kubernetes refuses a pod that asks for more than its limit."""
    limits = [setting.name for setting in TASK_SETTINGS if setting.merge == "greatest limit"]
    findings: dict[str, Finding] = {}
    for node, layer in nodes:
        for key in limits:
            limit, request = layer.get(key), layer.get(request_of(key))
            if limit and request and limit.value < request.value:
                # Nodes that have both from one layer have one mistake.
                where = f"{request.place} and {limit.place}"
                findings[where] = _beyond_limit(node, key, request, limit, where)
    return list(findings.values())


def _beyond_limit(node: Node, key: str, request: Setting, limit: Setting, where: str) -> Finding:
    return Finding(
        what=f"The node `{node.name}` asks for {request.value.text} of "
        f"`{request_of(key)}`, and its limit is {limit.value.text}.",
        where=where,
        remedy=f"Raise `{key}`, or lower `{request_of(key)}`.",
    )


def _plain_and_secret(layer: Layer, nodes: NodeLayers) -> Iterator[Finding]:
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


def _task_settings(layer: Layer) -> TaskSettings:
    fields: dict[str, Any] = {}
    # Sorted, since the order of nodes and layers must not show in an artifact.
    for key in sorted(layer):
        setting, value = setting_of(key), layer[key].value
        if setting.by_key:
            fields.setdefault(setting.attribute, {})[own_key(key)] = setting.typed(value)
        else:
            fields[setting.attribute] = setting.typed(value)
    rank = layer["run_on"].rank if "run_on" in layer else 0
    return TaskSettings(
        **fields,
        places={key: layer[key].place for key in sorted(layer)},
        of_layers_above=tuple(key for key in sorted(layer) if layer[key].rank < rank),
    )
