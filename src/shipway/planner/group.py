"""Pass 2, group: which nodes are asked to share a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shipway.errors import Finding, PlanError, did_you_mean
from shipway.model import Node, Pipeline


def wishes(pipeline: Pipeline, group_by: str) -> dict[str, str]:
    """Return the label of the group that each node is asked into; nodes apart are left out.

    Args:
        group_by: `none`, `chain` (see `chains`), `pipeline`, `namespace`, `namespace:DEPTH`,
            `tag` (nodes with the same tags; no tag holds a `+`) or `tag:A,B` (nodes with a tag,
            the first that fits).
    """
    kind, _, detail = group_by.partition(":")
    if kind in ("none", "chain"):
        return {}
    labels = {node.name: _label(pipeline, node, kind, detail) for node in pipeline.nodes}
    return {name: label for name, label in labels.items() if label}


def _label(pipeline: Pipeline, node: Node, kind: str, detail: str) -> str | None:
    if kind == "pipeline":
        return pipeline.name
    if kind == "namespace":
        parts = node.namespace.split(".") if node.namespace else []
        # Without a depth, the outermost namespace: what most people call a part of a pipeline.
        return ".".join(parts[: int(detail or 1)]) or None
    if detail:
        # In the order that was asked for: a node with several of the tags goes to the first.
        return next((tag for tag in detail.split(",") if tag in node.tags), None)
    return "+".join(node.tags) or None


def named_groups(
    whole: Pipeline, pipeline: Pipeline, groups: Mapping[str, Sequence[str]], place: str
) -> dict[str, tuple[str, ...]]:
    """Return the groups that the settings name, after checking that each node is in one only.

    Args:
        whole: the pipeline that the settings speak of.
        pipeline: the nodes of it that are selected; the groups keep no others.

    Raises:
        PlanError: a node does not exist, or stands in two groups.
    """
    findings: list[Finding] = []
    owner: dict[str, str] = {}
    for group, nodes in groups.items():
        for node in nodes:
            where = f"{place}.{group}"
            if node not in whole.by_name:
                remedy = did_you_mean(node, whole.by_name)
                what = f"The pipeline has no node `{node}`."
                findings.append(Finding(what=what, where=where, remedy=remedy))
            elif owner.setdefault(node, group) != group:
                what = f"The node `{node}` stands in two groups, `{owner[node]}` and `{group}`."
                findings.append(
                    Finding(what=what, where=where, remedy="A node runs in one task: choose.")
                )
    if findings:
        raise PlanError(*findings)
    members = {
        g: [n for n in dict.fromkeys(ns) if n in pipeline.by_name] for g, ns in groups.items()
    }
    return {group: tuple(nodes) for group, nodes in members.items() if nodes}
