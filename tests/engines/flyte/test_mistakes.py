"""What flytekit sees of the mistakes that our rules see."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.flyte.mistakes import BY_FLYTEKIT, GOLDEN, MISTAKES, with_mistake

from .env import Flyte

pytestmark = pytest.mark.engine


def test_flytekit_sees_what_is_said_of_it(flyte: Flyte, tmp_path: Path) -> None:
    text = GOLDEN.read_text(encoding="utf-8")
    assert not _is_refused(flyte, text, tmp_path / "control")
    refused = {
        name
        for number, name in enumerate(MISTAKES)
        if _is_refused(flyte, with_mistake(text, name), tmp_path / str(number))
    }
    assert refused == BY_FLYTEKIT


def _is_refused(flyte: Flyte, text: str, folder: Path) -> bool:
    folder.mkdir()
    module = folder / "energy_workflow.py"
    module.write_text(text, encoding="utf-8")
    return not flyte.takes(module)
