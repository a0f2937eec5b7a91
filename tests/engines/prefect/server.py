"""A real Prefect server with a work pool and a worker."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.engines.processes import Processes, free_ports

from .env import PrefectEnv
from .records import FlowRun, flow_runs

FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
# Prefect's own client asks again as often by itself (PREFECT_CLIENT_MAX_RETRIES).
PAUSES = (0.5, 1, 2, 4, 8)
QUICK = {
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    "PREFECT_RUNNER_POLL_FREQUENCY": "1",
    "PREFECT_LOGGING_TO_API_BATCH_INTERVAL": "0.5",
}


class Refused(Exception):
    """The server answered with an error: its status, and its words."""


class Busy(Refused):
    """The server asks to try again: another held the lock of its SQLite database."""


class PrefectServer:
    """Start on entering, stop on leaving, a server with a home and a work pool of its own."""

    def __init__(self, env: PrefectEnv, pool: str = "default") -> None:
        (port,) = free_ports(1)
        self.env = env
        self.pool = pool
        self.home = env.home()
        self.api = f"http://127.0.0.1:{port}/api"
        self.more = {**QUICK, "PREFECT_API_URL": self.api}
        variables = {**env.variables(self.home), **self.more}
        self.processes = Processes(self.home, variables, "PREFECT_HOME")
        self.command = ["server", "start", "--host", "127.0.0.1", "--port", str(port)]

    def __enter__(self) -> PrefectServer:
        try:
            self.processes.start("server", [self.env.python, "-m", "prefect", *self.command])
            self.processes.wait_until(self._is_healthy, "the server is healthy", 120)
            self.call("POST", "/work_pools/", {"name": self.pool, "type": "process"})
        except BaseException:
            self.processes.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.processes.stop()

    def add_pool(self, name: str, kind: str, template: Path | None = None) -> None:
        """Make a work pool of a type, by its default job template or by one of its own."""
        own: list[str | Path] = ["--base-job-template", template] if template else []
        outcome = self.cli("work-pool", "create", name, "--type", kind, *own)
        assert outcome.returncode == 0, outcome.stdout

    def start_worker(
        self, more: Mapping[str, str], pool: str | None = None, kind: str = "process"
    ) -> None:
        """Start a worker of a pool, by default of the server's own.

        ``more`` is added to its environment.
        """
        name = "worker" if pool is None else f"worker-{pool}"
        words = ["worker", "start", "--pool", pool or self.pool, "--type", kind]
        self.processes.start(name, [self.env.python, "-m", "prefect", *words], more)

    def cli(
        self, *words: str | Path, folder: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run Prefect's command line against this server."""
        return self.env.run(
            self.home, ["-m", "prefect", "--no-prompt", *words], more=self.more, folder=folder
        )

    def deploy(self, file: Path, folder: Path) -> str:
        """Deploy what a ``prefect.yaml`` holds, and return what was printed."""
        outcome = self.cli("deploy", "--all", "--prefect-file", file, folder=folder)
        assert outcome.returncode == 0, outcome.stdout
        return outcome.stdout

    def script(self, code: str) -> str:
        """Run Python code in Prefect's environment, against this server."""
        outcome = self.env.run(self.home, ["-c", code], more=self.more)
        assert outcome.returncode == 0, outcome.stdout
        return outcome.stdout

    def deployment(self, name: str) -> dict[str, Any]:
        """Return a deployment by ``flow/deployment``."""
        result: dict[str, Any] = self.call("GET", f"/deployments/name/{name}")
        return result

    def trigger(self, name: str, parameters: Mapping[str, Any] | None = None) -> str:
        """Start a run of ``flow/deployment``, and return its id.

        Raises:
            Refused: the server takes no run with these parameters.
        """
        path = f"/deployments/{self.deployment(name)['id']}/create_flow_run"
        run: str = self.call("POST", path, {"parameters": dict(parameters or {})})["id"]
        return run

    def cancel(self, run: str) -> None:
        """Cancel a run, as the interface does."""
        self._set_state(run, {"type": "CANCELLING", "name": "Cancelling"})

    def try_again(self, run: str) -> None:
        """Run a run again, as the interface does."""
        self._set_state(run, {"type": "SCHEDULED", "name": "AwaitingRetry"})

    def run(self, run: str) -> FlowRun:
        """Return how a run stands."""
        return flow_runs(self.home)[run]

    def wait(self, run: str, timeout: float = 240) -> FlowRun:
        """Wait for the end of a run, and of the news of its tasks, which arrive later."""
        self.wait_until(lambda: self.run(run).state in FINAL, f"end of {run}", timeout)
        self.wait_until(lambda: _is_told(self.run(run)), f"tasks of {run}", 30)
        return self.run(run)

    def wait_until(self, outcome: Callable[[], bool], what: str, timeout: float) -> None:
        """Poll until done, as long as all processes live."""
        self.processes.wait_until(outcome, what, timeout)

    def call(
        self, method: str, path: str, body: Any = None, pauses: Sequence[float] = PAUSES
    ) -> Any:
        """Call the REST API, and again after each pause while it is busy.

        Raises:
            Refused: the answer is an error.
        """
        try:
            return self._ask(method, path, body)
        except Busy:
            if not pauses:
                raise
            time.sleep(pauses[0])
            return self.call(method, path, body, pauses[1:])

    def _ask(self, method: str, path: str, body: Any) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(self.api + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read() or "null")
        except urllib.error.HTTPError as error:
            kind = Busy if error.code == HTTPStatus.SERVICE_UNAVAILABLE else Refused
            raise kind(f"{error.code} {error.read().decode()}") from None

    def _set_state(self, run: str, state: Mapping[str, str]) -> None:
        answer = self.call("POST", f"/flow_runs/{run}/set_state", {"state": state, "force": False})
        assert answer["status"] == "ACCEPT", answer

    def _is_healthy(self) -> bool:
        try:
            return bool(self.call("GET", "/health"))
        except (OSError, Refused):
            return False


def _is_told(run: FlowRun) -> bool:
    """Whether every task is known to have ended, or to have never begun."""
    tasks = run.tasks.values()
    return all(task.state in FINAL or task.state_name == "NotReady" for task in tasks)
