"""Datasets in memory go from task to task through the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from kedro.io import DatasetError

from shipway.runtime.stop import StopRequest
from shipway.runtime.store import StoredDataset

from .tasks import HERE, Tasks, entry, own_project

HARD = "reports.2026/Köln, a+b %41"
LONG = "ü" * 60
"""Of 360 bytes when its characters are written for a URL."""
NODES = """
import os
import signal
import threading
import time


class Slow:
    def __reduce__(self):
        os.kill(os.getpid(), signal.SIGKILL)


def make(word):
    return word, {word}, (word,), [word]


def join(*parts):
    return repr(parts)


def make_lambda():
    return lambda: 1


def make_lock():
    return threading.Lock()


def make_killer():
    return ["x" * 10_000_000, Slow()]
"""
REGISTRY = f"""
names = ["undeclared", "declared", {HARD!r}, {LONG!r}]
return {{"__default__": pipeline([
    node(f.make, "params:word", names, name="make"),
    node(f.join, names, "seen", name="join"),
    node(f.make_lambda, None, "lambda", name="make_lambda"),
    node(f.make_lock, None, "lock", name="make_lock"),
    node(f.make_killer, None, "killer", name="make_killer"),
    node(f.join, "killer", "seen_killer", name="join_killer"),
])}}
"""
STORED = ["undeclared", "declared", HARD, LONG, "lambda", "lock", "killer"]


def project_with_store(folder: Path, python: Path, store: str) -> Tasks:
    project = own_project(
        folder,
        REGISTRY,
        nodes=NODES,
        catalog={"declared": {"type": "MemoryDataset"}, "seen": entry("Plain", "seen.json")},
        parameters={"word": "default"},
    )
    return Tasks(project, python, {"stored": STORED, "store": store}, in_forks=True)


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Tasks:
    return project_with_store(tmp_path_factory.mktemp("store"), HERE, "data/store")


def files(tasks: Tasks) -> list[str]:
    folder = tasks.project.path / "data" / "store"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.pickle*"))


def test_each_run_sees_what_its_own_tasks_made(any_kedro: Path, tmp_path: Path) -> None:
    tasks = project_with_store(tmp_path, any_kedro, (tmp_path / "a store").as_uri())
    tasks.run("make", run_id="one", params={"word": "one"})
    tasks.run("make", run_id="two", params={"word": "two"})
    tasks.run("join", run_id="one")
    assert tasks.data("seen.json") == "('one', {'one'}, ('one',), ['one'])"
    assert not (tmp_path / "own" / "data" / "store").exists()


def test_a_store_within_the_project_is_named_by_its_folder(tasks: Tasks) -> None:
    tasks.run("make", run_id=f"within {LONG}")
    tasks.run("join", run_id=f"within {LONG}")
    assert tasks.data("seen.json") == "('default', {'default'}, ('default',), ['default'])"
    names = {name.rpartition("/")[2] for name in files(tasks)}
    assert "reports.2026%2FK%C3%B6ln%2C%20a%2Bb%20%2541.pickle" in names


def test_what_a_run_has_not_made_is_said_to_be_missing(tasks: Tasks) -> None:
    process = tasks.attempt("join", run_id="nothing made")
    assert process.code == 1
    assert "`undeclared` is not in the store of this run: no task has made it" in process.output


@pytest.mark.parametrize("name", ["lambda", "lock"])
def test_what_cannot_be_pickled_says_so_and_leaves_nothing(tasks: Tasks, name: str) -> None:
    before = files(tasks)
    process = tasks.attempt(f"make_{name}", run_id="unpicklable")
    assert process.code == 1
    kind = {"lambda": "function", "lock": "lock"}[name]
    assert f"`{name}` cannot go to another task: {kind} cannot be pickled" in process.output
    assert "Give it a catalog entry, or let its nodes share a task." in process.output
    assert files(tasks) == before


def test_a_save_that_is_killed_leaves_nothing_to_load(tasks: Tasks) -> None:
    assert tasks.attempt("make_killer", run_id="killed").code == 137  # 128 + SIGKILL
    process = tasks.attempt("join_killer", run_id="killed")
    assert process.code == 1
    assert "`killer` is not in the store of this run" in process.output
    left = [name for name in files(tasks) if "killer.pickle." in name]
    assert len(left) == 1, "the control: half of it is there"
    assert tasks.attempt("make_killer", run_id="killed").code == 137
    again = [name for name in files(tasks) if "killer.pickle." in name]
    assert len(again) == 1
    assert again != left


def test_cleaning_up_removes_what_one_run_has_stored_and_can_be_done_twice(tasks: Tasks) -> None:
    for run_id in ("kept", "cleaned"):
        tasks.run("make", run_id=run_id)
    for _ in ("once", "twice"):
        tasks.run(run_id="cleaned", clean_store=True)
    assert tasks.attempt("join", run_id="cleaned").code == 1
    tasks.run("join", run_id="kept")


class Failing:
    """Half of it can be pickled."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __reduce__(self) -> str:
        raise self.error


ERRORS = (
    RuntimeError(),
    OSError(28, "no space"),
    MemoryError(),
    KeyboardInterrupt(),
    StopRequest(),
)


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    yield f"{request.param}://{tmp_path.as_posix()}/a store"
    fsspec.filesystem("memory").store.clear()


def storage(url: str) -> list[str]:
    files, path = fsspec.core.url_to_fs(url)
    return sorted(name.rpartition("/")[2] for name in files.ls(path, detail=False))


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_save_that_fails_in_any_way_leaves_what_was_there(
    store: str, error: BaseException
) -> None:
    dataset = StoredDataset("a", store)
    dataset.save("first")
    with pytest.raises((type(error), DatasetError)):
        dataset.save(["x" * 1_000_000, Failing(error)])
    assert storage(store) == ["a.pickle"]
    assert dataset.load() == "first"


def test_a_save_removes_what_killed_ones_have_left_and_nothing_else(store: str) -> None:
    others = ["a.pickle.x", "a.pickle.x.pickle", f"ab.pickle.{'0' * 32}", f"b.pickle.{'0' * 32}"]
    files, path = fsspec.core.url_to_fs(store)
    files.makedirs(path)
    for name in (f"a.pickle.{'0' * 32}", f"a.pickle.{'f' * 32}", *others):
        files.pipe(f"{path}/{name}", b"half")
    StoredDataset("a", store).save("whole")
    assert storage(store) == sorted(["a.pickle", *others])
