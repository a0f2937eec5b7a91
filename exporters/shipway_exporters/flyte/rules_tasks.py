"""Rules for the tasks of a module, and for their pods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.artifacts.python_literals import Call, Code
from shipway.schemas.problems import Problem
from shipway.schemas.strict import problems_in
from shipway_exporters.containers import kubernetes_names as names
from shipway_exporters.containers.pod_rules import pod_faults
from shipway_exporters.containers.pod_schema import POD
from shipway_exporters.flyte.checks import VARIABLE
from shipway_exporters.flyte.names import START
from shipway_exporters.flyte.parsed import Module, TaskFunction
from shipway_exporters.flyte.pods import PRIMARY
from shipway_exporters.flyte.tasks import RESOURCES
from shipway_exporters.python_files.durations import seconds_of
from shipway_exporters.python_files.kubernetes_models import from_models

Fault = tuple[int, str]
"""A line, and what is wrong in it."""
_ARGUMENTS = frozenset(
    {"container_image", "retries", "timeout", "requests", "limits", "secret_requests"}
    | {"pod_template"}
)
_POD = frozenset({"pod_spec", "labels", "annotations"})
_KUBERNETES = {name: resource for resource, name in RESOURCES.items()}


def task_faults(module: Module) -> Iterator[Fault]:
    """Yield what is wrong with the decorators of tasks, and with what they call."""
    for task in module.tasks.values():
        texts = [*_decorator(task), *_pod(module, task)]
        if task.name != START:
            texts += _call(task)
        yield from ((task.line, f"The task `{task.name}`: {text}") for text in texts)


def _decorator(task: TaskFunction) -> Iterator[str]:
    arguments = task.arguments
    for name in sorted(arguments.keys() - _ARGUMENTS):
        yield f"`{name}` is no argument that is read back."
    if "container_image" not in arguments:
        yield "it has no `container_image`."
    retries = arguments.get("retries", 0)
    if type(retries) is not int or retries < 0:
        yield f"`retries` is {retries!r}."
    timeout = arguments.get("timeout")
    if timeout is not None and not (_is_call(timeout, "timedelta") and seconds_of(timeout) > 0):
        yield "`timeout` is no time."
    for secret in arguments.get("secret_requests", ()):
        yield from _secret(**{"group": "", "key": "", "env_var": "", **dict(secret.kwargs)})


def _secret(group: str, key: str, env_var: str, mount_requirement: Any = None) -> Iterator[str]:
    if not (names.is_object(group) and names.is_data_key(key)):
        yield f"there is no secret `{group}` with a key `{key}`."
    if not VARIABLE.fullmatch(env_var):
        yield f"no secret fills the variable `{env_var}`."
    if mount_requirement != Code("Secret.MountType.ENV_VAR"):
        yield f"the secret `{group}` must fill a variable."


def _pod(module: Module, task: TaskFunction) -> Iterator[str]:
    template = module.resolved(task.arguments.get("pod_template"))
    pod = {}
    if template is not None:
        if not _is_call(template, "PodTemplate"):
            yield "there is no such `pod_template`."
            return
        pod = from_models(dict(template.kwargs))
    for name in sorted(pod.keys() - _POD):
        yield f"`{name}` of a pod template is not read back."
    spec = {"containers": [], **pod.get("pod_spec", {})}
    yield from _of_spec(module, task, spec)
    yield from _pairs("label", pod.get("labels", {}))
    for key in pod.get("annotations", {}):
        if not names.is_annotation_key(key):
            yield f"`{key}` is no annotation."


def _of_spec(module: Module, task: TaskFunction, spec: Mapping[str, Any]) -> Iterator[str]:
    """Check the pod as flytekit makes it: its own container has the image and the amounts."""
    containers = {c.get("name"): c for c in spec["containers"]}
    for name in containers.keys() - {PRIMARY}:
        yield f"a container `{name}` is beside `{PRIMARY}`, in which the task runs."
    unknown = {n for kind in ("requests", "limits") for n in _amounts(task, kind)}
    for name in sorted(unknown - _KUBERNETES.keys()):
        yield f"there is no resource `{name}`."
    own = {
        **containers.get(PRIMARY, {}),
        "name": PRIMARY,
        "command": ["pyflyte-execute"],
        "image": module.resolved(task.arguments.get("container_image")) or "image",
        "resources": {kind: _of_kubernetes(task, kind) for kind in ("requests", "limits")},
    }
    pod = {**spec, "restartPolicy": "Never", "containers": [own]}
    for problem in problems_in(pod, POD) or pod_faults(pod, (), ()):
        yield _sentence(problem)


def _amounts(task: TaskFunction, kind: str) -> dict[str, Any]:
    call = task.arguments.get(kind)
    return dict(call.kwargs) if isinstance(call, Call) else {}


def _of_kubernetes(task: TaskFunction, kind: str) -> dict[str, Any]:
    amounts = _amounts(task, kind)
    return {_KUBERNETES[name]: value for name, value in amounts.items() if name in _KUBERNETES}


def _sentence(problem: Problem) -> str:
    place = ".".join(str(part) for part in problem.path)
    return f"{place}: {problem.what}"


def _pairs(kind: str, pairs: Mapping[str, Any]) -> Iterator[str]:
    for key, value in pairs.items():
        if not (names.is_label_key(key) and names.is_label_value(str(value))):
            yield f"`{key}: {value}` is no {kind}."


def _call(task: TaskFunction) -> Iterator[str]:
    if task.call is None or task.call.function != "kedro" or len(task.call.args) != 2:
        yield "it does not call `kedro(NAME, run, …)`."
        return
    job = dict(task.call.kwargs)
    if "nodes" not in job:
        yield "it says no nodes."
    for key in ("inputs", "literals"):
        for parameter, argument in job.get(key, {}).items():
            if not isinstance(argument, Code) or argument.source not in task.inputs:
                yield f"`{parameter}` has no input of the task."


def _is_call(value: Any, function: str) -> bool:
    return isinstance(value, Call) and value.function == function
