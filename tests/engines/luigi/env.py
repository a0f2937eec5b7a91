"""Find the environment that holds Luigi, and the clean world its processes run in."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parents[3]
VARIABLE = "SHIPWAY_ENV_LUIGI"
# Everything else is kept out, so that a developer's own Luigi cannot change a result.
INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
SETTINGS = {"DO_NOT_TRACK": "1", "KEDRO_DISABLE_TELEMETRY": "1"}
IMPATIENT = ("--worker-wait-interval=0.2", "--worker-wait-jitter=0")
"""A worker looks for work after some seconds; here at once."""


class LuigiMissing(Exception):
    """No usable Luigi environment at the expected place."""


@dataclass(frozen=True, kw_only=True)
class LuigiEnv:
    """The python that has Luigi."""

    python: Path

    def variables(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment of its processes."""
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        return {**inherited, **SETTINGS, **(more or {})}

    def run(
        self,
        module: Path,
        task: str,
        *words: str,
        more: Mapping[str, str] | None = None,
        scheduler: Sequence[str] = ("--local-scheduler",),
        timeout: float = 240,
    ) -> subprocess.CompletedProcess[str]:
        """Run a task of a module as a person would, stderr merged into stdout."""
        return subprocess.run(
            self.command(module, task, *scheduler, *words),
            env=self.variables(more),
            cwd=module.parent,
            timeout=timeout,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )

    def command(self, module: Path, task: str, *words: str) -> list[str]:
        """Return the command that runs a task of a module, in the module's folder."""
        start = [str(self.python), "-m", "luigi", "--module", module.stem, task]
        return [*start, *IMPATIENT, *words]


def luigi_env() -> LuigiEnv:
    """Return the environment that has Luigi."""
    venv = Path(os.environ.get(VARIABLE) or REPO / ".envs" / "luigi").absolute()
    env = LuigiEnv(python=venv / "bin" / "python")
    if not env.python.exists():
        raise LuigiMissing(f"no Luigi at {venv}: `make test` builds it, or set {VARIABLE}")
    return env
