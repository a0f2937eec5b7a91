"""Random pipelines, exported and loaded by each orchestrator: field by field what the plan says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from shipway.artifact import write
from shipway.compiler import Compiled, Selection, compile_all, settings_for
from shipway.errors import InternalError, ShipwayError
from shipway.readers.snapshot import dump
from shipway.seen import differences
from shipway.settings.source import SettingsSource
from shipway.target import find, names
from tests.proof.observed import observer
from tests.proof.random_cases import Case, cases, collected

pytestmark = pytest.mark.engine

LEAST = int(os.environ.get("SHIPWAY_SOAK_LOADS", "200"))
SEED = int(os.environ.get("SHIPWAY_SOAK_SEED", "0"))
VOLUME = {"claim": "data", "mount": "/app/data"}
OPTIONS = {
    "kubeflow": {"image": "shop:1", "volumes": [VOLUME], "timezone": "Europe/Paris"},
}


def compiled(target: str, case: Case) -> Compiled | None:
    """Compile a case; nothing for one that the target refuses, as it may."""
    exporter = find(target)
    values = {**case.settings, "targets": {target: OPTIONS.get(target, {})}}
    try:
        settings = settings_for(SettingsSource(values=values), [exporter])
        (made,) = compile_all(case.project, settings, exporter, Selection())
    except InternalError as error:
        raise AssertionError(f"{error.findings}\n{dump(case.project)}") from None
    except ShipwayError:
        return None
    return made


def accepted(target: str) -> Iterator[Compiled]:
    """At least so many that the target takes."""
    found = [
        made for case in collected(cases(), 2 * LEAST, SEED) if (made := compiled(target, case))
    ]
    assert len(found) >= LEAST, f"only {len(found)} of {2 * LEAST} were accepted"
    yield from found


@pytest.mark.parametrize("target", names())
def test_each_orchestrator_holds_what_the_plan_says(target: str, tmp_path: Path) -> None:
    folders = []
    for number, made in enumerate(accepted(target)):
        folder = tmp_path / f"case{number}"
        write(made.files, folder)
        folders.append((made.plan, folder))
    seen = observer(target)(tmp_path, folders)
    assert len(seen) == len(folders) >= LEAST
    for (plan, folder), one in zip(folders, seen, strict=True):
        found = list(differences(plan, one))
        assert not found, f"{folder}: {found}"
    plan, one = folders[0][0], seen[1]
    assert list(differences(plan, one)), "the control: another artifact differs"
