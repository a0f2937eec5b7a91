"""Run many pipelines as Argo's controller would, their tasks on the host."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.engines.exports import Artifact, Export, PipelineRun, export_all
from tests.engines.forks import Forks

from .controller import run_workflow
from .exported import documents, host_pods, options_of, set_by
from .substitutions import Run

AT_ONCE = 2
SEES_ITS_OWN = True
"""A task is given the values that its nodes or the configuration can see, and no others."""

_Job = tuple[Export, PipelineRun, Artifact]


def run_all(exports: Sequence[Export], scratch: Path) -> None:
    """Export all, and run each pipeline as its run says; each must end as that says.

    Argo hands over every default along with what is set, `whole_form` or not.
    """
    jobs: list[_Job] = []
    for number, export in enumerate(exports):
        options = options_of(export.project)
        (result,) = export_all([export], "argo", options, scratch / f"files{number}")
        jobs += [(export, each, result[each.pipeline]) for each in export.runs]
    shares = [jobs[first::AT_ONCE] for first in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        folders = [scratch / f"forks{number}" for number in range(AT_ONCE)]
        list(pool.map(_run_share, shares, folders))


def _run_share(jobs: Sequence[_Job], scratch: Path) -> None:
    scratch.mkdir(parents=True, exist_ok=True)
    with Forks(scratch) as forks:
        for number, (export, wanted, artifact) in enumerate(jobs):
            (file,) = artifact.files
            workflow = documents(file)[0]
            texts = set_by(workflow, wanted.values)
            one = Run(uid=f"uid-{scratch.name}-{number}", parameters=texts)
            run_pod = host_pods(export.project, forks, **export.task_variables)
            outcome = run_workflow(workflow, one, run_pod)
            wanted.must_end(outcome.succeeded, f"{outcome.tries}\n{forks.printed()[-5000:]}")
