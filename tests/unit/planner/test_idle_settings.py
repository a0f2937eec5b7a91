"""Settings without effect, since another one is not set."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.planner.build_ir import node, plan, project, settings

OF = project(node("a", "raw", "x"), node("b", "x", "y"))


def notes(content: dict[str, Any], **sections: Any) -> list[str]:
    notes = plan(OF, settings(content, **sections)).notes
    return [note for note in notes if "no effect" in note]


@pytest.mark.parametrize(
    ("setting", "key", "other", "needs"),
    [
        ({"retry_delay": "5m"}, "retry_delay", {"retries": 1}, "retries"),
        ({"retry_backoff": 2}, "retry_backoff", {"retries": 2}, "retries"),
        (
            {"resources": {"gpu_type": "amd.com/gpu"}},
            "resources.gpu_type",
            {"resources": {"gpu": 1}},
            "resources.gpu",
        ),
    ],
)
def test_a_setting_that_lacks_another(
    setting: dict[str, Any], key: str, other: dict[str, Any], needs: str
) -> None:
    (note,) = notes({"nodes": {"a": setting}})
    path = f"pipelines.__default__.nodes.a.{key}"
    assert note == f"`{key}` has no effect without `{needs}` ({path})."
    assert not notes({"nodes": {"a": setting}}, defaults=other), "the control"
    assert len(notes(setting)) == 1, "one place, one note"
    assert not notes({**setting, "nodes": {"b": other}}), "one task makes use of it"


def test_defaults_are_for_whoever_makes_use_of_them() -> None:
    assert not notes({}, defaults={"retry_delay": "5m"})
