"""The rule check of an emitted file: what the API server takes, and Argo then refuses or misreads.

Source of what names no other: Argo 4.1, `workflow/validate/validate.go`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from shipway.schemas.document import mapping, text, texts, value_at
from shipway.schemas.problems import DocumentPath, Problem
from shipway.schemas.strict import problems_in
from shipway_exporters.argo.schema import OBJECTS
from shipway_exporters.containers import pod_rules
from shipway_exporters.containers.go_cron import is_read

_FIELD = re.compile(r"[a-zA-Z0-9][-a-zA-Z0-9]{0,127}")
_PARAMETER = re.compile(r"[-a-zA-Z0-9_]+")
# What one of our own files refers to: `workflow.…` and `inputs.…`, in a tag or in an expression.
_TAG = re.compile(r"\{\{(?P<expression>=?)(?P<body>.*?)\}\}", re.DOTALL)
_VARIABLE = re.compile(r"\b(?:workflow|inputs)\.[\w.-]+")
_GLOBALS = frozenset(
    {"workflow.uid", "workflow.creationTimestamp.RFC3339", "workflow.scheduledTime"}
)
_DURATION = re.compile(r"[0-9]+[smh]")
_LONGEST = {"CronWorkflow": 52}
_OTHERS = "CronWorkflow and ConfigMap"


def faults(documents: Sequence[Any]) -> Iterator[Problem]:
    """Yield everything that is wrong with the documents of a file.

    Of a document that has not its shape nothing more is told: the rules could not read it.
    """
    kinds = [text(value_at(document, "kind")) for document in documents]
    if kinds[:1] != ["WorkflowTemplate"] or kinds != [kind for kind in OBJECTS if kind in kinds]:
        yield Problem((), f"A file holds a WorkflowTemplate, and at most one each of {_OTHERS}.")
        return
    by_kind = dict(zip(kinds, documents, strict=True))
    problems = [
        Problem(_path(kind, problem.path), problem.what, problem.remedy)
        for kind, document in by_kind.items()
        for problem in problems_in(document, OBJECTS[kind])
    ]
    yield from problems or _rules(by_kind)


def _path(kind: str, path: DocumentPath) -> DocumentPath:
    return path if kind == "WorkflowTemplate" else (kind, *path)


def _rules(documents: Mapping[str, Any]) -> Iterator[Problem]:
    for kind, document in documents.items():
        path = _path(kind, ("metadata",))
        yield from pod_rules.object_faults(document["metadata"], path, _LONGEST.get(kind, 63))
    template = documents["WorkflowTemplate"]
    yield from _template(template["spec"])
    yield from _lock(template, documents.get("ConfigMap"))
    if cron := documents.get("CronWorkflow"):
        yield from _cron(cron["spec"], template)


def _lock(template: Mapping[str, Any], config_map: Any) -> Iterator[Problem]:
    """A run waits for ever for a limit that is not there (Argo, Synchronization)."""
    references = value_at(template, "spec", "synchronization", "semaphores") or ()
    for index, item in enumerate(references):
        reference = item["configMapKeyRef"]
        name, number = value_at(config_map, "metadata", "name"), value_at(config_map, "data")
        number = mapping(number).get(reference["key"], "")
        if name != reference["name"] or not re.fullmatch("[1-9][0-9]*", number):
            path = ("spec", "synchronization", "semaphores", index)
            yield Problem(path, "The file has no config map with this limit.")
    if config_map and not references:
        yield Problem(("ConfigMap",), "Nothing looks for this limit.")


def _template(spec: Mapping[str, Any]) -> Iterator[Problem]:
    templates = {item["name"]: item for item in spec["templates"]}
    arguments = _names(spec.get("arguments"))
    yield from _unique(spec["templates"], ("spec", "templates"))
    yield from _parameters(spec.get("arguments"), ("spec", "arguments"))
    for key in ("entrypoint", "onExit"):
        if key in spec and spec[key] not in templates:
            yield Problem(("spec", key), f"There is no template `{spec[key]}`.")
    for key in ("workflowMetadata", "podMetadata"):
        yield from pod_rules.metadata_faults(spec.get(key), ("spec", key))
    for index, template in enumerate(spec["templates"]):
        path = ("spec", "templates", index)
        yield from _references(template, arguments, spec.get("onExit"), path)
        yield from _parameters(template.get("inputs"), (*path, "inputs"))
        if ("dag" in template) == ("container" in template):
            yield Problem(path, "A template has a DAG, or a container.")
        elif "dag" in template:
            yield from _tasks(template["dag"]["tasks"], templates, (*path, "dag", "tasks"))
        else:
            yield from _pod(template, path)
    yield from _orphans(spec, templates)


def _orphans(spec: Mapping[str, Any], templates: Mapping[str, Any]) -> Iterator[Problem]:
    """Nothing runs these: their author meant something else."""
    uses = {spec["entrypoint"], spec.get("onExit")}
    for template in templates.values():
        uses |= {task["template"] for task in value_at(template, "dag", "tasks") or ()}
    for index, template in enumerate(spec["templates"]):
        if template["name"] not in uses:
            yield Problem(("spec", "templates", index), "No task is of this template.")


def _unique(items: Iterable[Mapping[str, Any]], path: DocumentPath) -> Iterator[Problem]:
    """`validateWorkflowFieldNames`, and parameters likewise."""
    taken: set[str] = set()
    pattern = _PARAMETER if path[-1] == "parameters" else _FIELD
    for index, item in enumerate(items):
        if not pattern.fullmatch(item["name"]) or item["name"] in taken:
            what = f"Nothing here can be called `{item['name']}`, or it stands here twice."
            yield Problem((*path, index, "name"), what)
        taken.add(item["name"])


def _parameters(holder: Any, path: DocumentPath) -> Iterator[Problem]:
    yield from _unique(value_at(holder, "parameters") or (), (*path, "parameters"))


def _names(holder: Any) -> set[str]:
    return {item["name"] for item in value_at(holder, "parameters") or ()}


def _tasks(
    tasks: Sequence[Mapping[str, Any]], templates: Mapping[str, Any], path: DocumentPath
) -> Iterator[Problem]:
    yield from _unique(tasks, path)
    names = {task["name"] for task in tasks}
    for index, task in enumerate(tasks):
        place = (*path, index)
        if task["name"][:1].isdigit():
            yield Problem((*place, "name"), "Beside `depends`, no name begins with a digit.")
        for name in needs_of(task):
            if name not in names:
                yield Problem((*place, "depends"), f"There is no task `{name}`.")
        if task["template"] not in templates:
            yield Problem((*place, "template"), f"There is no template `{task['template']}`.")
        else:
            yield from _arguments(task, templates[task["template"]], place)
    try:
        TopologicalSorter({task["name"]: needs_of(task) for task in tasks}).prepare()
    except CycleError as error:
        yield Problem(path, f"The tasks wait for each other: {', '.join(error.args[1])}.")


def needs_of(task: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the tasks that one waits for; of another expression than ours, all of it."""
    expression = text(task.get("depends"))
    return tuple(expression.split(" && ")) if expression else ()


