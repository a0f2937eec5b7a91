"""Set up what this repository needs and run its tools: see `make help`.

Needs Python's standard library alone. Every environment stands in `.envs/<name>`, is built from
`requirements/<name>.txt`, and carries a stamp, written last, of all that it was built from.
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
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# This file also starts on a Python that is too old or too new, to look for a better one.
OLDEST, NEWEST = 10, 13
ROOT = Path(__file__).resolve().parent.parent
ENVS = ROOT / ".envs"
UV = ENVS / "setup" / "bin" / "uv"
NO_TELEMETRY = {"DO_NOT_TRACK": "1", "KEDRO_DISABLE_TELEMETRY": "1", "SCARF_ANALYTICS": "false"}
# Files in their order: those of engines come first, take longest, and mostly wait.
TWO_AT_ONCE = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
# The engines of one file on two workers; else one of them would have to run them all.
TWO_TESTS_AT_ONCE = ("-n", "2", "--dist", "load", "--maxschedchunk", "1")
PIP_TO_UV = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}


class Env(NamedTuple):
    """An environment: `shipway` says whether the project itself goes into it, editable."""

    name: str
    shipway: bool
    newest: int = NEWEST

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
AIRFLOW3 = Env("airflow3", shipway=False)
AIRFLOW2 = Env("airflow2", shipway=False, newest=12)
KFP = Env("kfp", shipway=False)
PREFECT = Env("prefect", shipway=False)
PEERS = Env("peers", shipway=False)
TESTED = (DEV, KEDRO10, KEDRO12, KEDRO14, MLFLOW, AIRFLOW3, AIRFLOW2, KFP, PREFECT)


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
    with only_one():
        ensure(SETUP)
        bring_layout_library()
        for env in envs:
            variable = f"SHIPWAY_ENV_{env.name.upper()}"
            try:
                ensure(env)
                told[variable] = str(env.path)
            except NoPythonError as reason:
                if env == DEV:
                    raise
                say(f"{env.name}: not set up: {reason}")
                told[f"{variable}_MISSING"] = str(reason)
    return told


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


def run(tool: str, *args: str, env: dict[str, str] | None = None) -> bool:
    """Run a tool of the dev environment, show what it prints, and tell whether it succeeded."""
    say("$ " + " ".join([tool, *args]))
    bin_dir = DEV.path / "bin"
    environ = {**os.environ, "VIRTUAL_ENV": str(DEV.path), **(env or {})}
    environ["PATH"] = os.pathsep.join([str(bin_dir), *os.get_exec_path()])
    return subprocess.call([bin_dir / tool, *args], cwd=ROOT, env=environ) == 0


def finish(*succeeded: bool) -> None:
    if not all(succeeded):
        raise SystemExit(1)


def demo(args: Sequence[str]) -> None:
    """Compile the example and run it on Prefect, or with ENGINE=airflow on Airflow"""
    engine = args[0] if args else os.environ.get("ENGINE") or "prefect"
    needed = [env for env in (PREFECT, AIRFLOW3) if env.name.startswith(engine)]
    finish(run("python", "-m", "scripts.demo", engine, env=set_up(DEV, *needed)))


def test(args: Sequence[str]) -> None:
    """Everything that CI runs: lint, then all tests, on each Kedro and orchestrator"""
    env = set_up(*TESTED) | set_up_containers()
    finish(*check(), run("pytest", *TWO_AT_ONCE, *args, env=env))


def test_fast(args: Sequence[str]) -> None:
    """The tests that need no orchestrator"""
    finish(run("pytest", "-m", "not engine", *TWO_AT_ONCE, *args, env=set_up(DEV)))


def bench(_: Sequence[str]) -> None:
    """The benchmarks of docs/performance.md: ratios, measured side by side"""
    env = set_up(DEV, AIRFLOW3, KFP, PREFECT, PEERS)
    names = ["startup", "export_project", "snapshot_scaling", "dag_parse", "task_start"]
    names += ["many_pipelines", "targets", "whole_run", "warm_run", "artifact_lines"]
    finish(*[run("python", "-m", f"benchmarks.{name}", env=env) for name in names])


def soak(args: Sequence[str]) -> None:
    """Random pipelines and broken files for longer; SHIPWAY_SOAK_SEED=N for others"""
    env = set_up(*TESTED)
    more = {"SHIPWAY_SOAK_LOADS": "1000", "SHIPWAY_SOAK_RUNS": "500"}
    more["SHIPWAY_SOAK_ROUNDS"] = "20000"
    more["SHIPWAY_SOAK_SEED"] = os.environ.get("SHIPWAY_SOAK_SEED", str(int(time.time())))
    say(f"SHIPWAY_SOAK_SEED={more['SHIPWAY_SOAK_SEED']}")
    chosen = [f"tests/proof/test_{name}.py" for name in ("random_runs", "random_loads", "fuzz")]
    how = ("-v", "--durations=0", "--durations-min=1", *TWO_TESTS_AT_ONCE)
    finish(run("pytest", *how, *chosen, *args, env={**more, **os.environ, **env}))


def docs(_: Sequence[str]) -> None:
    """Build the documentation as a site, in .site/html; a dead link is an error"""
    set_up(DEV)
    finish(run("python", "-m", "scripts.docs_site"))


def lint(_: Sequence[str]) -> None:
    """ruff and mypy --strict; changes nothing"""
    set_up(DEV)
    finish(*check())


def check() -> list[bool]:
    return [run("ruff", "check"), run("ruff", "format", "--check"), run("mypy")]


def format_code(_: Sequence[str]) -> None:
    """Apply ruff's fixes and its format"""
    set_up(DEV)
    finish(run("ruff", "check", "--fix"), run("ruff", "format"))


