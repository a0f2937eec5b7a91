"""The demo on Prefect, with the server that Prefect starts for a single run."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator

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

LOG = DEMO / "prefect.log"
LINE = re.compile(r"\| Task run '(?P<task>.+?)' - (?P<said>.*)")
ENDED = re.compile(r"Finished in state (?P<state>\w+)\(")
AGAIN = "Task run failed with exception"


def run() -> None:
    """Run the exported flow: `python flow.py`."""
    venv = find_env("PREFECT")
    env = {
        **clean_env(venv, "PREFECT"),
        "PREFECT_HOME": str(DEMO / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    }
    copy_example()
    export("all")
    (flow,) = sorted(PROJECT.glob("deploy/prefect/*/flow.py"))
    with started([str(venv / "bin" / "python"), str(flow)], env, LOG) as process:
        say(f"\n$ python {flow.relative_to(PROJECT)}", "bold")
        failed = follow(process)
    if failed or process.returncode:
        say("\n".join(last_lines(failed)), "dim")
        what = f"the task `{failed}` failed" if failed else f"it ended with {process.returncode}"
        raise DemoError(f"{what}; all of the log: {shown(LOG)}")


def follow(process: subprocess.Popen[bytes]) -> str | None:
    """Say when each task ended, and return the first that failed: a demo waits for no retry."""
    begin, told = time.monotonic(), 0
    running = True
    while running:
        running = process.poll() is None
        ends = list(ended())
        for task, state in ends[told:]:
            good = state == "Completed"
            mark = paint(f"{state:10}", "green" if good else "red")
            say(f"  {mark} after {time.monotonic() - begin:4.1f} s  {task}")
            if not good:
                return task
        told = len(ends)
        time.sleep(0.1)
    return None


def ended() -> Iterator[tuple[str, str]]:
    """How each task ended, as the log tells; one that will be tried again has failed."""
    for line in LOG.read_text(errors="replace").splitlines():
        if found := LINE.search(line):
            if state := ENDED.match(found["said"]):
                yield found["task"], state["state"]
            elif found["said"].startswith(AGAIN):
                yield found["task"], "Failed"


def last_lines(task: str | None, count: int = 25) -> list[str]:
    """The end of what a task's nodes printed."""
    lines = LOG.read_text(errors="replace").splitlines()
    found = (LINE.search(line) for line in lines)
    own = [match["said"] for match in found if match and match["task"] == task]
    return (own or lines)[-count:]
