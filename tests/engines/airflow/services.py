"""Runs services of one Airflow, each in a fork of one process that has imported it.

    python services.py SECONDS SERVICE…

Each prints to `SERVICE.log`, and leads a session, as a process of its own would. All end when this
process is told to, within so many seconds; when one of them ends by itself, so do the others and
this process, with its exit code.
"""

from __future__ import annotations

import importlib
import os
import runpy
import signal
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import NoReturn

# As a script, this file has its own folder at the head of the path, and Airflow must not.
sys.path[0] = os.getcwd()  # noqa: PTH109 - as `python -m airflow` has it

MODULES = (
    "airflow",
    "airflow.cli.cli_parser",
    "airflow.cli.commands.daemon_utils",
    "airflow.jobs.job",
    "airflow.models.dagbag",
    "airflow.models.taskinstance",
    "airflow.sdk.execution_time.supervisor",
    "airflow.serialization.serialized_objects",
    "fastapi",
)
"""What at least two of the services import."""
STATELESS = {"api-server"}
"""It would spend seconds on its end, and leaves nothing undone."""


def main() -> NoReturn:
    """Start all, and end as the first that ends."""
    for module in MODULES:
        importlib.import_module(module)
    # A thread would be missing in the forks, and they would share a connection.
    assert threading.active_count() == 1
    patience, *services = sys.argv[1:]
    children = {_start(service): service for service in services}
    signal.signal(signal.SIGTERM, lambda *_: _end(children, float(patience)))
    child, status = os.wait()
    del children[child]
    _end(children, float(patience), os.waitstatus_to_exitcode(status))


def _start(service: str) -> int:
    child = os.fork()
    if not child:
        _be(service)
    return child


def _be(service: str) -> NoReturn:
    """Do as `python -m airflow SERVICE`."""
    os.setsid()
    log = os.open(f"{service}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for number in (1, 2):
        os.dup2(log, number)
    sys.argv = ["airflow", service]
    runpy.run_module("airflow", run_name="__main__", alter_sys=True)
    sys.exit()


def _end(children: Mapping[int, str], patience: float, code: int = 0) -> NoReturn:
    """Have all end, with what they have started, and exit."""
    for child, service in children.items():
        _send(child, signal.SIGKILL if service in STATELESS else signal.SIGTERM)
    end, left = time.monotonic() + patience, {*children}
    while left and time.monotonic() < end:
        left = {child for child in left if not os.waitpid(child, os.WNOHANG)[0]}
        time.sleep(0.05)
    for child in left:
        _send(child, signal.SIGKILL)
    os._exit(code)


def _send(child: int, number: signal.Signals) -> None:
    """Send a signal to a service; one that kills it goes to all that it has started as well."""
    with suppress(ProcessLookupError):
        (os.killpg if number == signal.SIGKILL else os.kill)(child, number)


if __name__ == "__main__":
    main()
