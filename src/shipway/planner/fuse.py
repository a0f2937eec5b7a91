"""What must share a task, whatever was asked for: nodes that pass data in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from shipway.model import Pipeline, Project, bare, is_parameter


@dataclass(frozen=True)
class Need:
    """Nodes that only work in one process, and why.

    Args:
        dataset: what passes between them in memory, where that is why.
    """

    nodes: tuple[str, ...]
    why: str
    dataset: str | None = None


def reasons_of(needs: Iterable[Need]) -> list[str]:
    """Return why nodes need one process; all that passes between them in memory at once."""
    needs = tuple(needs)
    datasets = [need.dataset for need in needs if need.dataset]
    others = [need.why for need in needs if not need.dataset]
    return [*([_in_memory_words(datasets)] if datasets else []), *others]


def _in_memory_words(datasets: Sequence[str]) -> str:
    *others, last = (f"`{name}`" for name in datasets)
    verb = "pass" if others else "passes"
    return f"{', '.join(others)}{' and ' if others else ''}{last} {verb} between them in memory"


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
                name = bare(output)
                yield Need((node.name, *readers), _in_memory_words([name]), name)
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
