"""The way through: read, plan, lower, render. What `shipway export` does, as a library."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from shipway.artifacts.files import File, seal
from shipway.artifacts.identity import identity, marked
from shipway.artifacts.python_literals import escaped
from shipway.artifacts.readback import differences, unread
from shipway.artifacts.render import render
from shipway.errors import (
    Finding,
    InternalError,
    OutputError,
    ShipwayError,
    UnsupportedError,
    UsageError,
)
from shipway.model import Project
from shipway.planner.build import PlanOptions, build
from shipway.planner.plan import Plan
from shipway.readers.kedro import Reading, ReadOptions
from shipway.schemas.shapes import Anything, Shape
from shipway.settings.settings import Settings, load
from shipway.settings.source import SettingsSource, read_files
from shipway.targets import registry, support
from shipway.targets.exporter import Exporter, LimitsParameters, capabilities_of
from shipway.targets.support import Asked


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
        pipelines: registered names; empty stands for `__default__`.
        all_pipelines: every registered pipeline that has nodes.
        tags: only the nodes that carry one of these.
        group_by: overrides the settings.
        lossy: settings whose loss is accepted.
        templates: a folder of templates that go before the built-in ones.
    """

    pipelines: Sequence[str] = ()
    all_pipelines: bool = False
    tags: Sequence[str] = ()
    group_by: str | None = None
    lossy: Sequence[str] = ()
    templates: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """One pipeline on one target: the plan, the files, and the settings that were given up."""

    plan: Plan
    files: tuple[File, ...]
    waived: tuple[Asked, ...]


def read(source: Source) -> Reading:
    """Read the project, or the snapshot, and the raw settings.

    Raises:
        UsageError: an option makes no sense for a snapshot.
        ProjectError: the project or the snapshot cannot be read.
        SettingsError: the settings are no YAML.
    """
    if source.snapshot is None:
        from shipway.readers.kedro import read as read_project

        reading = read_project(replace(source.read, own_settings=not source.settings))
    else:
        reading = _read_snapshot(source, source.snapshot)
    if not source.settings:
        return reading
    return replace(reading, settings=read_files(source.settings))


def settings_for(raw: SettingsSource, exporters: Sequence[Exporter]) -> Settings:
    """Check the settings; the sections of targets that are not asked for are left alone.

    Raises:
        SettingsError: with one finding for every mistake.
    """
    shapes: dict[str, Shape[Any]] = {name: Anything() for name in registry.names()}
    shapes |= {exporter.name: exporter.options for exporter in exporters}
    return load(raw, shapes)


def compile_all(
    project: Project, settings: Settings, exporter: Exporter, selection: Selection
) -> Iterator[Compiled]:
    """Yield each selected pipeline, compiled for one target.

    Raises:
        ShipwayError: as `plan_one`, `support.check` and `render` do.
    """
    names = pipeline_names(project, selection)
    failed: dict[str, ShipwayError] = {}
    for name in names:
        made = _compile(project, settings, exporter, selection, name)
        if isinstance(made, ShipwayError):
            failed[name] = made
        else:
            yield made
    if failed:
        raise _together(failed, len(names)) from next(iter(failed.values()))


def _compile(
    project: Project, settings: Settings, exporter: Exporter, selection: Selection, name: str
) -> Compiled | ShipwayError:
    try:
        plan = plan_one(project, settings, name, selection, exporter)
        plan = replace(plan, how=tuple(_how(project, name, selection)))
        waived = support.check(plan, exporter, selection.lossy)
        files = _files(plan, exporter, selection, waived)
    except ShipwayError as error:
        return error
    return Compiled(plan=plan, files=files, waived=waived)


def _together(failed: Mapping[str, ShipwayError], selected: int) -> ShipwayError:
    """Return one error of the first's kind, whose findings name the pipelines that have them."""
    kind = type(next(iter(failed.values())))
    found: dict[Finding, list[str]] = {}
    for name, error in failed.items():
        for finding in error.findings if type(error) is kind else ():
            found.setdefault(finding, []).append(name)
    return kind(*(_named(finding, names, selected) for finding, names in found.items()))


def _named(finding: Finding, pipelines: Sequence[str], selected: int) -> Finding:
    if len(pipelines) == selected:
        return finding
    named = ", ".join(f"`{name}`" for name in pipelines[:8]) + (", …" if pipelines[8:] else "")
    where = f"pipeline {named}" + (f": {finding.where}" if finding.where else "")
    return replace(finding, where=where)


def plan_one(
    project: Project,
    settings: Settings,
    name: str,
    selection: Selection,
    exporter: Exporter | None,
) -> Plan:
    """Plan one pipeline, with the names of a target or, without one, with Kedro's own."""
    common: Mapping[str, Any] = {"tags": selection.tags, "group_by": selection.group_by}
    if exporter is None:
        return build(project, name, settings, PlanOptions(**common))
    section = settings.target(exporter.name)
    limits = capabilities_of(exporter, section)["concurrency.tasks"]
    options = PlanOptions(
        **common,
        task_names=exporter.task_names,
        pipeline_names=exporter.pipeline_names,
        options=section,
        unfit=exporter.unfit if isinstance(exporter, LimitsParameters) else None,
        limits_tasks=limits.level != "unsupported",
    )
    return build(project, name, settings, options)


