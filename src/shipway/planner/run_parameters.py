"""Which parameters a run can be given, and which it is given in any case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from shipway.errors import Finding, PlanError, did_you_mean, nearest
from shipway.model import (
    Json,
    Node,
    Parameter,
    Pipeline,
    Project,
    is_parameter,
    parameter_path,
    prefixes,
)
from shipway.planner.job_types import other_type, same_type
from shipway.planner.leaves import Leaves
from shipway.planner.plan import Task
from shipway.planner.select import whole
from shipway.settings.jobs import is_plain
from shipway.settings.jobs import leaves as names_in
from shipway.settings.values import PipelineSettings


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """The parameters of a plan; see `Plan`."""

    settable: tuple[Parameter, ...]
    constants: Mapping[str, Json]
    notes: tuple[str, ...] = field(default=())


def choose(
    project: Project,
    pipeline: Pipeline,
    settings: PipelineSettings,
    by_jobs: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Parameters:
    """Return what may be set at trigger time: of the parameters that the run can see, all that
    the settings allow.

    A run sees what its nodes read, what those values are made of, and what the configuration reads
    by `runtime_params`.

    Args:
        by_jobs: the jobs that set each parameter.

    Raises:
        PlanError: a node or the configuration reads a parameter that nothing gives, or the settings
            name one that does not exist, is not read, or may not be exported.
    """
    run, wish = settings.run_parameters, settings.parameters
    leaves = Leaves(project)
    findings = [
        _missing(path, node, leaves)
        for path, node in _paths(pipeline).items()
        if not leaves.at(path) and not _is_run_fact(path, run) and not _holds_filled(path, run)
    ]
    findings += _without_value(project, run, by_jobs)
    findings += _below_a_value(run, leaves, settings)
    if isinstance(wish, tuple):
        findings += _unusable(wish, leaves, whole(project, pipeline), settings)
    if findings:
        raise PlanError(*findings)
    selection = [
        leaf for leaf in leaves.seen_by(pipeline.nodes).values() if _may_be_set(leaf, wish)
    ]
    selection.sort(key=lambda leaf: leaf.path)
    candidates = tuple(
        leaf
        for leaf in selection
        if not leaf.hidden
        and not _is_run_fact(leaf.name, run)
        and not _holds_filled(leaf.name, run)
    )
    # Only now: what a schedule may give depends on what may be set at all.
    if findings := [*_not_for_a_schedule(candidates, settings)]:
        raise PlanError(*findings)
    return Parameters(
        settable=tuple(_settable(candidates, leaves, project)),
        constants=_without(project.overrides or {}, {tuple(name.split(".")) for name in run}),
        notes=(*_not_settable(selection, run), *_not_read(run, pipeline, leaves)),
    )


def _settable(
    candidates: Iterable[Parameter], leaves: Leaves, project: Project
) -> Iterator[Parameter]:
    # A constant is given to each run, so that what equals it is set in any case.
    constants = names_in(project.overrides or {})
    for leaf in candidates:
        yield leaf if leaf.name in constants else leaves.without_certain_defaults(leaf)


def with_parameters(
    tasks: Sequence[Task], project: Project, settable: Sequence[Parameter]
) -> tuple[Task, ...]:
    """Return the tasks, each with the settable parameters that can change what its nodes see."""
    leaves = Leaves(project)
    names = [parameter.name for parameter in settable]

    def seen_by(task: Task) -> tuple[str, ...]:
        visible = leaves.seen_by(task.nodes)
        return tuple(name for name in names if name in visible)

    return tuple(replace(task, parameters=seen_by(task)) for task in tasks)


def _without_value(
    project: Project, run: Mapping[str, str], by_jobs: Mapping[str, Sequence[str]]
) -> Iterator[Finding]:
    """Kedro resolves the whole configuration for every run, whatever its nodes read of it."""
    for parameter in project.runtime_parameters:
        if parameter.required and not _is_run_fact(parameter.name, run):
            jobs = ",".join(by_jobs.get(parameter.name, ()))
            yield Finding(
                what=f"Each run must be given `{parameter.name}`, and nothing fills it: "
                f"`{parameter.source}` has no default.",
                where=parameter.place,
                remedy=f"Give it one (`${{runtime_params:{parameter.name}, VALUE}}`), fill it with "
                f"`run_parameters`, or fix it for all runs with --params {parameter.name}=VALUE."
                f"{f' Jobs that set it are exported by --job {jobs}.' if jobs else ''}",
            )


def _below_a_value(
    run: Mapping[str, str], leaves: Leaves, settings: PipelineSettings
) -> Iterator[Finding]:
    """A run cannot fill `model.date` while `model` itself is a number."""
    for name in run:
        leaf = leaves.value_above(name)
        if leaf:
            yield Finding(
                what=f"`{name}` cannot be filled: the parameter `{leaf}` is a value, no mapping.",
                where=settings.place("run_parameters"),
                remedy="Fill a parameter beside it.",
            )


def _not_for_a_schedule(
    settable: Sequence[Parameter], settings: PipelineSettings
) -> Iterator[Finding]:
    """A scheduled run can be given what any run can be given, of the same type."""
    defaults = {leaf.name: leaf.default for leaf in settable}
    parameters = settings.schedule.parameters if settings.schedule else {}
    for name, value in parameters.items():
        where = f"{settings.place('schedule')}.parameters.{name}"
        if name not in defaults:
            what = f"There is no parameter `{name}` that a run can be given."
            yield Finding(what=what, where=where, remedy=_remedy(name, defaults))
        elif not same_type(value, defaults[name]):
            what, remedy = other_type(name, value, defaults[name])
            yield Finding(what=what, where=where, remedy=remedy)


def _remedy(name: str, defaults: Mapping[str, Json]) -> str | None:
    """What else can be given: the whole of which it would be a part, or the nearest name."""
    whole = next((path for path in prefixes(name) if path in defaults), None)
    if whole is None or not isinstance(defaults[whole], Mapping):
        return did_you_mean(name, defaults)
    odd = next((key for key in defaults[whole] if not is_plain(key)), None)
    why = "" if odd is None else f": its key `{odd}` is no plain name"
    return f"Give `{whole}` as a whole{why}."


def _paths(pipeline: Pipeline) -> dict[str, Node]:
    """The paths of parameters that the pipeline reads and does not make, with their first node."""
    paths: dict[str, Node] = {}
    for node in pipeline.nodes:
        for name in node.inputs:
            if is_parameter(name) and name not in pipeline.producers and parameter_path(name):
                paths.setdefault(parameter_path(name), node)
    return paths


def _may_be_set(leaf: Parameter, wish: str | tuple[str, ...]) -> bool:
    if isinstance(wish, str):
        return wish == "all"
    return any(leaf.name == path or leaf.name.startswith(f"{path}.") for path in wish)


def _is_run_fact(path: str, run: Iterable[str]) -> bool:
    return any(path == name or path.startswith(f"{name}.") for name in run)


def _holds_filled(path: str, run: Iterable[str]) -> bool:
    return any(name.startswith(f"{path}.") for name in run)


def _not_settable(selection: Sequence[Parameter], run: Iterable[str]) -> Iterator[str]:
    for leaf in selection:
        # A whole that a run fills in part: whoever set all of it would set that part, too.
        is_filled = not leaf.hidden and _holds_filled(leaf.name, run)
        why = leaf.hidden or ("`run_parameters` fills a part of it" if is_filled else None)
        if why:
            yield f"The parameter `{leaf.name}` cannot be set when a run is triggered: {why}."


def _not_read(run: Mapping[str, str], pipeline: Pipeline, leaves: Leaves) -> Iterator[str]:
    """No error: a hook of the project's may read it."""
    if any("" in node.parameters for node in pipeline.nodes):
        return
    read = {*_paths(pipeline), *leaves.seen_by(pipeline.nodes)}
    for name in sorted(run):
        if not _is_run_fact(name, read) and not _holds_filled(name, read):
            close = nearest(name, read)
            mean = f" Did you mean `{close}`?" if close else ""
            yield (
                f"Each run fills the parameter `{name}`, which no node reads, nor does the "
                f"configuration.{mean}"
            )


