"""The environments in `.envs`: which there are, and how one is built.

Every environment stands in `.envs/<name>`, is built from `requirements/<name>.txt`, and carries a
stamp, written last, of all that it was built from. Needs Python's standard library alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# This file also starts on a Python that is too old or too new, to look for a better one.
OLDEST, NEWEST = 10, 13
ROOT = Path(__file__).resolve().parent.parent
ENVS = ROOT / ".envs"
UV = ENVS / "setup" / "bin" / "uv"
NO_TELEMETRY = {"DO_NOT_TRACK": "1", "KEDRO_DISABLE_TELEMETRY": "1", "SCARF_ANALYTICS": "false"}
# Folders of which nothing, or little, is ever imported here: tests, and Google's other services.
NOT_IMPORTED = r"/(tests|google/cloud)/"
PIP_TO_UV = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}


class Env(NamedTuple):
    """An environment: `shipway` says whether the project itself goes into it, editable.

    `of` is the target whose tests use it, where it is called otherwise.
    """

    name: str
    shipway: bool
    newest: int = NEWEST
    of: str = ""

    def serves(self, target: str) -> bool:
        return target in (self.name, self.of)

    @property
    def path(self) -> Path:
        return ENVS / self.name

    @property
    def python(self) -> Path:
        return self.path / "bin" / "python"

    @property
    def requirements(self) -> Path:
        return ROOT / "requirements" / f"{self.name}.txt"


SETUP = Env("setup", shipway=False)
DEV = Env("dev", shipway=True)
KEDRO10 = Env("kedro10", shipway=True)
KEDRO12 = Env("kedro12", shipway=True)
KEDRO14 = Env("kedro14", shipway=True)
MLFLOW = Env("mlflow", shipway=True)
AIRFLOW3 = Env("airflow3", shipway=False, of="airflow")
AIRFLOW2 = Env("airflow2", shipway=False, newest=12, of="airflow")
DAGSTER = Env("dagster", shipway=False)
FLYTE = Env("flyte", shipway=False)
KFP = Env("kfp", shipway=False, of="kubeflow")
LUIGI = Env("luigi", shipway=False)
PREFECT = Env("prefect", shipway=False)
VERTEX = Env("vertex", shipway=False, of="kubeflow")
PEERS = Env("peers", shipway=False)
TESTED = (
    *(DEV, KEDRO10, KEDRO12, KEDRO14, MLFLOW),
    *(AIRFLOW3, AIRFLOW2, DAGSTER, FLYTE, KFP, LUIGI, PREFECT, VERTEX),
)


class NoPythonError(Exception):
    """No Python on this machine can run an environment."""


def candidates() -> Iterator[str]:
    """The Python that runs this, then every other one on PATH, newest first.

    None of an environment made here, which may be about to be rebuilt.
    """
    running = Path(sys.executable)
    yield os.path.realpath(running) if running.is_relative_to(ENVS) else str(running)
    for minor in range(NEWEST, OLDEST - 1, -1):
        for folder in os.get_exec_path():
            path = Path(folder, f"python3.{minor}")
            if path.is_file() and not path.is_relative_to(ENVS):
                yield str(path)


def minor_version(python: str, needs: str) -> int | None:
    """The x of a Python 3.x that runs and has the modules needed. A pyenv shim may not run."""
    code = f"import sys, {needs}; print(sys.version_info[0] == 3 and sys.version_info[1])"
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
        return int(done.stdout)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None


def find_python(newest: int, needs: str = "sys") -> tuple[str, int]:
    """The path and the minor version of the first that will do."""
    for path in candidates():
        minor = minor_version(path, needs)
        if minor is not None and OLDEST <= minor <= newest:
            return path, minor
    extra = "" if needs == "sys" else f" with {needs} (Debian, Ubuntu: install python3-venv)"
    raise NoPythonError(
        f"needs Python 3.{OLDEST} to 3.{newest}{extra}; {sys.executable} is "
        f"{platform.python_version()}, and PATH has no other that runs. Install one, or name it: "
        f"make … PYTHON=/path/to/python3.{newest}"
    )


@contextmanager
def only_one() -> Iterator[None]:
    """One set-up at a time. The lock ends with the processes that hold it, however they end."""
    ENVS.mkdir(exist_ok=True)
    with (ENVS / ".lock").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up is under way; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def stamp(env: Env, minor: int) -> str:
    made_from = [str(env.path), str(minor), env.requirements.read_text()]
    if env.shipway:
        made_from.append((ROOT / "pyproject.toml").read_text())
    return hashlib.sha256("\0".join(made_from).encode()).hexdigest()


def is_ready(env: Env, wanted: str) -> bool:
    try:
        return env.python.exists() and (env.path / ".stamp").read_text() == wanted
    except OSError:
        return False


def ensure(env: Env) -> None:
    """Build the environment afresh unless it stands, complete, as it is wanted."""
    python, minor = find_python(env.newest, "ensurepip, venv" if env == SETUP else "sys")
    wanted = stamp(env, minor)
    if is_ready(env, wanted):
        return
    start = time.monotonic()
    shutil.rmtree(env.path, ignore_errors=True)
    build = build_with_pip if env == SETUP else build_with_uv
    build(env, python)
    (env.path / ".stamp").write_text(wanted)
    say(f"{env.name}: set up with Python 3.{minor} in {time.monotonic() - start:.1f} s")


def build_with_pip(env: Env, python: str) -> None:
    quietly(python, "-m", "venv", env.path)
    quietly(env.python, "-m", "pip", "install", "--quiet", "-r", env.requirements)


def build_with_uv(env: Env, python: str) -> None:
    environ = uv_environ()
    what = ["-r", str(env.requirements)] + env.shipway * ["--editable", str(ROOT)]
    quietly(UV, "venv", "--python", python, env.path, env=environ)
    quietly(UV, "pip", "install", "--python", env.python, *what, env=environ)
    compile_modules(env)


def compile_modules(env: Env) -> None:
    """Compile what the environment holds, and the project's own modules where it is one of them.

    Tests start thousands of processes. Where nothing is compiled once (`PYTHONDONTWRITEBYTECODE`),
    each one imports Kedro in four times its time.
    """
    folders = [env.path, *(ROOT / name for name in env.shipway * ("src", "exporters", "templates"))]
    # Files that are no Python of this version are of no harm, and no import meets them.
    compile_all: list[str | Path] = [env.python, "-m", "compileall", "-q", "-j", "0"]
    compile_all += ["-x", NOT_IMPORTED, *folders]
    subprocess.run(compile_all, capture_output=True, check=False, close_fds=False)


def uv_environ() -> dict[str, str]:
    """A machine whose pip is told to use a mirror or a certificate has them for uv as well."""
    environ = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    for line in quietly(SETUP.python, "-m", "pip", "config", "list").splitlines():
        key, _, value = line.partition("=")
        name = PIP_TO_UV.get(key.rpartition(".")[2])
        if name:
            environ.setdefault(name, value.strip("'\""))
    return environ


def set_up(*envs: Env) -> dict[str, str]:
    """Build what is missing; return what tells the tests and the demo where each one stands."""
    told = dict(NO_TELEMETRY)
    # Two at once: one is unpacked while the modules of another are compiled.
    with only_one(), ThreadPoolExecutor(2) as pool:
        ensure(SETUP)
        bring_layout_library()
        for variables in pool.map(_variables_of, envs):
            told |= variables
    return told


def _variables_of(env: Env) -> dict[str, str]:
    variable = f"SHIPWAY_ENV_{env.name.upper()}"
    try:
        ensure(env)
    except NoPythonError as reason:
        if env == DEV:
            raise
        say(f"{env.name}: not set up: {reason}")
        return {f"{variable}_MISSING": str(reason)}
    return {variable: str(env.path)}


def bring_layout_library() -> None:
    """What the page of a plan is laid out with; where it is missing, that command says so."""
    command = [sys.executable, "-m", "scripts.layout_library"]
    done = subprocess.run(
        command, cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False, close_fds=False
    )
    if done.returncode:
        say(done.stderr.strip())


def set_up_containers() -> dict[str, str]:
    """Unpack what runs tasks in containers; return where it is, or why there can be none."""
    env = ENVS / "containers"
    command = [find_python(NEWEST)[0], "-m", "scripts.unpack_podman", str(env)]
    with only_one():
        done = subprocess.run(
            command, cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False, close_fds=False
        )
    if not done.returncode:
        return {"SHIPWAY_ENV_CONTAINERS": str(env)}
    *_, reason = done.stderr.strip().splitlines() or ["no reason"]
    say(f"containers: not set up: {reason}")
    return {"SHIPWAY_ENV_CONTAINERS_MISSING": reason}


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def quietly(*command: str | Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(  # close_fds: an orphan of a killed set-up keeps the lock
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, close_fds=False
    )
    if done.returncode:
        raise SystemExit(f"{done.stdout}{done.stderr}failed: {' '.join(map(str, command))}")
    return done.stdout
