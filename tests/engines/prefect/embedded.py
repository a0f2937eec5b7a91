"""Run ``python flow.py``; Prefect starts a server for it, which ends with it, or it has another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .env import PrefectEnv
from .records import FlowRun, flow_runs
from .server import PrefectServer


@dataclass(frozen=True, kw_only=True)
class Result:
    """How the process ended, what it printed, and what Prefect has kept of the run."""

    code: int
    output: str
    run: FlowRun


def run_flow(
    prefect: PrefectEnv,
    flow: Path,
    *,
    folder: Path | None = None,
    more: Mapping[str, str] | None = None,
    timeout: float = 300,
) -> Result:
    """Run a flow file to its end, in a home of its own."""
    home = prefect.home()
    outcome = prefect.run(home, [flow], more=more, folder=folder, timeout=timeout)
    runs = list(flow_runs(home).values())
    assert len(runs) == 1, f"{len(runs)} runs\n{outcome.stdout}"
    return Result(code=outcome.returncode, output=outcome.stdout, run=runs[0])


def run_flow_on(
    server: PrefectServer,
    flow: Path,
    *,
    more: Mapping[str, str] | None = None,
    timeout: float = 300,
) -> Result:
    """Run a flow file to its end, on a server that was there before."""
    earlier = flow_runs(server.home).keys()
    variables = {**server.more, **(more or {})}
    outcome = server.env.run(server.home, [flow], more=variables, timeout=timeout)
    runs = flow_runs(server.home).keys() - earlier
    assert len(runs) == 1, f"{len(runs)} runs\n{outcome.stdout}"
    run = server.wait(runs.pop())
    return Result(code=outcome.returncode, output=outcome.stdout, run=run)
