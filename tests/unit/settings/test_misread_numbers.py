"""Numbers that YAML makes of what looks like text."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.errors import SettingsError
from shipway.settings.settings import load
from shipway.settings.source import read_files
from tests.unit.planner.build_ir import said


def refusal(tmp_path: Path, text: str) -> str:
    file = tmp_path / "deploy.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        load(read_files([file]), {})
    return said(error.value)


@pytest.mark.parametrize(
    ("spelling", "number"),
    [
        ("010", 8),
        ("12:30:45", 45045),
        ("1:30.5", 90.5),
        ("0x1F", 31),
        ("1_000", 1000),
        ("0b11", 3),
        ("+1", 1),
        ("-0", 0),
    ],
)
def test_a_text_that_becomes_another_number_is_refused(
    tmp_path: Path, spelling: str, number: float
) -> None:
    message = refusal(tmp_path, f"defaults:\n  env:\n    ZIP: {spelling}\n")
    assert f"YAML reads `{spelling}` as the number {number}." in message
    assert "deploy.yml:3" in message
    assert f'"{spelling}"' in message


def test_one_behind_an_alias_is_told_once(tmp_path: Path) -> None:
    text = "x-zip: &zip 010\ndefaults: {env: {A: *zip, B: *zip}}\n"
    assert refusal(tmp_path, text).count("as the number 8") == 1


@pytest.mark.parametrize(
    "spelling", ["0", "-1", "8080", '"010"', "'12:30:45'", "0.5", "1e3", "a:b"]
)
def test_numbers_and_texts_stay_what_they_are(tmp_path: Path, spelling: str) -> None:
    file = tmp_path / "deploy.yml"
    file.write_text(f"x-any: {spelling}\n", encoding="utf-8")
    assert read_files([file]).misread == ()
