"""A module of Flyte read back."""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shipway.artifacts.python_literals import Call, Code
from shipway.artifacts.readback import Contents, TaskContents
from shipway.artifacts.stand_in import stand_in
from shipway.planner.plan import Plan, by_task
from shipway.settings.values import TaskSettings
from shipway.targets.exporter import Readback
from shipway.tasks import task_job
from shipway_exporters.containers.container_readback import without_options
from shipway_exporters.containers.pod_readback import settings_in
from shipway_exporters.flyte.capabilities import CAPABILITIES
from shipway_exporters.flyte.launch_plan import FAILURE, PHASES, SUCCESS
from shipway_exporters.flyte.names import START
from shipway_exporters.flyte.parsed import Module, Node, TaskFunction
from shipway_exporters.flyte.pods import PRIMARY
from shipway_exporters.flyte.rules import findings
from shipway_exporters.flyte.tasks import RESOURCES
from shipway_exporters.python_files.durations import seconds_of
from shipway_exporters.python_files.kubernetes_models import from_models
from shipway_exporters.values.server_zone import zone_as_written

_OMISSIONS = {"run_on.kubernetes": "every task of Flyte is a pod, which no file says"}
_KEYS = frozenset(
    {name for name, how in CAPABILITIES.items() if how.level != "unsupported"} - _OMISSIONS.keys()
    | task_job.KEYS
    | {"inputs"}
) - {"memory.cleanup", "local_files"}

_KUBERNETES = {name: resource for resource, name in RESOURCES.items()}


def read_back(plan: Plan, files: Mapping[str, str]) -> Readback:
    """Return the module of a pipeline, to be read."""
    ((path, text),) = files.items()
    module = Module(text)
    return Readback(
        findings=tuple(findings(module, path)), contents=lambda: _contents(plan, module)
    )


def contents_of(plan: Plan, files: Mapping[str, str]) -> Contents:
    """Return what the module of another day says, whole."""
    (text,) = files.values()
    return _contents(stand_in(plan, {}, name=plan.name), Module(text))


def _contents(plan: Plan, module: Module) -> Contents:
    ids = {node.variable: str(node.id) for node in module.nodes if node.variable}
    needs = by_task((ids.get(other, other), ids.get(one, one)) for one, other, _ in module.edges)
    inputs = {name: _parameter(default) for name, default in module.defaults.items()}
    values = module.constants.get("DEFAULTS", {})
    return Contents(
        name=module.workflow.name,
        tasks={
            str(node.id): TaskContents(
                nodes=task_job.nodes_in(_job(module, node)),
                needs=frozenset(needs.get(str(node.id), ())),
                settings=dict(_settings(plan, module, node, inputs)),
            )
            for node in module.nodes
            if node.function != START
        },
        parameters={name: values.get(name) for name in filter(None, inputs.values())},
        run={
            **dict(_run(module, zone_as_written(plan))),
            **task_job.run_facts(module.constants.get("JOB", {})),
            **_facts(module),
        },
        keys=_KEYS,
        omissions=_OMISSIONS,
    )


def _function(module: Module, node: Node) -> TaskFunction | None:
    return module.tasks.get(node.function)


def _job(module: Module, node: Node) -> dict[str, Any]:
    function = _function(module, node)
    return dict(function.call.kwargs) if function and function.call else {}


def _parameter(default: Any) -> str | None:
    """Return the parameter whose default an input has: `DEFAULTS["model.alpha"]`."""
    if isinstance(default, Call) and default.function == "json.dumps":
        (default,) = default.args
    text = default.source if isinstance(default, Code) else ""
    is_default = text.startswith("DEFAULTS[") and text.endswith("]")
    return _text(text[len("DEFAULTS[") : -1]) if is_default else None


def _text(literal: str) -> str:
    return str(literal_eval(literal))


