"""Environment variables that are called after a package can be exported by every shell."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from shipway.compiler import Selection, compile_all, settings_for
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from shipway.targets.surroundings import KnowsSurroundings
from shipway.tasks.package_variables import package_variable
from tests.targets import OPTIONS, TARGETS
from tests.unit.planner.build_ir import node, project

PROJECT = replace(project(node("a", "raw", "x")), name="läden")


@pytest.mark.parametrize(
    ("package", "name"),
    [
        *(("energy", "ENERGY_ROOT"), ("my_shop2", "MY_SHOP2_ROOT"), ("läden", "LADEN_ROOT")),
        *(("straße", "STRASSE_ROOT"), ("løst", "L_ST_ROOT"), ("能源", "___ROOT")),
    ],
)
def test_a_variable_is_one_of_posix(package: str, name: str) -> None:
    assert package_variable(package, "ROOT") == name


@pytest.mark.parametrize("target", TARGETS)
def test_no_artifact_reads_another(target: str) -> None:
    exporter = find(target)
    values: dict[str, Any] = {"targets": {target: dict(OPTIONS[target])}}
    settings = settings_for(SettingsSource(values=values), [exporter])
    (result,) = compile_all(PROJECT, settings, exporter, Selection())
    assert isinstance(exporter, KnowsSurroundings)
    text = repr(exporter.surroundings(result.plan)) + "".join(f.text for f in result.files)
    names = re.findall(r"(\w+_(?:ROOT|PYTHON|STATE))\b", text)
    assert {name for name in names if name.startswith("L")} <= {
        *("LADEN_ROOT", "LADEN_PYTHON", "LADEN_STATE")
    }
