"""Nodes that use one place keep Kedro's order, and no others are held up."""

from __future__ import annotations

from typing import Any

import pytest

from shipway.errors import InternalError, PlanError
from shipway.model import Dataset, Node, Pipeline, Project
from shipway.planner.cut import Cut
from shipway.planner.order import order_of
from shipway.planner.plan import Plan
from shipway.planner.verify import verify
from tests.unit.planner.build_ir import node, pipeline, plan, project, said, tasks


def at(location: str, name: str, **more: Any) -> Dataset:
    return Dataset(name=name, kind="local", location=location, **more)


def shop(*nodes: Node, **locations: str) -> Project:
    """A project whose datasets stand at these places; others have one of their own."""
    return project(*nodes, datasets=[at(location, name) for name, location in locations.items()])


def needs(result: Plan) -> dict[str, tuple[str, ...]]:
    return {task.name: task.needs for task in result.tasks}


C_ONE, D_TWO = node("c", "raw", "one"), node("d", "two", "out")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("data/shared.txt", "data/shared.txt"),
        ("./data//shared.txt", "data/../data/shared.txt"),
        ("data/parts/a.csv", "data/parts"),
        ("data/parts", "data/parts/a.csv"),
        ("s3://bucket/x", "s3a://bucket/x/part"),
    ],
)
def test_a_reader_waits_for_the_writer_of_its_file_under_another_name(one: str, two: str) -> None:
    assert needs(plan(shop(C_ONE, D_TWO, one=one, two=two))) == {"c": (), "d": ("c",)}


def test_the_plan_says_who_waits_for_whom_and_why() -> None:
    result = plan(shop(C_ONE, D_TWO, one="data/shared.txt", two="data/shared.txt"))
    assert result.notes == ("`d` waits for `c`: both use data/shared.txt.",)
    assert result.order == (("c", "d"),)


@pytest.mark.parametrize(
    ("nodes", "answer"),
    [
        ([node("a", "raw", "one"), node("b", "raw", "two")], {"a": (), "b": ("a",)}),
        ([node("a", "two", "x"), node("b", "raw", "one")], {"a": (), "b": ("a",)}),
        ([node("a", "two", "x"), node("b", "one", "y")], {"a": (), "b": ()}),
        (
            [node("a", "", "one"), node("b", "two", "x"), node("c", "two", "y"), node("d", "two")],
            {"a": (), "b": ("a",), "c": ("a",), "d": ("a",)},
        ),
        (
            [node("a", "one", "x"), node("b", "one", "y"), node("c", "", "two"), node("d", "one")],
            {"a": (), "b": (), "c": ("a", "b"), "d": ("c",)},
        ),
        ([node("a", "two", "one"), node("b", "two", "x")], {"a": (), "b": ("a",)}),
        ([node("a", "", "one"), node("b", "one", "x"), node("c", "x two")], None),
    ],
    ids=["two writers", "reader first", "readers", "many", "between", "both", "by data already"],
)
def test_writers_against_readers(
    nodes: list[Node], answer: dict[str, tuple[str, ...]] | None
) -> None:
    result = plan(shop(*nodes, one="data/s", two="data/s"))
    by_data = {"a": (), "b": ("a",), "c": ("b",)}
    assert needs(result) == (answer or by_data)


def test_files_beside_each_other_in_a_folder_do_not_wait() -> None:
    nodes = [node("a", "", "one"), node("b", "", "two"), node("c", "all", "out")]
    result = plan(shop(*nodes, one="data/p/1", two="data/p/2", all="data/p"))
    assert needs(result) == {"a": (), "b": (), "c": ("a", "b")}


def test_a_place_that_a_run_computes_may_be_the_other() -> None:
    result = plan(shop(C_ONE, D_TWO, one="${oc.env:ROOT}/x.csv", two="data/x.csv"))
    assert needs(result)["d"] == ("c",)
    assert result.notes == (
        "`d` waits for `c`: both use ${oc.env:ROOT}/x.csv and data/x.csv, which may be one place.",
    )
    apart = plan(shop(C_ONE, D_TWO, one="${oc.env:ROOT}/x.csv", two="data/y.csv"))
    assert needs(apart)["d"] == ()


def test_what_only_a_run_can_place_is_noted() -> None:
    one = Dataset(name="one", kind="other", location="${oc.env:ROOT}/x")
    result = plan(project(C_ONE, datasets=[one]))
    assert result.notes == ("Where `one` stands is decided where its task runs: ${oc.env:ROOT}/x.",)


def test_tables_of_one_name_may_be_one_table() -> None:
    settings = [Dataset(name=name, kind="other", table="orders") for name in ("one", "two")]
    result = plan(project(C_ONE, D_TWO, datasets=settings))
    assert needs(result)["d"] == ("c",)
    assert "the table orders" in result.notes[0]


def test_groups_stay_free_of_cycles() -> None:
    nodes = [
        node("a", "", "one", namespace="n"),
        node("b", "two", "x"),
        node("c", "x", "y", namespace="n"),
    ]
    result = plan(shop(*nodes, one="data/s", two="data/s"), group_by="namespace")
    assert tasks(result) == [["a"], ["b"], ["c"]]
    assert [task.needs for task in result.tasks] == [(), ("a",), ("b",)]


