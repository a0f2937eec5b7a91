"""The quick start to its end: blocks `console prefect` and `console airflow`, on the real ones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.projects import KedroProject, copy_example

from .pages import ROOT, Example, examples, matches

PAGE = ROOT / "docs" / "quick-start.md"
ENVIRONMENTS = {"prefect": "prefect", "airflow": "airflow3"}
"""Where the page puts an orchestrator in its reader's home, and which environment that is here."""
QUIET = {
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    "DO_NOT_TRACK": "1",
    "KEDRO_DISABLE_TELEMETRY": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "COLUMNS": "200",
}
END = "end of a command"

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    """The example, exported as the page says, with its Python where the page says."""
    project = copy_example(tmp_path_factory.mktemp("quick-start") / "energy")
    (project.path / ".venv").symlink_to(sys.prefix)
    (command,) = {e.command for e in examples(PAGE) if e.command.startswith("shipway export pref")}
    done = project.run("python", "-m", *command.split())
    assert done.returncode == 0, done.stdout + done.stderr
    return project


@pytest.mark.parametrize("engine", ENVIRONMENTS)
def test_what_the_page_runs_is_what_it_prints(
    engine: str, project: KedroProject, tmp_path: Path
) -> None:
    goals = examples(PAGE, engine)
    outputs = outputs_of(goals, project.path, home_of(engine, tmp_path))
    for example, output in zip(goals, outputs, strict=True):
        assert matches(example, output), f"$ {example.command}\n{output}"


def home_of(engine: str, folder: Path) -> Path:
    """Return a home that has the orchestrator's environment where the page installs it."""
    variable = f"SHIPWAY_ENV_{ENVIRONMENTS[engine].upper()}"
    if reason := os.environ.get(f"{variable}_MISSING"):
        pytest.skip(reason)
    environment = Path(os.environ.get(variable) or ROOT / ".envs" / ENVIRONMENTS[engine])
    (folder / engine).symlink_to(environment.absolute())
    return folder


def outputs_of(goals: list[Example], folder: Path, home: Path) -> list[str]:
    """Run commands one after the other in one shell; return what each printed."""
    inherited = {
        name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ
    }
    script = "\n".join(f"{goal.command}\necho '{END}'" for goal in goals)
    done = subprocess.run(
        ["bash", "-c", f"exec 2>&1\n{script}"],
        cwd=folder,
        env={**inherited, **QUIET, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    return done.stdout.split(f"{END}\n")[:-1]