def lock(args: Sequence[str]) -> None:
    """Write requirements/*.txt again; ARGS=--upgrade takes the newest"""
    set_up()
    for env in (*TESTED, PEERS):
        compile_requirements(env, args)


def compile_requirements(env: Env, args: Sequence[str]) -> None:
    target = f"requirements/{env.name}.txt"
    how = [f"requirements/{env.name}.in", "--output-file", target, "--custom-compile-command"]
    how += ["make lock", "--universal", "--python-version", f"3.{OLDEST}", "--no-emit-index-url"]
    how += ["--no-emit-find-links"] + env.shipway * ["pyproject.toml", "--extra", "kedro"]
    quietly(UV, "pip", "compile", *how, *args, env=uv_environ())
    for line in env.requirements.read_text().splitlines():
        if "://" in line or " @ " in line or line.startswith("-"):
            raise SystemExit(f"{target} must hold plain pins, but has: {line}")


def clean(_: Sequence[str]) -> None:
    """Remove the environments, caches and built packages"""
    for pattern in (
        ".envs",
        ".demo",
        ".site",
        "build",
        "dist",
        ".*_cache",
        ".hypothesis",
        "**/__pycache__",
    ):
        for path in list(ROOT.glob(pattern)):
            shutil.rmtree(path)


def show_help(_: Sequence[str]) -> None:
    """List the targets"""
    for name, command in COMMANDS.items():
        print(f"make {name:<10} {command.__doc__}")


COMMANDS: dict[str, Callable[[Sequence[str]], None]] = {
    "demo": demo,
    "test": test,
    "test-fast": test_fast,
    "bench": bench,
    "soak": soak,
    "docs": docs,
    "lint": lint,
    "format": format_code,
    "lock": lock,
    "clean": clean,
    "help": show_help,
}


def main(argv: Sequence[str]) -> None:
    command = COMMANDS.get(argv[0]) if argv else show_help
    if command is None:
        raise SystemExit(f"no such command: {argv[0]} (one of: {', '.join(COMMANDS)})")
    try:
        command(argv[1:])
    except NoPythonError as reason:
        raise SystemExit(f"Shipway {reason}") from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main(sys.argv[1:])
