"""Nodes that look heavy, by what their functions use: they may want a machine of their own.

It is read from the source of the function's module, which nobody imports for it. No number can be
read there, so that the settings are only begun.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from shipway.model import Node

_ON_GPU = frozenset({"torch", "tensorflow", "keras", "jax", "cudf", "transformers", "lightning"})
_ON_MANY_CORES = frozenset({"pyspark", "dask", "ray", "polars"})
_TRAINERS = frozenset({"sklearn", "xgboost", "lightgbm", "catboost", "statsmodels", "prophet"})
_TRAINING = frozenset({"fit", "fit_transform", "fit_predict", "train", "cross_val_score"})
"""What libraries call that which takes long; their other functions often take an instant."""


def why_heavy(node: Node, root: Path) -> tuple[str, bool] | None:
    """Return why a node looks heavy, and whether it may want a GPU; `None` if it does not.

    Args:
        root: the project's folder, where its function's file is looked for.
    """
    if node.origin is None or node.origin.line is None:
        return None
    uses = _uses(root / node.origin.file, node.origin.line)
    for library in sorted(uses.named & (_ON_GPU | _ON_MANY_CORES)):
        return f"uses {library}", library in _ON_GPU
    # What makes a model is often a helper in the same module, and only `fit` is called here.
    for library in sorted(uses.imported & _TRAINERS if uses.called & _TRAINING else ()):
        return f"trains with {library}", False
    return None


@dataclass(frozen=True)
class _Uses:
    """What a function uses: libraries that it names, those of its module, and what it calls."""

    named: frozenset[str] = frozenset()
    imported: frozenset[str] = frozenset()
    called: frozenset[str] = frozenset()


def _uses(file: Path, line: int) -> _Uses:
    """Return what the function uses that stands at a line."""
    tree = _tree(file)
    function = next((item for item in _functions(tree) if line in _starts(item)), None)
    if tree is None or function is None:
        return _Uses()
    libraries = dict(_libraries(tree))
    parts = [item for part in function.body for item in ast.walk(part)]
    names = {item.id for item in parts if isinstance(item, ast.Name)}
    methods = {item.attr for item in parts if isinstance(item, ast.Attribute)}
    return _Uses(
        named=frozenset(library for name, library in libraries.items() if name in names),
        imported=frozenset(libraries.values()),
        called=frozenset(names | methods),
    )


@lru_cache(maxsize=64)
def _tree(file: Path) -> ast.Module | None:
    try:
        return ast.parse(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return None  # a module's name, or a file that only another Python reads


def _functions(tree: ast.Module | None) -> Iterator[ast.FunctionDef]:
    items = ast.walk(tree) if tree else ()
    return (item for item in items if isinstance(item, ast.FunctionDef))


def _starts(function: ast.FunctionDef) -> Sequence[int]:
    """The line of `def`, or of the first decorator, which is what Python calls the first line."""
    return [function.lineno, *(item.lineno for item in function.decorator_list)]


def _libraries(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield each name that an import gives, with the library that it comes from."""
    for item in ast.walk(tree):
        if isinstance(item, ast.Import):
            for alias in item.names:
                library = alias.name.partition(".")[0]
                yield alias.asname or library, library
        elif isinstance(item, ast.ImportFrom) and item.module and not item.level:
            for alias in item.names:
                yield alias.asname or alias.name, item.module.partition(".")[0]
