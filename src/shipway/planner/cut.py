"""Which part of a pipeline is asked for, in the words of `kedro run`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from shipway.errors import Finding, UsageError, did_you_mean, nearest
from shipway.model import Node, Pipeline, bare, prefixes


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A part of a pipeline: the nodes that meet every condition; no condition means all nodes.

    Args:
        tags: nodes that carry any of these.
        nodes: nodes by name.
        from_nodes: these, and all that wait for them.
        to_nodes: these, and all that they wait for.
        from_inputs: nodes that read any of these datasets or parameters, and all that wait for
            those.
        to_outputs: nodes that make any of these datasets, and all that they wait for.
        namespaces: nodes in any of these, or below.
    """

    tags: Sequence[str] = ()
    nodes: Sequence[str] = ()
    from_nodes: Sequence[str] = ()
    to_nodes: Sequence[str] = ()
    from_inputs: Sequence[str] = ()
    to_outputs: Sequence[str] = ()
    namespaces: Sequence[str] = ()

    def conditions(self) -> dict[str, Sequence[str]]:
        """Return the conditions that are set, by field."""
        every = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: values for name, values in every.items() if values}

    def options(self) -> dict[str, str]:
        """Return the options of a command line that ask for the same part."""
        return {option(name): ",".join(values) for name, values in self.conditions().items()}

    def words(self) -> tuple[str, ...]:
        """Return what tells one part from others: a tag as it is, others as `nodes=train`.

        No tag holds a `=` (Kedro, `kedro.pipeline.node.Node.__init__`).
        """
        others = (
            f"{name}={value}"
            for name, values in self.conditions().items()
            if name != "tags"
            for value in values
        )
        return (*self.tags, *others)


WHOLE = Cut()
"""The part that is all of a pipeline."""


def option(field: str) -> str:
    """Return the option of the command line that sets a condition."""
    return f"--{field.replace('_', '-')}"


def nodes_in(pipeline: Pipeline, cut: Cut) -> tuple[Node, ...]:
    """Return the nodes that meet every condition, in the pipeline's order.

    Source: Kedro, `Pipeline.filter`, which takes each condition of the whole pipeline and
    intersects what they give.

    Raises:
        UsageError: with one finding for every name that the pipeline does not have.
    """
    conditions = cut.conditions()
    check_names(pipeline, conditions)
    parts = [_PARTS[name](pipeline, values) for name, values in conditions.items()]
    return tuple(node for node in pipeline.nodes if all(node.name in part for part in parts))


def check_names(pipeline: Pipeline, conditions: Mapping[str, Sequence[str]]) -> None:
    """Check that the pipeline has all that a cut names.

    Raises:
        UsageError: with one finding for every name that it does not have.
    """
    findings = [
        _unknown(pipeline, field, name, names)
        for field, values in conditions.items()
        if (names := _names(pipeline, field))
        for name in values
        if name not in names
    ]
    if findings:
        raise UsageError(*findings)


def _unknown(pipeline: Pipeline, field: str, name: str, names: Collection[str]) -> Finding:
    what = {
        "tags": f"No node of `{pipeline.name}` carries the tag `{name}`.",
        "namespaces": f"No node of `{pipeline.name}` is in the namespace `{name}`.",
        "from_inputs": f"No node of `{pipeline.name}` reads or makes `{name}`.",
        "to_outputs": f"No node of `{pipeline.name}` reads or makes `{name}`.",
    }
    return Finding(
        what=what.get(field, f"`{pipeline.name}` has no node `{name}`."),
        where=option(field),
        remedy=_in_a_namespace(name, names) or did_you_mean(name, names),
    )


def _in_a_namespace(name: str, names: Collection[str]) -> str | None:
    """A node is asked for by its name in Python as often as by its own."""
    if nearest(name, names) is not None:
        return None
    inner = next((full for full in sorted(names) if full.endswith(f".{name}")), None)
    return inner and f"Did you mean `{inner}`?"


def _names(pipeline: Pipeline, field: str) -> Collection[str]:
    if field == "tags":
        return {tag for node in pipeline.nodes for tag in node.tags}
    if field == "namespaces":
        return {name for node in pipeline.nodes for name in prefixes(node.namespace)}
    if field in ("from_inputs", "to_outputs"):
        return set(_datasets(pipeline))
    return pipeline.by_name


def _datasets(pipeline: Pipeline) -> Iterator[str]:
    """Yield what nodes read or make, with and without transcoding."""
    for node in pipeline.nodes:
        for name in (*node.inputs, *node.outputs):
            yield from (name, bare(name))


def _tags(pipeline: Pipeline, tags: Sequence[str]) -> set[str]:
    return {node.name for node in pipeline.nodes if not set(tags).isdisjoint(node.tags)}


def _nodes(_pipeline: Pipeline, names: Sequence[str]) -> set[str]:
    return set(names)


def _namespaces(pipeline: Pipeline, namespaces: Sequence[str]) -> set[str]:
    return {
        node.name
        for node in pipeline.nodes
        if not set(namespaces).isdisjoint(prefixes(node.namespace))
    }


def _from_nodes(pipeline: Pipeline, names: Sequence[str]) -> set[str]:
    """Return the nodes themselves, and those that wait for them.

    The pipeline's order is a topological one, so that one pass finds all.
    """
    part = set(names)
    for node in pipeline.nodes:
        if not part.isdisjoint(pipeline.parents[node.name]):
            part.add(node.name)
    return part


def _to_nodes(pipeline: Pipeline, names: Sequence[str]) -> set[str]:
    part = set(names)
    for node in reversed(pipeline.nodes):
        if node.name in part:
            part.update(pipeline.parents[node.name])
    return part


def _from_inputs(pipeline: Pipeline, datasets: Sequence[str]) -> set[str]:
    readers = (n.name for n in pipeline.nodes if any(_has(n.inputs, name) for name in datasets))
    return _from_nodes(pipeline, tuple(readers))


def _to_outputs(pipeline: Pipeline, datasets: Sequence[str]) -> set[str]:
    makers = (n.name for n in pipeline.nodes if any(_has(n.outputs, name) for name in datasets))
    return _to_nodes(pipeline, tuple(makers))


def _has(names: Sequence[str], dataset: str) -> bool:
    """Tell whether a dataset is among `names`; without transcoding, it is each of its forms."""
    return dataset in names or dataset in map(bare, names)


_PARTS = {
    "tags": _tags,
    "nodes": _nodes,
    "from_nodes": _from_nodes,
    "to_nodes": _to_nodes,
    "from_inputs": _from_inputs,
    "to_outputs": _to_outputs,
    "namespaces": _namespaces,
}
