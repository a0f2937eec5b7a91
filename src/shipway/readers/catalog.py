"""From a catalog's configuration to the IR's datasets; no dataset is made, no secret is read."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from shipway.errors import Finding, ProjectError, nearest
from shipway.frames import own_frame, summary
from shipway.mistakes import Mistakes
from shipway.model import Dataset
from shipway.readers.computed import display, is_computed
from shipway.readers.databases import without_secrets
from shipway.readers.dataset_classes import classes_beside, is_from_kedro_datasets
from shipway.readers.nearest_class import nearest_class
from shipway.readers.storage import storage_of

Place = Callable[[str], "str | None"]
"""Finds the `file:line` of a catalog's entry."""

RUNTIME_PATTERN = {"{default}": {"type": "kedro.io.MemoryDataset"}}
_PREFIXES = ("", "kedro.io.", "kedro_datasets.")
_PARTITIONED = ("PartitionedDataset", "IncrementalDataset")
_IN_MEMORY = ("MemoryDataset", "SharedMemoryDataset")
_KEDRO_IO = ("", "kedro.io.", "kedro.io.memory_dataset.", "kedro.io.shared_memory_dataset.")


def read_datasets(
    names: Iterable[str],
    catalog: Mapping[str, Any],
    root: Path,
    live: Mapping[str, Any],
    place: Place,
    free_inputs: Collection[str] = (),
) -> tuple[Dataset, ...]:
    """Return the datasets called `names`, sorted, as the catalog and its patterns resolve them.

    Args:
        free_inputs: those that no node makes.
        live: datasets that the project's hooks made; they count instead of configured ones.

    Raises:
        ProjectError: an entry is malformed, or names a class that cannot be imported; with one
            finding for each.
    """
    all_names, mistakes = set(names), Mistakes()
    reader = _Reader(_resolver(catalog, place), root, live, place, all_names, free_inputs)
    result = []
    for name in sorted(all_names):
        with mistakes:
            result.append(reader.dataset(name))
    mistakes.raise_all()
    return tuple(result)


def _resolver(catalog: Mapping[str, Any], place: Place) -> Any:
    from kedro.io import CatalogConfigResolver

    try:
        return CatalogConfigResolver(
            config={name: without_secrets(entry) for name, entry in catalog.items()},
            default_runtime_patterns=RUNTIME_PATTERN,
        )
    except Exception as error:  # a user's catalog can be wrong in any way
        wrong = (name for name, entry in catalog.items() if not isinstance(entry, Mapping))
        where = place(next(wrong, "")) or "the project's catalog configuration"
        raise _bad_entry(summary(error), where) from error


def _bad_entry(what: str, where: str) -> ProjectError:
    return ProjectError(Finding(what=what, where=where, remedy="Correct the catalog entry."))


