"""Whether the project and its pipelines are there."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.doctor.result import Result, note, ok
from shipway.doctor.subject import ProjectSubject
from shipway.errors import count


def check_project(subject: ProjectSubject) -> Iterator[Result]:
    """Say what was read."""
    project = subject.reading.project
    pipelines = [pipeline for pipeline in project.pipelines if pipeline.nodes]
    size = count(len(pipelines), "pipeline")
    yield ok("project", f"`{project.name}` with {size}, read with Kedro {project.kedro}.")
    if not pipelines:
        remedy = "Register one in pipeline_registry.py."
        yield note("project", "No registered pipeline has a node.", remedy=remedy)


def check_settings(subject: ProjectSubject) -> Iterator[Result]:
    """Say where the settings are, or that there are none yet."""
    file = subject.reading.settings_file
    if subject.reading.settings.values:
        yield ok("settings", "The settings were read.")
    elif file is not None:
        what = "There is no deploy.yml, so that tasks are not retried and nothing is scheduled."
        remedy = "`shipway init TARGET` writes some for this project."
        yield note("settings", what, _relative(subject, file.as_posix()), remedy)


def _relative(subject: ProjectSubject, path: str) -> str:
    return path.removeprefix(f"{subject.root.as_posix()}/")
