"""The parts of a file of definitions, as they stand in its text."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shipway.artifacts.python_expressions import call_of, constants_of, source, value_of
from shipway.artifacts.python_literals import Call, Code
from shipway.schemas.document import mapping, sequence
from shipway_exporters.dagster.pods import EXECUTOR


@dataclass(frozen=True, kw_only=True)
class ParsedTask:
    """A function with the decorator of assets.

    Args:
        decorator: the arguments of the decorator.
        job: the arguments of the call in it.
    """

    decorator: Mapping[str, Any]
    job: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The op's name."""
        return str(self.decorator.get("name", ""))

    @property
    def specs(self) -> Sequence[Call]:
        """Its assets."""
        return [item for item in sequence(self.decorator.get("specs")) if isinstance(item, Call)]


@dataclass(frozen=True)
class ParsedFile:
    """A file of definitions."""

    tree: ast.Module

    @cached_property
    def constants(self) -> dict[str, Any]:
        """What the module gives to names."""
        return constants_of(self.tree)

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef]:
        """The functions of the module, by name."""
        return {item.name: item for item in self.tree.body if isinstance(item, ast.FunctionDef)}

    @cached_property
    def tasks(self) -> dict[str, ParsedTask]:
        """The tasks that are in the list of all, by the name of their function."""
        listed = sequence(self.constants.get("TASKS"))
        names = [item.source for item in listed if isinstance(item, Code)]
        return {
            name: task
            for name in names
            if name in self.functions and (task := _task(self.functions[name]))
        }

    @cached_property
    def decorated(self) -> set[str]:
        """The functions that are tasks, in the list of all or not."""
        return {name for name, function in self.functions.items() if _task(function)}

    @property
    def sources(self) -> list[Call]:
        """The assets that no task writes."""
        return [item for item in sequence(self.constants.get("SOURCES")) if isinstance(item, Call)]

    def decorators(self, name: str) -> list[Any]:
        """Return the decorators of a function."""
        return [value_of(item) for item in self.functions[name].decorator_list]

    def arguments(self, name: str) -> dict[str, Any]:
        """Return the arguments of a call that a name stands for, such as `job`."""
        call = self.constants.get(name)
        return dict(call.kwargs) if isinstance(call, Call) else {}

    @property
    def run(self) -> dict[str, Any]:
        """The job that all tasks have in common."""
        run = self.constants.get("RUN")
        return run if isinstance(run, dict) else {}

    @property
    def executor(self) -> Any:
        """The executor of the job, where the file says it."""
        return self.resolved(self.arguments("job").get("executor_def"))

    @property
    def executor_config(self) -> Mapping[str, Any]:
        """What it is configured with."""
        call = self.executor
        return mapping(call.args[0]) if isinstance(call, Call) and call.args else {}

    @property
    def in_pods(self) -> bool:
        """Whether the executor gives each step a pod."""
        executor = self.executor
        name = executor.function if isinstance(executor, Call) else getattr(executor, "source", "")
        return name in (EXECUTOR, f"{EXECUTOR}.configured")

    def tags_of_op(self, task: ParsedTask) -> Any:
        """Return the tags of a task's op."""
        return self.resolved(task.decorator.get("op_tags", {}))

    def resolved(self, value: Any) -> Any:
        """Return what a name stands for; anything else is what it is."""
        known = isinstance(value, Code) and value.source in self.constants
        return self.constants[value.source] if known else value

    @property
    def growth(self) -> Any:
        """The usual factor of pauses; 1 where there is none."""
        function = self.functions.get("kedro")
        return _defaults(function).get("growth", 1) if function else 1

    @property
    def facts(self) -> dict[str, str]:
        """The parameters that Dagster fills in, each with the expression for it."""
        function = self.functions.get("kedro")
        value = _variable(function, "facts") if function else None
        pairs = zip(value.keys, value.values, strict=True) if isinstance(value, ast.Dict) else ()
        return {value_of(key): source(text) for key, text in pairs if key}

    def parameters(self) -> Iterator[tuple[str, Any]]:
        """Yield the default of each parameter, by Kedro's name for it."""
        names = mapping(self.constants.get("NAMES"))
        yield from ((names.get(name, name), default) for name, default in self.fields().items())

    def fields(self) -> dict[str, Any]:
        """Return the default of each field of the parameters."""
        classes = [item for item in self.tree.body if isinstance(item, ast.ClassDef)]
        return {k: v for item in classes if item.name == "Parameters" for k, v in _fields(item)}

    def urls(self) -> dict[str, Sequence[Any]]:
        """Return the variables with the URLs that each sensor tells, by its function."""
        listed = sequence(self.arguments("defs").get("sensors"))
        names = [item.source for item in listed if isinstance(item, Code)]
        return {name: _urls(self.functions[name]) for name in names if name in self.functions}


def _task(function: ast.FunctionDef) -> ParsedTask | None:
    calls = [item for item in function.decorator_list if isinstance(item, ast.Call)]
    decorators = [call for call in calls if source(call.func) == "dg.multi_asset"]
    inner = [
        item.value.value
        for item in function.body
        if isinstance(item, ast.Expr) and isinstance(item.value, ast.YieldFrom)
    ]
    jobs = [call for call in inner if isinstance(call, ast.Call)]
    if not (decorators and jobs):
        return None
    return ParsedTask(
        decorator=dict(call_of(decorators[0]).kwargs), job=dict(call_of(jobs[0]).kwargs)
    )


def _defaults(function: ast.FunctionDef) -> dict[str, Any]:
    arguments = function.args.args
    defaults = function.args.defaults
    pairs = zip(arguments[len(arguments) - len(defaults) :], defaults, strict=True)
    return {argument.arg: value_of(default) for argument, default in pairs}


def _variable(function: ast.FunctionDef, name: str) -> ast.expr | None:
    for item in function.body:
        if isinstance(item, ast.Assign) and source(item.targets[0]) == name:
            return item.value
    return None


def _fields(item: ast.ClassDef) -> Iterator[tuple[str, Any]]:
    for line in item.body:
        if isinstance(line, ast.AnnAssign) and line.value:
            value = value_of(line.value)
            default = dict(value.kwargs).get("default") if isinstance(value, Call) else value
            yield source(line.target), default


def _urls(function: ast.FunctionDef) -> Sequence[Any]:
    for item in function.body:
        if isinstance(item, ast.Expr) and isinstance(item.value, ast.Call):
            call = call_of(item.value)
            if call.function == "tell" and len(call.args) > 1:
                return list(sequence(call.args[1]))
    return ()


def keys_of(task: ParsedTask) -> list[tuple[str, ...]]:
    """Return the keys of the assets of a task."""
    return [key_of(spec.args[0]) for spec in task.specs if spec.args]


def deps_of(task: ParsedTask) -> list[tuple[str, ...]]:
    """Return the keys of what a task waits for."""
    return [key_of(dep) for spec in task.specs for dep in sequence(dict(spec.kwargs).get("deps"))]


def key_of(value: Any) -> tuple[str, ...]:
    """Return the parts of a key, which is a text or a list."""
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)
