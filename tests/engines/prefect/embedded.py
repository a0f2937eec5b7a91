"""Run ``python flow.py``, for which Prefect starts a server that ends with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .env import PrefectEnv
from .records import FlowRun, flow_runs


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
