"""A module of tasks as its source has it: the classes, and what they give to names."""

from __future__ import annotations

import ast
from typing import Any

from shipway.artifacts.python_expressions import source, value_of


def classes_of(module: ast.Module) -> dict[str, ast.ClassDef]:
    """Return the classes of a module in their order, by name."""
    return {item.name: item for item in module.body if isinstance(item, ast.ClassDef)}


def assigned(item: ast.ClassDef, target: str) -> ast.expr | None:
    """Return what a method of a class gives to a name, or to a place."""
    methods = (each for each in item.body if isinstance(each, ast.FunctionDef))
    inside = (each for method in methods for each in ast.walk(method))
    statements = (each for each in inside if isinstance(each, ast.Assign))
    return next((s.value for s in statements if ast.unparse(s.targets[0]) == target), None)


def attributes(item: ast.ClassDef) -> dict[str, Any]:
    """Return what the body of a class gives to names."""
    statements = [each for each in item.body if isinstance(each, ast.Assign)]
    return {source(target): value_of(s.value) for s in statements for target in s.targets}


def required(item: ast.ClassDef) -> list[str]:
    """Return the classes that `requires` of a class clones."""
    calls = (each for each in ast.walk(item) if isinstance(each, ast.Call))
    return [
        source(call.args[0]) for call in calls if source(call.func) == "self.clone" and call.args
    ]


def doc_of(item: ast.ClassDef) -> str:
    """Return the docstring of a class as it was before it was indented."""
    return (ast.get_docstring(item, clean=False) or "").replace("\n    ", "\n")


def base(item: ast.ClassDef) -> str:
    """Return what a class derives from; nothing for nothing."""
    return source(item.bases[0]) if item.bases else ""
