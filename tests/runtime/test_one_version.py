"""All tasks of a run save and load under one version."""

from __future__ import annotations

from pathlib import Path

import pytest

from .tasks import Tasks, entry, own_project

LATER = "2026-01-31T07:00:00Z"
KINDS = ("Remote", "Local")
NODES = """
def write(word):
    return word, word, word, word


def read(*words):
    return words
"""
REGISTRY = """
return {"__default__": pipeline([
    node(f.write, "params:word", ["Remote", "Local", "cached", "coded@one"], name="write"),
    node(f.read, ["Remote", "Local", "cached", "coded@two"], "seen", name="read"),
    node(f.read, ["outside"], "seen_outside", name="read_outside"),
])}
"""
ALL = ["Remote", "Local", "cached", "coded"]


@pytest.fixture(scope="module")
def tasks(any_kedro: Path, tmp_path_factory: pytest.TempPathFactory) -> Tasks:
    """A project in which the runs `one` and, later, `two` have written."""
    rest = entry("Remote", "cached.json", versioned=True)
    catalog = {
        **{kind: entry(kind, f"{kind}.json", versioned=True) for kind in KINDS},
        "coded@one": entry("Remote", "coded.json", versioned=True),
        "coded@two": entry("Local", "coded.json", versioned=True),
        "cached": {"type": "CachedDataset", "versioned": True, "dataset": rest},
        "outside": entry("Remote", "outside.json", versioned=True),
        "seen": entry("Plain", "seen.json"),
        "seen_outside": entry("Plain", "seen_outside.json"),
    }
    del rest["versioned"]
    folder = tmp_path_factory.mktemp("versions")
    parameters = {"word": "default"}
    project = own_project(folder, REGISTRY, nodes=NODES, catalog=catalog, parameters=parameters)
    tasks = Tasks(project, any_kedro, in_forks=True)
    tasks.run("write", run_id="one", params={"word": "of one"})
    tasks.run("write", run_id="two", created=LATER, params={"word": "of two"})
    return tasks


def test_a_reader_loads_what_its_own_run_wrote(tasks: Tasks) -> None:
    tasks.run("read", run_id="one", from_run=ALL)
    assert tasks.data("seen.json") == ["of one"] * 4


def test_a_task_that_writes_and_reads_loads_what_it_wrote(tasks: Tasks) -> None:
    tasks.run("write", "read", run_id="both", params={"word": "of both"})
    assert tasks.data("seen.json") == ["of both"] * 4


def test_a_run_saves_all_its_datasets_under_its_one_version(tasks: Tasks) -> None:
    of_one = [name for name, word in tasks.versions("Remote.json").items() if word == "of one"]
    assert len(of_one) == 1
    assert tasks.versions("Local.json")[of_one[0]] == "of one"
    assert tasks.versions("cached.json")[of_one[0]] == "of one"


def test_a_dataset_from_outside_is_loaded_at_its_latest(tasks: Tasks) -> None:
    for version in ("2026-01-01T00.00.00.000Z", "2030-01-01T00.00.00.000Z"):
        tasks.project.write(f"data/outside.json/{version}/outside.json", f'"{version}"')
    tasks.run("read_outside", from_run=ALL)
    assert tasks.data("seen_outside.json") == ["2030-01-01T00.00.00.000Z"]


def test_a_load_version_of_the_job_is_kept(tasks: Tasks) -> None:
    two = next(name for name, word in tasks.versions("Local.json").items() if word == "of two")
    tasks.run("read", run_id="one", from_run=ALL, load_versions={"Local": two})
    assert tasks.data("seen.json") == ["of one", "of two", "of one", "of one"]
