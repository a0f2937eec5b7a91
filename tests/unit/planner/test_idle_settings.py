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
        (
            {"retry_backoff": 2},
            "retry_backoff",
            {"retries": 2, "retry_delay": "5m"},
            "retries",
        ),
        (
            {"retries": 3, "retry_backoff": 3},
            "retry_backoff",
            {"retry_delay": "5m"},
            "retry_delay",
        ),
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
    assert not notes({**other, "nodes": {"a": setting}}), "another layer"
    assert not notes({**setting, "nodes": {"b": other}}), "one task makes use of it"


def test_defaults_are_for_whoever_makes_use_of_them() -> None:
    assert not notes({}, defaults={"retry_delay": "5m"})


def test_a_pause_that_grows_is_meant_for_whoever_is_retried() -> None:
    growing = {"retry_backoff": 3}
    assert not notes({}, defaults=growing), "nobody is retried"
    (note,) = notes({}, defaults={"retries": 3, **growing})
    assert note == "`retry_backoff` has no effect without `retry_delay` (defaults.retry_backoff)."
    (of_one,) = notes({"nodes": {"b": {"retries": 3}}}, defaults=growing)
    assert of_one == note
    pause = {"retry_delay": "5m"}
    assert not notes({"nodes": {"b": {"retries": 3, **pause}}}, defaults=growing), "one uses it"
    assert not notes({}, defaults={"retries": 3, **pause, **growing}), "the control"
