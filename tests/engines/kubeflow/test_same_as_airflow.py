"""The same pipelines give the same tasks and edges on Kubeflow as on Airflow."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.engines.airflow.env import AirflowEnv
from tests.engines.airflow.exported import nodes_of as nodes_of_airflow
from tests.engines.airflow.load import load_dags
from tests.engines.exporting import shipway
from tests.projects import KedroProject, copy_example, make_project, text_file

from .env import KubeflowEnv
from .exported import export, nodes_of
from .parse import parse_all

pytestmark = pytest.mark.engine

HARD_NAMES = """
names = ["größe", "class", "train-driver", "9lives", "a.b", "A.b", "very_" + "long_" * 40 + "name"]
nodes = [node(f.make, "raw", f"out{i}", name=name) for i, name in enumerate(names)]
nodes.append(node(f.make, [f"out{i}" for i in range(len(names))], "end", name="end"))
tagged = [node(f.make, "end", "tagged", name="tagged", tags=["late"])]
return {"__default__": pipeline([*nodes, *tagged])}
"""
DETOUR = """
return {"__default__": pipeline([
    node(f.two, "raw", ["held", "filed"], name="first"),
    node(f.make, "filed", "detour", name="between"),
    node(f.make, ["held", "detour"], "end", name="last"),
])}
"""
Shape = tuple[set[frozenset[str]], set[tuple[frozenset[str], frozenset[str]]]]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    return copy_example(tmp_path_factory.mktemp("shapes") / "energy")


def on_kubeflow(env: KubeflowEnv, files: list[Path]) -> list[Shape]:
    shapes = []
    for tree in parse_all(env, [file.read_text(encoding="utf-8") for file in files]):
        document = tree.ok()
        nodes = {name: frozenset(nodes_of(task)) for name, task in document.leaves.items()}
        edges = {(nodes[a], nodes[b]) for a, b in document.edges}
        shapes.append((set(nodes.values()), edges))
    return shapes


def on_airflow(env: AirflowEnv, project: KedroProject, *args: str) -> dict[str, Shape]:
    folder = project.path / "deploy" / f"airflow{'-'.join(args)}"
    settings = project.path / "airflow.yml"
    settings.write_text(yaml.safe_dump({"defaults": {"retries": 0}}))
    words = ["export", "airflow", "-o", str(folder), "--settings", str(settings), *args]
    process = shipway(project.path, *words)
    assert process.returncode == 0, process.stdout + process.stderr
    shapes = {}
    for name, dag in load_dags(env, folder).dags.items():
        nodes = {task: frozenset(names) for task, names in nodes_of_airflow(dag).items()}
        edges = {(nodes[a], nodes[b]) for a, b in dag.edges}
        shapes[name] = (set(nodes.values()), edges)
    return shapes


@pytest.mark.parametrize("grouping", ["none", "namespace", "tag", "chain", "pipeline"])
def test_the_example_in_every_grouping(
    kubeflow: KubeflowEnv, airflow3: AirflowEnv, example: KedroProject, grouping: str
) -> None:
    args = ("--all", "--group-by", grouping)
    theirs = on_airflow(airflow3, example, *args)
    folder = export(example, *args).parent
    files = [folder / f"{name.replace('_', '-')}.yaml" for name in theirs]
    assert len(files) == 4
    assert on_kubeflow(kubeflow, files) == list(theirs.values())


@pytest.mark.parametrize("registry", [HARD_NAMES, DETOUR], ids=["names", "detour"])
def test_hard_pipelines(
    kubeflow: KubeflowEnv, airflow3: AirflowEnv, tmp_path: Path, registry: str
) -> None:
    names = ["raw", "end", "tagged", "filed", "detour", *(f"out{i}" for i in range(7))]
    catalog = {name: text_file(f"{name}.txt") for name in names}
    project = make_project(tmp_path, registry, catalog=catalog)
    (theirs,) = on_airflow(airflow3, project).values()
    assert on_kubeflow(kubeflow, [export(project)]) == [theirs]
    assert theirs[0]
