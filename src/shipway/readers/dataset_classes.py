"""Which dataset classes kedro-datasets has, read from its source.

Nothing of it is imported: its packages bring pandas or Spark along, and what they need may not be
installed here. A class that is declared exists, then, whether or not it can be made here.
"""

from __future__ import annotations

import ast
import importlib.util
import sysconfig
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

PACKAGE = "kedro_datasets"
_LIBRARIES = ("stdlib", "platstdlib", "purelib", "platlib")


def is_from_kedro_datasets(class_path: str) -> bool:
    """Tell whether Kedro looks a class up in kedro-datasets, by its full path or by a short one.

    A module of the project's own comes before it. Source: Kedro, `kedro.io.core`,
    `parse_dataset_definition`.
    """
    first = class_path.partition(".")[0]
    if first == PACKAGE:
        return True
    is_there = any((root / first / "__init__.py").is_file() for root in roots())
    return is_there and not is_own(first)


def classes_beside(class_path: str) -> frozenset[str] | None:
    """Return the names that the module of a class of kedro-datasets has.

    Returns:
        No names when there is no such module; `None` when they cannot be told.
    """
    module = class_path.removeprefix(f"{PACKAGE}.").rpartition(".")[0].replace(".", "/")
    files = (root / file for root in roots() for file in (f"{module}/__init__.py", f"{module}.py"))
    file = next((file for file in files if file.is_file()), None)
    if file is None:
        return frozenset() if roots() else None
    return names_in(file)


def roots() -> tuple[Path, ...]:
    """Return where kedro-datasets is, without importing it."""
    spec = importlib.util.find_spec(PACKAGE)
    return tuple(map(Path, spec.submodule_search_locations or ())) if spec else ()


def is_own(module: str) -> bool:
    """Tell whether a module at the top is the project's own: neither Python's nor installed."""
    spec = importlib.util.find_spec(module)
    origin = spec.origin if spec else None
    if origin is None or not Path(origin).is_file():
        return False
    return not any(Path(origin).is_relative_to(sysconfig.get_path(name)) for name in _LIBRARIES)


@lru_cache(maxsize=64)
def names_in(file: Path) -> frozenset[str] | None:
    """Return the names in a module; `None` when they cannot be told."""
    names = frozenset(_declarations(ast.parse(file.read_text(encoding="utf-8"))))
    return None if "*" in names else names


def _declarations(tree: ast.Module) -> Iterator[str]:
    """What is defined, imported or annotated anywhere, and what `lazy_loader.attach` is told of."""
    for item in ast.walk(tree):
        if isinstance(item, ast.ClassDef):
            yield item.name
        elif isinstance(item, ast.alias):
            yield item.asname or item.name
        elif isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store):
            yield item.id
        elif isinstance(item, ast.Constant) and str(item.value).isidentifier():
            yield str(item.value)
