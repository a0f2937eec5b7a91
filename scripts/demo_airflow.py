"""The demo on Airflow, without a scheduler: `airflow dags test`."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from scripts.demo_common import (
    DEMO,
    PROJECT,
    DemoError,
    clean_env,
    copy_example,
    export,
    find_env,
    paint,
    say,
    shown,
    started,
)

LOG = DEMO / "airflow.log"
STARTED = "[DAG TEST] starting task_id="
NOISE = re.compile(r"^\S+Z \[\w+ *\] | \[airflow\.task\.operators\.\S+\].*$")


class Task(NamedTuple):
    """What Airflow's database says of a task."""

    name: str
    state: str
    seconds: float


def run() -> None:
    """Run the exported DAG on Airflow, without a scheduler: `airflow dags test`."""
    env = airflow_env(find_env("AIRFLOW3"))
    copy_example()
    DEMO.joinpath("airflow").mkdir()
    with started(["airflow", "db", "migrate"], env, DEMO / "migrate.log") as migrate:
        export("all")
        if migrate.wait():
            raise DemoError(f"`airflow db migrate` failed; see {shown(DEMO / 'migrate.log')}")
    (dag,) = sorted(PROJECT.glob("deploy/airflow/*.py"))
    command = ["airflow", "dags", "test", dag.stem, "-f", str(dag)]
    with started(command, env, LOG) as process:
        say(f"\n$ airflow dags test {dag.stem} -f {dag.relative_to(PROJECT)}", "bold")
        failed = follow(process, Path(env["AIRFLOW_HOME"], "airflow.db"))
    if failed or process.returncode:
        say("\n".join(last_lines(failed)), "dim")
        what = (
            f"the task `{failed}` failed" if failed else f"Airflow ended with {process.returncode}"
        )
        raise DemoError(f"{what}; all of the log: {shown(LOG)}")


def follow(process: subprocess.Popen[bytes], database: Path) -> str | None:
    """Say how each task ended, and return the first that failed: a demo waits for no retry."""
    told: set[str] = set()
    running = True
    while running:
        running = process.poll() is None
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
    home = DEMO / "airflow"
    return {
        **clean_env(venv, "AIRFLOW"),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "deploy" / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__LOAD_DEFAULT_CONNECTIONS": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }


def last_lines(task: str | None, count: int = 25) -> list[str]:
    """The end of a task's log, without what Airflow puts around each line."""
    lines = LOG.read_text(errors="replace").splitlines()
    starts = [i for i, line in enumerate(lines) if f"{STARTED}{task} " in line]
    own = [line for line in lines[starts[-1] if starts else 0 :] if ".KedroOperator]" in line]
    return [NOISE.sub("", line) for line in own or lines][-count:]
