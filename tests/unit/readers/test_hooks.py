"""Hooks stay silent unless they are asked for; then what they do to the catalog counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.errors import ProjectError
from tests.projects import KedroProject, make_project, new_package, text_file

HOOKS = """
from pathlib import Path

from kedro.framework.hooks import hook_impl
from kedro.io import AbstractDataset, CachedDataset, MemoryDataset
from kedro_datasets.text import TextDataset

LOG = Path(__file__).with_name("fired.txt")


class Remote(AbstractDataset):
    def __init__(self, filepath):
        self._filepath = filepath.rpartition("://")[2]

    def _load(self): pass
    def _save(self, data): pass
    def _describe(self): return {}


class Hooks:
    @hook_impl
    def after_context_created(self, context):
        LOG.write_text("context\\n")
        creds = context.config_loader["credentials"]
        loader = context.config_loader
        loader["parameters"] = {**loader["parameters"], "from_hook": len(creds)}

    @hook_impl
    def after_catalog_created(self, catalog, conf_catalog, conf_creds, parameters):
        with LOG.open("a") as log:
            log.write("catalog\\n")
            log.write(f"{conf_creds} {sorted(parameters)} {catalog.load('params:p')}\\n")
            log.write(f"{conf_catalog['kept']}\\n")
        catalog["memory"] = MemoryDataset()
        catalog["raw"] = 5
        catalog["local"] = TextDataset(filepath="data/x.txt")
        catalog["cached"] = CachedDataset(TextDataset(filepath="data/y.txt"))
        catalog["remote"] = Remote(filepath="https://u:canary@host/x.txt?token=canary")
        catalog["replaced"] = MemoryDataset()
"""
NAMES = ("cached", "kept", "local", "memory", "raw", "remote", "replaced")


def project_with(folder: Path, hooks: str = HOOKS) -> KedroProject:
    package = new_package()
    nodes = ", ".join(f'node(f.make, None, "{name}", name="n_{name}")' for name in NAMES)
    project = make_project(
        folder,
        f'return {{"__default__": pipeline([{nodes}])}}',
        catalog={
            "replaced": text_file("replaced.txt"),
            "kept": text_file("kept.txt", credentials="canary"),
        },
        parameters={"p": 1},
        settings=f"from {package}.hooks import Hooks\n\nHOOKS = (Hooks(),)\n",
        package=package,
    )
    project.write(f"src/{package}/hooks.py", hooks)
    return project


def test_no_hook_fires_by_default(tmp_path: Path) -> None:
    project = project_with(tmp_path)
    read = project.read().project
    assert not list(project.path.rglob("fired.txt"))
    kinds = {dataset.name: dataset.kind for dataset in read.datasets}
    answer = dict.fromkeys(NAMES, "memory")
    assert kinds == {**answer, "kept": "local", "replaced": "local"}


def test_with_hooks_what_they_did_to_the_catalog_counts(tmp_path: Path) -> None:
    project = project_with(tmp_path)
    read = project.read(with_hooks=True).project
    result = {dataset.name: (dataset.kind, dataset.location) for dataset in read.datasets}
    assert result == {
        "cached": ("local", "data/y.txt"),
        "kept": ("local", "data/kept.txt"),
        "local": ("local", "data/x.txt"),
        "memory": ("memory", None),
        "raw": ("memory", None),
        "remote": ("remote", "https://host/x.txt"),
        "replaced": ("memory", None),
    }
    assert {leaf.name: leaf.value for leaf in read.parameters} == {"from_hook": 0, "p": 1}


def test_hooks_see_what_kedro_shows_them_without_credentials(tmp_path: Path) -> None:
    project = project_with(tmp_path)
    project.write("conf/local/credentials.yml", "canary: {key: hunter2}\n")
    read = project.read(with_hooks=True, params="p=7")
    (log,) = project.path.rglob("fired.txt")
    assert log.read_text().splitlines() == [
        "context",
        "catalog",
        "{} ['parameters', 'params:from_hook', 'params:p'] 7",
        "{'filepath': 'data/kept.txt', 'type': 'text.TextDataset'}",
    ]
    assert "hunter2" not in repr(read)


def test_hooks_fire_also_in_a_project_without_parameters(tmp_path: Path) -> None:
    hooks = "from kedro.framework.hooks import hook_impl\n\n\nclass Hooks:\n    pass\n"
    project = project_with(tmp_path, hooks)
    (project.path / "conf/base/parameters.yml").unlink()
    assert project.read(with_hooks=True).project.parameters == ()


@pytest.mark.parametrize("when", ["after_context_created", "after_catalog_created"])
def test_a_hook_that_fails_is_told_by_its_line(tmp_path: Path, when: str) -> None:
    hooks = f"""
    from kedro.framework.hooks import hook_impl


    class Hooks:
        @hook_impl
        def {when}(self):
            raise RuntimeError("no network")
    """
    project = project_with(tmp_path, hooks)
    with pytest.raises(ProjectError) as error:
        project.read(with_hooks=True)
    (finding,) = error.value.findings
    assert finding.where == f"src/{project.package}/hooks.py:8"
    assert "RuntimeError: no network" in finding.what
