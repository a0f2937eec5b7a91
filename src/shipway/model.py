"""The IR: what Shipway knows of a project. Frozen, typed, and free of any orchestrator."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

Json: TypeAlias = Any
"""A JSON value: `None`, bool, int, finite float, str, list or str-keyed dict of JSON values."""

DatasetKind = Literal["memory", "local", "remote", "other"]

_PARAMETERS = "parameters"
_PARAMETER_PREFIX = "params:"
_REFERENCE = re.compile(r"\$\{\s*([^\s${}:]+)\s*\}")
_COMPUTED_PART = re.compile(r"\$\{[^{}]*\}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where a function stands: file relative to the project (or its module's name), and line."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A Kedro node. `inputs` and `outputs` keep Kedro's order, transcoding and repetition.

    Args:
        models: the classes that Kedro makes of parameters, since this node's function takes them
            so, as `model: package.Model`; whatever runs beside it sees them, too.
    """

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    namespace: str | None = None
    tags: tuple[str, ...] = ()
    confirms: tuple[str, ...] = ()
    function: str = ""
    doc: str | None = None
    origin: Origin | None = None
    models: tuple[str, ...] = ()

    @property
    def datasets_in(self) -> tuple[str, ...]:
        """The inputs that are datasets, not parameters."""
        return tuple(name for name in self.inputs if not is_parameter(name))

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters read: dotted paths; the empty path stands for all of them."""
        return tuple(parameter_path(name) for name in self.inputs if is_parameter(name))


@dataclass(frozen=True, kw_only=True, slots=True)
class Dataset:
    """A catalog entry as Kedro resolves it, without its credentials.

    Args:
        name: the full name, transcoding included.
        kind: `memory` ends with the process; `local` is a file on the machine; `remote` has a URL;
            `other` is anything else that outlives the process (a table, an API), and what stands
            where only a run knows.
        type: class path as the catalog states it; `None` when no entry or pattern matches.
        location: path (relative to the project where it is inside) or URL without credentials. A
            part that the configuration computes for each run stands as it is written there, such
            as `${oc.env:BUCKET}` or `${runtime_params:day, latest}`; see `computed_parts`. Of a
            table in an embedded database, the database's file.
        files: further local files that its arguments name, written as `location` is.
        database: file of the embedded database (SQLite, DuckDB) that it opens, written likewise.
        exclusive: whether whoever has that database open keeps all others out, also those who
            read (DuckDB).
        table: the table that it is, with its schema; `None` for what has a path of its own.
        preset: whether the catalog itself holds its data, as that of a `MemoryDataset`.
        place_unknown: whether neither its class, which is not of Kedro's, nor its entry tells where
            its data stands.
        like: of an input that no entry gives: the entry most like it, which no node uses.
    """

    name: str
    kind: DatasetKind
    type: str | None = None
    versioned: bool = False
    location: str | None = None
    files: tuple[str, ...] = ()
    database: str | None = None
    exclusive: bool = False
    table: str | None = None
    preset: bool = False
    place_unknown: bool = False
    like: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """One leaf of the project's parameters; an empty mapping or a list is a leaf.

    Args:
        path: keys from the top.
        value: its JSON value; `None` when `hidden`, or when only a run can compute it.
        hidden: why the value may not be exported, or `None`.
        source: what gives the value where the configuration makes it of others (`${year}`) or
            computes it for each run (`${oc.env:BUCKET}`), or `None`.
    """

    path: tuple[str, ...]
    value: Json = None
    hidden: str | None = None
    source: str | None = None

    @property
    def name(self) -> str:
        """The dotted name that Kedro uses in `params:…`."""
        return ".".join(self.path)

    @property
    def default(self) -> Json:
        """What a form shows before anything is set: nothing, where the value has a source.

        A value that follows another would otherwise be set to what it was at export.
        """
        return None if self.source else self.value


@dataclass(frozen=True, kw_only=True, slots=True)
class RuntimeParameter:
    """What the configuration reads of a run, by Kedro's `${runtime_params:NAME, DEFAULT}`.

    Args:
        name: dotted; a parameter of the project may have the same.
        source: the interpolation, as it is shown.
        place: `file:line` of what reads it, or its path in the configuration.
        required: whether it has no default.
        hidden: why a run may not be given it, or `None`.
    """

    name: str
    source: str
    place: str
    required: bool = False
    hidden: str | None = None


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """A registered pipeline: its nodes in Kedro's topological order.

    Args:
        standalone: whether `kedro run --pipelines NAME` gives these very nodes when Kedro loads
            this pipeline alone.
    """

    name: str
    nodes: tuple[Node, ...]
    standalone: bool = True

    @cached_property
    def by_name(self) -> Mapping[str, Node]:
        """The nodes by name."""
        return {node.name: node for node in self.nodes}

    @cached_property
    def producers(self) -> Mapping[str, str]:
        """The node that makes each dataset; names without transcoding."""
        return {bare(out): node.name for node in self.nodes for out in node.outputs}

    @cached_property
    def parents(self) -> Mapping[str, tuple[str, ...]]:
        """The nodes that each node waits for, in the pipeline's order."""
        producers, rank = self.producers, {node.name: i for i, node in enumerate(self.nodes)}
        return {
            node.name: tuple(
                sorted(
                    {producers[bare(i)] for i in node.inputs if bare(i) in producers},
                    key=rank.__getitem__,
                )
            )
            for node in self.nodes
        }

    @cached_property
    def consumers(self) -> Mapping[str, tuple[str, ...]]:
        """The nodes that read each dataset or parameter; names without transcoding."""
        readers: dict[str, list[str]] = {}
        for node in self.nodes:
            for name in dict.fromkeys(map(bare, node.inputs)):
                readers.setdefault(name, []).append(node.name)
        return {name: tuple(nodes) for name, nodes in readers.items()}

    @cached_property
    def read_as(self) -> Mapping[str, tuple[str, ...]]:
        """The full names by which each dataset is read; by names without transcoding."""
        names: dict[str, dict[str, None]] = {}
        for node in self.nodes:
            for name in node.inputs:
                names.setdefault(bare(name), {})[name] = None
        return {name: tuple(full) for name, full in names.items()}

    @property
    def free_inputs(self) -> tuple[str, ...]:
        """The datasets that no node of the pipeline makes; full names, sorted."""
        names = {i for node in self.nodes for i in node.datasets_in}
        return tuple(sorted(name for name in names if bare(name) not in self.producers))


