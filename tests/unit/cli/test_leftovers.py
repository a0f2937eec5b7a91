"""Files of a pipeline that its artifact does not have any more, such as that of a schedule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.projects import KedroProject
from tests.targets import TARGETS, settings_of_all

SETTINGS = """
targets:
  kubeflow: {image: "shop:1", volumes: [{claim: data, mount: /app/data}]}
pipelines: {__default__: {%s}}
"""
DAILY = 'schedule: {cron: "0 6 * * *"}'


def deploy(project: KedroProject, what: str) -> None:
    project.write("conf/base/deploy.yml", SETTINGS % what)


def export(project: KedroProject, *words: str, code: int = 0) -> str:
    result = project.shipway("export", "kubeflow", *words)
    assert result.exit_code == code, result.output
    return str(result.output)


def causes(project: KedroProject, *words: str) -> dict[str, Any]:
    result = project.shipway("export", "kubeflow", "--check", "--format", "json", *words)
    (target,) = json.loads(result.stdout)["targets"]
    return {item["path"].partition(".")[2]: item["causes"] for item in target["differences"]}


def differs(project: KedroProject, *words: str) -> int:
    return project.shipway("diff", "kubeflow", "--exit-code", *words).exit_code


@pytest.fixture
def schedule(project: KedroProject) -> Path:
    """The file of a schedule, which is then taken away."""
    (project.path / "conf/base/catalog.yml").write_text('"{any}": {type: pickle.PickleDataset}\n')
    deploy(project, DAILY)
    export(project)
    deploy(project, "")
    name = project.package.replace("_", "-")
    file = project.path / "deploy" / "kubeflow" / f"{name}.schedule.yaml"
    assert file.is_file()
    return file


@pytest.mark.parametrize("words", [(), ("-p", "__default__", "-p", "scoring")])
def test_a_file_that_a_pipeline_has_no_more_is_told_and_removed(
    project: KedroProject, schedule: Path, words: tuple[str, ...]
) -> None:
    if words:
        deploy(project, DAILY)
        export(project, *words)
        deploy(project, "")
    assert causes(project, *words)["schedule.yaml"] == ["leftover"]
    output = export(project, *words, "--check", code=1)
    assert (
        f"{schedule.name}  its pipeline does not make it any more; an export removes it" in output
    )
    assert "Run the same command without --check" in output
    assert schedule.is_file()
    assert differs(project, *words) == 1
    assert f"{schedule.name}  removed, as its pipeline does not make it" in export(project, *words)
    assert not schedule.exists()
    assert causes(project, *words) == {}
    export(project, *words, "--check")
    assert differs(project, *words) == 0


def test_it_is_told_once_with_all(project: KedroProject, schedule: Path) -> None:
    assert causes(project, "--all")["schedule.yaml"] == ["leftover"]
    output = export(project, "--all")
    assert "removed" in output
    assert "delete it" not in output
    assert not schedule.exists()


def test_it_is_removed_where_its_pipeline_is_up_to_date(
    project: KedroProject, schedule: Path
) -> None:
    """As after a merge that brought it back."""
    text = schedule.read_text()
    export(project)
    schedule.write_text(text)
    assert causes(project) == {"schedule.yaml": ["leftover"]}
    assert differs(project) == 1
    export(project)
    assert differs(project) == 0


def test_one_that_was_edited_by_hand_is_left_to_the_hand(
    project: KedroProject, schedule: Path
) -> None:
    schedule.write_text(schedule.read_text() + "# mine\n")
    text = " ".join(export(project).split())
    assert "does not make it any more; it was edited by hand; delete it" in text
    assert schedule.is_file()
    assert causes(project) == {"schedule.yaml": ["leftover", "edited"]}
    output = export(project, "--check", code=1)
    assert "Run the same command" not in output
    assert "Delete the files that nothing makes any more." in output
    schedule.unlink()
    export(project, "--check")
    assert differs(project) == 0


def test_one_of_another_project_or_of_nobody_is_no_leftover(
    project: KedroProject, schedule: Path
) -> None:
    text = schedule.read_text()
    lines = [line for line in text.splitlines() if "shipway: of=" not in line]
    export(project)
    for other in ("x: 1\n", "\n".join(lines), text.replace("shipway: of=", "shipway: of=0")):
        schedule.write_text(other)
        assert causes(project) == {}
        export(project)
        assert schedule.read_text() == other


def test_a_comparison_removes_nothing(project: KedroProject, schedule: Path) -> None:
    for words in (("diff", "kubeflow"), ("export", "kubeflow", "--diff")):
        assert project.shipway(*words).exit_code == 0
        assert schedule.is_file()


def test_the_file_of_an_older_name_is_told_with_all_and_then_compared_alone(
    project: KedroProject, schedule: Path
) -> None:
    """Without `--all` it may be that of an export with other settings, which has its own name."""
    deploy(project, "name: later")
    output = export(project)
    assert "delete" not in output
    assert schedule.is_file()
    assert differs(project) == 0
    assert causes(project, "--all") == {"yaml": ["leftover"], "schedule.yaml": ["leftover"]}
    output = export(project, "--all")
    assert "does not make it any more; delete it" in " ".join(output.split())
    assert "belongs to no pipeline" not in output
    for file in schedule.parent.glob(f"{schedule.name.partition('.')[0]}.*"):
        file.unlink()
    export(project, "--all", "--check")
    assert differs(project, "--all") == 0


def test_a_template_of_a_pool_that_is_not_needed_any_more(project: KedroProject) -> None:
    """Prefect's is the other file that stands only where the settings ask for it."""
    settings = """
targets: {prefect: {image: "shop:1", work_pool: {type: kubernetes}}}
defaults: {volumes: [{claim: data, mount: /app/data}]}
"""
    (project.path / "conf/base/catalog.yml").write_text('"{any}": {type: pickle.PickleDataset}\n')
    folder = project.path / "deploy" / "prefect" / project.package
    project.write("conf/base/deploy.yml", settings)
    assert project.shipway("export", "prefect").exit_code == 0
    assert len([*folder.iterdir()]) == 3
    project.write("conf/base/deploy.yml", "targets: {prefect: {work_pool: {type: process}}}")
    result = project.shipway("export", "prefect")
    assert "base-job-template.json  removed" in result.output, result.output
    assert len([*folder.iterdir()]) == 2
    assert project.shipway("diff", "prefect", "--exit-code").exit_code == 0


