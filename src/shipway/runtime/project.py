"""Finding the project that a task runs in: a folder, or an installed package."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from shipway.errors import Finding, ProjectError
from shipway.model import Json
from shipway.runtime import parameter_values as parameters
from shipway.runtime.job import Job
from shipway.tasks.package_variables import package_variable


def enter(job: Job) -> Job:
    """Go to the job's folder, and point Kedro at the project; return the job with full paths.

    A folder whose pyproject.toml has a `tool.kedro` section is a project. Anywhere else the
    package must be installed, as `kedro package` makes it.

    Raises:
        ProjectError: there is neither.
    """
    from kedro.framework.project import configure_project
    from kedro.framework.startup import bootstrap_project
    from kedro.utils import is_kedro_project

    if not job.project.is_dir():
        raise ProjectError(Finding(what="There is no such folder.", where=str(job.project)))
    os.chdir(job.project)
    folder = Path.cwd()
    if is_kedro_project(folder):
        bootstrap_project(folder)
    elif importlib.util.find_spec(job.package):
        configure_project(job.package)
    else:
        raise ProjectError(_no_project(job, folder))
    return replace(job, project=folder, conf_source=_conf_source(job, folder))


def _no_project(job: Job, folder: Path) -> Finding:
    root = package_variable(job.package, "ROOT")
    return Finding(
        what=f"There is no Kedro project here, and the package `{job.package}` is not installed.",
        where=str(folder),
        remedy=f"Start in the folder that holds the project's pyproject.toml, or set "
        f"{root} or `project_dir` to it; or install the wheel that `kedro "
        "package` makes.",
    )


def _conf_source(job: Job, folder: Path) -> str | None:
    source = job.conf_source
    if source is None or "://" in source:
        return source
    if not (folder / source).exists():
        raise ProjectError(
            Finding(
                what="There is no such configuration folder or archive.",
                where=str(folder / source),
                remedy="Set `conf_source` to where it stands in the task's environment.",
            )
        )
    return str(folder / source)


def for_loader(params: Mapping[str, Json]) -> dict[str, Json]:
    """Return parameters as the project's configuration loader takes them for what they are."""
    from kedro.config import OmegaConfigLoader
    from kedro.framework.project import settings

    if issubclass(settings.CONFIG_LOADER_CLASS, OmegaConfigLoader):
        return dict(parameters.escaped(dict(params)))
    return dict(params)
