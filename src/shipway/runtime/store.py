"""Datasets that Kedro keeps in memory, carried from task to task as files."""

from __future__ import annotations

import logging
import pickle
import re
from hashlib import sha256
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import fsspec
from kedro.io import AbstractDataset, DatasetError

from shipway.errors import Finding, ProjectError

_LOG = logging.getLogger("shipway")


class StoredDataset(AbstractDataset[Any, Any]):
    """Stands for a dataset in memory; what a task saves, later tasks of the run load.

    Kedro hands each reader a copy, and so does this. Whole or not at all: a file gets its name
    when it is complete, so a task that is killed leaves nothing that another could load.

    Args:
        name: the dataset's name in the catalog.
        folder: URL of the run's folder in the store.
    """

    def __init__(self, name: str, folder: str) -> None:
        self.name = name
        self.url = f"{folder}/{_part(name)}.pickle"

    def load(self) -> Any:
        """Return what a task of this run saved."""
        files, path = fsspec.core.url_to_fs(self.url)
        try:
            with files.open(path, "rb") as file:
                return pickle.load(file)
        except FileNotFoundError:
            raise DatasetError(
                f"`{self.name}` is not in the store of this run: no task has made it, or it was "
                "cleaned up when the run had succeeded. Run the task that makes it, too."
            ) from None

    def save(self, data: Any) -> None:
        """Keep `data` for later tasks of this run."""
        files, path = fsspec.core.url_to_fs(self.url)
        files.makedirs(files._parent(path), exist_ok=True)
        for left in _parts(files, path):
            _remove(files, left)
        part = f"{path}.{uuid4().hex}"
        try:
            self._write(data, files, part)
            files.mv(part, path)
        except BaseException:  # also the end of the task
            _remove(files, part)
            raise

    def _write(self, data: Any, files: Any, part: str) -> None:
        try:
            with files.open(part, "wb") as file:
                pickle.dump(data, file, protocol=pickle.HIGHEST_PROTOCOL)
        except (pickle.PicklingError, TypeError, AttributeError, RecursionError) as error:
            raise DatasetError(
                f"`{self.name}` cannot go to another task: {type(data).__name__} cannot be "
                f"pickled ({error}). Give it a catalog entry, or let its nodes share a task."
            ) from error

    def _exists(self) -> bool:
        files, path = fsspec.core.url_to_fs(self.url)
        return bool(files.exists(path))

    def _describe(self) -> dict[str, Any]:
        return {"url": self.url}


def _parts(files: Any, path: str) -> list[str]:
    """Return what tries of the same task that were killed have left of one dataset."""
    files.invalidate_cache()
    is_part = re.compile(rf"{re.escape(path.rpartition('/')[2])}\.[0-9a-f]{{32}}").fullmatch
    names = files.ls(files._parent(path), detail=False)
    return [name for name in names if is_part(name.rpartition("/")[2])]


def _remove(files: Any, part: str) -> None:
    """Where that fails, the next save tries again: what happened before it is what counts."""
    try:
        files.rm_file(part)
    except FileNotFoundError:
        pass
    except Exception as error:  # noqa: BLE001 - each file system fails in its own way
        _LOG.warning("%s stays in the store of this run: %s", part, error)


def folder_of(store: str, *parts: str) -> str:
    """Return the URL of one run's folder in the store."""
    return "/".join([store.rstrip("/"), *(_part(part) for part in parts if part)])


def _part(text: str) -> str:
    """Return a text as a part of a path: whole, or else its beginning and a hash.

    Linux takes 255 bytes (`NAME_MAX`), and what stands after it here needs some.
    """
    part = quote(text, safe="")
    return part if len(part) <= 200 else f"{part[:160]}-{sha256(text.encode()).hexdigest()[:32]}"


def clean(folder: str) -> None:
    """Remove what a run has stored; nothing to remove is fine.

    Raises:
        ProjectError: the store cannot be reached.
    """
    try:
        files, path = fsspec.core.url_to_fs(folder)
        if files.exists(path):
            files.rm(path, recursive=True)
    except Exception as error:  # each file system fails in its own way
        raise ProjectError(
            Finding(
                what=f"The store of this run cannot be cleaned up: {error}.",
                where=folder,
            )
        ) from error
