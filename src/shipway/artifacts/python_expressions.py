"""Python expressions read back, as `shipway.artifacts.python_literals` writes them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from shipway.artifacts.python_literals import Call, Code


def value_of(item: ast.expr) -> Any:
    """Return the value of an expression: literals, and `Call` and `Code` for what is none."""
    read = _READ.get(type(item))
    return read(item) if read else Code(source(item))


def source(item: ast.expr) -> str:
    """Return the source of an expression, most often a name."""
    return item.id if isinstance(item, ast.Name) else ast.unparse(item)


def call_of(item: ast.Call) -> Call:
    """Return a call with the values of its arguments."""
    return Call(
        source(item.func),
        tuple(map(value_of, item.args)),
        tuple((str(keyword.arg), value_of(keyword.value)) for keyword in item.keywords),
    )


def constants_of(tree: ast.Module) -> dict[str, Any]:
    """Return the values that a module gives to names, by name."""
    return {
        target.id: value_of(item.value)
        for item in tree.body
        if isinstance(item, ast.Assign)
        for target in item.targets
        if isinstance(target, ast.Name)
    }


def _dict(item: ast.Dict) -> dict[Any, Any]:
    pairs = zip(item.keys, item.values, strict=True)
    # A key of `None` is an unpacked mapping, `{**other}` (Python, `ast.Dict`).
    return {value_of(key): value_of(value) for key, value in pairs if key}


def _sign(item: ast.UnaryOp) -> Any:
    return -value_of(item.operand) if isinstance(item.op, ast.USub) else Code(source(item))


_READ: Mapping[type, Callable[[Any], Any]] = {
    ast.Constant: lambda item: item.value,
    ast.Dict: _dict,
    ast.List: lambda item: [value_of(each) for each in item.elts],
    ast.Tuple: lambda item: tuple(value_of(each) for each in item.elts),
    ast.Call: call_of,
    # Python has no negative literals: `-1` is an operator and `1` (Python, Lexical analysis).
    ast.UnaryOp: _sign,
}