@dataclass(frozen=True, kw_only=True)
class Project:
    """A whole project, read.

    Args:
        name: the project's package name.
        kedro: the version of Kedro that read it.
        env: the configuration environment asked for, or `None` for the project's default.
        conf_source: the configuration folder or archive asked for, as it was given, or `None`.
        overrides: parameters set for this export (`--params`), nested.
        runtime_parameters: what the configuration reads of a run, by name; all pipelines need it.
        title: the project's name for people (`project_name` in its pyproject.toml).
    """

    name: str
    kedro: str
    pipelines: tuple[Pipeline, ...]
    datasets: tuple[Dataset, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    env: str | None = None
    conf_source: str | None = None
    overrides: Mapping[str, Json] | None = None
    runtime_parameters: tuple[RuntimeParameter, ...] = ()
    title: str | None = None

    @cached_property
    def pipeline_by_name(self) -> Mapping[str, Pipeline]:
        """The registered pipelines by name."""
        return {pipeline.name: pipeline for pipeline in self.pipelines}

    @cached_property
    def dataset_by_name(self) -> Mapping[str, Dataset]:
        """The datasets by full name."""
        return {dataset.name: dataset for dataset in self.datasets}

    def dataset(self, name: str) -> Dataset:
        """Return the dataset called `name`; one that nothing resolves is in memory."""
        return self.dataset_by_name.get(name) or Dataset(name=name, kind="memory")


def bare(name: str) -> str:
    """Return a dataset's name without its transcoding (`sales@pandas` is `sales`).

    Source: Kedro, `kedro.pipeline.transcoding`.
    """
    return name.partition("@")[0]


def is_parameter(name: str) -> bool:
    """Tell whether a node's input is a parameter and not a dataset."""
    return name == _PARAMETERS or name.startswith(_PARAMETER_PREFIX)


def parameter_path(name: str) -> str:
    """Return `a.b` for `params:a.b`, and the empty string for `parameters`."""
    return "" if name == _PARAMETERS else name[len(_PARAMETER_PREFIX) :]


def prefixes(name: str | None) -> list[str]:
    """Return `a`, `a.b` and `a.b.c` for `a.b.c`, outermost first; nothing for no name."""
    parts = name.split(".") if name else []
    return [".".join(parts[: end + 1]) for end in range(len(parts))]


def overlap(one: str, other: str) -> bool:
    """Tell whether one dotted name is the other, lies below it or holds it."""
    return one in prefixes(other) or other in prefixes(one)


def computed_parts(text: str) -> tuple[str, ...]:
    """Return the parts of a location that only a run computes: `${oc.env:BUCKET}` and the like."""
    return tuple(_COMPUTED_PART.findall(text))


def references(text: str) -> tuple[str, ...]:
    """Return the dotted paths of other values that a text names: `${a[b].c}` names `a.b.c`.

    Source: OmegaConf, "Variable interpolation".
    """
    return tuple(re.sub(r"\[(\w+)\]", r".\1", path) for path in _REFERENCE.findall(text))
