"""Pass 1, select: the nodes of a registered pipeline that are asked for."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace

from shipway.errors import Finding, PlanError, UsageError, did_you_mean
from shipway.model import Node, Pipeline, Project, bare
from shipway.planner.cut import WHOLE, Cut, nodes_in


def select(project: Project, name: str, cut: Cut = WHOLE) -> Pipeline:
    """Return the pipeline `name`, or the part of it that is asked for.

    Raises:
        UsageError: there is no such pipeline, or it has nothing of a name that the cut names.
        PlanError: the selection is empty, or reads data in memory that none of it makes.
    """
    pipeline = cut_of(project, name, cut)
    check_inputs(project, pipeline)
    return pipeline


def cut_of(project: Project, name: str, *cuts: Cut) -> Pipeline:
    """Return the same, whatever it reads; of several cuts, what meets all of them.

    Raises:
        UsageError: as `select` does.
        PlanError: the selection is empty.
    """
    pipeline = _pipeline(project, name)
    if not pipeline.nodes:
        raise PlanError(
            Finding(what="There is nothing to run: the pipeline has no nodes.", where=name)
        )
    conditions = [cut for cut in cuts if cut.conditions()]
    if not conditions:
        return pipeline
    nodes = pipeline.nodes
    for cut in conditions:
        part = {node.name for node in nodes_in(pipeline, cut)}
        nodes = tuple(node for node in nodes if node.name in part)
    if not nodes:
        raise PlanError(_empty(name, conditions))
    selection = Pipeline(name=pipeline.name, nodes=nodes, standalone=pipeline.standalone)
    return replace(selection, nodes=in_kedros_order(selection))


def _empty(name: str, cuts: Sequence[Cut]) -> Finding:
    options = [pair for cut in cuts for pair in cut.options().items()]
    conditions = "all of these conditions" if len(options) > 1 else "this condition"
    return Finding(
        what=f"There is nothing to run: no node of `{name}` meets {conditions}.",
        where=" ".join(f"{option} {value}" for option, value in options),
        remedy="Leave one of them out." if len(options) > 1 else "Name something else.",
    )


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


def check_inputs(project: Project, pipeline: Pipeline) -> None:
    """Data in memory that no node makes would be missing in every task, as in `kedro run`.

    What the catalog itself holds is there in every task.

    Raises:
        PlanError: with one finding for every such dataset.
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
    if like := project.dataset(name).like:
        return Finding(
            what=f"Nobody makes the dataset `{name}`: no node writes it and no catalog entry has "
            f"it. The catalog has `{like}`, which no node uses.",
            where=where,
            remedy=f"Did you mean `{like}`? Call both alike; otherwise add an entry for `{name}`.",
        )
    if other := _another_maker(project, pipeline, name):
        return Finding(
            what=f"No node of `{pipeline.name}` makes the dataset `{name}`, which `{other.name}` "
            "makes, and each pipeline is exported for itself.",
            where=where,
            remedy=f"Add a catalog entry for it, or {_both(pipeline, other)}.",
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


def _another_maker(project: Project, pipeline: Pipeline, name: str) -> Pipeline | None:
    """Return the smallest pipeline that makes a dataset, one that has all nodes before others."""
    makers = [other for other in project.pipelines if bare(name) in other.producers]
    return min(makers, key=lambda o: (not _has_all(o, pipeline), len(o.nodes)), default=None)


def _has_all(other: Pipeline, pipeline: Pipeline) -> bool:
    return set(pipeline.by_name) <= set(other.by_name)


def _both(pipeline: Pipeline, other: Pipeline) -> str:
    """Return what runs both; `kedro run --pipelines` runs several as one."""
    if _has_all(other, pipeline):
        return f"export `{other.name}`, which has both"
    sum_of_both = f"`{other.name}` + `{pipeline.name}`"
    return f"register both as one in pipeline_registry.py: {sum_of_both}"
