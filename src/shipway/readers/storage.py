"""What of a catalog's entry says where its data stands: paths, URLs and embedded databases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath
from typing import Any

from shipway.locations import kind_of, normal
from shipway.model import DatasetKind
from shipway.readers.computed import display
from shipway.readers.databases import PATH_KEYS, database_of, database_of_text
from shipway.secrecy import without_credentials

_OF_NO_PLACE = frozenset({"credentials", "load_args", "save_args", "fs_args", "metadata"})
_QUERIES = frozenset({"SQLQueryDataset", "GBQQueryDataset"})
"""Classes of kedro-datasets whose file holds a query, and no data."""


@dataclass(frozen=True, kw_only=True)
class Storage:
    """Where a dataset's data stands; the fields are those of `shipway.model.Dataset`."""

    kind: DatasetKind
    location: str | None = None
    files: tuple[str, ...] = ()
    database: str | None = None
    exclusive: bool = False
    table: str | None = None


def storage_of(config: Mapping[str, Any], root: PurePath) -> Storage:
    """Return where the data of an entry stands, by what its arguments say at any depth.

    Args:
        config: the entry as Kedro resolves it, what it wraps instead of a `CachedDataset`.
        root: the project's folder.
    """
    arguments = tuple(_arguments(config))
    paths = list(dict.fromkeys(_paths(config, root)))
    databases = [d for key, value in arguments if (d := database_of(key, value)) is not None]
    file = next((_local(d.file, root) for d in databases if d.file), None)
    exclusive = any(d.exclusive and d.file for d in databases)
    location, files = paths[0] if paths else None, tuple(paths[1:])
    kind = config.get("type")
    name = kind.__name__ if isinstance(kind, type) else str(kind).rpartition(".")[2]
    if name in _QUERIES:
        location, files = None, tuple(paths)
    table = None if location else _table(config)
    in_memory = databases and not (location or file)
    return Storage(
        kind="memory" if in_memory else kind_of(location or file),
        location=location or file,
        files=tuple(path for path in files if kind_of(path) == "local"),
        database=file,
        exclusive=exclusive,
        table=table,
    )


def _arguments(config: Any) -> Iterator[tuple[str, Any]]:
    """Yield each argument at any depth, outer ones first; a connection is one argument."""
    if isinstance(config, Mapping):
        inner = [(str(k), value) for k, value in config.items() if k not in _OF_NO_PLACE]
        yield from inner
        for key, value in inner:
            if database_of(key, value) is None:
                yield from _arguments(value)
    elif isinstance(config, (list, tuple)):
        for item in config:
            yield from _arguments(item)


def _paths(config: Any, root: PurePath) -> Iterator[str]:
    """Yield the paths of an entry, then those of the datasets that it wraps."""
    if isinstance(config, Mapping):
        for value in (config[key] for key in PATH_KEYS if config.get(key)):
            if database_of_text(str(value)) is None:
                yield _local(str(value), root)
    inner = config.values() if isinstance(config, Mapping) else config
    for value in inner:
        if isinstance(value, (list, tuple)) or (isinstance(value, Mapping) and "type" in value):
            yield from _paths(value, root)


def _local(text: str, root: PurePath) -> str:
    """Return a location without credentials; a path in normal form, relative where it can be."""
    location = without_credentials(display(text))
    if kind_of(location) != "local":
        return location
    path = PurePosixPath(normal(location))
    # As text: on Windows a root begins with a drive (`C:/shop`), which is no root to POSIX.
    inside = path.is_relative_to(root.as_posix())
    return path.relative_to(root.as_posix()).as_posix() if inside else path.as_posix()


def _table(config: Mapping[str, Any]) -> str | None:
    """Return the table that an entry names, with its schema."""
    name = config.get("table_name") or config.get("table")
    keys = ("catalog", "database", "schema")
    above = (config.get(key) for key in keys if database_of(key, config.get(key)) is None)
    names = [str(part) for part in (*above, name) if isinstance(part, str)]
    return display(".".join(names)) if isinstance(name, str) else None
