"""What must share a task, whatever was asked for: nodes that pass data in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shipway.model import Pipeline, Project, bare


@dataclass(frozen=True)
class Need:
    """Nodes that only work in one process, and why."""

    nodes: tuple[str, ...]
    why: str


def needs(project: Project, pipeline: Pipeline) -> Iterator[Need]:
    """Yield every need: datasets in memory with their readers, and confirmed datasets."""
    for node in pipeline.nodes:
        for output in node.outputs:
            readers = pipeline.consumers.get(bare(output), ())
            if readers and _in_memory(project, pipeline, output):
                yield Need((node.name, *readers), f"`{bare(output)}` passes between them in memory")
        for name in node.confirms:
            loaders = pipeline.consumers.get(bare(name), ())
            if loaders and loaders != (node.name,):
                yield Need(
                    (*loaders, node.name),
                    f"`{node.name}` confirms what was loaded of `{bare(name)}`",
                )


def _in_memory(project: Project, pipeline: Pipeline, output: str) -> bool:
    """A transcoded dataset is in memory when either end of the handoff is."""
    names = (output, *pipeline.read_as[bare(output)])
    return any(project.dataset(name).kind == "memory" for name in names)
