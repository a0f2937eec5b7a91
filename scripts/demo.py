"""Compile examples/energy and run it on a real orchestrator; `make demo` sets up both.

Everything goes to `.demo/`, which each demo makes afresh.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / ".demo"
PROJECT = DEMO / "energy"
NOT_COPIED = ("data", "deploy", "logs", "__pycache__", "*.egg-info", ".venv", ".viz")
LOG = DEMO / "airflow.log"
STARTED = "[DAG TEST] starting task_id="
NOISE = re.compile(r"^\S+Z \[\w+ *\] | \[airflow\.task\.operators\.\S+\].*$")
COLORS = {"bold": "1", "red": "31", "green": "32", "dim": "2"}


class DemoError(Exception):
    """What the demo cannot do, for people to read."""


class Task(NamedTuple):
    """What Airflow's database says of a task."""

    name: str
    state: str
    seconds: float


def airflow() -> None:
    """Run the exported DAG on Airflow, without a scheduler: `airflow dags test`."""
    env = airflow_env(find_env("AIRFLOW3"))
    copy_example()
    DEMO.joinpath("airflow").mkdir()
    with started(["airflow", "db", "migrate"], env, DEMO / "migrate.log") as migrate:
        export("airflow", "kubeflow")
        if migrate.wait():
            raise DemoError(f"`airflow db migrate` failed; see {shown(DEMO / 'migrate.log')}")
    (dag,) = sorted(PROJECT.glob("deploy/airflow/*.py"))
    command = ["airflow", "dags", "test", dag.stem, "-f", str(dag)]
    with started(command, env, LOG) as run:
        say(f"\n$ airflow dags test {dag.stem} -f {dag.relative_to(PROJECT)}", "bold")
        failed = follow(run, Path(env["AIRFLOW_HOME"], "airflow.db"))
    if failed or run.returncode:
        say("\n".join(last_lines(failed)), "dim")
        what = f"the task `{failed}` failed" if failed else f"Airflow ended with {run.returncode}"
        raise DemoError(f"{what}; all of the log: {shown(LOG)}")


ENGINES: Mapping[str, Callable[[], None]] = {"airflow": airflow}


def follow(run: subprocess.Popen[bytes], database: Path) -> str | None:
    """Say how each task ended, and return the first that failed: a demo waits for no retry."""
    told: set[str] = set()
    running = True
    while running:
        running = run.poll() is None
        for task in tasks(database):
            if task.name in told or task.state not in ("success", "failed", "up_for_retry"):
                continue
            told.add(task.name)
            good = task.state == "success"
            mark = paint(f"{task.state:12}", "green" if good else "red")
            say(f"  {mark} {task.seconds:5.1f} s  {task.name}")
            if not good:
                return task.name
        time.sleep(0.2)
    return None


def tasks(database: Path) -> list[Task]:
    """The tasks that ended, oldest first; none while Airflow is still writing."""
    query = "SELECT task_id, state, duration FROM task_instance WHERE end_date IS NOT NULL"
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as c,
    ):
        return [Task(n, s, d or 0.0) for n, s, d in c.execute(f"{query} ORDER BY end_date")]
    return []


def airflow_env(venv: Path) -> dict[str, str]:
    """The variables of Airflow's processes; a developer's own Airflow is kept out of them."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")}
    home = DEMO / "airflow"
    return {
        **inherited,
        "PATH": os.pathsep.join([str(venv / "bin"), *os.get_exec_path()]),
        "VIRTUAL_ENV": str(venv),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "deploy" / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__LOAD_DEFAULT_CONNECTIONS": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "ENERGY_ROOT": str(PROJECT),
        "COLUMNS": "160",  # or Kedro breaks the lines of its log at 80
    }


def find_env(name: str) -> Path:
    """The environment that scripts/dev.py built for an orchestrator."""
    variable = f"SHIPWAY_ENV_{name}"
    venv = Path(os.environ.get(variable, ROOT / ".envs" / name.lower()))
    if not (venv / "bin" / "python").exists():
        reason = os.environ.get(f"{variable}_MISSING", "not set up: `make demo` does that")
        raise DemoError(f"{name.lower()}: {reason}")
    return venv


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


def last_lines(task: str | None, count: int = 25) -> list[str]:
    """The end of a task's log, without what Airflow puts around each line."""
    lines = LOG.read_text(errors="replace").splitlines()
    starts = [i for i, line in enumerate(lines) if f"{STARTED}{task} " in line]
    own = [line for line in lines[starts[-1] if starts else 0 :] if ".KedroTask]" in line]
    return [NOISE.sub("", line) for line in own or lines][-count:]


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


def main(argv: list[str]) -> None:
    engine = argv[0] if argv else os.environ.get("ENGINE") or "airflow"
    start = time.monotonic()
    try:
        if engine not in ENGINES:
            known = ", ".join(ENGINES)
            raise DemoError(f"there is no demo on `{engine}`; there is one on: {known}")
        ENGINES[engine]()
        report()
    except DemoError as error:
        raise SystemExit(paint(f"demo: {error}", "red")) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    folder = shown(PROJECT / "deploy")
    say(f"\nDone in {time.monotonic() - start:.0f} s. The exported files: {folder}", "bold")


if __name__ == "__main__":
    main(sys.argv[1:])
