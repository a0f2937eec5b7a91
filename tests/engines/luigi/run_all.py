"""Run many pipelines on Luigi's local scheduler, in forks of one process."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.engines.exports import Artifact, Export, PipelineRun, export_all
from tests.engines.stand_in import stand_in
from tests.targets import OPTIONS

from .env import IMPATIENT, luigi_env
from .exported import run_env

ONE_BY_ONE = True
"""In one process, as most of each would be its start; `test_runs.py` has two at once."""

_TEXTS = ("luigi.Parameter", "luigi.OptionalParameter")


def run_all(exports: Sequence[Export], scratch: Path) -> None:
    """Export all, and run each pipeline as its run says; each must end as that says."""
    runs: list[PipelineRun] = []
    requests: list[dict[str, Any]] = []
    variables: dict[str, str] = {}
    with stand_in() as python:
        for number, export in enumerate(exports):
            place = {"python": str(python), "state": str(scratch / f"state{number}")}
            options = {**OPTIONS["luigi"], **place}
            (result,) = export_all([export], "luigi", options, scratch / f"modules{number}")
            runs += export.runs
            requests += [_request(result[run.pipeline], run) for run in export.runs]
            variables |= {**run_env(export.project), **export.task_variables}
        env = luigi_env()
        outcome = subprocess.run(
            [env.python, Path(__file__).with_name("run_modules.py")],
            env=env.variables(variables),
            input=json.dumps(requests),
            capture_output=True,
            text=True,
            timeout=120 + 30 * len(requests),
            check=False,
        )
    assert outcome.returncode == 0, outcome.stderr[-4000:]
    for run, code in zip(runs, json.loads(outcome.stdout), strict=True):
        run.must_end(code == 0, f"exit code {code} {outcome.stderr[-6000:]}")


def _request(artifact: Artifact, run: PipelineRun) -> dict[str, Any]:
    module = artifact.file("luigi_tasks.py")
    text = module.read_text(encoding="utf-8")
    pipeline = re.findall(r"^class (\w+)\(luigi\.WrapperTask\)", text, re.MULTILINE)[0]
    own = dict(re.findall(r'"([^"]*)": self\.(\w+)', text))
    kinds = dict(re.findall(r"^    (\w+) = ([\w.]+)\(", text, re.MULTILINE))
    # As Luigi reads them: what is a text as it is, anything else as JSON.
    values = {
        own[name]: value if kinds[own[name]] in _TEXTS else json.dumps(value)
        for name, value in run.values.items()
    }
    words = ["--module", module.stem, f"{artifact.name}.{pipeline}", "--local-scheduler"]
    # Luigi knows a run that is under way by the command line of its process: here one of all runs.
    words += [
        "--no-lock",
        *IMPATIENT,
        f"--run-id={run.pipeline}-{uuid4().hex}",
        "--log-level=WARNING",
    ]
    words += [f"--{name.replace('_', '-')}={value}" for name, value in values.items()]
    return {"folder": str(module.parent), "words": words}
