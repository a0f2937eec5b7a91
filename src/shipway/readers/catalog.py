"""From a catalog's configuration to the IR's datasets; no dataset is made, no secret is read."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from shipway.errors import Finding, ProjectError
from shipway.model import Dataset, DatasetKind
from shipway.readers.frames import summary
from shipway.secrecy import strip_credentials, without_credentials

_RUNTIME_PATTERN = {"{default}": {"type": "kedro.io.MemoryDataset"}}
_PREFIXES = ("", "kedro.io.", "kedro_datasets.")
_PATH_KEYS = ("filepath", "path")
_IN_MEMORY = ("MemoryDataset", "SharedMemoryDataset")
_KEDRO_IO = ("", "kedro.io.", "kedro.io.memory_dataset.", "kedro.io.shared_memory_dataset.")


def read_datasets(
    names: Iterable[str], catalog: Mapping[str, Any], root: Path, added: Mapping[str, Any]
) -> tuple[Dataset, ...]:
    """Return the datasets called `names`, sorted, as the catalog and its patterns resolve them.

    Args:
        added: live datasets that the project's hooks put beside the configured ones.

    Raises:
        ProjectError: an entry is malformed, or names a class that cannot be imported.
    """
    from kedro.io import CatalogConfigResolver

    try:
        resolver = CatalogConfigResolver(
            config=strip_credentials(dict(catalog)), default_runtime_patterns=_RUNTIME_PATTERN
        )
    except Exception as error:  # a user's catalog can be wrong in any way
        raise ProjectError(
            Finding(what=summary(error), where="catalog", remedy="Correct the catalog entry.")
        ) from error
    reader = _Reader(root, added)
    return tuple(reader.dataset(name, _resolve(resolver, name)) for name in sorted(set(names)))


def _resolve(resolver: Any, name: str) -> Mapping[str, Any] | None:
    """Return the configuration of `name`, or `None` when only Kedro's default would match."""
    matched = (
        name in resolver.config
        or resolver.match_dataset_pattern(name)
        or resolver.match_user_catch_all_pattern(name)
    )
    if not matched:
        return None
    config: Mapping[str, Any] = resolver.resolve_pattern(name)
    return config


class _Reader:
    """Classifies resolved entries, remembering what it learned of each class."""

    def __init__(self, root: Path, added: Mapping[str, Any]) -> None:
        self.root = root
        self.added = added
        self.in_memory: dict[str, bool] = {}

    def dataset(self, name: str, config: Mapping[str, Any] | None) -> Dataset:
        if name in self.added:
            return self._live(name, self.added[name])
        if config is None:
            return Dataset(name=name, kind="memory")
        wrapped = _unwrap_cached(config)
        class_path = _class_path(wrapped)
        location = self._location(wrapped)
        return Dataset(
            name=name,
            kind="memory" if self._is_in_memory(class_path, name) else _kind_of(location),
            type=_class_path(config),
            versioned=bool(config.get("versioned") or wrapped.get("versioned")),
            location=location,
        )

    def _live(self, name: str, dataset: Any) -> Dataset:
        location = self._location({"filepath": getattr(dataset, "_filepath", None)})
        return Dataset(
            name=name,
            kind="memory" if getattr(dataset, "_EPHEMERAL", False) else _kind_of(location),
            type=f"{type(dataset).__module__}.{type(dataset).__qualname__}",
            versioned=getattr(dataset, "_version", None) is not None,
            location=location,
        )

    def _location(self, config: Mapping[str, Any]) -> str | None:
        raw = next((config[key] for key in _PATH_KEYS if config.get(key)), None)
        if raw is None:
            return None
        location = without_credentials(str(raw)).removeprefix("file://")
        path = PurePosixPath(location)
        if path.is_absolute() and path.is_relative_to(self.root.as_posix()):
            return path.relative_to(self.root.as_posix()).as_posix()
        return location

    def _is_in_memory(self, class_path: str, name: str) -> bool:
        if class_path not in self.in_memory:
            self.in_memory[class_path] = _is_in_memory(class_path, name)
        return self.in_memory[class_path]


def _unwrap_cached(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """A cached dataset is as persistent as what it wraps."""
    while _class_path(config).rpartition(".")[2] == "CachedDataset":
        inner = config.get("dataset")
        config = inner if isinstance(inner, Mapping) else {"type": inner}
    return config


def _class_path(config: Mapping[str, Any]) -> str:
    kind = config.get("type")
    return f"{kind.__module__}.{kind.__qualname__}" if isinstance(kind, type) else str(kind)


def _kind_of(location: str | None) -> DatasetKind:
    if location is None:
        return "other"
    return "remote" if "://" in location else "local"


def _is_in_memory(class_path: str, name: str) -> bool:
    prefix, _, last = class_path.rpartition(".")
    if last in _IN_MEMORY and (f"{prefix}." if prefix else "") in _KEDRO_IO:
        return True
    if _is_from_kedro_datasets(class_path):
        return False
    return _says_ephemeral(_import_class(class_path, name))


def _is_from_kedro_datasets(class_path: str) -> bool:
    """No dataset of kedro-datasets is ephemeral; knowing it saves importing pandas or Spark."""
    first = class_path.partition(".")[0]
    if first == "kedro_datasets":
        return True
    spec = importlib.util.find_spec("kedro_datasets")
    folders = (spec.submodule_search_locations or []) if spec else []
    return any((Path(folder) / first / "__init__.py").is_file() for folder in folders)


def _import_class(class_path: str, name: str) -> type:
    reason: Exception = ImportError(f"`{class_path}` is no class path")
    for prefix in _PREFIXES:
        module, _, last = f"{prefix}{class_path}".rpartition(".")
        try:
            found = getattr(importlib.import_module(module), last) if module else None
        except (ImportError, AttributeError) as error:
            reason = error if not prefix else reason
            continue
        if isinstance(found, type):
            return found
    raise ProjectError(
        Finding(
            what=f"The class `{class_path}` cannot be imported ({summary(reason)}), "
            "so whether its data outlives a task is unknown.",
            where=f"catalog entry `{name}`",
            remedy="Install what the project needs here, or correct `type`.",
        )
    )


def _says_ephemeral(cls: type) -> bool:
    """Tell whether a class is ephemeral: by attribute, or by what its `__init__` sets.

    Source: Kedro, `AbstractDataset._EPHEMERAL`; Kedro's own memory dataset sets it on `self`.
    """
    from kedro.io import MemoryDataset

    if issubclass(cls, MemoryDataset) or getattr(cls, "_EPHEMERAL", False):
        return True
    inits = (vars(base).get("__init__") for base in cls.__mro__)
    codes = (getattr(init, "__code__", None) for init in inits)
    return any("_EPHEMERAL" in code.co_names for code in codes if code)
