"""A home as Prefect leaves it once its server has started, made once for all tests of a machine.

A server that starts in an empty home migrates its database through all of Prefect's history and
registers the blocks: half of what it takes to start.
"""

from __future__ import annotations

import fcntl
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

START = """
import asyncio
import os

from prefect.server.api.server import create_app


async def start():
    app = create_app(webserver_only=True)
    async with app.router.lifespan_context(app):
        os._exit(0)  # by now all is in the database; its services take long to end


asyncio.run(start())
"""
FILES = ("prefect.db", "memo_store.toml")
FIRST = {
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "true",
    "PREFECT_API_DATABASE_MIGRATE_ON_START": "true",
}
"""What the first start alone is to do."""


def copy_home(python: Path, variables: Callable[[Path], Mapping[str, str]], home: Path) -> None:
    """Copy what a home holds after a start; `variables` returns the environment of a home."""
    source = python.parents[1] / "prepared-home"
    with python.with_name("prepared-home.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not source.exists():
            _prepare(python, variables, source)
    for name in FILES:
        shutil.copy(source / name, home)


def _prepare(python: Path, variables: Callable[[Path], Mapping[str, str]], folder: Path) -> None:
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    first = {**variables(part), **FIRST}
    subprocess.run([python, "-c", START], env=first, cwd=part, check=True, timeout=240)
    with closing(sqlite3.connect(part / "prefect.db")) as connection:
        # What stands in the log beside the database is to be in the file that is copied.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    part.rename(folder)
