"""Find the environment that holds kfp, and talk to processes of it in JSON."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parents[3]
VARIABLE = "SHIPWAY_ENV_KFP"
VERTEX_VARIABLE = "SHIPWAY_ENV_VERTEX"

# Everything else is kept out, so that a developer's own settings cannot change a result.
INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH")


class KubeflowMissing(Exception):
    """No usable environment at the expected place."""


class ScriptFailed(Exception):
    """A script that runs beside kfp died, or took too long."""


@dataclass(frozen=True, kw_only=True)
class KubeflowEnv:
    """The python that has kfp, and a folder for what its processes write."""

    python: Path
    root: Path

    def folder(self) -> Path:
        """Make a fresh folder."""
        return Path(tempfile.mkdtemp(prefix="run-", dir=self.root))

    def call(self, script: str, request: object, *, timeout: float = 120) -> tuple[Any, str]:
        """Give a module of this package a request; return its answer and what it printed."""
        home = self.folder()
        question, answer = home / "request.json", home / "answer.json"
        question.write_text(json.dumps(request), encoding="utf-8")
        words = [str(self.python), "-m", f"{__package__}.{script}", str(question), str(answer)]
        process = subprocess.Popen(
            words,
            env=self._variables(home),
            cwd=home,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        output = _finish(process, script, timeout)
        if process.returncode or not answer.exists():
            raise ScriptFailed(f"{script} exited with {process.returncode}:\n{output}")
        return json.loads(answer.read_text(encoding="utf-8")), output

    @cached_property
    def version(self) -> str:
        """The installed release of kfp, for example ``2.17.0``."""
        code = "from importlib.metadata import version; print(version('kfp'))"
        outcome = subprocess.run(
            [self.python, "-I", "-c", code], capture_output=True, text=True, check=True
        )
        return outcome.stdout.strip()

    def _variables(self, home: Path) -> Mapping[str, str]:
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        return {**inherited, "HOME": str(home), "PYTHONPATH": str(REPO)}


def _finish(process: subprocess.Popen[str], script: str, timeout: float) -> str:
    """Wait for a process; past its time, the tasks that it started end with it."""
    try:
        return process.communicate(timeout=timeout)[0]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output = process.communicate()[0]
        raise ScriptFailed(f"{script} was killed after {timeout} s:\n{output}") from None


def kubeflow_env(root: Path) -> KubeflowEnv:
    """Return the environment that has kfp; what its processes write goes under ``root``."""
    venv = Path(os.environ.get(VARIABLE) or REPO / ".envs" / "kfp").absolute()
    env = KubeflowEnv(python=venv / "bin" / "python", root=root)
    if not env.python.exists():
        raise KubeflowMissing(f"no kfp at {venv}: `make test` builds it, or set {VARIABLE}")
    return env


def vertex_env(root: Path) -> KubeflowEnv:
    """Return the environment that has Google Cloud's SDK, likewise."""
    venv = Path(os.environ.get(VERTEX_VARIABLE) or REPO / ".envs" / "vertex").absolute()
    env = KubeflowEnv(python=venv / "bin" / "python", root=root)
    if not env.python.exists():
        what = f"no SDK of Google Cloud at {venv}: `make test` builds it, or set {VERTEX_VARIABLE}"
        raise KubeflowMissing(what)
    return env