def pipeline_names(project: Project, selection: Selection) -> tuple[str, ...]:
    """Return the names of the selected pipelines.

    Raises:
        UsageError: pipelines are named beside `--all`, or there is none with nodes.
    """
    if not selection.all_pipelines:
        return tuple(dict.fromkeys(selection.pipelines)) or ("__default__",)
    if selection.pipelines:
        raise UsageError(Finding(what="`--all` and `--pipeline` exclude each other."))
    names = tuple(pipeline.name for pipeline in project.pipelines if pipeline.nodes)
    if not names:
        raise UsageError(
            Finding(
                what="No registered pipeline has a node.",
                where=f"the pipeline registry of `{project.name}`",
            )
        )
    return names


def check_distinct(compiled: Sequence[Compiled]) -> tuple[File, ...]:
    """Return all files, after checking that no two share a path.

    Raises:
        OutputError: two do, also where case does not count.
    """
    owners: dict[str, str] = {}
    files = [(item.plan.pipeline, file) for item in compiled for file in item.files]
    for pipeline, file in files:
        owner = owners.setdefault(file.path.casefold(), pipeline)
        if owner != pipeline:
            raise OutputError(
                Finding(
                    what=f"The pipelines `{owner}` and `{pipeline}` would both be `{file.path}`.",
                    where=file.path,
                    remedy="Give one of them a `name` in the settings.",
                )
            )
    return tuple(file for _, file in files)


def _how(project: Project, name: str, selection: Selection) -> Iterator[str]:
    """The options that matter, without files: a text depends on what they hold, not on names."""
    yield from ("--pipeline", name)
    given = {
        "--tags": ",".join(selection.tags),
        "--group-by": selection.group_by,
        "--env": project.env,
        "--conf-source": project.conf_source,
        "--params": ",".join(_assignments((), project.overrides or {})),
    }
    for option, value in given.items():
        if value:
            yield from (option, value)
    for setting in sorted(selection.lossy):
        yield from ("--allow-lossy", setting)


def _assignments(path: tuple[str, ...], nested: Mapping[str, Any]) -> Iterator[str]:
    for key, value in sorted(nested.items()):
        if isinstance(value, Mapping):
            yield from _assignments((*path, key), value)
        else:
            yield f"{'.'.join((*path, key))}={value}"


def _files(
    plan: Plan, exporter: Exporter, selection: Selection, waived: tuple[Asked, ...]
) -> tuple[File, ...]:
    lost = sorted({escaped(setting.path) for setting in waived})
    texts = {
        rendering.path: render(
            rendering.template, {**rendering.context, "waived": lost}, selection.templates
        )
        for rendering in exporter.lower(plan)
    }
    _check_rendered(plan, exporter, texts, selection, {setting.capability for setting in waived})
    whose = {path: marked(text, identity(plan)) for path, text in texts.items()}
    return tuple(File(path=path, text=seal(text, plan.digests)) for path, text in whose.items())


def is_unlike(compiled: Compiled, exporter: Exporter, there: Mapping[str, str]) -> bool:
    """Tell whether the files on disk run not one node of the pipeline.

    Args:
        there: their texts by path; for one that is missing, the new one stands.
    """
    texts = {file.path: file.text for file in compiled.files} | dict(there)
    try:
        contents = exporter.read_back(compiled.plan, texts).contents()
    except Exception:  # noqa: BLE001 - what another release or a hand wrote need not be readable
        return False
    old = {node for task in contents.tasks.values() for node in task.nodes}
    return bool(old) and old.isdisjoint(n.name for task in compiled.plan.tasks for n in task.nodes)


def _check_rendered(
    plan: Plan,
    exporter: Exporter,
    texts: Mapping[str, str],
    selection: Selection,
    lost: Collection[str],
) -> None:
    """Look at files as their target will, and compare them with the plan, before one is written.

    Raises:
        UsageError: something is wrong in one, and a template is the user's own.
        UnsupportedError: something is wrong that comes of the project or its settings.
        InternalError: they say something else than the plan.
    """
    readback = exporter.read_back(plan, texts)
    if readback.findings:
        raise (UsageError if selection.templates else UnsupportedError)(*readback.findings)
    if selection.templates:
        return
    contents, where = readback.contents(), ", ".join(texts)
    findings = [
        Finding(what=f"The artifact differs from the plan in {what}.", where=where)
        for what in differences(plan, contents, lost)
    ]
    support = capabilities_of(exporter, plan.options)
    declared = [name for name, held in support.items() if held.level != "unsupported"]
    findings += [
        Finding(
            what=f"The target `{exporter.name}` declares `{name}`, and does not read it back.",
            where=where,
            remedy="Name it in `Contents.keys`, or in `Contents.omissions` with the reason.",
        )
        for name in unread(declared, contents)
    ]
    if findings:
        raise InternalError(*findings)


def _read_snapshot(source: Source, snapshot: Path) -> Reading:
    given = {
        "--env": source.read.env,
        "--conf-source": source.read.conf_source,
        "--params": source.read.params,
        "--with-hooks": source.read.with_hooks,
    }
    findings = [
        Finding(
            what=f"`{option}` has no effect on a snapshot, which holds what was read already.",
            where=option,
            remedy="Give it to `shipway snapshot`.",
        )
        for option, value in given.items()
        if value
    ]
    if findings:
        raise UsageError(*findings)
    from shipway.readers.snapshot import load as load_snapshot

    return Reading(project=load_snapshot(snapshot), settings=SettingsSource())
