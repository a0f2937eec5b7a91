"""What is asked of the compiler: which project and settings, and which pipelines of it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from shipway.compiler.only_as_jobs import only_as_jobs
from shipway.errors import Finding, UsageError, did_you_mean
from shipway.model import Json, Project
from shipway.planner.cut import WHOLE, Cut
from shipway.readers.kedro import ReadOptions
from shipway.schemas.problems import Problem
from shipway.settings.settings import Settings
from shipway.settings.value_shapes import GROUP_BY
from shipway.targets.support import faults_of_waivers


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where the project and its settings come from.

    Args:
        read: what to read, when there is no `snapshot`.
        snapshot: a file made by `shipway snapshot`.
        settings: files that replace the project's own `deploy.yml`, later ones over earlier ones.
    """

    read: ReadOptions = field(default_factory=ReadOptions)
    snapshot: Path | None = None
    settings: Sequence[Path] = ()


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What to compile of it, and how.

    Args:
        pipelines: registered names, also several with commas between them; empty stands for
            `__default__` where no job is named either.
        jobs: names of jobs in the settings, likewise.
        all_pipelines: every job, and every registered pipeline that has nodes and lacks nothing
            that its jobs alone give.
        cut: the part of each that is asked for.
        group_by: overrides the settings.
        lossy: settings whose loss is accepted.
        templates: a folder of templates that go before the built-in ones.
        output: the output folder below the project, where the artifacts themselves name it.
        settings: the settings files that an artifact's header names, by their paths in the project.
    """

    pipelines: Sequence[str] = ()
    jobs: Sequence[str] = ()
    all_pipelines: bool = False
    cut: Cut = WHOLE
    group_by: str | None = None
    lossy: Sequence[str] = ()
    templates: Path | None = None
    output: str | None = None
    settings: Sequence[str] = ()


def check_words(selection: Selection) -> None:
    """Check what of a selection is right or wrong whatever the project is.

    Raises:
        UsageError: `group_by` is no grouping, or a setting whose loss is accepted is none; with one
            finding for each.
    """
    problems: list[Problem] = []
    if selection.group_by is not None:
        GROUP_BY.read(selection.group_by, (), problems)
    findings = [Finding(what=p.what, where="--group-by", remedy=p.remedy) for p in problems]
    findings += faults_of_waivers(selection.lossy)
    if findings:
        raise UsageError(*findings)


def pipeline_names(project: Project, settings: Settings, selection: Selection) -> tuple[str, ...]:
    """Return the names of the selected pipelines, and after them those of the selected jobs.

    Raises:
        UsageError: some are named beside `--all`, there is none with nodes, or no such job.
    """
    if not selection.all_pipelines:
        pipelines = names_in(project.pipeline_by_name, selection.pipelines)
        jobs = names_in(settings.jobs, selection.jobs)
        _check_kinds(selection, pipelines, jobs, project, settings)
        return (*pipelines, *jobs) or ("__default__",)
    for option, names in (("--pipeline", selection.pipelines), ("--job", selection.jobs)):
        if names:
            raise UsageError(Finding(what=f"`--all` and `{option}` cannot be used together."))
    names = tuple(pipeline.name for pipeline in project.pipelines if pipeline.nodes)
    by_jobs = only_as_jobs(project, settings)
    if not names:
        raise UsageError(
            Finding(
                what="No registered pipeline has a node.",
                where=f"the pipeline registry of `{project.name}`",
            )
        )
    # A job called as a pipeline is a mistake, of which each tells once.
    whole = (name for name in names if name not in by_jobs)
    return tuple(dict.fromkeys((*whole, *settings.jobs)))


def _check_kinds(
    selection: Selection,
    pipelines: Sequence[str],
    jobs: Sequence[str],
    project: Project,
    settings: Settings,
) -> None:
    unknown = [name for name in jobs if name not in settings.jobs]
    if unknown:
        settings.check()  # a section that is no mapping is no job, and its mistake is the reason
    findings = [_no_such_job(name, project, settings) for name in unknown]
    findings += _without_names("--pipeline", selection.pipelines, pipelines)
    findings += _without_names("--job", selection.jobs, jobs)
    for name in (name for name in pipelines if name not in project.pipeline_by_name):
        if name in settings.jobs:
            what, remedy = f"No pipeline `{name}` is registered.", f"It is a job: `--job {name}`."
            findings.append(Finding(what=what, where="--pipeline", remedy=remedy))
    if findings:
        raise UsageError(*findings)


def _without_names(option: str, texts: Sequence[str], names: Sequence[str]) -> Iterator[Finding]:
    """A variable of a shell that is empty would otherwise stand for `__default__`."""
    if texts and not names:
        yield Finding(what=f"`{option}` names nothing.", where=option, remedy="Name one.")


def _no_such_job(name: str, project: Project, settings: Settings) -> Finding:
    is_pipeline = name in project.pipeline_by_name
    remedy = f"It is a pipeline: `--pipeline {name}`." if is_pipeline else None
    return Finding(
        what=f"The settings have no job `{name}`.",
        where="--job",
        remedy=remedy or did_you_mean(name, settings.jobs) or "Add it under `jobs`.",
    )


def names_in(known_names: Collection[str], texts: Sequence[str]) -> tuple[str, ...]:
    """Return the names in some texts, each once: a known one, or names between commas."""
    names = (
        name.strip()
        for text in texts
        for name in ([text] if text in known_names else text.split(","))
    )
    return tuple(dict.fromkeys(filter(None, names)))


def options_of(
    project: Project, name: str, selection: Selection, job: str | None = None
) -> Iterator[str]:
    """Yield the options that give one pipeline, or job, again.

    Of files, the settings in the project are among them, and nothing outside of it: an artifact
    holds no path of a machine. Where it is written is no part of what it says, but of artifacts
    that name their folder.

    Args:
        job: that of the pipeline `name` that is meant, if one is.
    """
    yield from ("--pipeline", name) if job is None else ("--job", job)
    options = {
        **selection.cut.options(),
        "--group-by": selection.group_by,
        "--env": project.env,
        "--conf-source": project.conf_source,
        "--params": ",".join(_assignments((), project.overrides or {})),
        "--output": selection.output,
    }
    for option, value in options.items():
        if value:
            yield from (option, value)
    for file in selection.settings:
        yield from ("--settings", file)
    for setting in sorted(selection.lossy):
        yield from ("--allow-lossy", setting)


def _assignments(path: tuple[str, ...], values: Mapping[str, Any]) -> Iterator[str]:
    # Sorted, since the command stands in the artifact.
    for key, value in sorted(values.items()):
        if isinstance(value, Mapping):
            yield from _assignments((*path, key), value)
        else:
            yield f"{'.'.join((*path, key))}={_in_dotlist(value)}"


def _in_dotlist(value: Json) -> str:
    """Return a value as `--params` takes it: read as YAML (`OmegaConf.from_dotlist`)."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    is_plain = re.fullmatch(r"[^\W\d][\w ./:@+-]*", value) and yaml.safe_load(value) == value
    return value if is_plain else json.dumps(value, ensure_ascii=False)