def test_the_order_is_that_of_the_nodes_that_run() -> None:
    """Of a part of a pipeline, Kedro runs first what waits for nothing in it, by name."""
    first, middle = node("m", "", "x"), node("z", "", "one", tags=("t",))
    last = node("a", "x two", "out", tags=("t",))
    of = project(pipeline(first, middle, last), datasets=[at("s", "one"), at("s", "two")])
    assert needs(plan(of)) == {"m": (), "z": (), "a": ("m", "z")}
    assert needs(plan(of, cut=Cut(tags=("t",)))) == {"a": (), "z": ("a",)}


def database(name: str, table: str | None, exclusive: bool = False) -> Dataset:
    return at("shop.db", name, database="shop.db", table=table, exclusive=exclusive)


TABLES = [node("a", "raw", "t1"), node("b", "raw", "t2"), node("c", "t1", "x"), node("d", "t3")]
HELD = [database(f"t{i}", f"orders_{i}") for i in (1, 2, 3)]


def test_users_of_an_embedded_database_take_turns_when_one_writes() -> None:
    result = plan(project(*TABLES, datasets=HELD))
    assert needs(result) == {"a": (), "b": ("a",), "c": ("a", "b"), "d": ("c",)}
    assert "the database shop.db, which one task at a time can open" in result.notes[0]
    assert "`concurrency: {tasks: 1, runs: 1}`" in result.notes[0]


@pytest.mark.parametrize(("exclusive", "answer"), [(False, ()), (True, ("a",))])
def test_readers_take_turns_only_where_reading_locks(exclusive: bool, answer: object) -> None:
    settings = [database(name, name, exclusive) for name in ("t1", "t2")]
    result = plan(project(node("a", "t1", "x"), node("b", "t2", "y"), datasets=settings))
    assert needs(result)["b"] == answer


def test_one_task_at_a_time_needs_no_turns_but_for_one_table() -> None:
    alone = {"concurrency": {"tasks": 1, "runs": 1}}
    assert needs(plan(project(*TABLES, datasets=HELD), alone))["b"] == ()
    assert needs(plan(project(*TABLES, datasets=HELD), alone, limits_tasks=False))["b"] == ("a",)
    same = [database("one", "orders"), database("two", "orders")]
    assert needs(plan(project(C_ONE, D_TWO, datasets=same), alone))["d"] == ("c",)


def test_a_file_counts_for_all_that_use_it_by_any_name() -> None:
    result = plan(shop(C_ONE, D_TWO, one="data/shared.txt", two="data/shared.txt"))
    (file,) = [file for file in result.files if file.dataset == "one"]
    assert (file.tasks, file.crosses) == (("c", "d"), True)


def test_nodes_of_one_task_are_in_order_without_a_note() -> None:
    result = plan(shop(C_ONE, D_TWO, one="s", two="s"), group_by="pipeline")
    assert [n.name for n in result.tasks[0].nodes] == ["c", "d"]
    assert not [note for note in result.notes if "waits" in note]


@pytest.mark.parametrize("options", [{"runner": "ThreadRunner"}, {"run_with": "kedro"}])
def test_an_order_that_one_task_would_not_keep_is_refused(options: dict[str, Any]) -> None:
    first, write = node("m", "", "x"), node("z", "", "one")
    read = node("a", "x two", "out")
    of = project(first, write, read, datasets=[at("s", "one"), at("s", "two")])
    with pytest.raises(PlanError) as error:
        plan(of, {**options, "groups": {"g": ["z", "a"]}})
    assert "`z` must" in said(error.value)
    assert plan(of, {"groups": {"g": ["z", "a"]}}).tasks[1].nodes == (write, read)


def test_a_wait_that_is_missing_is_a_bug_of_our_own() -> None:
    from dataclasses import replace

    of = shop(C_ONE, D_TWO, one="s", two="s")
    result = plan(of)
    fault = replace(result, tasks=(result.tasks[0], replace(result.tasks[1], needs=())))
    with pytest.raises(InternalError):
        verify(fault, of, of.pipelines[0])


@pytest.mark.parametrize("reads", ["one, w r w r", "folder", "computed"])
def test_waits_grow_with_the_nodes(reads: str) -> None:
    def location(i: int) -> str:
        if reads == "folder":
            return "p" if i % 2 else f"p/{i}"
        return f"${{oc.env:ROOT}}/{i // 2}/x" if reads == "computed" else "x"

    size = 10_000
    nodes = [node(f"n{i:05}", *(("", f"d{i}") if i % 2 else (f"d{i}",))) for i in range(size)]
    settings = tuple(at(location(i), f"d{i}") for i in range(size))
    of = Pipeline(name="__default__", nodes=tuple(nodes))
    waits = order_of(
        Project(name="p", kedro="1.7.0", pipelines=(of,), datasets=settings), of, False
    )
    assert size // 3 < len(waits.waits) <= size
