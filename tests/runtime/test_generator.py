"""A node that yields its output in chunks does what it does under `kedro run`."""

from __future__ import annotations

import pytest

from .tasks import HERE, Tasks, entry, own_project

NODES = """
def chunks():
    yield "first"
    yield "second"
"""
REGISTRY = """
return {"__default__": pipeline([
    node(f.chunks, None, "versioned", name="to_versioned"),
    node(f.chunks, None, "plain", name="to_plain"),
])}
"""


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Tasks:
    catalog = {
        "versioned": entry("Remote", "versioned.json", versioned=True),
        "plain": entry("Plain", "plain.json"),
    }
    folder = tmp_path_factory.mktemp("generator")
    return Tasks(own_project(folder, REGISTRY, nodes=NODES, catalog=catalog), HERE)


def test_the_second_chunk_of_a_versioned_dataset_is_refused_and_the_first_stays(
    tasks: Tasks,
) -> None:
    words = "must not exist if versioning is enabled"
    under_kedro = tasks.kedro("run", "--nodes", "to_versioned")
    assert under_kedro.code != 0
    assert words in " ".join(under_kedro.output.split())
    for _ in ("first try", "second try"):
        process = tasks.attempt("to_versioned")
        assert process.code == 1
        assert words in process.output
    assert list(tasks.versions("versioned.json").values()) == ["first", "first"]


def test_a_dataset_without_versions_takes_each_chunk(tasks: Tasks) -> None:
    tasks.run("to_plain")
    assert tasks.data("plain.json") == "second"
