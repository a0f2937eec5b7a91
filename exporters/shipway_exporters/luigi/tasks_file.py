"""From a plan to the parts of its module of tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from shipway.artifacts.descriptions import export_command, summary, task_doc, title, unless_set
from shipway.artifacts.files import seal_placeholder
from shipway.artifacts.python_literals import Call, Code, escaped, literal, string
from shipway.model import Json, Parameter
from shipway.planner.plan import Plan, Task, defaults
from shipway.targets.exporter import Rendering
from shipway.tasks.job_variable import fitting_jobs
from shipway.tasks.package_variables import package_variable
from shipway.tasks.task_job import run_job, task_job
from shipway_exporters.luigi.config import has_retries
from shipway_exporters.luigi.names import class_names, parameter_names
from shipway_exporters.python_files.process_place import process_place
from shipway_exporters.values.seconds import seconds

T = TypeVar("T")
FACTS = {"run_id": "self.run_id", "logical_date": 'run["created"]'}
"""What a run knows of itself, as source in the method that runs a task."""
KINDS = {bool: "Bool", int: "Int", float: "Float", str: ""}
JSON = "Json"
"""The class of all others: Luigi's own would make a list of a mapping, or of a text."""
_CLEANUP = "clean up store"


def tasks_file(plan: Plan) -> Rendering:
    """Return the module of a plan.

    Raises:
        UnsupportedError: a variable cannot hold a job.
    """
    by_label, names = task_classes(plan), parameters_of(plan)
    by_task = {name: by_label[label] for name, label in _labels(plan).items()}
    place = process_place(plan, "luigi").context(indent=12)
    usual_tries = _usual(_tries(task) for task in plan.tasks)
    context = {
        "seal": seal_placeholder(),
        "title": escaped(title(plan)),
        "command": escaped(export_command(plan, "luigi")),
        **place,
        "state": _state(plan, Code(place["cwd"])),
        "name": string(plan.name),
        "job": literal(_run_job(plan), 0, len("JOB = ")),
        "defaults": _constant("DEFAULTS", defaults(plan)),
        "has_json": any(kind(parameter) == JSON for parameter in plan.parameters),
        "has_env": any(task.settings.env for task in plan.tasks),
        "tries": usual_tries if has_retries(plan) else None,
        "params": _params(plan),
        "tasks": [*_tasks(plan, by_task, usual_tries), *_cleanup(plan, by_task)],
        "pipeline": _class_of_pipeline(plan),
        "doc": _doc(plan.run.description or summary(plan)),
        "parameters": [_declaration(names[each.name], each) for each in plan.parameters],
        "inputs": _inputs(names) if names else None,
        "last": _clones([plan.cleanup] if plan.cleanup else plan.last, by_task),
    }
    # A name that no package has, which the module would hide from tasks in PYTHONPATH.
    return Rendering(
        template="luigi/luigi_tasks.py.j2", path=f"{plan.name}/luigi_tasks.py", context=context
    )


def task_classes(plan: Plan) -> dict[str, str]:
    """Return the class of each task, by the task's label."""
    return class_names(_labels(plan).values(), {_class_of_pipeline(plan)})


def _labels(plan: Plan) -> dict[str, str]:
    last = {plan.cleanup: _CLEANUP} if plan.cleanup else {}
    return {task.name: task.label for task in plan.tasks} | last


def _class_of_pipeline(plan: Plan) -> str:
    (name,) = class_names([plan.name]).values()
    return name


def parameters_of(plan: Plan) -> dict[str, str]:
    """Return what Luigi calls each parameter, by Kedro's name."""
    return parameter_names((parameter.name for parameter in plan.parameters), plan.name)


def state_variable(plan: Plan) -> str:
    """Return the name of the environment variable that holds the folder of the markers."""
    return package_variable(plan.project, "STATE")


def kind(parameter: Parameter) -> str:
    """Return the class of a parameter; a value that the configuration makes is there or not."""
    if type(parameter.value) not in KINDS:
        return JSON
    optional = "Optional" if parameter.source else ""
    return f"luigi.{optional}{KINDS[type(parameter.value)]}Parameter"


def _state(plan: Plan, folder: Code) -> str:
    variable = f'os.environ.get({string(state_variable(plan))}) or ".luigi"'
    state = plan.options.get("state")
    path = Call("os.path.join", (folder, Code(variable) if state is None else state, plan.name))
    return literal(path, 0, len("STATE = "))


