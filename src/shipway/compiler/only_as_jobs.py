"""Pipelines that no run can do by itself: what each must be given, their jobs alone give."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from shipway.model import Project
from shipway.settings.jobs import leaves
from shipway.settings.settings import Settings


def only_as_jobs(project: Project, settings: Settings) -> Mapping[str, tuple[str, ...]]:
    """Return the names that each of these pipelines lacks, where one of its jobs has them all."""
    required = {item.name for item in project.runtime_parameters if item.required}
    lacking = {
        pipeline.name: tuple(sorted(required - _filled(settings, pipeline.name)))
        for pipeline in project.pipelines
    }
    return {name: names for name, names in lacking.items() if _have_all(settings, name, names)}


def left_out(project: Project, settings: Settings) -> Iterator[str]:
    """Yield what to note of pipelines that `--all` leaves out, so that it serves their jobs."""
    for name, missing in only_as_jobs(project, settings).items():
        shown = ", ".join(f"`{one}`" for one in missing)
        yield (
            f"The pipeline `{name}` is left out, and its jobs are not: each of its runs must be "
            f"given {shown}, which its jobs alone set."
        )


def _have_all(settings: Settings, pipeline: str, names: Collection[str]) -> bool:
    jobs = (job for job in settings.jobs.values() if job.pipeline == pipeline)
    return bool(names) and any(set(names) <= _filled(settings, job.name) for job in jobs)


def _filled(settings: Settings, name: str) -> set[str]:
    job = settings.jobs.get(name)
    return {*settings.pipeline(name).run_parameters, *(leaves(job.params) if job else ())}
