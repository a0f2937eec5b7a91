"""Run many pipelines on Prefect's embedded server, one process for all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.engines.exports import Artifact, Export, PipelineRun, export_all
from tests.engines.stand_in import stand_in

from .env import prefect_env
from .exported import run_env
from .records import flow_runs

ONE_BY_ONE = True
"""In one process, as most of each would be its start; `test_jobs.py` here has two at once."""


def run_all(exports: Sequence[Export], scratch: Path) -> None:
    """Export all, and run each pipeline as its run says; each must end as that says.

    A flow is always called with all its arguments, `whole_form` or not.
    """
    with stand_in() as python:
        _run_all(exports, scratch, {"python": str(python)})


def _run_all(exports: Sequence[Export], scratch: Path, options: Mapping[str, str]) -> None:
    prefect = prefect_env(scratch)
    runs: list[PipelineRun] = []
    flows: list[dict[str, Any]] = []
    variables: dict[str, str] = {}
    for number, export in enumerate(exports):
        folder = scratch / f"flows{number}"
        (result,) = export_all([export], "prefect", options, folder)
        runs += export.runs
        flows += [_flow(result[run.pipeline], run) for run in export.runs]
        variables |= {**run_env(export.project), **export.task_variables}
    script = Path(__file__).with_name("run_flows.py")
    request, answer = scratch / "flows.json", scratch / "ids.json"
    request.write_text(json.dumps(flows), encoding="utf-8")
    home = prefect.home()
    timeout = 120 + 30 * len(flows)
    outcome = prefect.run(home, [script, request, answer], more=variables, timeout=timeout)
    assert answer.exists(), outcome.stdout
    states = flow_runs(home)
    for run, id_ in zip(runs, json.loads(answer.read_text(encoding="utf-8")), strict=True):
        run.must_end(states[id_].state == "COMPLETED", outcome.stdout)


def _flow(result: Artifact, run: PipelineRun) -> dict[str, Any]:
    text = result.file("prefect.yaml").read_text(encoding="utf-8")
    deployments = yaml.safe_load(text)["deployments"]
    function = deployments[0]["entrypoint"].rpartition(":")[2]
    # Jobs may share a flow; a deployment's name ends with that of its job, as a name may have it.
    of = [one for one in deployments if one["name"].endswith(run.pipeline.replace(".", "_"))]
    return {
        "entrypoint": f"{result.file('flow.py')}:{function}",
        "arguments": (of or deployments)[0].get("parameters", {}),
        "values": dict(run.values),
    }
