"""The embedded databases (SQLite, DuckDB) that arguments of a catalog's entry name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shipway.readers.computed import display

PATH_KEYS = ("filepath", "path", "filename", "root_dir")
"""Arguments that are paths, the first that is there before the others.

Kedro itself takes the first three for paths (`kedro.framework.context.context`).
"""
_DATABASE_KEYS = ("connection", "con", "database", "db", "uri", "url")
_URL = re.compile(r"(?P<backend>sqlite|duckdb)(?:\+\w+)?:(?://(?P<path>.*))?", re.IGNORECASE)
_SUFFIXES = (".db", ".db3", ".sqlite", ".sqlite3", ".duckdb", ".ddb")
_OF_DUCKDB = (".duckdb", ".ddb")
_IN_MEMORY = ("", ":memory:")
_ELSEWHERE = ("md:", "motherduck:")
"""DuckDB's names of databases that a service holds."""
_LOGIN = re.compile(r"^[^/@:?]*(:[^@]*)?@")
"""Before the path, as SQLAlchemy's pysqlcipher takes it: `:passphrase@/file.db`."""

_OF_CREDENTIALS = "databases of credentials"
"""The argument that stands for the databases that `credentials` name; no class has such a one."""


@dataclass(frozen=True, kw_only=True)
class Database:
    """An embedded database; one in memory has no file."""

    file: str | None
    exclusive: bool


def database_of(key: str, value: Any) -> Database | None:
    """Return the embedded database that an argument names, or `None`."""
    if isinstance(value, Mapping):
        return _database_of_mapping(value)
    if key in (*_DATABASE_KEYS, *PATH_KEYS) and isinstance(value, str):
        is_file = key not in PATH_KEYS and display(value).lower().endswith(_SUFFIXES)
        exclusive = value.lower().endswith(_OF_DUCKDB)
        plain = Database(file=value, exclusive=exclusive) if is_file else None
        return database_of_text(value) or plain
    return None


def database_of_text(text: str) -> Database | None:
    """Read SQLAlchemy's `sqlite:///relative.db`, and `duckdb://relative.db` as Ibis writes it.

    Three slashes are SQLAlchemy's for a relative path, four for an absolute one.
    """
    match = _URL.fullmatch(text)
    if match is None:
        return None
    path = _LOGIN.sub("", match["path"] or "").partition("?")[0]
    path = path.removeprefix("/") if path.startswith("/") else path
    return _database_file(path, match["backend"].lower() == "duckdb")


def _database_of_mapping(connection: Mapping[str, Any]) -> Database | None:
    """Read the arguments of an Ibis backend, `{backend: duckdb, database: shop.duckdb}`."""
    backend = str(connection.get("backend", "")).lower()
    if backend not in ("duckdb", "sqlite"):
        return None
    path = connection.get("database") or connection.get("path") or ""
    is_shared = backend == "sqlite" or bool(connection.get("read_only"))
    return _database_file(str(path), not is_shared)


def _database_file(path: str, exclusive: bool) -> Database | None:
    if path.startswith(_ELSEWHERE):
        return None
    return Database(file=None if path in _IN_MEMORY else path, exclusive=exclusive)


def without_secrets(config: Any) -> Any:
    """Return an entry in which nothing is left of `credentials` but files of embedded databases.

    Credentials that stand in an entry itself may name one, with or without a secret beside it:
    `pandas.SQLTableDataset` of kedro-datasets takes `con` only there.
    """
    if isinstance(config, Mapping):
        rest = {key: without_secrets(value) for key, value in config.items()}
        credentials = config.get("credentials")
        if isinstance(credentials, Mapping):
            rest[_OF_CREDENTIALS] = dict(_files(credentials))
        return {key: value for key, value in rest.items() if key != "credentials"}
    if isinstance(config, list):
        return [without_secrets(item) for item in config]
    return config


def _files(credentials: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the databases anew, of their files alone; see `_database_of_mapping`."""
    for key, value in credentials.items():
        database = database_of(str(key), value)
        if database is not None:
            backend = "duckdb" if database.exclusive else "sqlite"
            yield str(key), {"backend": backend, "database": database.file or ""}
