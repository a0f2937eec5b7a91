"""Which parameters a run can be given, and which it is given in any case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shipway.errors import Finding, PlanError, did_you_mean
from shipway.model import Json, Parameter, Pipeline, Project, covers
from shipway.settings.settings import PipelineSettings


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """The parameters of a plan; see `Plan`."""

    settable: tuple[Parameter, ...]
    constants: Mapping[str, Json]
    run: Mapping[str, str]
    notes: tuple[str, ...] = field(default=())


def choose(project: Project, pipeline: Pipeline, settings: PipelineSettings) -> Parameters:
    """Return what may be set at trigger time: of the parameters that the nodes read, all that
    the settings allow.

    Raises:
        PlanError: a node reads a parameter that does not exist, or the settings name one that
            does not exist, is not read, or may not be exported.
    """
    run: Mapping[str, str] = settings.get("run_parameters", {})
    paths = {path: node.name for node in pipeline.nodes for path in node.parameters}
    findings = [
        _missing(path, node, project)
        for path, node in paths.items()
        if path and not covers(path, project.parameters) and not _filled(path, run)
    ]
    read = {leaf.name: leaf for path in paths for leaf in covers(path, project.parameters)}
    wanted = settings.get("parameters", "all")
    if isinstance(wanted, tuple):
        findings += _unusable(wanted, read, project, settings)
    if findings:
        raise PlanError(*findings)
    chosen = [leaf for leaf in read.values() if _allowed(leaf, wanted)]
    settable = tuple(
        sorted(
            (leaf for leaf in chosen if not leaf.hidden and not _filled(leaf.name, run)),
            key=lambda leaf: leaf.path,
        )
    )
    return Parameters(
        settable=settable,
        constants=_without(project.overrides or {}, {leaf.path for leaf in settable}),
        run=run,
        notes=tuple(
            f"The parameter `{leaf.name}` cannot be set when a run is triggered: {leaf.hidden}."
            for leaf in sorted(chosen, key=lambda leaf: leaf.path)
            if leaf.hidden
        ),
    )


def _allowed(leaf: Parameter, wanted: str | tuple[str, ...]) -> bool:
    if isinstance(wanted, str):
        return wanted == "all"
    return any(leaf.name == path or leaf.name.startswith(f"{path}.") for path in wanted)


def _filled(path: str, run: Mapping[str, str]) -> bool:
    return any(path == name or path.startswith(f"{name}.") for name in run)


def _missing(path: str, node: str, project: Project) -> Finding:
    return Finding(
        what=f"The node `{node}` reads `params:{path}`, which no parameters file has.",
        where=f"input of the node `{node}`",
        remedy=did_you_mean(path, [leaf.name for leaf in project.parameters])
        or "Add it to conf/base/parameters.yml.",
    )


def _unusable(
    wanted: tuple[str, ...],
    read: Mapping[str, Parameter],
    project: Project,
    settings: PipelineSettings,
) -> list[Finding]:
    findings = []
    for path in wanted:
        leaves = [leaf for leaf in read.values() if _allowed(leaf, (path,))]
        hidden = next((leaf for leaf in leaves if leaf.hidden), None)
        if not leaves:
            exists = bool(covers(path, project.parameters))
            what = f"No node of the pipeline reads the parameter `{path}`."
            remedy = None if exists else did_you_mean(path, read)
        elif hidden:
            what = f"The parameter `{hidden.name}` may not be exported: {hidden.hidden}."
            remedy = "Leave it out of the list."
        else:
            continue
        findings.append(Finding(what=what, where=settings.place("parameters"), remedy=remedy))
    return findings


def _without(
    nested: Mapping[str, Json], paths: set[tuple[str, ...]], at: tuple[str, ...] = ()
) -> dict[str, Json]:
    kept: dict[str, Json] = {}
    for key, value in nested.items():
        if (*at, key) in paths:
            continue
        if not isinstance(value, Mapping) or not value:
            kept[key] = value
        elif inner := _without(value, paths, (*at, key)):
            kept[key] = inner
    return kept