def _settings(
    plan: Plan, module: Module, node: Node, inputs: Mapping[str, str | None]
) -> Iterator[tuple[str, Any]]:
    function, job, name = _function(module, node), _job(module, node), str(node.id)
    if function is None or job.get("clean_store"):
        return
    arguments = function.arguments
    own = plan.task_by_name[name].settings if name in plan.task_by_name else TaskSettings()
    settings = {
        **dict(_of_decorator(arguments)),
        **_of_pod(module, arguments, own),
        **({"env": job["env"]} if job.get("env") else {}),
        **({"command_prefix": tuple(job["prefix"])} if job.get("prefix") else {}),
    }
    yield from (
        without_options(plan, name, settings) if name in plan.task_by_name else settings
    ).items()
    yield from task_job.task_facts({**module.constants.get("JOB", {}), **job}).items()
    if of := _inputs(module, node, job, inputs):
        yield "inputs", of


def _inputs(
    module: Module, node: Node, job: Mapping[str, Any], inputs: Mapping[str, str | None]
) -> dict[str, Any]:
    """Return the parameters that reach a task's process, each from the input that is its own."""
    values = module.constants.get("DEFAULTS", {})
    pairs = [*job.get("inputs", {}).items(), *job.get("literals", {}).items()]
    result = {}
    for parameter, argument in pairs:
        passed = node.inputs.get(argument.source)
        comes_from = inputs.get(passed.source) if isinstance(passed, Code) else None
        result[parameter] = values.get(parameter) if comes_from == parameter else comes_from
    return result


def _of_decorator(arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if arguments.get("retries"):
        yield "retries", arguments["retries"]
    if "timeout" in arguments:
        yield "timeout", seconds_of(arguments["timeout"])
    secrets = [dict(secret.kwargs) for secret in arguments.get("secret_requests", ())]
    if secrets:
        yield "secrets", {s["env_var"]: (s["group"], s["key"]) for s in secrets}


def _of_pod(module: Module, arguments: Mapping[str, Any], own: TaskSettings) -> dict[str, Any]:
    template = module.resolved(arguments.get("pod_template"))
    pod = from_models(dict(template.kwargs)) if template else {}
    spec = dict(pod.get("pod_spec", {}))
    containers = {c["name"]: c for c in spec.pop("containers", ())}
    both = {name: _amounts(arguments[name]) for name in ("requests", "limits") if name in arguments}
    container = {
        **containers.get(PRIMARY, {}),
        "image": module.resolved(arguments.get("container_image")),
        "resources": both,
    }
    metadata = {key: pod[key] for key in ("labels", "annotations") if key in pod}
    return settings_in(own, metadata, spec, container)


def _amounts(resources: Call) -> dict[str, Any]:
    return {_KUBERNETES.get(name, name): amount for name, amount in resources.kwargs}


def _run(module: Module, zone: str) -> Iterator[tuple[str, Any]]:
    plan = module.launch_plan
    if "schedule" in plan:
        yield "schedule.cron", (dict(plan["schedule"].kwargs).get("schedule"), zone)
    for event, phases in (("on_failure", FAILURE), ("on_success", SUCCESS)):
        if names := tuple(_recipients(plan.get("notifications", ()), phases)):
            yield f"notify.{event}.email", names
    if "labels" in plan:
        yield "labels", plan["labels"].args[0]
    if owner := plan["annotations"].args[0].get("owner") if "annotations" in plan else None:
        yield "owner", owner
    if "max_parallelism" in plan:
        yield "concurrency.tasks", plan["max_parallelism"]
    if "concurrency" in plan:
        yield "concurrency.runs", dict(plan["concurrency"].kwargs).get("max_concurrency")
    if "docs" in module.workflow_arguments:
        docs = dict(module.workflow_arguments["docs"].kwargs)
        yield "description", dict(docs["long_description"].kwargs).get("value")


def _recipients(notices: Sequence[Call], phases: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for notice in notices:
        arguments = dict(notice.kwargs)
        if [item.source for item in arguments["phases"]] == [f"{PHASES}.{p}" for p in phases]:
            yield tuple(arguments["recipients_email"])


def _facts(module: Module) -> dict[str, frozenset[str]]:
    """The parameters that a run fills in, by capability: `run["logical_date"]`."""
    pairs = {name: code.source[len("run[") : -1] for name, code in module.params.items()}
    facts = {name: _text(literal) for name, literal in pairs.items()}
    return {
        f"run_parameters.{fact}": frozenset(name for name, f in facts.items() if f == fact)
        for fact in facts.values()
    }
