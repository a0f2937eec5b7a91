"""A project in a repository of several: a deployment of its folder, and one of a clone."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.projects import KedroProject, make_project

from .exported import export
from .server import PrefectServer

NODES = """
from pathlib import Path


def where():
    return f"committed {Path.cwd()}"
"""
REGISTRY = 'return {"__default__": pipeline([node(f.where, None, "place", name="where")])}'


def project_in_repository(folder: Path) -> KedroProject:
    """Write a project below `services`, which writes to `place` in the folder itself."""
    place = {"type": "text.TextDataset", "filepath": str(folder / "place"), "versioned": True}
    services, catalog = folder / "repository" / "services", {"place": place}
    project = make_project(services, REGISTRY, nodes=NODES, catalog=catalog)
    # Kedro looks for the folder, and git keeps no empty one.
    project.write("conf/local/.gitkeep", "")
    return project


def root_of(project: KedroProject) -> dict[str, str]:
    """What a worker must know: the folder of the repository."""
    return {f"{project.package.upper()}_ROOT": str(project.path.parents[1])}


def cloned(project: KedroProject) -> str:
    """Return the deployment of the clone."""
    return f"{project.package}_cloned/{project.package}_cloned"


def deploy_both(server: PrefectServer, project: KedroProject) -> None:
    """Deploy the folder, whose code is then changed, and a clone of what was committed."""
    package, repository = project.package, project.path.parents[1]
    below = {"defaults": {"project_dir": f"services/{package}"}}
    of_clone = {**below, "pipelines": {"__default__": {"name": f"{package}_cloned"}}}
    git = {"git": {"repository": repository.as_uri()}}
    files = [export(project, settings=of_clone, options=git) / f"{package}_cloned/prefect.yaml"]
    _commit(repository)
    flows = project.path / "flows"
    export(project, "--output", str(flows), settings=below)
    files.append(flows / package / "prefect.yaml")
    for file in files:
        server.deploy(file, project.path)
    functions = project.path / "src" / package / "functions.py"
    functions.write_text(NODES.replace("committed", "changed"), encoding="utf-8")


def places(project: KedroProject) -> set[str]:
    """What the runs have written."""
    files = (project.path.parents[2] / "place").glob("*/place")
    return {file.read_text(encoding="utf-8") for file in files}


def _commit(repository: Path) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for words in (("init", "-q"), ("add", "."), (*who, "commit", "-q", "-m", "All")):
        subprocess.run(["git", *words], cwd=repository, check=True)
