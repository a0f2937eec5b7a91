"""Which mistakes in its files Luigi itself refuses: few, so that our rules must find the others."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from shipway_exporters.luigi.names import parameter_names
from tests.unit.luigi.mistakes import BY_LUIGI, MISTAKES, with_mistake
from tests.unit.test_readback import compilation

from .env import LuigiEnv
from .observe import SCRIPT

pytestmark = pytest.mark.engine

OPTIONS = """
import luigi.retcodes
from luigi.task_register import Register
for section, is_bare, name, _ in Register.get_all_params():
    print(name if is_bare else f"{section}_{name}")
"""


def test_luigi_refuses_these_and_takes_the_others(luigi: LuigiEnv, tmp_path: Path) -> None:
    files = compilation("luigi").files
    texts = {PurePosixPath(file.path).name: file.text for file in files}
    names = ["", *MISTAKES]
    for number, name in enumerate(names):
        folder = tmp_path / str(number)
        folder.mkdir()
        for file, text in (with_mistake(texts, name) if name else texts).items():
            (folder / file).write_text(text, encoding="utf-8")
    modules = [str(tmp_path / str(number) / "luigi_tasks.py") for number in range(len(names))]
    outcome = subprocess.run(
        [luigi.python, SCRIPT, "--each"],
        env=luigi.variables(),
        cwd=tmp_path,
        input=json.dumps(modules),
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr[-4000:]
    errors = dict(zip(names, json.loads(outcome.stdout), strict=True))
    assert {name for name, error in errors.items() if error} == BY_LUIGI, errors


def test_no_parameter_is_called_as_an_option_of_luigis_or_starts_one(luigi: LuigiEnv) -> None:
    outcome = subprocess.run(
        [luigi.python, "-c", OPTIONS],
        env=luigi.variables(),
        capture_output=True,
        text=True,
        check=True,
    )
    options = outcome.stdout.split()
    assert {"module", "batch_email_email_interval"} <= {*options}
    starts = {option[:end] for option in options for end in range(1, len(option) + 1)}
    assert not starts & {*parameter_names(starts, "shop").values()}
