"""Small projects and settings, built straight as the IR."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shipway.errors import ShipwayError
from shipway.model import Dataset, Json, Node, Parameter, Pipeline, Project
from shipway.planner.build import build
from shipway.planner.plan import Plan, Task
from shipway.planner.plan_options import PlanOptions
from shipway.schemas.shapes import Anything
from shipway.settings.settings import Settings, load
from shipway.settings.source import SettingsSource


def node(name: str, inputs: str = "", outputs: str = "", **more: Any) -> Node:
    """A node; inputs and outputs are separated by blanks."""
    return Node(name=name, inputs=tuple(inputs.split()), outputs=tuple(outputs.split()), **more)


def pipeline(*nodes: Node, name: str = "__default__", standalone: bool = True) -> Pipeline:
    """A pipeline of nodes that are given in topological order."""
    return Pipeline(name=name, nodes=nodes, standalone=standalone)


def project(
    *pipelines: Pipeline | Node,
    memory: str = "",
    datasets: Iterable[Dataset] = (),
    parameters: Mapping[str, Json] | Sequence[Parameter] = (),
    **more: Any,
) -> Project:
    """A project in which every dataset is a file, save those in `memory`.

    Nodes stand for one default pipeline. Parameters by dotted name are leaves.
    """
    nodes = tuple(item for item in pipelines if isinstance(item, Node))
    registered = [item for item in pipelines if isinstance(item, Pipeline)]
    if nodes:
        registered.append(pipeline(*nodes))
    if isinstance(parameters, Mapping):
        parameters = [
            Parameter(path=tuple(key.split(".")), value=value) for key, value in parameters.items()
        ]
    args = {dataset.name: dataset for dataset in datasets}
    used = {
        name
        for p in registered
        for n in p.nodes
        for name in (*n.datasets_in, *n.outputs)
        if name not in memory.split() and not name.startswith("params:")
    }
    files = {name: Dataset(name=name, kind="local", location=f"data/{name}") for name in used}
    return Project(
        name="shop",
        kedro="1.7.0",
        pipelines=tuple(registered),
        datasets=tuple(sorted((files | args).values(), key=lambda dataset: dataset.name)),
        parameters=tuple(parameters),
        **more,
    )


def leaves(values: Mapping[str, Json], *above: str) -> list[Parameter]:
    """Nested parameters as a reader gives them; `api_key` is hidden."""
    result: list[Parameter] = []
    for key, value in values.items():
        nesting = isinstance(value, Mapping) and value and not any("." in inner for inner in value)
        if nesting:
            result += leaves(value, *above, key)
        elif key == "api_key":
            result.append(Parameter(path=(*above, key), hidden="its name looks like a secret"))
        else:
            result.append(Parameter(path=(*above, key), value=value))
    return sorted(result, key=lambda leaf: leaf.path)


def settings(
    pipeline_settings: Mapping[str, Any] | None = None,
    name: str = "__default__",
    **document: Any,
) -> Settings:
    """Checked settings: those of one pipeline, and the document's other sections."""
    if pipeline_settings is not None:
        document.setdefault("pipelines", {})[name] = pipeline_settings
    return load(SettingsSource(values=document), {"airflow": Anything()})


def plan(of: Project, args: Mapping[str, Any] | Settings | None = None, **options: Any) -> Plan:
    """Plan the default pipeline; `given` are its settings."""
    content = args if isinstance(args, Settings) else settings(args)
    return build(of, "__default__", content, PlanOptions(**options))


def tasks(output: Plan) -> list[list[str]]:
    """The names of the nodes of each task."""
    return [[content.name for content in task.nodes] for task in output.tasks]


def task_of(output: Plan, name: str) -> Task:
    """The task that runs a node."""
    return next(task for task in output.tasks if name in [content.name for content in task.nodes])


def said(error: ShipwayError) -> str:
    """Everything that an error tells."""
    return "\n".join(f"{f.what} [{f.where}] {f.remedy or ''}" for f in error.findings)
