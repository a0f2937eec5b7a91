"""The rule check of an emitted spec: what kfp takes, and a server then refuses or misreads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from shipway_exporters.kubeflow import (
    rules_containers,
    rules_graph,
    rules_inputs,
    rules_kubernetes,
    rules_names,
    rules_schema,
    rules_texts,
)
from shipway_exporters.kubeflow.rules_view import Fault, Rule, View, path_of, places

__all__ = ["RULES", "Fault", "faults"]

RULES: tuple[Rule, ...] = (
    *rules_schema.RULES,
    *rules_names.RULES,
    *rules_graph.RULES,
    *rules_inputs.RULES,
    *rules_containers.RULES,
    *rules_texts.RULES,
    *rules_kubernetes.RULES,
)


def faults(documents: Sequence[Any]) -> Iterator[Fault]:
    """Find everything that is wrong, in the order of the documents.

    Args:
        documents: the pipeline spec, and the platform spec if there is one, as parsed from YAML.
    """
    view = View(documents)
    found = [fault for rule in RULES for fault in rule(view)]
    if found:
        order = _order(view.documents)
        yield from sorted(found, key=lambda fault: _position(fault.path, order))


def _order(documents: Sequence[Any]) -> dict[str, int]:
    order: dict[str, int] = {}
    for index, keys in enumerate(keys for document in documents for keys, _ in places(document)):
        order.setdefault(path_of(keys), index)
    return order


def _position(path: str, order: dict[str, int]) -> int:
    """Where a path is; where there is nothing, that is the place around it."""
    while path and path not in order:
        path = re.sub(r"(^|\.|\[)[^.\[]*$", "", path)
    return order.get(path, 0)
