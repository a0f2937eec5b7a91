"""The dataset class that a catalog may have meant, by the source of the modules at hand."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

from shipway.errors import nearest
from shipway.readers.dataset_classes import PACKAGE, is_own, names_in, roots


def nearest_class(class_path: str) -> str | None:
    """Return the class most like one that does not exist, written as that is.

    It is looked for in the module that is named, else in the one most like it: of kedro-datasets,
    or of the project's own package. Nothing is imported for it.
    """
    module, _, last = class_path.rpartition(".")
    files = dict(_modules(module.partition(".")[0]))
    name = module if module in files else nearest(module, files)
    close = name and nearest(last, _datasets_in(files[name]))
    return f"{name}.{close}" if close else None


def _modules(package: str) -> Iterator[tuple[str, Path]]:
    """Yield modules that may hold dataset classes, by the name that a catalog has for each."""
    prefix = f"{PACKAGE}." if package == PACKAGE else ""
    for root in roots():
        yield from _below(root, prefix)
    if package and package != PACKAGE and is_own(package):
        spec = importlib.util.find_spec(package)
        for folder in (spec and spec.submodule_search_locations) or ():
            yield from _below(Path(folder), f"{package}.")


def _below(root: Path, prefix: str) -> Iterator[tuple[str, Path]]:
    for file in sorted(root.rglob("*.py")):
        parts = file.relative_to(root).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        yield f"{prefix}{name}".rstrip("."), file


def _datasets_in(file: Path) -> Iterator[str]:
    try:
        names = names_in(file) or ()
    except (SyntaxError, ValueError):  # what does not parse has no names to tell
        return
    yield from (name for name in names if name.endswith("Dataset"))
