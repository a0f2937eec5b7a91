"""A project whose nodes share places under several names; each engine must do as `kedro run`."""

from __future__ import annotations

import shutil
from pathlib import Path

from .projects import KedroProject, make_project, new_package, text_file

NODES = """
import time


def join(*parts):
    return "+".join(map(str, parts))


def join_late(*parts):
    time.sleep(1)
    return join(*parts)
"""
# A task is ready as soon as `m` is done, or at once: only the place makes `a` wait for `z`.
REGISTRY = """
return {"__default__": pipeline([
    node(f.join, ["raw", "const"], "start", name="m"),
    node(f.join_late, "raw", "one", name="z"),
    node(f.join, ["start", "two"], "read", name="a"),
    node(f.join, ["prev", "raw"], "champ", name="train"),
    node(f.join, ["champ", "prev"], "compared", name="compare"),
    node(f.join, ["compared", "late"], "last", name="last"),
    node(f.join, "raw", "orders", name="b_orders"),
    node(f.join, "raw", "items", name="c_items"),
    node(f.join, "orders", "of_orders", name="d_orders"),
    node(f.join, "items", "of_items", name="e_items"),
])}
"""
TABLES = '''
"""Texts as tables of a database; it stays open for a while, and nobody waits for it."""

import sqlite3
import time
from contextlib import closing

from kedro.io import AbstractDataset


class Table(AbstractDataset):
    def __init__(self, table_name, connection):
        self.table, self.file = table_name, connection["database"]

    def _opened(self):
        opened = sqlite3.connect(self.file, timeout=0, isolation_level=None)
        opened.execute("BEGIN EXCLUSIVE")
        time.sleep(0.7)
        return closing(opened)

    def load(self):
        with self._opened() as shop:
            ((text,),) = shop.execute(f"SELECT text FROM {self.table}")
        return text

    def save(self, data):
        with self._opened() as shop:
            shop.execute(f"CREATE TABLE {self.table} (text)")
            shop.execute(f"INSERT INTO {self.table} VALUES (?)", [data])
            shop.execute("COMMIT")

    def _describe(self):
        return {"table": self.table}
'''
OLD = "2025-01-01T00.00.00.000Z"


def make_places(folder: Path) -> KedroProject:
    """Write the project, with the data that is there before a run."""
    package = new_package()
    names = ("raw", "start", "read", "compared", "last", "of_orders", "of_items")
    shop = {"backend": "sqlite", "database": "data/shop.db"}
    table = {"type": f"{package}.tables.Table", "connection": shop}
    champ = text_file("champ.txt", versioned=True)
    catalog = {
        **{name: text_file(f"{name}.txt") for name in names},
        "const": {"type": "MemoryDataset", "data": 5},
        "one": text_file("shared.txt"),
        "two": {**text_file(""), "filepath": "./data/../data//shared.txt"},
        **dict.fromkeys(("champ", "prev", "late"), champ),
        "orders": {**table, "table_name": "orders"},
        "items": {**table, "table_name": "items"},
    }
    output = make_project(folder, REGISTRY, nodes=NODES, catalog=catalog, package=package)
    output.write(f"src/{package}/tables.py", TABLES)
    prepare(output)
    return output


def prepare(project: KedroProject) -> None:
    """Write what is there before a run, and nothing else."""
    shutil.rmtree(project.path / "data", ignore_errors=True)
    project.write("data/raw.txt", "raw")
    project.write("data/shared.txt", "of an earlier run")
    project.write(f"data/champ.txt/{OLD}/champ.txt", "old")


def results(project: KedroProject) -> dict[str, str]:
    """What a run has written, without the champion, whose version is that of a moment."""
    files = sorted((project.path / "data").glob("*.txt"))
    return {file.name: file.read_text() for file in files if file.is_file()}


def expected(project: KedroProject) -> dict[str, str]:
    """What `kedro run` writes; as if it had not, after that."""
    process = project.run("python", "-m", "kedro", "run")
    assert process.returncode == 0, process.stdout + process.stderr
    result = results(project)
    assert result["read.txt"] == "raw+5+raw"
    assert result["compared.txt"] == "old+raw+old"
    assert result["last.txt"] == "old+raw+old+old+raw"
    prepare(project)
    return result
