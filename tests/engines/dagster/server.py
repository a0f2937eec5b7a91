"""A real web server of Dagster's with a daemon, of one code location."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.engines.processes import Processes, free_ports

from .env import DagsterEnv

IN_ONE_PROCESS: Mapping[str, Any] = {"execution": {"config": {"in_process": {}}}}
"""The config of a run whose steps need no processes of their own."""
FINAL = {"SUCCESS", "FAILURE", "CANCELED"}
_LAUNCHED = """
  ... on LaunchRunSuccess { run { runId } }
  ... on RunConfigValidationInvalid { errors { message } }
  ... on PythonError { message stack }
"""
LAUNCH = f"""
mutation($execution: ExecutionParams!) {{
  answer: launchRun(executionParams: $execution) {{ __typename {_LAUNCHED} }}
}}
"""
AGAIN = f"""
mutation($again: ReexecutionParams!) {{
  answer: launchRunReexecution(reexecutionParams: $again) {{ __typename {_LAUNCHED} }}
}}
"""
RUN = """
query($id: ID!) {
  answer: runOrError(runId: $id) {
    ... on Run { status jobName tags { key value } stepStats { stepKey status } }
  }
}
"""
WHY = """
query($id: ID!) {
  answer: logsForRun(runId: $id) {
    ... on EventConnection { events {
      __typename
      ... on ExecutionStepFailureEvent {
        stepKey error { message errorChain { error { message } } }
      }
      ... on RunFailureEvent { message error { message } }
    } }
  }
}
"""
RUNS = """
query($job: String!) {
  answer: runsOrError(filter: {pipelineName: $job}) {
    ... on Runs { results { runId status tags { key value } } }
  }
}
"""
NODES = "{ answer: assetNodes { assetKey { path } jobNames groupName } }"
LOCATION = """
{ answer: workspaceOrError { __typename
  ... on Workspace { locationEntries { locationOrLoadError { __typename
    ... on RepositoryLocation { name repositories { name } }
    ... on PythonError { message } } } } } }
"""
TERMINATE = """
mutation($id: String!) { answer: terminateRun(runId: $id) { __typename } }
"""


class DagsterServer:
    """Start on entering, stop on leaving, a web server and a daemon.

    Args:
        file: the code location.
        more: the environment of its tasks.
    """

    def __init__(self, env: DagsterEnv, file: Path, more: Mapping[str, str]) -> None:
        (self.port,) = free_ports(1)
        self.env, self.file, self.home = env, file, env.home()
        variables = {**env.variables(self.home), **more}
        self.processes = Processes(self.home, variables, "DAGSTER_HOME")
        self.selector: dict[str, str] = {}

    def __enter__(self) -> DagsterServer:
        web: list[str | Path] = ["-m", "dagster_webserver", "-f", self.file, "-h", "127.0.0.1"]
        try:
            self._start("web", [*web, "-p", str(self.port)])
            self.processes.wait_until(self._is_loaded, "the code location is loaded", 120)
            # Both make the tables of the instance where there are none.
            self._start("daemon", ["-m", "dagster._daemon", "run", "-f", self.file])
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

    def ask(self, query: str, **variables: Any) -> Any:
        """Return the answer to a query."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        head = {"Content-Type": "application/json"}
        url = f"http://127.0.0.1:{self.port}/graphql"
        with urllib.request.urlopen(urllib.request.Request(url, body, head), timeout=60) as answer:
            document = json.load(answer)
        assert "errors" not in document, document
        return document["data"]["answer"]

    def launch(
        self,
        job: str,
        config: Mapping[str, Any] | None = None,
        assets: list[list[str]] | None = None,
    ) -> str:
        """Launch a run of a job, or of some of its assets, and return its id."""
        selector: dict[str, Any] = {**self.selector, "pipelineName": job}
        if assets:
            selector["assetSelection"] = [{"path": path} for path in assets]
        execution = {
            "selector": selector,
            "runConfigData": json.dumps({**IN_ONE_PROCESS, **(config or {})}),
            "mode": "default",
        }
        return self._id(self.ask(LAUNCH, execution=execution))

    def again(self, run: str, strategy: str) -> str:
        """Execute a run again, from its failure or all of it, and return the new one's id."""
        return self._id(self.ask(AGAIN, again={"parentRunId": run, "strategy": strategy}))

    def wait(self, run: str, timeout: float = 180) -> dict[str, Any]:
        """Return a run that has ended."""
        end = time.monotonic() + timeout
        while (answer := self.run(run))["status"] not in FINAL:
            self.processes.check()
            assert time.monotonic() < end, (answer, self.processes.tails())
            time.sleep(0.3)
        events = self.ask(WHY, id=run)["events"] if answer["status"] == "FAILURE" else []
        return {**answer, "why": [event for event in events if len(event) > 1]}

    def run(self, run: str) -> dict[str, Any]:
        """Return a run as it stands."""
        answer: dict[str, Any] = self.ask(RUN, id=run)
        return answer

    def _id(self, answer: Any) -> str:
        assert answer["__typename"] == "LaunchRunSuccess", answer
        return str(answer["run"]["runId"])

    def _start(self, name: str, words: list[str | Path]) -> None:
        self.processes.start(name, [self.env.python, *words])

    def _is_loaded(self) -> bool:
        try:
            answer = self.ask(LOCATION)
        except OSError:
            return False
        entries = answer.get("locationEntries", ())
        for entry in (one["locationOrLoadError"] for one in entries):
            assert not entry or entry["__typename"] != "PythonError", entry
            if entry:
                (repository,) = entry["repositories"]
                self.selector = {
                    "repositoryLocationName": entry["name"],
                    "repositoryName": repository["name"],
                }
        return bool(self.selector)
