"""A module taken apart: its tasks, its workflow and its launch plan, as source says them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from shipway.artifacts.python_expressions import call_of, constants_of, source, value_of
from shipway.artifacts.python_literals import Call, Code

_OVERRIDE = ".with_overrides"


@dataclass(frozen=True, kw_only=True)
class TaskFunction:
    """A function with Flyte's decorator.

    Args:
        arguments: of the decorator.
        inputs: names of what it takes, each with its type.
        call: what it calls, with its arguments; `None` for the first task, which calls nothing.
    """

    name: str
    line: int
    arguments: Mapping[str, Any]
    inputs: Mapping[str, str]
    call: Call | None


@dataclass(frozen=True, kw_only=True)
class Node:
    """A task called in the workflow.

    Args:
        variable: what holds it; empty where nothing does.
        inputs: what it is given, by the name of the input.
        overrides: arguments of `with_overrides`.
    """

    function: str
    line: int
    variable: str
    inputs: Mapping[str, Any]
    overrides: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> Any:
        """The name of the node."""
        return self.overrides.get("node_name")


class Module:
    """The parts of a module."""

    def __init__(self, text: str) -> None:
        self.tree = ast.parse(text)
        self.constants = constants_of(self.tree)
        items = [item for item in self.tree.body if isinstance(item, ast.FunctionDef)]
        self._decorated = [(_decorator(item), item) for item in items if item.decorator_list]
        self._plain = {item.name: item for item in items if not item.decorator_list}

    @cached_property
    def tasks(self) -> dict[str, TaskFunction]:
        """The tasks, by the name of their function."""
        functions = [item for kind, item in self._decorated if kind.function == "task"]
        return {item.name: _task(item) for item in functions}

    @cached_property
    def workflow(self) -> ast.FunctionDef:
        """The last one."""
        return [item for kind, item in self._decorated if kind.function == "workflow"][-1]

    @property
    def workflow_arguments(self) -> dict[str, Any]:
        """Of its decorator."""
        return dict(_decorator(self.workflow).kwargs)

    @cached_property
    def nodes(self) -> list[Node]:
        """What the workflow calls, in its order."""
        return list(_nodes(self.workflow))

    @cached_property
    def edges(self) -> list[tuple[str, str, int]]:
        """Pairs of variables of which the second waits for the first, with the line."""
        values = [item.value for item in self.workflow.body if isinstance(item, ast.Expr)]
        return [
            (source(value.left), source(value.right), value.lineno)
            for value in values
            if isinstance(value, ast.BinOp) and isinstance(value.op, ast.RShift)
        ]

    @cached_property
    def defaults(self) -> dict[str, Code | Any]:
        """The default of each input of the workflow."""
        arguments = self.workflow.args
        pairs = zip(arguments.args, arguments.defaults, strict=False)
        return {argument.arg: value_of(default) for argument, default in pairs}

    @property
    def launch_plan(self) -> dict[str, Any]:
        """The arguments of the launch plan; none where there is none."""
        call = self.constants.get("launch_plan")
        return dict(call.kwargs) if isinstance(call, Call) else {}

    @property
    def params(self) -> dict[str, Any]:
        """What a run fills in, by the parameter's name."""
        statements = [s for s in self._plain["kedro"].body if isinstance(s, ast.Assign)]
        of = {source(target): s.value for s in statements for target in s.targets}
        return dict(value_of(of["params"])) if "params" in of else {}

    def resolved(self, value: Any) -> Any:
        """Return the constant that a name stands for; any other value itself."""
        return self.constants.get(value.source, value) if isinstance(value, Code) else value


def _decorator(item: ast.FunctionDef) -> Call:
    decorator = item.decorator_list[0]
    return call_of(decorator) if isinstance(decorator, ast.Call) else Call(source(decorator))


def _task(item: ast.FunctionDef) -> TaskFunction:
    calls = [s.value for s in item.body if isinstance(s, ast.Expr)]
    return TaskFunction(
        name=item.name,
        line=item.lineno,
        arguments=dict(_decorator(item).kwargs),
        inputs={a.arg: source(a.annotation) if a.annotation else "" for a in item.args.args},
        call=next((call_of(call) for call in calls if isinstance(call, ast.Call)), None),
    )


def _nodes(workflow: ast.FunctionDef) -> Iterator[Node]:
    for item in workflow.body:
        if not (isinstance(item, (ast.Expr, ast.Assign)) and isinstance(item.value, ast.Call)):
            continue
        call, overrides = item.value, {}
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Call):
            overrides, call = dict(call_of(call).kwargs), call.func.value
        yield Node(
            function=source(call.func),
            line=item.lineno,
            variable=source(item.targets[0]) if isinstance(item, ast.Assign) else "",
            inputs=dict(call_of(call).kwargs),
            overrides=overrides,
        )
