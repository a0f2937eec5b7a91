"""The rules of a module: each mistake is found, and nothing in what is emitted."""

from __future__ import annotations

import pytest

from shipway_exporters.flyte.parsed import Module
from shipway_exporters.flyte.rules import findings

from .mistakes import BY_FLYTEKIT, GOLDEN, MISTAKES, with_mistake


@pytest.fixture(scope="module")
def emitted() -> str:
    return GOLDEN.read_text(encoding="utf-8")


def test_what_is_emitted_has_no_fault(emitted: str) -> None:
    assert list(findings(Module(emitted), "energy.py")) == []


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_found(emitted: str, mistake: str) -> None:
    text = with_mistake(emitted, mistake)
    faults = list(findings(Module(text), "energy.py"))
    assert faults
    assert all(fault.what and fault.where for fault in faults)


def test_the_table_is_long_enough() -> None:
    assert len(MISTAKES) >= 40
    assert MISTAKES.keys() >= BY_FLYTEKIT
