"""Large projects, made from nothing but a number of nodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shipway.model import Dataset, Node, Origin, Parameter, Pipeline, Project, is_parameter

_REGION = 10
"""Nodes in one namespace: eight steps, a report of them, and a summary over the last regions."""


@dataclass(frozen=True)
class _Step:
    """A node of a region: what it reads and makes; data called `…_in_memory` is."""

    name: str
    reads: tuple[str, ...]
    parameters: tuple[str, ...]
    makes: str


_STEPS = (
    _Step("load_meters", ("raw_meters",), ("ingest.max_daily_kwh",), "meters"),
    _Step("load_weather", ("raw_weather",), ("ingest.max_gap_days",), "weather"),
    _Step("clean_meters", ("meters",), ("clean.keep_imputed",), "clean_in_memory"),
    _Step("fill_gaps", ("clean_in_memory",), ("clean.max_gap_days",), "filled"),
    _Step("demand_features", ("filled",), ("features.lags", "features.windows"), "demand"),
    _Step("weather_features", ("weather",), ("features.heating_base_c",), "heating"),
    _Step("training_table", ("demand", "heating"), ("split.holdout_days",), "table"),
    _Step("train", ("table",), ("model", "seed"), "trained"),
    _Step("evaluate", ("trained", "table", "filled"), ("seed",), "scores"),
)
_PARAMETERS = {
    ("clean", "keep_imputed"): True,
    ("clean", "max_gap_days"): 2,
    ("features", "heating_base_c"): 15.5,
    ("features", "lags"): [1, 2, 7],
    ("features", "windows"): [7],
    ("ingest", "max_daily_kwh"): 120.0,
    ("ingest", "max_gap_days"): 3,
    ("model", "alphas"): [0.1, 1.0, 10.0, 100.0],
    ("model", "folds"): 4,
    ("model", "scoring"): "neg_mean_absolute_error",
    ("seed",): 20240325,
    ("split", "holdout_days"): 14,
}


def energy_at_scale(nodes: int) -> Project:
    """Return a project whose default pipeline has this many nodes.

    Every ten nodes are one region, a namespace: several inputs, parameters, tags, one handoff in
    memory (so nine tasks), and a summary that also reads those of the regions before. There is a
    registered pipeline for every tenth of the nodes besides.
    """
    result = tuple(_nodes(nodes))
    share = max(_REGION, nodes // 10 // _REGION * _REGION)
    parts = (result[start : start + share] for start in range(0, nodes, share))
    return _project(
        Pipeline(name="__default__", nodes=result),
        *(Pipeline(name=f"part_{i:02d}", nodes=part) for i, part in enumerate(parts)),
    )


def deep(nodes: int) -> Project:
    """Return a project that is one chain."""
    result = (_node(f"step_{i}", (f"data_{i}",), (f"data_{i + 1}",)) for i in range(nodes))
    return _project(Pipeline(name="__default__", nodes=tuple(result)))


def wide(nodes: int) -> Project:
    """Return a project in which one node feeds all others but the last, which reads them all."""
    middle = [_node(f"branch_{i}", ("source",), (f"part_{i}",)) for i in range(nodes - 2)]
    first = _node("first", ("raw",), ("source",))
    last = _node("last", tuple(node.outputs[0] for node in middle), ("all",))
    return _project(Pipeline(name="__default__", nodes=(first, *middle, last)))


def _nodes(count: int) -> Iterator[Node]:
    for index in range(count):
        region, step = divmod(index, _REGION)
        space = f"region_{region:04d}"
        if step < len(_STEPS):
            yield _step_node(space, _STEPS[step])
        else:
            yield _summary_node(space, region)


def _step_node(space: str, step: _Step) -> Node:
    return _node(
        f"{space}.{step.name}",
        (*(f"{space}.{name}" for name in step.reads), *(f"params:{p}" for p in step.parameters)),
        (f"{space}.{step.makes}",),
        namespace=space,
        tags=("daily", step.name.partition("_")[0]),
    )


def _summary_node(space: str, region: int) -> Node:
    before = (f"region_{i:04d}.summary" for i in range(max(0, region - 3), region))
    return _node(
        f"{space}.summarise",
        (f"{space}.scores", f"{space}.trained", *before),
        (f"{space}.summary",),
        namespace=space,
        tags=("daily", "report"),
    )


def _node(
    name: str,
    inputs: tuple[str, ...],
    outputs: tuple[str, ...],
    namespace: str | None = None,
    tags: tuple[str, ...] = (),
) -> Node:
    function = name.rpartition(".")[2]
    return Node(
        name=name,
        inputs=inputs,
        outputs=outputs,
        namespace=namespace,
        tags=tags,
        function=f"energy.pipelines.nodes.{function}",
        doc=f"Make what `{function}` is for.",
        origin=Origin(file="src/energy/pipelines/nodes.py", line=len(name)),
    )


def _project(*pipelines: Pipeline) -> Project:
    names = {
        name
        for node in pipelines[0].nodes
        for name in (*node.inputs, *node.outputs)
        if not is_parameter(name)
    }
    return Project(
        name="energy",
        kedro="1.7.0",
        pipelines=pipelines,
        datasets=tuple(map(_dataset, sorted(names))),
        parameters=tuple(Parameter(path=path, value=v) for path, v in _PARAMETERS.items()),
    )


def _dataset(name: str) -> Dataset:
    if name.endswith("_in_memory"):
        return Dataset(name=name, kind="memory")
    location = f"data/{name.replace('.', '/')}.parquet"
    return Dataset(name=name, kind="local", type="pandas.ParquetDataset", location=location)
