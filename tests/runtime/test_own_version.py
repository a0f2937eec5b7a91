"""A retry removes what its own version left, and nothing beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import fsspec
import pytest
from kedro.io import AbstractVersionedDataset
from kedro.io.core import Version, get_filepath_str, get_protocol_and_path

from shipway.runtime import kedro_internals as internals

VERSION = "2026-01-31T06.00.00.000Z-be17d4ad"


class Remote(AbstractVersionedDataset[Any, Any]):
    """By fsspec, as those of kedro-datasets."""

    def __init__(self, filepath: str, version: Version) -> None:
        self._protocol, path = get_protocol_and_path(filepath, version)
        self._fs = fsspec.filesystem(self._protocol)
        super().__init__(PurePosixPath(path), version, self._fs.exists, self._fs.glob)

    def load(self) -> Any:
        return json.loads(
            self._fs.cat_file(get_filepath_str(self._get_load_path(), self._protocol))
        )

    def save(self, data: Any) -> None:
        path = get_filepath_str(self._get_save_path(), self._protocol)
        self._fs.makedirs(self._fs._parent(path), exist_ok=True)
        self._fs.pipe(path, json.dumps(data).encode())

    def _describe(self) -> dict[str, Any]:
        return {}


class Local(AbstractVersionedDataset[Any, Any]):
    """By paths alone."""

    def __init__(self, filepath: str, version: Version) -> None:
        super().__init__(PurePosixPath(filepath.removeprefix("file://")), version)

    def load(self) -> Any:
        return json.loads(Path(self._get_load_path()).read_text())

    def save(self, data: Any) -> None:
        path = Path(self._get_save_path())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(data))

    def _describe(self) -> dict[str, Any]:
        return {}


class Kedros:
    """Kedro's own way: `model.json/<version>/model.json`."""


class InName:
    """`model_<version>.json`, beside those of other datasets."""

    def _get_versioned_path(self, version: str) -> PurePosixPath:
        path: PurePosixPath = self._filepath  # type: ignore[attr-defined]
        return path.with_name(f"{path.stem}_{version}{path.suffix}")


class InMiddle:
    """`<version>/models/model.json`, a folder that others share."""

    def _get_versioned_path(self, version: str) -> PurePosixPath:
        path: PurePosixPath = self._filepath  # type: ignore[attr-defined]
        return path.parent / version / "models" / path.name


class InFolder:
    """`<version>/model.json`, likewise."""

    def _get_versioned_path(self, version: str) -> PurePosixPath:
        path: PurePosixPath = self._filepath  # type: ignore[attr-defined]
        return path.parent / version / path.name


WAYS = (Kedros, InName, InMiddle, InFolder)
KINDS = {"local": Local, "file": Remote, "memory": Remote}


@pytest.fixture
def memory() -> Iterator[Any]:
    files = fsspec.filesystem("memory")
    yield files
    files.store.clear()
    files.pseudo_dirs[:] = [""]


def dataset(kind: str, way: type, url: str) -> Any:
    result = type("Dataset", (way, KINDS[kind]), {})(url, Version(VERSION, VERSION))
    internals.save_over(result)
    return result


def root(kind: str, folder: Path) -> str:
    return "memory://data" if kind == "memory" else f"file://{folder.as_posix()}/data"


@pytest.mark.parametrize("name", ["model.json", "model[1].json"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_it_replaces_its_own_and_leaves_all_else(
    memory: Any, tmp_path: Path, kind: str, way: type, name: str
) -> None:
    url = f"{root(kind, tmp_path)}/{name}"
    dataset(kind, way, url).save("first")
    files, path = fsspec.core.url_to_fs(str(dataset(kind, way, url)._get_load_path()))
    if kind == "memory":
        files = memory
    beside = files._parent(files._parent(path) if way is Kedros else path)
    others = [f"{beside}/other.json", f"{beside}/model1.json", f"{beside}/{VERSION}.d/x.json"]
    for other in others:
        files.makedirs(files._parent(other), exist_ok=True)
        files.pipe(other, b"other")
    again = dataset(kind, way, url)
    again.save("second")
    assert again.load() == "second"
    assert [files.cat_file(other) for other in others] == [b"other"] * 3


def test_a_folder_of_kedros_own_goes_whole(tmp_path: Path) -> None:
    url = f"{root('file', tmp_path)}/shape.shp"
    dataset("file", Kedros, url).save("first")
    folder = tmp_path / "data" / "shape.shp" / VERSION
    (folder / "shape.dbf").write_text("of the first try")
    dataset("file", Kedros, url).save("second")
    assert [file.name for file in folder.iterdir()] == ["shape.shp"]


@pytest.mark.parametrize("kind", ["local", "file"])
def test_what_a_link_points_to_stays(tmp_path: Path, kind: str) -> None:
    common = tmp_path / "shared"
    common.mkdir()
    (common / "model.json").write_text("shared")
    versions = tmp_path / "data" / "model.json"
    versions.mkdir(parents=True)
    (versions / VERSION).symlink_to(common)
    dataset(kind, Kedros, f"{root(kind, tmp_path)}/model.json").save("own")
    assert (common / "model.json").read_text() == "shared"
    assert json.loads((versions / VERSION / "model.json").read_text()) == "own"


def test_what_is_not_in_a_file_system_is_left_to_kedro(tmp_path: Path) -> None:
    """A study in a database: its versioned path is no path of a file."""

    class Study(Local):
        def __init__(self, filepath: str, version: Version) -> None:
            super().__init__(filepath, version)
            self._exists_function = lambda _: True

        def _get_versioned_path(self, version: str) -> PurePosixPath:
            return PurePosixPath("study", version, "study")

    study = Study(str(tmp_path / "study.db"), Version(VERSION, VERSION))
    internals.save_over(study)
    (tmp_path / "study.db").write_text("all studies")
    with pytest.raises(Exception, match="must not exist if versioning is enabled"):
        study.save("again")
    assert (tmp_path / "study.db").read_text() == "all studies"
