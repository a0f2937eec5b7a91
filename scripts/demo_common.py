"""What the demos share: a copy of the example, its export, and what came out.

Everything goes to `.demo/`, which each demo makes afresh.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / ".demo"
PROJECT = DEMO / "energy"
NOT_COPIED = ("data", "deploy", "logs", "__pycache__", "*.egg-info", ".venv", ".viz")
COLORS = {"bold": "1", "red": "31", "green": "32", "dim": "2"}


class DemoError(Exception):
    """What the demo cannot do, for people to read."""


def find_env(name: str) -> Path:
    """The environment that `scripts.environments` built for an orchestrator."""
    variable = f"SHIPWAY_ENV_{name}"
    venv = Path(os.environ.get(variable, ROOT / ".envs" / name.lower()))
    if not (venv / "bin" / "python").exists():
        reason = os.environ.get(f"{variable}_MISSING", "not set up: `make demo` does that")
        raise DemoError(f"{name.lower()}: {reason}")
    return venv


def clean_env(venv: Path, theirs: str) -> dict[str, str]:
    """The variables of an orchestrator's processes; a developer's own settings of it stay out."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(theirs)}
    return {
        **inherited,
        "PATH": os.pathsep.join([str(venv / "bin"), *os.get_exec_path()]),
        "VIRTUAL_ENV": str(venv),
        "ENERGY_ROOT": str(PROJECT),
        "COLUMNS": "160",  # or Kedro breaks the lines of its log at 80
    }


def copy_example() -> None:
    """A fresh copy of the example with its raw data; its Python is the one that runs this."""
    shutil.rmtree(DEMO, ignore_errors=True)
    ignored = shutil.ignore_patterns(*NOT_COPIED)
    shutil.copytree(ROOT / "examples" / "energy", PROJECT, ignore=ignored)
    PROJECT.joinpath(".venv").symlink_to(sys.prefix, target_is_directory=True)
    say(f"$ cd {shown(PROJECT)}    # a copy of examples/energy", "bold")
    say("$ python scripts/make_data.py", "bold")
    call("scripts/make_data.py")


def export(*targets: str) -> None:
    say(f"$ shipway export {' '.join(targets)}", "bold")
    call("-m", "shipway", "export", *targets)


def call(*args: str) -> None:
    """Run this Python in the copy, its output shown."""
    done = subprocess.run([sys.executable, *args], cwd=PROJECT, check=False)
    if done.returncode:
        raise DemoError(f"`{' '.join(args)}` ended with {done.returncode}")


@contextmanager
def started(
    command: list[str], env: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, which ends with the block."""
    executable = shutil.which(command[0], path=env["PATH"]) or command[0]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [executable, *command[1:]],
            cwd=DEMO,
            env=dict(env),
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(process.pid, number)
                process.wait(5)


def report() -> None:
    """Name the files that came out, and the score of the model."""
    data = PROJECT / "data"
    say("\nWhat came out:", "bold")
    for path in sorted(data.rglob("*")):
        if path.is_file() and "01_raw" not in path.parts:
            say(f"  {shown(path)}")
    score = data / "08_reporting" / "metrics.json"
    values = json.loads(score.read_text())
    say(f"\nThe model's score, in {shown(score)}:", "bold")
    for name in ("r2", "mae_kwh", "baseline_mae_kwh", "skill"):
        say(f"  {name:17} {values[name]}")


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def say(text: str, color: str = "") -> None:
    print(paint(text, color), flush=True)


def paint(text: str, color: str) -> str:
    """Colours are for terminals; a pipe gets plain text."""
    plain = not color or not sys.stdout.isatty() or os.environ.get("NO_COLOR")
    return text if plain else f"\033[{COLORS[color]}m{text}\033[0m"
