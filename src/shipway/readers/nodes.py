"""From Kedro's nodes and pipelines to the IR's."""

from __future__ import annotations

import functools
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipway.errors import Finding, InternalError
from shipway.frames import relative
from shipway.model import Node, Origin, Pipeline

if TYPE_CHECKING:
    from kedro.pipeline import Pipeline as KedroPipeline
    from kedro.pipeline.node import Node as KedroNode


def to_pipeline(name: str, pipeline: KedroPipeline, root: Path, standalone: bool) -> Pipeline:
    """Return the IR of a registered pipeline, its nodes in Kedro's own order."""
    nodes = tuple(_to_node(node, root) for node in pipeline.nodes)
    result = Pipeline(name=name, nodes=nodes, standalone=standalone)
    _check_edges(result, pipeline)
    return result


def _check_edges(result: Pipeline, pipeline: KedroPipeline) -> None:
    """Our edges are derived from names; Kedro's own graph must hold the same ones."""
    theirs = {
        node.name: {parent.name for parent in parents}
        for node, parents in pipeline.node_dependencies.items()
    }
    if {name: set(parents) for name, parents in result.parents.items()} != theirs:
        raise InternalError(
            Finding(what="The edges read differ from Kedro's.", where=f"pipeline `{result.name}`")
        )


def _to_node(node: KedroNode, root: Path) -> Node:
    function = _unwrap(node.func)
    return Node(
        name=node.name,
        inputs=tuple(node.inputs),
        outputs=tuple(node.outputs),
        namespace=node.namespace or None,
        tags=tuple(sorted(node.tags)),
        confirms=tuple(node.confirms),
        function=_name_of(function),
        doc=_first_line(function),
        origin=_origin(function, root),
    )


def _unwrap(function: Any) -> Any:
    """Return what the user wrote: below partials and decorators, in any order."""
    while isinstance(function, functools.partial) or hasattr(function, "__wrapped__"):
        is_partial = isinstance(function, functools.partial)
        function = function.func if is_partial else inspect.unwrap(function)
    return function


def _name_of(function: Any) -> str:
    named = function if hasattr(function, "__qualname__") else type(function)
    return f"{_module(named)}.{named.__qualname__}"


def _first_line(function: Any) -> str | None:
    doc = inspect.getdoc(function) if hasattr(function, "__qualname__") else None
    return doc.strip().partition("\n")[0].strip() or None if doc else None


def _origin(function: Any, root: Path) -> Origin | None:
    code = getattr(function, "__code__", None) or getattr(_call_of(function), "__code__", None)
    if code is None:
        return None
    file = relative(code.co_filename, root)
    return Origin(file=file, line=code.co_firstlineno) if file else Origin(file=_module(function))


def _call_of(function: Any) -> Any:
    """What a call runs: a class makes an instance, an instance calls its class's `__call__`."""
    cls, name = (
        (function, "__init__") if isinstance(function, type) else (type(function), "__call__")
    )
    return getattr(cls, name, None)


def _module(function: Any) -> str:
    return str(getattr(function, "__module__", "unknown"))
