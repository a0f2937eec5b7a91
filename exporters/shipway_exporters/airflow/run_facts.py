"""The facts of a run that fill parameters, read back from the operator of a DAG file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from shipway_exporters.airflow.operator import MOMENTS

_TARGETS = ("job['params']", "params")
"""What the operator assigns parameters to, for `shipway.runtime` and for `kedro run`."""
_FACTS: Mapping[str, str] = {name: fact for fact, name in MOMENTS.items()}
_MOMENT = re.compile(r"(\w+)\.isoformat\(\)")
_CONTEXT = re.compile(r"context(?:\.get\(|\[)'(\w+)'")


def facts_in(tree: ast.Module) -> dict[str, frozenset[str]]:
    """Return the parameters that the operator fills, by capability (`run_parameters.run_id`)."""
    parameters: dict[str, set[str]] = {}
    for operator in tree.body:
        for parameter, fact in _parameters(operator) if isinstance(operator, ast.ClassDef) else ():
            parameters.setdefault(f"run_parameters.{fact}", set()).add(parameter)
    return {capability: frozenset(names) for capability, names in parameters.items()}


def _parameters(operator: ast.ClassDef) -> Iterator[tuple[str, str]]:
    """Yield each parameter that is filled, and the fact."""
    values = {ast.unparse(target): value for target, value in _assignments(operator)}
    # As text: moments are read by their names, and of two spellings `unparse` makes one.
    sources = {name: ast.unparse(value) for name, value in values.items()}
    for target in _TARGETS:
        for item in ast.walk(values[target]) if target in values else ():
            if isinstance(item, ast.Dict):
                for key, value in zip(item.keys, item.values, strict=True):
                    if isinstance(key, ast.Constant):
                        yield str(key.value), _fact(ast.unparse(value), sources)


def _assignments(operator: ast.ClassDef) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield what is assigned to what; of one name, the last counts."""
    for item in ast.walk(operator):
        if isinstance(item, ast.Assign):
            yield from ((target, item.value) for target in item.targets)
        elif isinstance(item, ast.AugAssign):
            yield item.target, item.value


def _fact(value: str, sources: Mapping[str, str]) -> str:
    """Return the fact that an expression stands for; of an unknown one, the expression itself."""
    if value == "context['run_id']":
        return "run_id"
    moment = _MOMENT.fullmatch(value)
    context = _CONTEXT.match(sources.get(moment[1], "")) if moment else None
    return _FACTS.get(context[1], value) if context else value
