"""What finds each mistake in the files of a pipeline: our rules, or the plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

import pytest

from shipway.artifacts.readback import differences
from shipway.compiler import Compiled
from shipway.targets.registry import find
from tests.unit.test_readback import compilation

from .mistakes import BY_LUIGI, BY_RULES, MISTAKES, with_mistake


@pytest.fixture(scope="module")
def emitted() -> Compiled:
    return compilation("luigi")


def texts(emitted: Compiled) -> dict[str, str]:
    return {PurePosixPath(file.path).name: file.text for file in emitted.files}


def catchers(emitted: Compiled, files: Mapping[str, str]) -> set[str]:
    """All that find a mistake."""
    readback = find("luigi").read_back(emitted.plan, files)
    if readback.findings:
        return {"rules"}
    return {"plan"} if list(differences(emitted.plan, readback.contents())) else set()


def test_what_is_emitted_has_no_fault(emitted: Compiled) -> None:
    assert catchers(emitted, texts(emitted)) == set()


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_found(emitted: Compiled, mistake: str) -> None:
    goal = {"rules" if mistake in BY_RULES else "plan"}
    assert catchers(emitted, with_mistake(texts(emitted), mistake)) == goal


def test_the_table_is_long_enough() -> None:
    assert len(MISTAKES) >= 30
    assert MISTAKES.keys() >= BY_RULES | BY_LUIGI
