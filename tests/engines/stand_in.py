"""A stand-in for the project's Python, where how it starts is not what a test proves.

An orchestrator that starts a Python for each task spends most of a test on their imports. The
stand-in is a program that hands its words, its environment and what it prints to over to a process
that has imported Kedro, and ends as the fork ends that runs the task there.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from typing import Any, NoReturn

from .fork_loop import be_task
from .fork_server import prepare, run_task

REPO = Path(__file__).resolve().parents[2]
CALLER = Path(__file__).with_name("stand_in_caller.py")


@contextmanager
def stand_in() -> Iterator[Path]:
    """Yield a program that can be called as `python -m shipway.runtime`, many at once."""
    # Not in the folder of a test: the address of a socket has 107 characters at most.
    with tempfile.TemporaryDirectory(prefix="stand-in-") as folder:
        address, program = Path(folder, "socket"), Path(folder, "python")
        words = (sys.executable, "-IS", CALLER, address)
        program.write_text(f'#!/bin/sh\nexec {" ".join(quote(str(w)) for w in words)} "$@"\n')
        program.chmod(0o755)
        command = [sys.executable, "-m", "tests.engines.stand_in", str(address)]
        process = subprocess.Popen(command, cwd=REPO, stdout=subprocess.PIPE)
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        try:
            yield program
        finally:
            process.terminate()
            process.communicate()


def main() -> NoReturn:
    """Answer callers, each in a fork."""
    prepare()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(sys.argv[1])
        server.listen(64)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # Nobody waits for those that answer.
        print("ready", flush=True)
        while True:
            caller, _ = server.accept()
            if not os.fork():
                _answer(caller)
            caller.close()


def _answer(caller: socket.socket) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    request, files = _request(caller)
    child = os.fork()
    if not child:
        be_task(request, files, run_task)
    for file in files:  # Who reads what a task prints waits until nobody can print any more.
        os.close(file)
    if not os.fork():
        _watch(caller, child)
    _, status = os.waitpid(child, 0)
    caller.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    caller.shutdown(socket.SHUT_RDWR)
    os._exit(0)


def _request(caller: socket.socket) -> tuple[dict[str, Any], list[int]]:
    head, files, _, _ = socket.recv_fds(caller, 8, 3)
    size, text = int.from_bytes(head, "big"), b""
    while len(text) < size:
        text += caller.recv(1 << 20)
    return json.loads(text), files


def _watch(caller: socket.socket, task: int) -> NoReturn:
    """Stop a task when the one who has called for it has been stopped."""
    if not caller.recv(1) and Path(f"/proc/{task}").exists():
        os.killpg(task, signal.SIGTERM)
    os._exit(0)


if __name__ == "__main__":
    main()