class _Reader:
    """Resolves and classifies datasets, remembering what it learned of each class."""

    def __init__(
        self,
        resolver: Any,
        root: Path,
        live: Mapping[str, Any],
        place: Place,
        names: Collection[str],
        free_inputs: Collection[str],
    ) -> None:
        self.names = names
        self.free_inputs = free_inputs
        self.resolver = resolver
        self.root = root
        self.live = live
        self.place = place
        self.in_memory: dict[str, bool] = {}

    def dataset(self, name: str) -> Dataset:
        if name in self.live:
            return self._live(name, self.live[name])
        entry = self._entry(name)
        if entry is None:
            return Dataset(name=name, kind="memory", like=self._like(name))
        config = self._resolve(name, entry)
        inner = _unwrap_cached(config)
        if not config.get("type") or not inner.get("type"):
            raise _bad_entry(f"The catalog entry `{entry}` has no `type`.", self._where(entry))
        self._check_fixed(entry, config, inner)
        self._check_validator(entry, config)
        in_memory = self._is_in_memory(_class_path(inner), entry)
        self._check_parts(inner, entry)
        versioned = bool(config.get("versioned") or inner.get("versioned"))
        return self._dataset(name, _class_path(config), inner, in_memory, versioned)

    def _check_parts(self, config: Mapping[str, Any], entry: str) -> None:
        """The class of each part of a partitioned dataset must exist, too."""
        if _class_path(config).rpartition(".")[2] not in _PARTITIONED:
            return  # elsewhere `dataset` may be a name, such as one of BigQuery
        part = config.get("dataset")
        kind = part.get("type") if isinstance(part, Mapping) else part
        if isinstance(kind, str) and not is_computed(kind):
            self._is_in_memory(kind, entry)

    def _check_validator(self, entry: str, config: Mapping[str, Any]) -> None:
        """What one process remembers of a save, the process of another task does not.

        Source: Kedro 1.7, `DataCatalog._validate_data`.
        """
        validator = config.get("validator")
        if isinstance(validator, Mapping) and validator.get("skip_load_after_save"):
            raise ProjectError(
                Finding(
                    what=f"The validator of `{entry}` skips a load after a save, which a task that "
                    "only loads cannot know of.",
                    where=self._where(entry),
                    remedy="Leave `skip_load_after_save` out: each load is then validated.",
                )
            )

    def _check_fixed(self, entry: str, *configs: Mapping[str, Any]) -> None:
        """Which class an entry has, and whether it is versioned, decides what shares a task."""
        for config in configs:
            for key in ("type", "versioned"):
                if is_computed(config.get(key)):
                    raise ProjectError(
                        Finding(
                            what=f"`{key}` of the catalog entry `{entry}` is made for each run: "
                            f"`{display(str(config[key]))}`; the plan depends on it.",
                            where=self._where(entry),
                            remedy="Write it out, and choose it by environment (--env).",
                        )
                    )

    def _dataset(
        self, name: str, kind: str, config: Mapping[str, Any], in_memory: bool, versioned: bool
    ) -> Dataset:
        storage = storage_of(config, self.root)
        nowhere = storage.kind == "other" and not (storage.location or storage.table)
        is_known = is_from_kedro_datasets(_class_path(config))
        return Dataset(
            name=name,
            kind="memory" if in_memory else storage.kind,
            type=kind,
            versioned=versioned,
            location=storage.location,
            files=storage.files,
            database=storage.database,
            exclusive=storage.exclusive,
            table=storage.table,
            preset=in_memory and "data" in config,
            place_unknown=nowhere and not in_memory and not is_known,
        )

    def _entry(self, name: str) -> str | None:
        """Return the entry or pattern that gives `name`, or `None` if only Kedro's default does."""
        if name in self.resolver.config:
            return name
        pattern: str | None = self.resolver.match_dataset_pattern(name)
        return pattern or self.resolver.match_user_catch_all_pattern(name)

    def _like(self, name: str) -> str | None:
        """Return the entry that an input is nearly called, where no node uses that entry."""
        if name not in self.free_inputs:
            return None
        idle = [entry for entry in self.resolver.config if entry not in self.names]
        return nearest(name, idle)

    def _where(self, entry: str) -> str:
        return self.place(entry) or f"catalog entry `{entry}`"

    def _resolve(self, name: str, entry: str) -> Mapping[str, Any]:
        try:
            config: Mapping[str, Any] = self.resolver.resolve_pattern(name)
        except Exception as error:  # a user's pattern can be wrong in any way
            raise _bad_entry(summary(error), self._where(entry)) from error
        return config

    def _live(self, name: str, dataset: Any) -> Dataset:
        inner = _unwrap_live(dataset)
        # Kedro keeps what a dataset was made from; its `_filepath` lacks the protocol.
        config = {"type": type(inner), **without_secrets(getattr(inner, "_init_args", {}))}
        in_memory = bool(getattr(inner, "_EPHEMERAL", False))
        versioned = getattr(inner, "_version", None) is not None
        kind = _class_path({"type": type(dataset)})
        return self._dataset(name, kind, config, in_memory, versioned)

    def _is_in_memory(self, class_path: str, entry: str) -> bool:
        if class_path not in self.in_memory:
            self.in_memory[class_path] = self._learn(class_path, entry)
        return self.in_memory[class_path]

    def _learn(self, class_path: str, entry: str) -> bool:
        prefix, _, last = class_path.rpartition(".")
        if last in _IN_MEMORY and (f"{prefix}." if prefix else "") in _KEDRO_IO:
            return True
        if is_from_kedro_datasets(class_path):
            self._check_declared(class_path, entry)
            return False  # none of kedro-datasets is ephemeral
        try:
            return _says_ephemeral(import_class(class_path))
        except Exception as error:  # a user's module can fail in any way
            places = filter(None, (self._where(entry), own_frame(error, self.root)))
            close = nearest_class(class_path)
            mean = f"Did you mean `{close}`? Otherwise install" if close else "Install"
            raise ProjectError(
                Finding(
                    what=f"The class `{class_path}` cannot be imported "
                    f"({summary(error, self.root)}), "
                    "so whether its data outlives a task is unknown.",
                    where=", ".join(places),
                    remedy=f"{mean} what the project needs here, or correct `type`.",
                )
            ) from error

    def _check_declared(self, class_path: str, entry: str) -> None:
        names = classes_beside(class_path)
        if names is None or class_path.rpartition(".")[2] in names:
            return
        close = nearest_class(class_path)
        mean = f"Did you mean `{close}`?" if close else "Correct `type`."
        what = f"kedro-datasets has no class `{class_path}`, so `kedro run` fails."
        raise ProjectError(Finding(what=what, where=self._where(entry), remedy=mean))