def _run_job(plan: Plan) -> dict[str, Any]:
    more: dict[str, Any] = {"defaults": Code("DEFAULTS")} if plan.parameters else {}
    timeout = _usual(task.settings.timeout for task in plan.tasks)
    more |= {"timeout": seconds(timeout)} if timeout else {}
    return {**run_job(plan), **more, "until_stdin_ends": True}


def _tasks(plan: Plan, classes: dict[str, str], usual_tries: int) -> Iterator[dict[str, Any]]:
    jobs = fitting_jobs(plan, {task.name: task_job(plan, task) for task in plan.tasks})
    usual_timeout = _usual(task.settings.timeout for task in plan.tasks)
    for task in plan.tasks:
        timeout = task.settings.timeout
        job = {"task": task.name, **jobs[task.name]}
        if timeout != usual_timeout:
            job["timeout"] = None if timeout is None else seconds(timeout)
        is_usual = _tries(task) == usual_tries or not has_retries(plan)
        yield {
            "name": classes[task.name],
            "doc": _doc(task_doc(task) or ""),
            "job": _attribute("job", job),
            "env": _attribute("env", dict(sorted(task.settings.env.items()))),
            "tries": None if is_usual else _tries(task),
            "requires": _clones(task.needs, classes),
        }


def _cleanup(plan: Plan, classes: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the last task, which empties the store once all of the run has succeeded."""
    if plan.cleanup:
        job = {"task": plan.cleanup, "nodes": {}, "clean_store": True}
        yield {
            "name": classes[plan.cleanup],
            "doc": "",
            "job": _attribute("job", job),
            "env": None,
            "tries": None,
            "requires": _clones(plan.last, classes),
        }


def _usual(values: Iterable[T]) -> T:
    """Return what most tasks have, which then stands once."""
    return Counter(values).most_common(1)[0][0]


def _tries(task: Task) -> int:
    return 1 + (task.settings.retries or 0)


def _params(plan: Plan) -> str | None:
    """Return the parameters of every run: those of the export, and what each run fills in."""
    if not plan.run.run_parameters:
        return None
    facts = {n: Code(FACTS[fact]) for n, fact in sorted(plan.run.run_parameters.items())}
    start = 'JOB["params"] | ' if plan.constants else ""
    return start + literal(facts, 8, 8 + len(f"params = {start}"), 0)


def _declaration(name: str, parameter: Parameter) -> str:
    default = Code(f"DEFAULTS[{string(parameter.name)}]")
    is_of_kind = kind(parameter) == JSON and parameter.value is not None
    values = (default, Code(type(parameter.value).__name__)) if is_of_kind else (default,)
    pairs: list[tuple[str, Any]] = [("significant", False)]
    # Else an option of a truth value takes no value, and could only say yes.
    pairs += [("parsing", "explicit")] if isinstance(parameter.value, bool) else []
    if parameter.source:
        # Help of the command line, in which argparse replaces what follows a percent sign.
        pairs.append(("description", unless_set(parameter).replace("%", "%%")))
    return f"{name} = {literal(Call(kind(parameter), values, tuple(pairs)), 4, 7 + len(name), 0)}"


def _inputs(names: dict[str, str]) -> str:
    values: dict[str, Any] = {name: Code(f"self.{own}") for name, own in names.items()}
    return literal(values, 8, 8 + len("inputs = "), 0)


def _clones(names: Sequence[str], classes: dict[str, str]) -> str | None:
    clones = [Code(f"self.clone({classes[name]})") for name in names]
    return literal(clones, 8, 8 + len("return "), 0) if clones else None


def _doc(text: str) -> str:
    """Return the inside of a docstring, which no formatter breaks."""
    lines = [escaped(line) for line in text.split("\n")]
    last = len(lines) - 1  # the quotes that end it may stand there alone
    return "\n".join(
        f"    {line}" if number and (line or number == last) else line
        for number, line in enumerate(lines)
    )


def _attribute(name: str, value: Json) -> str | None:
    return f"{name} = {literal(value, 4, 7 + len(name), 0)}" if value else None


def _constant(name: str, value: Any) -> str | None:
    return literal(value, 0, len(f"{name} = ")) if value else None
