"""What must share a task, whatever was asked for: nodes that pass data in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shipway.model import Pipeline, Project, bare, is_parameter


@dataclass(frozen=True)
class Need:
    """Nodes that only work in one process, and why."""

    nodes: tuple[str, ...]
    why: str


def needs(project: Project, pipeline: Pipeline, stores: bool = False) -> Iterator[Need]:
    """Yield every need: datasets in memory with their readers, and confirmed datasets.

    Args:
        stores: whether a store carries what can be carried.
    """
    for node in pipeline.nodes:
        for output in node.outputs:
            readers = pipeline.consumers.get(bare(output), ())
            is_stored = stores and can_be_stored(pipeline, output)
            if readers and not is_stored and _in_memory(project, pipeline, output):
                yield Need((node.name, *readers), f"`{bare(output)}` passes between them in memory")
        for name in node.confirms:
            loaders = pipeline.consumers.get(bare(name), ())
            # Kedro confirms the dataset's object in the catalog (`DataCatalog.confirm`), and what
            # that has loaded does not outlive its process.
            if loaders and loaders != (node.name,):
                yield Need(
                    (*loaders, node.name),
                    f"`{node.name}` confirms what was loaded of `{bare(name)}`",
                )


def can_be_stored(pipeline: Pipeline, output: str) -> bool:
    """Tell whether a store can stand for a dataset: one name for all, and no parameter.

    A node may write a parameter (Kedro 1.7), of which others read parts.
    """
    return not is_parameter(output) and pipeline.read_as.get(bare(output)) == (output,)


def _in_memory(project: Project, pipeline: Pipeline, output: str) -> bool:
    """A transcoded dataset is in memory when either end of the handoff is."""
    names = (output, *pipeline.read_as[bare(output)])
    return any(project.dataset(name).kind == "memory" for name in names)
