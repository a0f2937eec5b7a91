"""Find the environment that holds Prefect, and describe the clean world its processes run in."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .prepared_home import copy_home

REPO = Path(__file__).resolve().parents[3]
VARIABLE = "SHIPWAY_ENV_PREFECT"

# Everything else is kept out, so that a developer's own Prefect cannot change a result.
INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "SSL_CERT_FILE")

SETTINGS = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_SERVER_UI_ENABLED": "false",
    # Both are done by the start that has prepared the home, and take a second of each other.
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
    "PREFECT_API_DATABASE_MIGRATE_ON_START": "false",
    "DO_NOT_TRACK": "1",
    "KEDRO_DISABLE_TELEMETRY": "1",
    "COLUMNS": "200",
}


class PrefectMissing(Exception):
    """No usable Prefect environment at the expected place."""


@dataclass(frozen=True, kw_only=True)
class PrefectEnv:
    """The python that has Prefect, and a folder for the homes made for it."""

    python: Path
    root: Path

    def home(self) -> Path:
        """Make a fresh PREFECT_HOME, in which no flow was ever run."""
        home = Path(tempfile.mkdtemp(prefix="home-", dir=self.root))
        copy_home(self.python, self.variables, home)
        return home

    def variables(self, home: Path) -> dict[str, str]:
        """Return the environment of processes that use a home."""
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        path = os.pathsep.join([str(self.python.parent), inherited.get("PATH", os.defpath)])
        mark = {"PATH": path, "HOME": str(home), "PREFECT_HOME": str(home)}
        return {**inherited, **SETTINGS, **mark}

    def run(
        self,
        home: Path,
        arguments: Sequence[str | Path],
        *,
        more: Mapping[str, str] | None = None,
        folder: Path | None = None,
        timeout: float = 240,
    ) -> subprocess.CompletedProcess[str]:
        """Run this environment's python, stderr merged into stdout."""
        return subprocess.run(
            [self.python, *arguments],
            env={**self.variables(home), **(more or {})},
            cwd=folder or home,
            timeout=timeout,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )

    @cached_property
    def version(self) -> str:
        """The installed release, for example ``3.9.1``."""
        code = "from importlib.metadata import version; print(version('prefect'))"
        process = subprocess.run(
            [self.python, "-I", "-c", code], capture_output=True, text=True, check=True
        )
        return process.stdout.strip()


def prefect_env(root: Path) -> PrefectEnv:
    """Return the environment that has Prefect; its homes go under ``root``."""
    venv = Path(os.environ.get(VARIABLE) or REPO / ".envs" / "prefect").absolute()
    env = PrefectEnv(python=venv / "bin" / "python", root=root)
    if not env.python.exists():
        raise PrefectMissing(f"no Prefect at {venv}: `make test` builds it, or set {VARIABLE}")
    return env
