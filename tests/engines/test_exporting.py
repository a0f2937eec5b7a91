"""A fork of what has imported Shipway does and says what `python -m shipway` does and says."""

from __future__ import annotations

import pytest

from tests.projects import KedroProject, make_project, text_file

from .exporting import shipway

pytestmark = pytest.mark.engine

REGISTRY = 'return {"__default__": pipeline([node(f.make, None, "text", name="start")])}'


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    folder = tmp_path_factory.mktemp("exporting")
    return make_project(folder, REGISTRY, catalog={"text": text_file("text.txt")})


@pytest.mark.parametrize(
    ("words", "env", "code"),
    [
        (("plan",), {}, 0),
        (("plan",), {"KEDRO_ENV": "nowhere"}, 0),
        (("export", "prefect", "--check"), {}, 1),
        (("export", "prefetc"), {}, 2),
    ],
)
def test_it_says_the_same(
    project: KedroProject, words: tuple[str, ...], env: dict[str, str], code: int
) -> None:
    fork = shipway(project.path, *words, env=env)
    process = project.run("python", "-m", "shipway", *words, **env)
    assert (fork.returncode, fork.stdout, fork.stderr) == (code, process.stdout, process.stderr)
    assert process.returncode == code


def test_it_writes_the_same(project: KedroProject) -> None:
    """Each time: no fork knows of the one before."""
    shipway(project.path, "export", "prefect")
    first = files(project)
    assert shipway(project.path, "export", "prefect", "--check").returncode == 0
    (project.path / "conf" / "base" / "parameters.yml").write_text("a: 1\n", encoding="utf-8")
    registry = project.path / "src" / project.package / "pipeline_registry.py"
    text = registry.read_text(encoding="utf-8")
    registry.write_text(text.replace("None", '"params:a"'), encoding="utf-8")
    shipway(project.path, "export", "prefect")
    second = files(project)
    assert first != second
    assert project.run("python", "-m", "shipway", "export", "prefect", "--check").returncode == 0


def files(project: KedroProject) -> dict[str, str]:
    folder = project.path / "deploy"
    return {p.name: p.read_text(encoding="utf-8") for p in folder.rglob("*") if p.is_file()}
