"""A note where nodes are limited by what another one asks for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.planner.build_ir import node, plan, project, settings

OF = project(*(node(name, "raw", f"of_{name}") for name in "abcde"))


def notes(nodes: dict[str, Any], **defaults: Any) -> list[str]:
    content = settings({"group_by": "pipeline", "nodes": nodes}, defaults=defaults)
    return [note for note in plan(OF, content).notes if "memory" in note]


@pytest.mark.parametrize("amount", [{"memory": "1Gi"}, {"limits": {"memory": "1Gi"}}])
def test_others_share_the_memory_of_one(amount: dict[str, Any]) -> None:
    (note,) = notes({"b": {"resources": amount}})
    assert "has the memory that `b` asks for" in note
    assert "for `a`, `c`, `d` and 1 more as well, which have no limit alone" in note


def test_no_note_where_all_or_none_have_said_it() -> None:
    assert not notes({})
    assert not notes({"b": {"resources": {"cpu": 1}}})
    assert not notes({"b": {"resources": {"memory": "2Gi"}}}, resources={"memory": "1Gi"})
