"""Local files in any argument of an entry, embedded databases among them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shipway.readers.computed import mark
from shipway.readers.storage import Storage, storage_of

ROOT = Path("/srv/project")
DUCKDB = {"backend": "duckdb", "database": "data/shop.duckdb"}


def read(**config: Any) -> Storage:
    return storage_of({"type": "own.Dataset", **config}, ROOT)


@pytest.mark.parametrize(
    ("config", "location"),
    [
        ({"filepath": "./data//x.csv"}, "data/x.csv"),
        ({"filepath": "/srv/project/data/../x.csv"}, "x.csv"),
        ({"path": "data/parts/", "dataset": {"type": "json.JSONDataset"}}, "data/parts"),
        ({"filename": "data/x.log"}, "data/x.log"),
        ({"root_dir": "file:///srv/project/data"}, "data"),
        ({"dataset": {"type": "text.TextDataset", "filepath": "data/x"}}, "data/x"),
        ({"parts": [{"type": "text.TextDataset", "filepath": "data/x"}]}, "data/x"),
        ({"filepath": f"data/{mark('oc.env', ['SUB'])}/x.csv"}, "data/${oc.env:SUB}/x.csv"),
    ],
)
def test_a_path_in_any_argument(config: dict[str, Any], location: str) -> None:
    result = read(**config)
    assert (result.kind, result.location, result.database) == ("local", location, None)


@pytest.mark.parametrize(
    ("config", "database", "exclusive"),
    [
        ({"connection": DUCKDB}, "data/shop.duckdb", True),
        ({"connection": {**DUCKDB, "read_only": True}}, "data/shop.duckdb", False),
        ({"connection": "duckdb://shop.duckdb"}, "shop.duckdb", True),
        ({"connection": {"backend": "sqlite", "database": "./shop.db"}}, "shop.db", False),
        ({"con": "sqlite:///shop.db"}, "shop.db", False),
        ({"con": "sqlite+pysqlite:////srv/project/data/shop.db?timeout=5"}, "data/shop.db", False),
        ({"con": "duckdb:///data/shop.db"}, "data/shop.db", True),
        ({"database": "data/shop.duckdb"}, "data/shop.duckdb", True),
        ({"db": "shop.sqlite3"}, "shop.sqlite3", False),
        ({"uri": "sqlite:///shop.db"}, "shop.db", False),
        ({"dataset": {"type": "own.Table", "connection": DUCKDB}}, "data/shop.duckdb", True),
    ],
)
def test_an_embedded_database(config: dict[str, Any], database: str, exclusive: bool) -> None:
    result = read(table_name="orders", schema="main", **config)
    assert (result.kind, result.location, result.database) == ("local", database, database)
    assert (result.exclusive, result.table) == (exclusive, "main.orders")


@pytest.mark.parametrize(
    "config",
    [
        {"connection": {"backend": "duckdb"}},
        {"connection": {"backend": "duckdb", "database": ":memory:"}},
        {"con": "sqlite://"},
        {"con": "sqlite:///:memory:"},
    ],
)
def test_a_database_in_memory_ends_with_its_process(config: dict[str, Any]) -> None:
    assert read(table_name="orders", **config).kind == "memory"


@pytest.mark.parametrize(
    "config",
    [
        {"con": "postgresql://host/shop"},
        {"connection": {"backend": "postgres", "database": "shop"}},
        {"connection": {"backend": "duckdb", "database": "md:shop"}},
        {"database": "ANALYTICS", "schema": "PUBLIC"},
        {"url": "https://host/x.json"},
        {"load_args": {"path": "data/x"}, "metadata": {"filepath": "data/x"}},
        {"credentials": {"con": "sqlite:///shop.db"}},
        {"options": {"path": "a.b"}},
    ],
)
def test_what_is_no_file_here(config: dict[str, Any]) -> None:
    result = read(**config)
    assert (result.kind, result.location, result.database, result.files) == (
        "other",
        None,
        None,
        (),
    )


def test_a_query_in_a_file_is_a_file_beside_the_data() -> None:
    config = {"type": "pandas.SQLQueryDataset", "filepath": "sql/top.sql"}
    assert read(**config) == Storage(kind="other", files=("sql/top.sql",))
    in_file = read(**config, con="sqlite:///shop.db")
    assert (in_file.location, in_file.files) == ("shop.db", ("sql/top.sql",))


def test_a_file_that_a_database_reads_has_both_places() -> None:
    result = read(filepath="data/x.parquet", connection=DUCKDB)
    assert (result.location, result.database) == ("data/x.parquet", "data/shop.duckdb")
    assert result.table is None
