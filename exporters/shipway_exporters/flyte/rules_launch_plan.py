"""Rules for the launch plan of a workflow, and for the workflow's own inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.artifacts.python_literals import Call, Code
from shipway.schemas.strict import problems_in
from shipway.settings.units import CRON
from shipway_exporters.containers import kubernetes_names as names
from shipway_exporters.containers.go_cron import is_read
from shipway_exporters.flyte.launch_plan import FAILURE, KICKOFF, PHASES, SUCCESS
from shipway_exporters.flyte.parsed import Module
from shipway_exporters.flyte.rules_tasks import Fault

_ARGUMENTS = frozenset(
    {"name", "schedule", "notifications", "labels", "annotations", "max_parallelism"}
    | {"concurrency"}
)
_PHASES = ([*FAILURE], [*SUCCESS])


def launch_plan_faults(module: Module) -> Iterator[Fault]:
    """Yield what is wrong with the launch plan, if there is one."""
    line = module.workflow.lineno
    plan = module.launch_plan
    yield from ((line, text) for text in _inputs(module))
    if plan:
        yield from ((line, f"The launch plan: {text}") for text in _plan(module, plan))


def _inputs(module: Module) -> Iterator[str]:
    values = module.constants.get("DEFAULTS", {})
    arguments = module.workflow.args
    if len(arguments.args) != len(arguments.defaults):
        yield "An input of the workflow has no default."
    sources = [_source(default) for default in module.defaults.values()]
    known = {f"DEFAULTS[{text!r}]" for text in values} | {"NO_KICKOFF"}
    for source in sources:
        if source not in known:
            yield f"`{source}` is no default of a parameter."


def _source(default: Any) -> str:
    if isinstance(default, Call) and default.function == "json.dumps":
        (default,) = default.args
    return default.source if isinstance(default, Code) else repr(default)


def _plan(module: Module, plan: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(plan.keys() - _ARGUMENTS):
        yield f"`{name}` is not read back."
    if plan.get("name") != Code(f"{module.workflow.name}.name"):
        yield "it is not the workflow's own, so that runs without it are possible."
    if "schedule" in plan:
        yield from _schedule(module, **dict(plan["schedule"].kwargs))
    for notice in plan.get("notifications", ()):
        yield from _notice(notice)
    for key, value in plan["labels"].args[0].items() if "labels" in plan else ():
        if not (names.is_label_key(key) and names.is_label_value(value)):
            yield f"`{key}: {value}` is no label."
    for name, limit in (
        ("max_parallelism", plan.get("max_parallelism", 1)),
        ("concurrency", _runs(plan.get("concurrency"))),
    ):
        if type(limit) is not int or limit < 1:
            yield f"`{name}` is {limit!r}."


def _runs(policy: Any) -> Any:
    return dict(policy.kwargs).get("max_concurrency") if isinstance(policy, Call) else 1


def _schedule(
    module: Module, schedule: Any = None, kickoff_time_input_arg: str | None = None
) -> Iterator[str]:
    if problems_in(schedule, CRON) or not is_read(schedule):
        yield f"`{schedule}` is no cron expression of Flyte's."
    if (kickoff_time_input_arg or KICKOFF) != KICKOFF:
        yield f"`{kickoff_time_input_arg}` is no input for the time of a start."
    if kickoff_time_input_arg and KICKOFF not in module.defaults:
        yield f"the workflow has no input `{KICKOFF}`."


def _notice(notice: Any) -> Iterator[str]:
    arguments = dict(notice.kwargs)
    phases = [item.source.removeprefix(f"{PHASES}.") for item in arguments.get("phases", ())]
    if phases not in _PHASES:
        yield f"nobody is told of {phases}."
    if not arguments.get("recipients_email"):
        yield "an e-mail has no recipient."
