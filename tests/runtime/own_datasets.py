"""Datasets of a test project's own, as the environments of older Kedros have no others."""

from __future__ import annotations

SOURCE = '''
"""All keep values as JSON. A file `kill-<name>` kills the process in the middle of a save."""

import json
import os
import signal
from pathlib import Path, PurePosixPath

import fsspec
from kedro.io import AbstractDataset, AbstractVersionedDataset
from kedro.io.core import get_filepath_str, get_protocol_and_path


def die_if_told(path):
    marker = Path(f"kill-{Path(path).name}")
    if marker.exists():
        marker.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


class Plain(AbstractDataset):
    def __init__(self, filepath, metadata=None):
        self.path = Path(filepath)

    def load(self):
        return json.loads(self.path.read_text())

    def save(self, data):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text("half of it")
        die_if_told(self.path)
        self.path.write_text(json.dumps(data))

    def _exists(self):
        return self.path.exists()

    def _describe(self):
        return {"path": str(self.path)}


class Remote(AbstractVersionedDataset):
    """By fsspec, as those of kedro-datasets."""

    def __init__(self, *, filepath, version=None, metadata=None):
        self._protocol, path = get_protocol_and_path(filepath, version)
        self._fs = fsspec.filesystem(self._protocol, auto_mkdir=True)
        super().__init__(PurePosixPath(path), version, self._fs.exists, self._fs.glob)

    def load(self):
        with self._fs.open(get_filepath_str(self._get_load_path(), self._protocol), "r") as file:
            return json.load(file)

    def save(self, data):
        path = get_filepath_str(self._get_save_path(), self._protocol)
        with self._fs.open(path, "w") as file:
            file.write("half of it")
        die_if_told(path)
        with self._fs.open(path, "w") as file:
            json.dump(data, file)
        self._fs.invalidate_cache(path)

    def _exists(self):
        return self._fs.exists(get_filepath_str(self._get_load_path(), self._protocol))

    def _describe(self):
        return {"filepath": self._filepath, "version": self._version}


class Local(AbstractVersionedDataset):
    """By paths alone, as in Kedro's own example."""

    def __init__(self, filepath, version=None, metadata=None):
        super().__init__(PurePosixPath(filepath), version)

    def load(self):
        return json.loads(Path(self._get_load_path()).read_text())

    def save(self, data):
        path = Path(self._get_save_path())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("half of it")
        die_if_told(path)
        path.write_text(json.dumps(data))

    def _exists(self):
        return Path(self._get_load_path()).exists()

    def _describe(self):
        return {"filepath": self._filepath, "version": self._version}


class Folder(Remote):
    """A mapping, each key as a file of its own."""

    def load(self):
        folder = Path(self._get_load_path())
        return {file.name: json.loads(file.read_text()) for file in sorted(folder.iterdir())}

    def save(self, data):
        folder = Path(self._get_save_path())
        folder.mkdir(parents=True)
        for name, value in data.items():
            (folder / name).write_text(json.dumps(value))
            die_if_told(folder)
'''
