"""Settings against the project: every pipeline, node, tag and dataset that they name exists."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from shipway.errors import Finding, SettingsError, UsageError, did_you_mean
from shipway.model import Pipeline, Project, bare, prefixes
from shipway.planner.cut import Cut, nodes_in
from shipway.settings.jobs import Job, settings_in
from shipway.settings.settings import Settings


def check_names(project: Project, settings: Settings) -> None:
    """Check that what the settings speak of exists.

    Raises:
        SettingsError: with one finding for every name that does not.
    """
    findings: list[Finding] = []
    for name in settings.pipeline_names:
        pipeline = project.pipeline_by_name.get(name)
        if pipeline is None:
            findings.append(
                _unknown("pipeline", name, project.pipeline_by_name, settings, "pipelines")
            )
        else:
            findings += _inside(pipeline, settings, ("pipelines", name))
    for job in settings.jobs.values():
        findings += _of_job(project, settings, job)
    findings += [*_schedules(project, settings), *_load_versions(project, settings)]
    findings += _left_out(project, settings)
    if findings:
        raise SettingsError(*findings)


def _left_out(project: Project, settings: Settings) -> Iterator[Finding]:
    """Of `__default__` at the top Kedro's loader leaves nothing, as of all keys with a `_`."""
    for name in project.pipeline_by_name:
        place = settings.source.places.get((name,))
        if place and name not in settings.source.values:
            yield Finding(
                what=f"The pipeline `{name}` stands at the top, where keys that begin with `_` are "
                "left out.",
                where=f"{place}: {name}",
                remedy=f"Put it under `pipelines`: `pipelines: {{{name}: …}}`.",
            )


def schedules(project: Project, settings: Settings) -> dict[str, tuple[str, ...]]:
    """Return the datasets that each pipeline waits for, by pipeline."""
    result = {}
    for name in (*project.pipeline_by_name, *settings.jobs):
        schedule = settings.pipeline(name).schedule
        if schedule and schedule.datasets:
            result[name] = tuple(bare(dataset) for dataset in schedule.datasets)
    return result


def _of_job(project: Project, settings: Settings, job: Job) -> Iterator[Finding]:
    pipeline = project.pipeline_by_name.get(job.pipeline)
    if job.name in project.pipeline_by_name:
        yield Finding(
            what=f"`{job.name}` is the name of a registered pipeline, so that no job can have it.",
            where=settings.place("jobs", job.name),
            remedy="Call the job otherwise; what it says of the pipeline itself stands under "
            f"`pipelines: {{{job.name}: …}}`.",
        )
    if pipeline is not None:
        yield from _inside(pipeline, settings, ("jobs", job.name))
        return
    yield _no_pipeline(project, settings, job)


def check_pipeline(project: Project, settings: Settings, job: Job) -> None:
    """Check that the pipeline of a job is registered.

    Raises:
        SettingsError: it is not.
    """
    if job.pipeline not in project.pipeline_by_name:
        raise SettingsError(_no_pipeline(project, settings, job))


def _no_pipeline(project: Project, settings: Settings, job: Job) -> Finding:
    remedy = did_you_mean(job.pipeline, project.pipeline_by_name)
    return Finding(
        what=f"There is no pipeline `{job.pipeline}`.",
        where=settings.place("jobs", job.name, "pipeline"),
        remedy=remedy or "Name one that is registered.",
    )


def _inside(pipeline: Pipeline, settings: Settings, path: tuple[str, str]) -> Iterator[Finding]:
    names_by_kind: Mapping[str, Collection[str]] = {
        "nodes": pipeline.by_name,
        "tags": {tag for node in pipeline.nodes for tag in node.tags},
        "namespaces": set(_namespaces(pipeline)),
    }
    section = settings_in(settings.values[path[0]][path[1]])
    for kind, names in names_by_kind.items():
        for name in section.get(kind, {}):
            if name not in names:
                # The kinds are plurals, and one name is unknown.
                yield _unknown(kind[:-1], name, names, settings, *path, kind)


def _namespaces(pipeline: Pipeline) -> Iterator[str]:
    for node in pipeline.nodes:
        yield from prefixes(node.namespace)


def _schedules(project: Project, settings: Settings) -> Iterator[Finding]:
    # What is in memory ends with its run, and can start no other.
    persistent = {bare(dataset.name) for dataset in project.datasets if dataset.kind != "memory"}
    for name, datasets in schedules(project, settings).items():
        path = (*_section_of_schedule(settings, name), "schedule", "datasets")
        producers = _outputs(project, settings, name)
        for dataset in datasets:
            if dataset not in persistent:
                yield _unknown("persisted dataset", dataset, persistent, settings, *path)
            elif dataset in producers:
                yield Finding(
                    what=f"`{name}` would start itself forever: it writes `{dataset}`.",
                    where=settings.place(*path),
                    remedy="Wait for a dataset that another pipeline writes.",
                )


def _outputs(project: Project, settings: Settings, name: str) -> set[str]:
    """Return what a pipeline writes, or what the nodes write that a job chooses."""
    pipeline = project.pipeline_by_name.get(settings.registered(name))
    if pipeline is None:
        return set()
    job = settings.jobs.get(name)
    try:
        nodes = nodes_in(pipeline, Cut(**job.conditions)) if job else pipeline.nodes
    except UsageError:  # it chooses what there is not, of which its plan tells
        nodes = pipeline.nodes
    return {bare(output) for node in nodes for output in node.outputs}


def _section_of_schedule(settings: Settings, name: str) -> tuple[str, str]:
    """Return the section that says when something runs: a job's own, or its pipeline's."""
    own = settings.values.get("jobs", {}).get(name, {})
    is_own = "schedule" in own
    return ("jobs", name) if is_own else ("pipelines", settings.registered(name))


def _load_versions(project: Project, settings: Settings) -> Iterator[Finding]:
    versioned_names = {dataset.name for dataset in project.datasets if dataset.versioned}
    paths = [("defaults",), *(("pipelines", name) for name in settings.pipeline_names)]
    paths += [("jobs", name) for name in settings.jobs]
    for path in paths:
        section = settings.values
        for part in path:
            section = section.get(part, {})
        for name in section.get("load_versions", {}):
            if name not in versioned_names:
                place = (*path, "load_versions")
                yield _unknown("versioned dataset", name, versioned_names, settings, *place)


def _unknown(
    kind: str, name: str, candidates: Collection[str], settings: Settings, *path: str
) -> Finding:
    place = settings.place(*path) if kind == "persisted dataset" else settings.place(*path, name)
    return Finding(
        what=f"There is no {kind} `{name}`.", where=place, remedy=did_you_mean(name, candidates)
    )
