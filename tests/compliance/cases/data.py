"""Data: what a catalog may say of them, and how they get from task to task."""

from __future__ import annotations

from tests.compliance.case import Case
from tests.projects import text_file

STORE = {"memory": "store", "store": "data/store"}
EARLIER = "2020-01-01T00.00.00.000Z"

CASES = (
    Case(
        name="memory_fused",
        about="data in memory between nodes, which share a task",
        nodes="""
            node(f.make, "params:alpha", "fused", name="make"),
            node(f.make, "fused", "memory_fused__out", name="keep"),
        """,
        parameters="alpha: 0.5\n",
    ),
    Case(
        name="memory_stored",
        about="data in memory, carried by a store that the run empties",
        nodes="""
            node(f.make, "params:alpha", "stored", name="make"),
            node(f.make, "stored", "memory_stored__out", name="keep"),
        """,
        settings=STORE,
    ),
    Case(
        name="factory",
        about="a dataset factory, with two placeholders",
        nodes="""
            node(f.make, None, "eu#sales", name="make"),
            node(f.make, "eu#sales", "factory__out", name="keep"),
        """,
        catalog={"{region}#{what}": text_file("factory/{region}/{what}.txt")},
    ),
    Case(
        name="transcoding",
        about="one file as two datasets (`@`)",
        nodes="""
            node(f.make, None, "transcoding__file@made", name="make"),
            node(f.make, "transcoding__file@text", "transcoding__out", name="read"),
        """,
        catalog={
            "transcoding__file@made": text_file("transcoding/file.txt"),
            "transcoding__file@text": text_file("transcoding/file.txt"),
        },
    ),
    Case(
        name="versioned",
        about="a versioned dataset that the next task loads",
        nodes="""
            node(f.make, "params:alpha", "versioned__v_model", name="train"),
            node(f.make, "versioned__v_model", "versioned__scores", name="score"),
        """,
    ),
    Case(
        name="champion",
        about="a new version beside the one before: two entries of one versioned file",
        nodes="""
            node(f.make, "champion_before", "champion_new", name="train"),
            node(f.make, ["champion_before", "champion_new"], "champion__out", name="compare"),
        """,
        catalog={
            name: text_file("champion/model.txt", versioned=True)
            for name in ("champion_before", "champion_new")
        },
        files={f"champion/model.txt/{EARLIER}/model.txt": "the one before"},
    ),
    Case(
        name="load_version",
        about="a version to load, named in the settings",
        nodes='node(f.make, "load_version__v_model", "load_version__out", name="score"),',
        files={
            f"load_version/model.txt/{day}T00.00.00.000Z/model.txt": f"of {day}"
            for day in ("2020-01-01", "2021-01-01")
        },
        settings={"load_versions": {"load_version__v_model": EARLIER}},
    ),
    Case(
        name="one_file",
        about="two entries of one file: written as one, read as the other",
        nodes="""
            node(f.make, None, "one_file__a", name="write"),
            node(f.make, "one_file_b", "one_file__out", name="read"),
        """,
        catalog={"one_file_b": text_file("one_file/a.txt")},
        files={"one_file/a.txt": "from before"},
    ),
    Case(
        name="two_in_one_place",
        about="two versioned outputs in one place, which `kedro run` cannot save either",
        nodes="""
            node(f.make, None, "two_in_one_place_a", name="a"),
            node(f.make, None, "two_in_one_place_b", name="b"),
        """,
        catalog={
            f"two_in_one_place_{one}": text_file("two_in_one_place/x.txt", versioned=True)
            for one in "ab"
        },
    ),
    Case(
        name="partitioned",
        about="a partitioned dataset",
        nodes="""
            node(f.parts, None, "partitioned", name="write"),
            node(f.load_parts, "partitioned", "partitioned__out", name="read"),
        """,
        catalog={
            "partitioned": {
                "type": "partitions.PartitionedDataset",
                "path": "data/partitioned/parts",
                "filename_suffix": ".txt",
                "dataset": "text.TextDataset",
            }
        },
    ),
    Case(
        name="cached",
        about="a `CachedDataset`",
        nodes="""
            node(f.make, None, "cached_file", name="write"),
            node(f.make, "cached_file", "cached__out", name="read"),
        """,
        catalog={"cached_file": {"type": "CachedDataset", "dataset": text_file("cached/file.txt")}},
    ),
    Case(
        name="constant",
        about="a `MemoryDataset` whose data stand in the catalog",
        nodes='node(f.make, "constant_in_catalog", "constant__out", name="make"),',
        catalog={"constant_in_catalog": {"type": "MemoryDataset", "data": [1, "a", None]}},
    ),
    Case(
        name="no_output",
        about="a node without an output, and one that nobody needs",
        nodes="""
            node(f.make, None, "no_output__in", name="make"),
            node(f.note, "no_output__in", None, name="note"),
        """,
    ),
    Case(
        name="missing_input",
        about="an input that no entry of the catalog has",
        nodes='node(f.make, "nobody_has_it", "missing_input__out", name="make"),',
    ),
)
