"""A task ends although what it prints to is full and nobody reads it; a slow reader gets it all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .test_stop import check_gone, wait_for

LENGTH = 300_000
"""Several times what a pipe holds."""
SCRIPT = f"""
import os
import subprocess
import sys
import time
from pathlib import Path

from shipway.runtime.outcome import Outcome
from shipway.runtime.stop import Limits, run_in_child


def sleep():
    child = subprocess.Popen(["sleep", "100"], start_new_session=True)
    Path("ready.part").write_text(str(child.pid))
    Path("ready.part").rename("ready")
    time.sleep(100)


def fail():
    return Outcome(code=1, words="<" + "x" * {LENGTH} + ">")


work = {{"sleep": sleep, "fail": fail}}[sys.argv[1]]
raise SystemExit(run_in_child(work, Limits(starter=os.getppid()), "task", ["node"]))
"""


@contextmanager
def task(work: str, folder: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A task that prints to a pipe which is full, and the descriptor to read it by."""
    reader, writer = os.pipe()
    fill(writer)
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, work], cwd=folder, stdout=writer, stderr=writer
    ) as process:
        os.close(writer)
        try:
            yield reader, process
        finally:
            process.kill()
            os.close(reader)


def fill(pipe: int) -> None:
    os.set_blocking(pipe, False)
    try:
        while True:
            os.write(pipe, b"." * 4096)
    except BlockingIOError:
        os.set_blocking(pipe, True)


def test_a_task_that_is_stopped_ends_although_nobody_reads(tmp_path: Path) -> None:
    with task("sleep", tmp_path) as (_, process):
        wait_for(tmp_path / "ready", process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 128 + signal.SIGTERM
    check_gone(int((tmp_path / "ready").read_text()))


def test_a_task_that_fails_ends_although_nobody_reads(tmp_path: Path) -> None:
    with task("fail", tmp_path) as (_, process):
        assert process.wait(10) == 1


def test_control_who_reads_late_and_slowly_reads_it_all(tmp_path: Path) -> None:
    chunks: list[bytes] = []
    with task("fail", tmp_path) as (reader, process):

        def read() -> None:
            time.sleep(1)
            while chunk := os.read(reader, 4096):
                chunks.append(chunk)
                time.sleep(0.03)

        thread = threading.Thread(target=read)
        thread.start()
        assert process.wait(20) == 1
        thread.join(10)
    assert f"<{'x' * LENGTH}>\n".encode() in b"".join(chunks)
