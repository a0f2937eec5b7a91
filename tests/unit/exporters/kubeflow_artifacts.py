"""What a Kubeflow artifact says, for the tests of its exporter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from shipway.compiler import Compiled, Selection, compile_all, settings_for
from shipway.errors import ShipwayError
from shipway.model import Dataset, Project
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from tests.unit.planner.build_ir import node, pipeline, project, said

IMAGE = {"image": "registry.example/shop:1"}


REMOTE = [
    Dataset(name=name, kind="remote", location=f"s3://bucket/{name}") for name in ("x", "y", "z")
]


CHAIN_OF_ONE = project(node("a", "raw", "x"), datasets=REMOTE)


CHAIN = project(
    node("a", "raw params:p", "x"), node("b", "x", "y"), datasets=REMOTE, parameters={"p": 1}
)


def artifact(of: Project, options: Mapping[str, Any] = IMAGE, **content: Any) -> Compiled:
    """The default pipeline, compiled; `held` are its settings."""
    values = {"targets": {"kubeflow": dict(options)}, "pipelines": {"__default__": content}}
    exporter = find("kubeflow")
    settings = settings_for(SettingsSource(values=values), [exporter])
    (result,) = compile_all(of, settings, exporter, Selection())
    return result


def files(of: Project, options: Mapping[str, Any] = IMAGE, **content: Any) -> dict[str, str]:
    """The files of the default pipeline, by path."""
    return {file.path: file.text for file in artifact(of, options, **content).files}


def spec(of: Project, options: Mapping[str, Any] = IMAGE, **content: Any) -> list[Any]:
    """The two documents of the spec; the second is empty where there is none."""
    documents = list(yaml.safe_load_all(files(of, options, **content)["shop.yaml"]))
    return [*documents, {}][:2]


def refusal(kind: type[ShipwayError], *args: Any, **content: Any) -> str:
    with pytest.raises(kind) as error:
        files(*args, **content)
    return said(error.value)


def args_of(document: Any, task: str) -> list[str]:
    args: list[str] = container_of(document, task)["args"]
    return args


def container_of(document: Any, task: str) -> dict[str, Any]:
    executor: dict[str, Any] = document["deploymentSpec"]["executors"][f"exec-{task}"]
    return dict(executor["container"])


DATA = {**IMAGE, "volumes": [{"claim": "c", "mount": "/app/data"}]}


def stands(location: str, **more: Any) -> Project:
    content = Dataset(name="x", kind="local", location=location, **more)
    return project(node("a", "raw", "x"), datasets=[content])


HOSTILE = ("{{ x }}", ["{{workflow.name}}"], "$(id)", ["a$$b"], {"a": "\0"}, "\ud800", "x" * 70_000)


def many(nodes: int, *read: str) -> Project:
    """A pipeline of nodes with names and signatures as long as real ones."""
    result = (
        node(f"features.region_{n:04}.weekly", f"raw_{n:04} {' '.join(read)}", f"weekly_{n:04}")
        for n in range(nodes)
    )
    of = pipeline(*result)
    names = [name for one in of.nodes for name in (*one.datasets_in, *one.outputs)]
    content = [Dataset(name=name, kind="remote", location=f"s3://b/{name}") for name in names]
    return project(
        of, datasets=content, parameters={name.removeprefix("params:"): 1 for name in read}
    )


def nodes_of(document: Any) -> str:
    (executor,) = document["deploymentSpec"]["executors"].values()
    (word,) = (word for word in executor["container"]["args"] if word.startswith("--nodes="))
    return str(word.partition("=")[2])
