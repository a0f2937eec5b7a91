"""Our rules see each seeded mistake, and nothing else."""

from __future__ import annotations

import pytest

from shipway_exporters.argo.rules import faults
from tests.unit.argo.argo_mistakes import MISTAKES
from tests.unit.argo.argo_samples import OF, OPTIONS, file_of, whole


def test_there_are_many() -> None:
    assert len(MISTAKES) >= 40
    assert all("rules" in mistake.seen_by.split() for mistake in MISTAKES.values())


@pytest.mark.parametrize(
    "settings", [{}, {"concurrency": {"runs": 1}}, {"schedule": {"cron": "0 6 * * *"}}]
)
def test_control_what_is_exported_has_none(settings: dict[str, object]) -> None:
    assert not list(faults(whole()))
    options = {**OPTIONS, "on_exit": {"command": ["x"]}}
    assert not list(faults(file_of(OF, settings, options)))


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_seen(name: str) -> None:
    objects = whole()
    MISTAKES[name].make(objects)
    assert objects != whole(), "the mistake changes nothing"
    assert list(faults(objects))
