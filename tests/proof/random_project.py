"""Random pipelines as a real Kedro project, on disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from shipway.model import Node, Pipeline
from tests.projects import KedroProject, make_project, text_file

PATTERN = {"{any}_f": text_file("{any}_f.txt")}


def write_project(
    folder: Path, of: Sequence[tuple[Pipeline, Mapping[str, str]]], parameters: Mapping[str, Any]
) -> KedroProject:
    """Write pipelines with their datasets; `data/free.txt` is there."""
    catalog = {"free": text_file("free.txt"), **PATTERN}
    for _, kinds in of:
        catalog |= dict(_entries(kinds))
    project = make_project(
        folder, _registry([one for one, _ in of]), catalog=catalog, parameters=parameters
    )
    project.write("data/free.txt", "free")
    return project


def _registry(pipelines: Sequence[Pipeline]) -> str:
    lines = ["return {"]
    for one in pipelines:
        lines += [f"    {one.name!r}: pipeline([", *map(_node, one.nodes), "    ]),"]
    return "\n".join([*lines, "}"])


def _node(node: Node) -> str:
    name = node.name.removeprefix(f"{node.namespace}.")
    inputs, outputs = list(node.inputs) or None, list(node.outputs)
    made = outputs if len(outputs) > 1 else outputs[0]
    return (
        f"        node(f.{node.function}, {inputs!r}, {made!r}, name={name!r}, "
        f"namespace={node.namespace!r}, tags={list(node.tags)!r}),"
    )


def _entries(kinds: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for name, kind in kinds.items():
        if kind == "twice":
            yield f"{name}@made", text_file(f"{name}.txt")
            yield f"{name}@text", text_file(f"{name}.txt")
        elif kind == "cached":
            yield name, {"type": "CachedDataset", "dataset": text_file(f"{name}.txt")}
        elif kind in ("plain", "versioned"):
            yield name, text_file(f"{name}.txt", versioned=kind == "versioned")