def _unwrap_cached(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """A cached dataset is as persistent as what it wraps."""
    while _class_path(config).rpartition(".")[2] == "CachedDataset":
        inner = config.get("dataset")
        config = inner if isinstance(inner, Mapping) else {"type": inner}
    return config


def _unwrap_live(dataset: Any) -> Any:
    from kedro.io import CachedDataset

    while isinstance(dataset, CachedDataset):
        dataset = dataset._dataset
    return dataset


def _class_path(config: Mapping[str, Any]) -> str:
    kind = config.get("type")
    return f"{kind.__module__}.{kind.__qualname__}" if isinstance(kind, type) else str(kind)


def import_class(class_path: str) -> type:
    """Return a dataset's class, looked up as Kedro does.

    Raises:
        Exception: what its module raises as it is imported; an `ImportError` where there is none.
    """
    errors: list[Exception] = []
    for prefix in _PREFIXES:
        module, _, last = f"{prefix}{class_path}".rpartition(".")
        try:
            attribute = getattr(importlib.import_module(module), last) if module else None
        except (ImportError, AttributeError) as error:
            errors.append(error)
            continue
        if isinstance(attribute, type):
            return attribute
    raise _reason(errors, class_path)


def _reason(errors: Sequence[Exception], class_path: str) -> Exception:
    """Return why a class is not there: first, that what its own module needs is missing."""
    own = tuple(f"{prefix}{class_path}" for prefix in _PREFIXES)
    missing = (
        error
        for error in errors
        if isinstance(error, ImportError) and not any(p.startswith(f"{error.name}.") for p in own)
    )
    return next(missing, None) or next(iter(errors), ImportError("it is no path of a class"))


def _says_ephemeral(cls: type) -> bool:
    """Tell whether a class is ephemeral: by attribute, or by what its `__init__` sets.

    Source: Kedro, `AbstractDataset._EPHEMERAL`; Kedro's own memory dataset sets it on `self`.
    """
    from kedro.io import MemoryDataset

    if issubclass(cls, MemoryDataset) or getattr(cls, "_EPHEMERAL", False):
        return True
    # Kedro wraps every `__init__`, see `AbstractDataset.__init_subclass__`.
    inits = (inspect.unwrap(vars(base).get("__init__", base)) for base in cls.__mro__)
    codes = (getattr(init, "__code__", None) for init in inits)
    return any("_EPHEMERAL" in (*code.co_names, *code.co_consts) for code in codes if code)