def _arguments(
    task: Mapping[str, Any], template: Mapping[str, Any], path: DocumentPath
) -> Iterator[Problem]:
    inputs = {item["name"]: item for item in value_at(template, "inputs", "parameters") or ()}
    values = _names(task.get("arguments"))
    for name in inputs.keys() - values:
        if "value" not in inputs[name]:
            yield Problem(path, f"The template needs the input `{name}`.")
    for name in sorted(values - inputs.keys()):
        yield Problem((*path, "arguments"), f"The template has no input `{name}`.")
    for index, item in enumerate(value_at(task, "arguments", "parameters") or ()):
        if "value" not in item:
            yield Problem((*path, "arguments", "parameters", index), "It has no value.")


def _references(
    template: Mapping[str, Any], arguments: set[str], on_exit: Any, path: DocumentPath
) -> Iterator[Problem]:
    """What Argo does not know in a tag, it leaves as it is (`template.Replace`)."""
    available = {f"workflow.parameters.{name}" for name in arguments} | _GLOBALS
    available |= {f"inputs.parameters.{name}" for name in _names(template.get("inputs"))}
    # How the run has ended is known once it has.
    available |= {"workflow.status"} if template["name"] == on_exit else set()
    for place, value in texts(template, path):
        rest = _TAG.sub("", value)
        if "{{" in rest:
            yield Problem(place, "`{{` begins a placeholder that does not end.")
        for match in _TAG.finditer(value):
            body = match["body"]
            names = _VARIABLE.findall(body) if match["expression"] else [body]
            for name in names or [body]:
                if name not in available:
                    yield Problem(place, f"There is nothing to fill in for `{name}`.")


def _pod(template: Mapping[str, Any], path: DocumentPath) -> Iterator[Problem]:
    volumes = template.get("volumes")
    container = (*path, "container")
    yield from pod_rules.container_faults(template["container"], volumes, container)
    yield from pod_rules.volume_faults(volumes, (*path, "volumes"))
    yield from pod_rules.metadata_faults(template.get("metadata"), (*path, "metadata"))
    yield from pod_rules.scheduling_faults(template, path)
    pause = value_at(template, "retryStrategy", "backoff", "duration")
    if pause is not None and not _DURATION.fullmatch(pause):
        place = (*path, "retryStrategy", "backoff", "duration")
        yield Problem(place, f"`{pause}` is no duration such as `30s`.")


def _cron(spec: Mapping[str, Any], template: Mapping[str, Any]) -> Iterator[Problem]:
    path: DocumentPath = ("CronWorkflow", "spec")
    for index, schedule in enumerate(spec["schedules"]):
        if not is_read(schedule):
            yield Problem((*path, "schedules", index), "Argo knows Sunday as 0, not as 7.")
    run = spec["workflowSpec"]
    if run["workflowTemplateRef"].get("name") != template["metadata"]["name"]:
        yield Problem((*path, "workflowSpec"), "The file has no such WorkflowTemplate.")
    for name in sorted(_names(run.get("arguments")) - _names(template["spec"].get("arguments"))):
        what = f"The WorkflowTemplate has no argument `{name}`."
        yield Problem((*path, "workflowSpec", "arguments"), what)
