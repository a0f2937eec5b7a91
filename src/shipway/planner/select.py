"""Pass 1, select: the nodes of a registered pipeline that are asked for."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace

from shipway.errors import Finding, PlanError, UsageError, did_you_mean
from shipway.model import Node, Pipeline, Project, bare


def select(project: Project, name: str, tags: Sequence[str] = ()) -> Pipeline:
    """Return the pipeline `name`, cut down to the nodes that carry any of `tags`.

    Raises:
        UsageError: there is no such pipeline, or no node carries a tag.
        PlanError: the selection is empty, or reads data in memory that none of it makes.
    """
    pipeline = _pipeline(project, name)
    if tags:
        pipeline = _with_tags(pipeline, tags)
    if not pipeline.nodes:
        raise PlanError(
            Finding(what="There is nothing to run: the pipeline has no nodes.", where=name)
        )
    _check_inputs(project, pipeline)
    return pipeline


def whole(project: Project, pipeline: Pipeline) -> Pipeline:
    """Return the registered pipeline that a selection was cut from."""
    # A selection keeps the name of what it was cut from.
    return project.pipeline_by_name[pipeline.name]


def _pipeline(project: Project, name: str) -> Pipeline:
    if name in project.pipeline_by_name:
        return project.pipeline_by_name[name]
    raise UsageError(
        Finding(
            what=f"No pipeline `{name}` is registered.",
            where=f"the pipeline registry of `{project.name}`",
            remedy=did_you_mean(name, project.pipeline_by_name),
        )
    )


def _with_tags(pipeline: Pipeline, tags: Sequence[str]) -> Pipeline:
    tags_in_use = {tag for node in pipeline.nodes for tag in node.tags}
    unknown = [tag for tag in tags if tag not in tags_in_use]
    if unknown:
        raise UsageError(
            *(
                Finding(
                    what=f"No node of `{pipeline.name}` carries the tag `{tag}`.",
                    where="--tags",
                    remedy=did_you_mean(tag, tags_in_use),
                )
                for tag in unknown
            )
        )
    nodes = tuple(node for node in pipeline.nodes if not set(tags).isdisjoint(node.tags))
    selection = Pipeline(name=pipeline.name, nodes=nodes, standalone=pipeline.standalone)
    return replace(selection, nodes=in_kedros_order(selection))


def in_kedros_order(pipeline: Pipeline) -> tuple[Node, ...]:
    """Return the nodes in the order in which `kedro run` runs them when these are all.

    Those come first that wait for none, by name, then those that wait for these alone, and so on:
    a part of a pipeline can have another order than the whole. Source: Kedro,
    `Pipeline.grouped_nodes`.
    """
    level: dict[str, int] = {}
    for node in pipeline.nodes:
        level[node.name] = 1 + max((level[p] for p in pipeline.parents[node.name]), default=0)
    # Within a group Kedro sorts nodes, and those compare by name first (`Node._unique_key`).
    return tuple(sorted(pipeline.nodes, key=lambda node: (level[node.name], node.name)))


def _check_inputs(project: Project, pipeline: Pipeline) -> None:
    """Data in memory that no node makes would be missing in every task, as in `kedro run`.

    What the catalog itself holds is there in every task.
    """
    free = map(project.dataset, pipeline.free_inputs)
    missing = [d.name for d in free if d.kind == "memory" and not d.preset]
    if missing:
        raise PlanError(*(_nobody_makes(project, pipeline, name) for name in missing))


def _nobody_makes(project: Project, pipeline: Pipeline, name: str) -> Finding:
    reader = pipeline.by_name[pipeline.consumers[bare(name)][0]]
    where = f"input of the node `{reader.name}`" + (f" ({reader.origin})" if reader.origin else "")
    maker = whole(project, pipeline).producers.get(bare(name))
    if maker:
        return Finding(
            what=f"The dataset `{name}` passes in memory from the node `{maker}`, which is not "
            "selected.",
            where=where,
            remedy=f"Select `{maker}` too, or add a catalog entry for `{name}`.",
        )
    candidates = [d.name for d in project.datasets if d.name != name] + list(pipeline.producers)
    # Stricter than difflib's 0.6: most names are no misspelling of one in the catalog.
    close = difflib.get_close_matches(name, candidates, n=1, cutoff=0.7)
    mean = f"Did you mean `{close[0]}`? Otherwise add" if close else "Add"
    has_entry = project.dataset(name).type is not None
    entry = "its catalog entry holds no data" if has_entry else "no catalog entry has it"
    return Finding(
        what=f"Nobody makes the dataset `{name}`: no node writes it and {entry}.",
        where=where,
        remedy=f"{mean} a catalog entry for it, or export a pipeline that also makes it.",
    )
