"""From Kedro's nodes and pipelines to the IR's."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipway.errors import Finding, InternalError, ProjectError
from shipway.frames import relative
from shipway.model import Node, Origin, Pipeline
from shipway.readers.models import models_of
from shipway.secrecy import holds_credentials

if TYPE_CHECKING:
    from kedro.pipeline import Pipeline as KedroPipeline
    from kedro.pipeline.node import Node as KedroNode


def to_pipeline(name: str, pipeline: KedroPipeline, root: Path, standalone: bool) -> Pipeline:
    """Return the IR of a registered pipeline, its nodes in Kedro's own order.

    Raises:
        ProjectError: a name or a tag carries credentials.
    """
    nodes = tuple(_to_node(node, root) for node in pipeline.nodes)
    result = Pipeline(name=name, nodes=nodes, standalone=standalone)
    _check_edges(result, pipeline)
    _refuse_credentials(result)
    return result


def _refuse_credentials(pipeline: Pipeline) -> None:
    """Names and tags say which task is which: unlike a docstring, none can be left out."""
    findings = (
        [] if not holds_credentials(pipeline.name) else [_name_finding("The name of a pipeline")]
    )
    for node in pipeline.nodes:
        places = [str(node.origin)] if node.origin else []
        findings += [_name_finding(what, *places) for what in _named_with_credentials(node)]
    if findings:
        raise ProjectError(*findings)


def _named_with_credentials(node: Node) -> Iterator[str]:
    texts = {
        "The name of a node": (node.name, node.function),
        "A tag of a node": node.tags,
        "The name of a dataset": (*node.inputs, *node.outputs, *node.confirms),
    }
    for what, names in texts.items():
        if any(map(holds_credentials, names)):
            yield what


def _name_finding(what: str, where: str = "the pipeline registry") -> Finding:
    return Finding(
        what=f"{what} carries credentials, and the artifact would hold them.",
        where=where,
        remedy="Name it otherwise, and give the code its secret by the environment.",
    )


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
        models=models_of(node),
    )


def _unwrap(function: Any) -> Any:
    """Return what the user wrote: below partials and decorators, in any order."""
    while isinstance(function, functools.partial) or hasattr(function, "__wrapped__"):
        is_partial = isinstance(function, functools.partial)
        function = function.func if is_partial else inspect.unwrap(function)
    return function


def _name_of(function: Any) -> str:
    owner = function if hasattr(function, "__qualname__") else type(function)
    return f"{_module(owner)}.{owner.__qualname__}"


def _first_line(function: Any) -> str | None:
    """Return the first line of a docstring, unless it carries credentials."""
    doc = inspect.getdoc(function) if hasattr(function, "__qualname__") else None
    line = doc.strip().partition("\n")[0].strip() if doc else ""
    return line if line and not holds_credentials(line) else None


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
