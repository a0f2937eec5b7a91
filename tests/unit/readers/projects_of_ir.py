"""Hypothesis strategies for the IR: projects that Kedro could have given."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from shipway.model import (
    Dataset,
    Json,
    Node,
    Origin,
    Pipeline,
    Project,
    is_parameter,
)
from shipway.readers.parameters import flatten

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAME = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs"]), min_size=1, max_size=8)
DATASET_NAME = NAME.filter(lambda name: "@" not in name and not is_parameter(name))
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
JSON: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
ORIGIN = st.builds(Origin, file=TEXT, line=st.none() | st.integers(1, 10**6))
PARAMETERS = st.dictionaries(NAME, JSON, max_size=4)


@st.composite
def pipelines(draw: st.DrawFn, name: str = "__default__") -> Pipeline:
    """A pipeline whose nodes read parameters, free inputs and what earlier nodes made."""
    outputs = draw(st.lists(DATASET_NAME, unique=True, max_size=6))
    free = draw(st.lists(DATASET_NAME, max_size=2))
    registry = [free_name for free_name in free if free_name not in outputs]
    nodes = []
    for index, output in enumerate(outputs):
        inputs = draw(
            st.lists(st.sampled_from([*registry, "parameters", "params:p.q"]), max_size=3)
        )
        suffix = draw(st.sampled_from(["", "@a"]))
        nodes.append(draw(_nodes(f"{index}{output}", tuple(inputs), (output + suffix,))))
        registry += [output + suffix, f"{output}@b"]
    return Pipeline(name=name, nodes=tuple(nodes), standalone=draw(st.booleans()))


def _nodes(name: str, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> Any:
    names = st.lists(NAME, max_size=2, unique=True).map(tuple)
    return st.builds(
        Node,
        name=st.just(name),
        inputs=st.just(inputs),
        outputs=st.just(outputs),
        namespace=st.none() | NAME,
        tags=names,
        confirms=names,
        function=TEXT,
        doc=st.none() | TEXT,
        origin=st.none() | ORIGIN,
    )


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """A project of two pipelines, with a dataset for some of their names."""
    settings = [draw(pipelines("__default__")), draw(pipelines("other"))]
    names = {n for p in settings for node in p.nodes for n in (*node.datasets_in, *node.outputs)}
    datasets = [draw(_datasets(name)) for name in sorted(names) if draw(st.booleans())]
    return Project(
        name=draw(NAME),
        kedro="1.7.0",
        pipelines=tuple(settings),
        datasets=tuple(datasets),
        parameters=draw(PARAMETERS.map(flatten)),
        env=draw(st.none() | NAME),
        conf_source=draw(st.none() | TEXT),
        overrides=draw(st.none() | PARAMETERS),
    )


def _datasets(name: str) -> Any:
    return st.builds(
        Dataset,
        name=st.just(name),
        kind=st.sampled_from(["memory", "local", "remote", "other"]),
        type=st.none() | TEXT,
        versioned=st.booleans(),
        location=st.none() | TEXT,
    )
