"""The rule check of an emitted spec: what kfp takes, and a server then refuses or misreads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shipway.schemas.document import places
from shipway.schemas.problems import DocumentPath, Problem
from shipway_exporters.kubeflow import (
    rules_containers,
    rules_graph,
    rules_inputs,
    rules_kubernetes,
    rules_names,
    rules_schema,
    rules_texts,
)
from shipway_exporters.kubeflow.rules_view import Rule, View

RULES: tuple[Rule, ...] = (
    *rules_schema.RULES,
    *rules_names.RULES,
    *rules_graph.RULES,
    *rules_inputs.RULES,
    *rules_containers.RULES,
    *rules_texts.RULES,
    *rules_kubernetes.RULES,
)


def faults(documents: Sequence[Any], rules: Sequence[Rule] = RULES) -> Iterator[Problem]:
    """Find everything that is wrong, in the order of the documents.

    Args:
        documents: the pipeline spec, and the platform spec if there is one, as parsed from YAML.
        rules: those of the server that it is for.
    """
    view = View(documents)
    problems = [problem for rule in rules for problem in rule(view)]
    if problems:
        order = _order(view.documents)
        yield from sorted(problems, key=lambda problem: _position(problem.path, order))


def _order(documents: Sequence[Any]) -> dict[DocumentPath, int]:
    order: dict[DocumentPath, int] = {}
    for index, path in enumerate(path for document in documents for path, _ in places(document)):
        # Of a path that both documents have, the first counts.
        order.setdefault(path, index)
    return order


def _position(path: DocumentPath, order: Mapping[DocumentPath, int]) -> int:
    """Where a place is; where there is nothing, that is the place around it."""
    while path and path not in order:
        path = path[:-1]
    return order.get(path, 0)
