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

_PACKAGE = "kedro_datasets"


def is_from_kedro_datasets(class_path: str) -> bool:
    """Tell whether Kedro looks a class up in kedro-datasets: by its full path, or by a short one.

    A module of the project's own comes before it. Source: Kedro, `kedro.io.core`,
    `parse_dataset_definition`.
    """
    first = class_path.partition(".")[0]
    if first == _PACKAGE:
        return True
    return any((root / first / "__init__.py").is_file() for root in _roots()) and not _is_own(first)


def classes_beside(class_path: str) -> frozenset[str] | None:
    """Return the names that the module of a class of kedro-datasets has.

    Returns:
        `None` when they cannot be told; no names when there is no such module.
    """
    *packages, _ = class_path.removeprefix(f"{_PACKAGE}.").split(".")
    for root in _roots():
        for file in (
            root.joinpath(*packages, "__init__.py"),
            root.joinpath(*packages[:-1], f"{packages[-1]}.py") if packages else root,
        ):
            if file.is_file():
                return _names_in(file)
    return frozenset() if _roots() else None


def _roots() -> tuple[Path, ...]:
    spec = importlib.util.find_spec(_PACKAGE)
    return tuple(map(Path, spec.submodule_search_locations or ())) if spec else ()


def _is_own(module: str) -> bool:
    """Tell whether a module at the top is neither of Python nor installed: the project's own."""
    spec = importlib.util.find_spec(module)
    installed = {
        sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")
    }
    places = [spec.origin, *(spec.submodule_search_locations or ())] if spec else []
    files = [Path(place) for place in places if place and place not in ("built-in", "frozen")]
    return bool(files) and not any(file.is_relative_to(to) for file in files for to in installed)


@lru_cache(maxsize=64)
def _names_in(file: Path) -> frozenset[str] | None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = frozenset(_declared(tree))
    return None if "*" in names else names


def _declared(tree: ast.Module) -> Iterator[str]:
    """What is defined, imported or annotated anywhere, and what `lazy_loader.attach` is told of."""
    for item in ast.walk(tree):
        if isinstance(item, ast.ClassDef):
            yield item.name
        elif isinstance(item, ast.alias):
            yield item.asname or item.name
        elif isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store):
            yield item.id
        elif isinstance(item, ast.Constant) and isinstance(item.value, str):
            yield from (item.value,) if item.value.isidentifier() else ()
