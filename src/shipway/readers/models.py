"""Which parameters Kedro turns into objects: those that a node takes as a dataclass or a model.

Kedro makes the object for every node that reads the parameter, as soon as one node among the
pipelines that it looks at is annotated so. Source: Kedro, `kedro.validation.type_extractor`
(1.3 and later), and `KedroContext._pipelines_to_validate`.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kedro.pipeline.node import Node as KedroNode


def models_of(node: KedroNode) -> tuple[str, ...]:
    """Return what a node's function asks of its parameters, as `path: class`; sorted."""
    if not any(name.startswith("params:") for name in node.inputs):
        return ()
    if not getattr(node.func, "__annotations__", True):
        return ()
    try:
        from kedro.validation.type_extractor import TypeExtractor
    except ImportError:  # a release that makes no objects
        return ()
    one: Any = SimpleNamespace(nodes=[node])
    types = TypeExtractor({node.name: one}).extract_types_from_pipelines()
    return tuple(sorted(f"{path}: {_name(kind)}" for path, kind in types.items()))


def _name(kind: Any) -> str:
    has_name = hasattr(kind, "__qualname__") and hasattr(kind, "__module__")
    return f"{kind.__module__}.{kind.__qualname__}" if has_name else str(kind)
