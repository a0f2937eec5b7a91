"""The example on Luigi's local scheduler: it makes what `kedro run` makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines.stand_in import stand_in
from tests.projects import copy_example
from tests.written import persisted

from .env import LuigiEnv
from .exported import export, run_env

pytestmark = pytest.mark.engine

STORED: dict[str, object] = {
    "defaults": {"retries": 0, "memory": "store", "store": "data/store"},
}
BROKEN = """

def score_forecasts(*_args: object) -> None:
    raise RuntimeError("scored to fail")
"""


def test_a_run_makes_what_kedro_run_makes_and_goes_on_after_a_failure(
    luigi: LuigiEnv, tmp_path: Path, energy_by_kedro: dict[str, bytes]
) -> None:
    example = copy_example(tmp_path / "energy")
    nodes = example.path / "src" / "energy" / "pipelines" / "forecasting" / "nodes.py"
    text = nodes.read_text(encoding="utf-8")
    with stand_in() as python:
        options = {"python": str(python), "project_dir": str(example.path)}
        folder = export(example, settings=STORED, options=options)
        module = folder / "energy" / "luigi_tasks.py"
        nodes.write_text(text + BROKEN, encoding="utf-8")
        words = ("energy.Energy", "--run-id=one", "--workers=2")
        process = luigi.run(module, *words, more=run_env(example))
        assert process.returncode == 30, process.stdout
        assert "RuntimeError: scored to fail" in process.stdout
        state = example.path / ".luigi" / "energy" / "run-one"
        assert not (state / "ScoreForecasts").exists()
        nodes.write_text(text, encoding="utf-8")
        process = luigi.run(module, *words, more=run_env(example))
    assert process.returncode == 0, process.stdout
    assert "complete ones were encountered" in process.stdout
    assert len(list(state.iterdir())) == 13 + 1 + 1
    assert persisted(example) == energy_by_kedro