def test_a_file_of_the_same_pipeline_under_another_name_is_noted(project: KedroProject) -> None:
    """It may be another export on purpose, with settings of its own: so no check fails on it."""
    project.write("conf/base/deploy.yml", "defaults: {retries: 1}\n")
    assert project.shipway("export", "airflow").exit_code == 0
    project.write("conf/base/deploy.yml", "pipelines: {__default__: {name: daily}}\n")
    old = f"deploy/airflow/{project.package}.py is of the same pipeline under another name."
    assert old in project.shipway("export", "airflow").output
    check = project.shipway("export", "airflow", "--check")
    assert (check.exit_code, old in check.output) == (0, True)
    (project.path / "deploy" / "airflow" / f"{project.package}.py").unlink()
    assert "another name" not in project.shipway("export", "airflow").output


def into(project: KedroProject, target: str, folder: Path, *words: str) -> dict[str, Any]:
    """What an export of everything says of a folder that was named."""
    call = ("export", target, "--all", "-o", str(folder), "--format", "json", *words)
    result = project.shipway(*call)
    content = json.loads(result.stdout)
    assert "targets" in content, content
    (answer,) = content["targets"]
    assert result.exit_code == bool("--check" in words and answer["differences"])
    return dict(answer)


def not_made(answer: dict[str, Any]) -> dict[str, list[str]]:
    causes = {item["path"]: item["causes"] for item in answer["differences"]}
    return {path: of for path, of in causes.items() if {"stray", "leftover"} & set(of)}


@pytest.mark.parametrize("target", TARGETS)
def test_in_a_folder_that_was_named_a_file_that_nothing_makes_any_more_is_told(
    project: KedroProject, tmp_path: Path, target: str
) -> None:
    """Such a folder is often that which a scheduler reads: an old schedule would go on there."""
    project.write("conf/base/catalog.yml", '"{any}": {type: pickle.PickleDataset}\n')
    project.write("conf/prod/parameters.yml", "size: 2\n")
    folder, made = tmp_path / "all of them", set[str]()
    job = {"pipeline": "__default__", "retries": 1, "schedule": {"cron": "0 6 * * *"}}
    older = {"__default__": {"name": "older", "schedule": {"cron": "0 6 * * *"}}}
    for content in ({"jobs": {"fr": job}}, {"pipelines": older}, {}):
        project.write("conf/base/deploy.yml", yaml.safe_dump(settings_of_all(**content)))
        made = {
            path for item in into(project, target, folder)["pipelines"] for path in item["files"]
        }
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    left = there - made
    assert {"fr" in path or "older" in path for path in left} == {True}
    (folder / "mine.yaml").write_text("x: 1\n")
    expected = {path: ["stray" if "fr" in path else "leftover"] for path in left}
    assert not_made(into(project, target, folder, "--check")) == expected
    # None of it is of another environment, or of another target.
    assert not_made(into(project, target, folder, "--env", "prod", "--check")) == {}
    other = "prefect" if target == "airflow" else "airflow"
    assert not_made(into(project, other, folder, "--check")) == {}
    for path in left:
        (folder / path).unlink()
    assert not_made(into(project, target, folder, "--check")) == {}


def test_of_a_folder_that_was_named_the_levels_of_the_target_are_read(
    project: KedroProject, tmp_path: Path
) -> None:
    project.write("conf/base/catalog.yml", '"{any}": {type: pickle.PickleDataset}\n')
    for name in ("older", "newer"):
        project.write("conf/base/deploy.yml", f"pipelines: {{__default__: {{name: {name}}}}}\n")
        into(project, "airflow", tmp_path / "dags")
    (tmp_path / "dags" / "deeper").mkdir()
    (tmp_path / "dags" / "older.py").rename(tmp_path / "dags" / "deeper" / "older.py")
    assert not_made(into(project, "airflow", tmp_path / "dags")) == {}
    (tmp_path / "dags" / "deeper" / "older.py").rename(tmp_path / "dags" / "older.py")
    assert not_made(into(project, "airflow", tmp_path / "dags")) == {"older.py": ["leftover"]}
