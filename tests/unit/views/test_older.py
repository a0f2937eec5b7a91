"""What has changed since an older plan."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import click
import pytest

from shipway.model import Node, Project
from shipway.planner.plan import plain
from shipway.views.changes import Changes
from shipway.views.document import document
from shipway.views.dot import dot
from shipway.views.graph import View, view_of
from shipway.views.markdown import markdown
from shipway.views.mermaid import mermaid
from shipway.views.older import changes_since, older_tasks
from shipway.views.terminal import drawing
from shipway.views.words import text
from tests.unit.planner.build_ir import node, plan, project
from tests.unit.views.looks import diamond


def since(before: Project, after: Project, old: Any = None, new: Any = None) -> Changes:
    return changes_since(older_tasks(plain(plan(before, old or {}))), plan(after, new or {}))


def without_right() -> Project:
    """The diamond without one of its sides."""
    nodes = [n for n in diamond().pipelines[0].nodes if n.name != "right"]
    last = replace(nodes[-1], inputs=("l",))
    return project(*nodes[:-1], last, memory="table", parameters={"seed": 7})


def compared() -> View:
    """The diamond after it has lost one of its sides."""
    after = without_right()
    return view_of(plan(after), after, since(diamond(), after))


def test_nothing_has_changed() -> None:
    changes = since(diamond(), diamond())
    assert changes == Changes()
    unchanged = view_of(plan(diamond()), diamond(), changes)
    assert "  no task and no edge has changed\n" in text([unchanged])
    assert document(unchanged)["changes"] == {"tasks": [], "edges": []}
    assert "changes" not in document(view_of(plan(diamond()), diamond()))


def test_a_task_is_new() -> None:
    changes = since(without_right(), diamond())
    assert changes.tasks == {"right": "added", "join": "changed"}
    assert changes.edges == {
        ("in.load__to__clean", "right"): "added",
        ("right", "join"): "added",
    }
    assert changes.details == {"join": ("`join` inputs: l → l, r",)}
    assert not changes.removed


def test_a_task_is_gone() -> None:
    changes = since(diamond(), without_right())
    assert changes.tasks == {"join": "changed", "right": "removed"}
    (gone,) = changes.removed
    assert (gone.name, gone.needs) == ("right", ("in.load__to__clean",))
    assert changes.edges == {
        ("in.load__to__clean", "right"): "removed",
        ("right", "join"): "removed",
    }


def test_settings_are_compared() -> None:
    changes = since(
        diamond(), diamond(), {"retries": 1}, {"nodes": {"left": {"retries": 3, "timeout": "1h"}}}
    )
    assert changes.details["left"] == ("retries: 1 → 3", "timeout: not set → 1 h")
    assert changes.details["join"] == ("retries: 1 → not set",)


def test_a_task_with_the_same_nodes_is_the_same() -> None:
    before = older_tasks(plain(plan(diamond(), {"groups": {"x": ["left"]}})))
    changes = changes_since(before, plan(diamond()))
    assert changes.tasks == {"left": "changed"}
    assert changes.details == {"left": ("it was called `x`",)}
    assert not changes.edges


def test_a_node_with_another_name_is_known_by_what_it_reads_and_writes() -> None:
    """As `shipway diff` knows it, so that both tell the same of one change."""
    a, b, old, new = (
        node(name, *of)
        for name, *of in (("a", "r", "x"), ("b", "x", "y"), ("old", "y", "z"), ("new", "y", "z"))
    )
    changes = since(project(a, b, old), project(a, b, new))
    assert changes == Changes(tasks={"new": "changed"}, details={"new": ("it was called `old`",)})
    together = {"groups": {"g": ["b", "old"]}}, {"groups": {"g": ["b", "new"]}}
    changes = since(project(a, b, old), project(a, b, new), *together)
    assert changes.details == {"g": ("the node `new` was called `old`",)}


def test_two_names_change_places() -> None:
    before = project(node("a", "r", "x"), node("b", "x", "y"))
    after = project(node("b", "r", "x"), node("a", "x", "y"))
    changes = since(before, after)
    assert changes.details == {"a": ("it was called `b`",), "b": ("it was called `a`",)}
    assert not changes.edges


def test_a_task_of_one_name_whose_node_is_another() -> None:
    before, after = project(node("a", "r", "x")), project(node("c", "r", "x"))
    changes = since(before, after, {"groups": {"g": ["a"]}}, {"groups": {"g": ["c"]}})
    assert changes.details == {"g": ("the node `c` was called `a`",)}


def test_nodes_that_come_and_go() -> None:
    def of(*members: Node) -> Project:
        return project(*members)

    a, b, c = node("a", "r", "x"), node("b", "x", "y"), node("c", "x", "z")
    changes = since(
        of(a, b), of(a, c), {"groups": {"g": ["a", "b"]}}, {"groups": {"g": ["a", "c"]}}
    )
    assert changes.details == {"g": ("the node `c` is new", "the node `b` is gone")}


def test_a_node_with_a_new_name_is_the_same_node() -> None:
    a, b, c = node("a", "r", "x"), node("b", "x", "y"), node("c", "y", "z")
    renamed = replace(b, name="better")
    changes = since(project(a, b, c), project(a, renamed, c))
    assert changes.tasks == {"better": "changed"}
    assert changes.details == {"better": ("it was called `b`",)}
    assert not changes.edges
    group = {"groups": {"all": ["a", "b", "c"]}}
    new_group = {"groups": {"all": ["a", "better", "c"]}}
    fused = since(project(a, b, c), project(a, renamed, c), group, new_group)
    assert fused.details == {"all": ("the node `better` was called `b`",)}


def test_nodes_that_swap_their_names_keep_what_they_do() -> None:
    a, b = node("a", "r", "x"), node("b", "x", "y")
    changes = since(project(a, b), project(replace(a, name="b"), replace(b, name="a")))
    assert changes.tasks == {"a": "changed", "b": "changed"}
    assert changes.details["a"] == ("it was called `b`",)
    assert not changes.edges
    assert not changes.removed


def test_a_name_that_is_gone_and_taken_is_told_apart() -> None:
    a, b = node("a", "r", "x"), node("b", "r", "y")
    groups = {"groups": {"one": ["a"], "two": ["b"]}}
    changes = since(project(a, b), project(a), groups, {"groups": {"two": ["a"]}})
    assert changes.details == {"two": ("it was called `one`",)}
    assert [task.name for task in changes.removed] == ["two (removed)"]
    assert changes.tasks["two (removed)"] == "removed"


@pytest.mark.parametrize(
    "wrong",
    [
        *({}, {"tasks": [{}]}, {"tasks": 1}),
        {"tasks": [{"name": "a", "nodes": [{"name": "n", "inputs": [1]}]}]},
        {"tasks": [{"name": "a", "nodes": [], "needs": ["b"]}]},
    ],
)
def test_what_is_no_plan(wrong: Any) -> None:
    with pytest.raises((KeyError, TypeError)):
        older_tasks(wrong)


def test_every_view_shows_what_is_gone() -> None:
    of = compared()
    assert of.depth == 3
    assert "__default__: 4 nodes in 3 tasks, 3 layers" in text([of])
    assert "  right  after in.load__to__clean  [removed]\n" in text([of])
    assert "  changed: join\n    `join` inputs: l, r → l\n" in text([of])
    assert "  removed: join after right\n" in text([of])
    drawn = click.unstyle(drawing(of))
    assert re.search(r"│ ● 2\.1 left ← 1\.1 +- 2\.2 right ← 1\.1 ", drawn)
    assert "]:::removed" in mermaid([of])
    assert '|"removed"|' in mermaid([of])
    assert 'label="right", color="#b91c1c"' in dot([of])
    assert "- `right` removed\n" in markdown([of])
    assert {"task": "right", "change": "removed", "details": []} in document(of)["changes"]["tasks"]
