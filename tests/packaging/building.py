"""Distributions, built with what the dev environment holds."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def build(kind: str, source: Path, folder: Path) -> Path:
    """Build a distribution into a folder that has none, and return it.

    Args:
        kind: `--sdist` or `--wheel`.
    """
    command = ["-m", "build", kind, "--no-isolation", "--outdir", str(folder), str(source)]
    process = run(Path(sys.executable), *command, cwd=folder)
    assert process.returncode == 0, process.stdout + process.stderr
    (built,) = [path for path in folder.iterdir() if path.suffix in (".gz", ".whl")]
    return built


def run(python: Path, *args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a Python that knows nothing of the repository but what is installed."""
    rest = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "KEDRO_ENV"))}
    return capture([python, *args], {**rest, "DO_NOT_TRACK": "1"}, cwd)


def capture(
    command: list[str | Path], env: Mapping[str, str], cwd: Path
) -> subprocess.CompletedProcess[str]:
    """Run a command, however it ends."""
    return subprocess.run(
        command, env=dict(env), cwd=cwd, capture_output=True, text=True, check=False
    )
