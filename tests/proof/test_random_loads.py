"""Random pipelines, exported and loaded by each orchestrator: field by field what the plan says."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from shipway.artifacts.files import write
from shipway.artifacts.readback import Contents, differences
from shipway.compiler import Compiled, Selection, compile_all, settings_for
from shipway.errors import InternalError, ShipwayError
from shipway.readers.snapshot import dump
from shipway.settings.source import SettingsSource
from shipway.targets import support
from shipway.targets.exporter import Exporter, capabilities_of
from shipway.targets.registry import find, names
from tests.proof.observed import Observer, observer
from tests.proof.random_cases import Case, collected

pytestmark = pytest.mark.engine

LEAST = int(os.environ.get("SHIPWAY_SOAK_LOADS", "200"))
SEED = int(os.environ.get("SHIPWAY_SOAK_SEED", "0"))
LOT = 500
_DRAWN: list[Case] = []


def refused_settings(exporter: Exporter, options: Mapping[str, Any]) -> list[str]:
    """The settings that a target cannot express; their loss is accepted."""
    support = capabilities_of(exporter, options)
    return [name for name, content in support.items() if content.level == "unsupported"]


def compilation(target: str, case: Case, options: Mapping[str, Any]) -> Compiled | None:
    """Compile a case; nothing for one that the target refuses, as it may."""
    exporter = find(target)
    values = {**case.settings, "targets": {target: options}}
    try:
        settings = settings_for(SettingsSource(values=values), [exporter])
        selection = Selection(lossy=refused_settings(exporter, options))
        (output,) = compile_all(case.project, settings, exporter, selection)
    except InternalError as error:
        raise AssertionError(f"{error.findings}\n{dump(case.project)}") from None
    except ShipwayError:
        return None
    return output


def acceptance(target: str, options: Sequence[Mapping[str, Any]], least: int) -> Iterator[Compiled]:
    """So many that the target takes, with its options by turns."""
    drawn = 5 * least // 2
    outputs = (
        compilation(target, case, options[number % len(options)])
        for number, case in enumerate(_sample(drawn))
    )
    result = list(islice(filter(None, outputs), least))
    assert len(result) == least, f"only {len(result)} of {drawn} were accepted"
    yield from result


def _sample(count: int) -> Sequence[Case]:
    """So many cases, the first ones of what was drawn for other targets.

    They are drawn in lots of one size: with another size Hypothesis draws others from the first on.
    """
    seeds = [SEED + start for start in range(len(_DRAWN), count, LOT)]
    for lot in collected("tests.proof.random_cases:cases", LOT, seeds) if seeds else ():
        _DRAWN.extend(lot)
    return _DRAWN[:count]


@pytest.mark.parametrize("target", names())
def test_each_orchestrator_holds_what_the_plan_says(target: str, tmp_path: Path) -> None:
    look = observer(target)
    least = LEAST * look.ways
    made_ones = list(acceptance(target, look.options, least))
    folders = []
    for number, output in enumerate(made_ones):
        folder = tmp_path / f"case{number}"
        write(output.files, folder)
        folders.append((output.plan, folder))
    view = look.observe(tmp_path, folders)
    assert len(view) == len(folders) >= least
    for output, one in zip(made_ones, view, strict=True):
        lost = {setting.capability for setting in output.losses}
        result = list(differences(output.plan, one, lost))
        assert not result, f"{output.plan.options}: {result}"
    _check_all_is_seen(target, look, made_ones, view)
    assert list(differences(folders[0][0], view[1])), "the control: another artifact differs"


def _check_all_is_seen(
    target: str, look: Observer, made_ones: Sequence[Compiled], view: Sequence[Contents]
) -> None:
    """Each setting that the target can express was set in some case, and looked at."""
    exporter = find(target)
    goal = {
        name for name, content in exporter.capabilities.items() if content.level != "unsupported"
    }
    goal -= look.unseen.keys()
    looked = {key for one in view for key in one.keys}
    assert goal <= looked, f"nobody looks at {sorted(goal - looked)}"
    assert not look.unseen.keys() & looked
    sample = {item.capability for output in made_ones for item in support.requirements(output.plan)}
    assert goal <= sample | {"parameters"}, f"no case sets {sorted(goal - sample)}"
