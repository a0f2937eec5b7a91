"""Find the environment that holds Dagster, and describe the clean world its processes run in."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parents[3]
VARIABLE = "SHIPWAY_ENV_DAGSTER"
# Everything else is kept out, so that a developer's own Dagster cannot change a result.
INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "SSL_CERT_FILE")
SETTINGS = {"DO_NOT_TRACK": "1", "KEDRO_DISABLE_TELEMETRY": "1", "PYTHONWARNINGS": "ignore"}
INSTANCE = """\
telemetry:
  enabled: false
"""


class DagsterMissing(Exception):
    """No usable Dagster environment at the expected place."""


@dataclass(frozen=True, kw_only=True)
class DagsterEnv:
    """The python that has Dagster, and a folder for the instances made for it."""

    python: Path
    root: Path

    def home(self, more: str = "") -> Path:
        """Make a fresh DAGSTER_HOME, in which nothing was ever run."""
        home = Path(tempfile.mkdtemp(prefix="home-", dir=self.root))
        (home / "dagster.yaml").write_text(INSTANCE + more, encoding="utf-8")
        return home

    def variables(self, home: Path) -> dict[str, str]:
        """Return the environment of processes that use a home."""
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        path = os.pathsep.join([str(self.python.parent), inherited.get("PATH", os.defpath)])
        return {
            **inherited,
            **SETTINGS,
            "PATH": path,
            "HOME": str(home),
            "DAGSTER_HOME": str(home),
        }

    def run(
        self,
        home: Path,
        arguments: Sequence[str | Path],
        *,
        more: Mapping[str, str] | None = None,
        text: str | None = None,
        timeout: float = 240,
    ) -> subprocess.CompletedProcess[str]:
        """Run this environment's python with a text as its input, stderr apart."""
        return subprocess.run(
            [self.python, *arguments],
            env={**self.variables(home), **(more or {})},
            cwd=home,
            timeout=timeout,
            input=text,
            text=True,
            capture_output=True,
            check=False,
        )


def dagster_env(root: Path) -> DagsterEnv:
    """Return the environment that has Dagster; its homes go under ``root``."""
    venv = Path(os.environ.get(VARIABLE) or REPO / ".envs" / "dagster").absolute()
    env = DagsterEnv(python=venv / "bin" / "python", root=root)
    if not env.python.exists():
        raise DagsterMissing(f"no Dagster at {venv}: `make test` builds it, or set {VARIABLE}")
    return env
