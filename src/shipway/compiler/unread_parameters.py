"""Values of `--params` that nothing reads: most likely a name was mistyped."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from shipway.compiler.request import Selection, pipeline_names
from shipway.errors import did_you_mean
from shipway.model import Node, Project, is_parameter, parameter_path, prefixes
from shipway.planner.jobs import part_of
from shipway.planner.leaves import Leaves
from shipway.readers.parameters import flatten
from shipway.settings.settings import Settings


def unread_parameters(
    project: Project,
    settings: Settings,
    overrides_read: Collection[str] | None,
    selection: Selection,
) -> Iterator[str]:
    """Yield what to note of each value that neither a node nor the configuration reads.

    No error: a hook of the project's may read it.

    Args:
        overrides_read: what the configuration reads; `None` where that is unknown.
    """
    if not project.overrides or overrides_read is None:
        return
    nodes = [
        node
        for name in pipeline_names(project, settings, selection)
        for node in part_of(project, settings, name, selection.cut).nodes
    ]
    if any("" in node.parameters for node in nodes):
        return
    read = {*_paths(nodes), *Leaves(project).seen_by(nodes), *overrides_read}
    for leaf in flatten(project.overrides):
        if not _is_read(leaf.name, read):
            # What was set itself is no advice.
            mean = did_you_mean(leaf.name, read)
            yield (
                f"--params sets `{leaf.name}`, which no node of these pipelines reads, nor does "
                f"the configuration.{f' {mean}' if mean else ''}"
            )


def _paths(nodes: Collection[Node]) -> Iterator[str]:
    for node in nodes:
        yield from (parameter_path(name) for name in node.inputs if is_parameter(name))


def _is_read(name: str, read: Collection[str]) -> bool:
    """Tell whether a parameter, one that holds it, or one that it holds is read."""
    return any(path in read for path in prefixes(name)) or any(
        path.startswith(f"{name}.") for path in read
    )