def _missing(path: str, node: Node, leaves: Leaves) -> Finding:
    return Finding(
        what=f"The node `{node.name}` reads `params:{path}`, which no parameters file has.",
        where=f"input of the node `{node.name}`" + (f" ({node.origin})" if node.origin else ""),
        remedy=did_you_mean(path, leaves.below) or "Add it to conf/base/parameters.yml.",
    )


def _unusable(
    names: tuple[str, ...], leaves: Leaves, pipeline: Pipeline, settings: PipelineSettings
) -> list[Finding]:
    read = leaves.seen_by(pipeline.nodes)
    run = settings.run_parameters
    findings: list[Finding] = []
    remedy: str | None
    for path in names:
        matches = [leaf for name, leaf in read.items() if f"{name}.".startswith(f"{path}.")]
        secret = next((leaf for leaf in matches if leaf.hidden), None)
        if secret:
            what = f"The parameter `{secret.name}` may not be exported: {secret.hidden}."
            remedy = "Leave it out of the list."
        elif _is_run_fact(path, run) or any(_holds_filled(leaf.name, run) for leaf in matches):
            what = f"The parameter `{path}` is both settable and filled by `run_parameters`."
            remedy = "Leave it out of one of the two."
        elif not matches:
            what = (
                f"No node of the pipeline reads the parameter `{path}`, nor does the configuration."
            )
            remedy = None if leaves.at(path) else did_you_mean(path, read)
        else:
            continue
        findings.append(Finding(what=what, where=settings.place("parameters"), remedy=remedy))
    return findings


def _without(
    values: Mapping[str, Json], paths: set[tuple[str, ...]], prefix: tuple[str, ...] = ()
) -> dict[str, Json]:
    rest: dict[str, Json] = {}
    for key, value in values.items():
        if (*prefix, key) in paths:
            continue
        if not isinstance(value, Mapping) or not value:
            rest[key] = value
        elif inner := _without(value, paths, (*prefix, key)):
            rest[key] = inner
    return rest
