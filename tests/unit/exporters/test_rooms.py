"""Which room imports which: core no exporter, an exporter no other one, unit tests no engine."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.targets import TARGETS

REPO = Path(__file__).resolve().parents[3]
EXPORTERS = REPO / "exporters" / "shipway_exporters"
SHARED = {"containers", "python_files", "values"}


def imported(file: Path) -> Iterator[str]:
    """The modules that a file imports."""
    for item in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(item, ast.ImportFrom) and item.module:
            yield item.module
        elif isinstance(item, ast.Import):
            yield from (name.name for name in item.names)


def rooms(file: Path) -> set[str]:
    """The rooms of exporters that a file imports from."""
    words = [module.split(".") for module in imported(file)]
    return {word[1] for word in words if word[0] == "shipway_exporters" and len(word) > 1}


def test_core_knows_no_exporter() -> None:
    files = list((REPO / "src").rglob("*.py"))
    assert files
    assert [file for file in files if "shipway_exporters" in str(list(imported(file)))] == []


def texts_in(file: Path) -> set[str]:
    """The whole texts in a file's code; comments, and prose, may give examples."""
    items = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return {i.value for i in items if isinstance(i, ast.Constant) and isinstance(i.value, str)}


def test_core_names_no_target() -> None:
    """So nothing in it can depend on which target is asked for. `kubernetes` is a setting, too."""
    targets = {*TARGETS, "vertex"} - {"kubernetes"}
    texts = {file: targets & texts_in(file) for file in (REPO / "src").rglob("*.py")}
    assert {file: names for file, names in texts.items() if names} == {}


def test_an_exporter_knows_no_other() -> None:
    files = [file for room in EXPORTERS.iterdir() if room.is_dir() for file in room.rglob("*.py")]
    result = {f: rooms(f) - SHARED - {f.relative_to(EXPORTERS).parts[0]} for f in files}
    assert len(result) > 40
    assert {file: others for file, others in result.items() if others} == {}


def test_what_is_shared_knows_no_exporter() -> None:
    for name in SHARED:
        assert {room for file in (EXPORTERS / name).glob("*.py") for room in rooms(file)} <= SHARED


def test_unit_tests_need_nothing_of_the_engines() -> None:
    files = list((REPO / "tests" / "unit").rglob("*.py"))
    assert files
    assert [file for file in files if "tests.engines" in str(list(imported(file)))] == []
