"""Run many pipelines as Argo's controller would, their tasks on the host."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.engines.exports import Export, export_all
from tests.engines.forks import Forks

from .controller import run_workflow
from .exported import documents, host_pods, options_of, set_by
from .substitutions import Run

SEES_ITS_OWN = True
ONE_BY_ONE = True
"""`test_runs.py` has two at once."""
"""A task is given the values that its nodes or the configuration can see, and no others."""


def run_all(exports: Sequence[Export], scratch: Path) -> None:
    """Export all, and run each pipeline as its run says; all must succeed.

    Argo hands over every default along with what is set, `whole_form` or not.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    with Forks(scratch) as forks:
        for number, export in enumerate(exports):
            folder = scratch / f"files{number}"
            options = options_of(export.project)
            (result,) = export_all([export], "argo", options, folder)
            run_pod = host_pods(export.project, forks, **export.task_variables)
            for count, run in enumerate(export.runs):
                (file,) = result[run.pipeline].files
                workflow = documents(file)[0]
                texts = set_by(workflow, run.values)
                one = Run(uid=f"uid-{number}-{count}", parameters=texts)
                outcome = run_workflow(workflow, one, run_pod)
                assert outcome.succeeded, f"{outcome.tries}\n{forks.printed()[-5000:]}"
