"""Find an Airflow environment and describe the clean world its processes run in."""

from __future__ import annotations

import base64
import os
import subprocess
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from .forks import AirflowForks

REPO = Path(__file__).resolve().parents[3]

# Everything else is kept out, so that a developer's own Airflow cannot change a result.
INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "SSL_CERT_FILE")

SETTINGS = {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
    "AIRFLOW__CORE__FERNET_KEY": base64.urlsafe_b64encode(b"shipway-test-key".ljust(32)).decode(),
    "AIRFLOW__DATABASE__LOAD_DEFAULT_CONNECTIONS": "False",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    "SCARF_ANALYTICS": "false",
    "DO_NOT_TRACK": "1",
}


class AirflowMissing(Exception):
    """No usable Airflow environment at the expected place."""


@dataclass(frozen=True, kw_only=True)
class Home:
    """A fresh AIRFLOW_HOME, and the variables of the processes that use it."""

    path: Path
    variables: Mapping[str, str]

    @property
    def database(self) -> Path:
        return self.path / "airflow.db"


@dataclass(frozen=True, kw_only=True)
class AirflowEnv:
    """The python that has Airflow, and a folder for the homes made for it."""

    python: Path
    major: int
    root: Path
    _forks: dict[Sequence[str], AirflowForks] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        weakref.finalize(self, _close_all, self._forks)

    def home(
        self,
        dags: Path,
        extra_env: Mapping[str, str] | None = None,
        *,
        migrated: bool = False,
    ) -> Home:
        """Make a fresh home; a migrated one holds a copy of the empty metadata database."""
        path = Path(tempfile.mkdtemp(prefix="home-", dir=self.root))
        home = Home(path=path, variables=self._variables(path, dags) | dict(extra_env or {}))
        if migrated:
            home.database.write_bytes(self._migrated_database)
        return home

    def run(
        self, home: Home, arguments: Sequence[str | Path], *, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run this environment's python, stderr merged into stdout."""
        return subprocess.run(
            [self.python, *arguments],
            env=dict(home.variables),
            cwd=home.path,
            timeout=timeout,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )

    def run_in_fork(
        self,
        home: Home,
        arguments: Sequence[str | Path],
        modules: Mapping[int, Sequence[str]],
        *,
        timeout: float = 120,
    ) -> subprocess.CompletedProcess[str]:
        """Do as `run`, where it is the same in a fork of what has imported the modules of a major.

        It is not where Airflow is configured otherwise than by a home.
        """
        forks = self.forks_with(modules[self.major])
        if not forks.takes(home.variables):
            return self.run(home, arguments, timeout=timeout)
        return forks.run(home.path, home.variables, arguments, timeout)

    def forks_with(self, modules: Sequence[str]) -> AirflowForks:
        """Return the forks that have imported these modules."""
        if modules not in self._forks:
            home = self.home(Path(tempfile.mkdtemp(prefix="no-dags-", dir=self.root)))
            forks = AirflowForks(self.python, modules, home.variables, self.root)
            self._forks[modules] = forks
        return self._forks[modules]

    @cached_property
    def version(self) -> str:
        """The installed release, for example ``3.3.2``."""
        code = "from importlib.metadata import version; print(version('apache-airflow'))"
        process = subprocess.run(
            [self.python, "-I", "-c", code], capture_output=True, text=True, check=True
        )
        return process.stdout.strip()

    @cached_property
    def _migrated_database(self) -> bytes:
        """The empty database: made once for an environment, and kept in it."""
        file = self.python.parents[1] / f"empty-{self.version}.db"
        if not file.exists():
            draft = file.with_suffix(f".{os.getpid()}")
            draft.write_bytes(self._newly_migrated_database())
            draft.replace(file)
        return file.read_bytes()

    def _newly_migrated_database(self) -> bytes:
        empty = Path(tempfile.mkdtemp(prefix="no-dags-", dir=self.root))
        home = self.home(empty)
        process = self.run(home, ["-m", "airflow", "db", "migrate"])
        if process.returncode:
            raise RuntimeError(f"airflow db migrate failed:\n{process.stdout}")
        return home.database.read_bytes()

    def _variables(self, home: Path, dags: Path) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        path = os.pathsep.join([str(self.python.parent), inherited.get("PATH", os.defpath)])
        return {
            **inherited,
            **SETTINGS,
            "PATH": path,
            "HOME": str(home),
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(dags.resolve()),
            # With 5 s, its own default, a busy machine's scheduler dies of a locked database.
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}?timeout=60",
        }


def _close_all(forks: dict[Sequence[str], AirflowForks]) -> None:
    for one in forks.values():
        one.close()


def airflow_env(major: int, root: Path) -> AirflowEnv:
    """Return the environment for this major version; its homes go under ``root``."""
    variable = f"SHIPWAY_ENV_AIRFLOW{major}"
    fallback = REPO / ".envs" / f"airflow{major}"
    venv = Path(os.environ.get(variable) or fallback).absolute()
    python = venv / "bin" / "python"
    if not python.exists():
        raise AirflowMissing(
            f"no Airflow {major} at {venv}: `make test` builds it, or set {variable}"
        )
    env = AirflowEnv(python=python, major=major, root=root)
    if env.version.split(".")[0] != str(major):
        raise AirflowMissing(f"{venv} holds Airflow {env.version}: `make test` builds {major}")
    return env
