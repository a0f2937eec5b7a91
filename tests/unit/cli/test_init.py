"""`shipway init`, and `shipway snapshot`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from shipway.cli import main
from shipway.compiler import Selection, plan_one
from shipway.settings.settings import load
from shipway.settings.source import SettingsSource
from shipway.starter.document import starter
from shipway.targets import registry
from shipway.targets.waivers import section
from tests.projects import EXAMPLE, KedroProject, make_project, text_file
from tests.targets import TARGETS
from tests.unit.planner.build_ir import node, pipeline
from tests.unit.planner.build_ir import project as build


def test_init_writes_settings_that_work(project: KedroProject) -> None:
    (project.path / "conf/base/deploy.yml").unlink()
    result = project.shipway("init", "airflow")
    assert result.exit_code == 0, result.output
    assert "shipway export airflow" in result.output
    file_list = yaml.safe_load((project.path / "conf/base/deploy.yml").read_text())
    assert set(file_list["pipelines"]) == {"__default__", "broken", "scoring"}
    plan = json.loads(project.shipway("plan", "--format", "json").stdout)["plans"][0]
    assert plan["tasks"][0]["settings"]["retries"] == 1


@pytest.mark.parametrize(
    ("targets", "size"),
    [(["kubernetes"], "2 nodes in 1 task"), (["kubernetes", "argo"], "2 nodes in 2 tasks")],
)
def test_init_counts_the_tasks_of_the_targets(
    targets: list[str], size: str, project: KedroProject
) -> None:
    text = project.shipway("init", *targets, "--stdout").stdout
    assert f"__default__:  # {size}\n" in text
    assert "One task" not in text


def test_init_replaces_nothing(project: KedroProject) -> None:
    file = project.path / "conf/base/deploy.yml"
    before = file.read_bytes()
    result = project.shipway("init", "airflow", "--format", "json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["exit_code"]) == (6, 6)
    assert document["findings"][0]["where"].endswith("conf/base/deploy.yml")
    assert file.read_bytes() == before


def test_quiet_init_says_nothing(project: KedroProject) -> None:
    (project.path / "conf/base/deploy.yml").unlink()
    assert project.shipway("init", "airflow", "-q").output == ""
    eject = ["templates", "eject", "airflow", "-q", "--to", str(project.path / "templates")]
    assert CliRunner().invoke(main, eject).output == ""
    assert (project.path / "conf/base/deploy.yml").exists()


def test_init_says_where_as_json(project: KedroProject) -> None:
    (project.path / "conf/base/deploy.yml").unlink()
    document = json.loads(project.shipway("init", "airflow", "--format", "json").stdout)
    assert Path(document["settings"]).is_file()


def test_init_in_another_configuration(project: KedroProject) -> None:
    (project.path / "conf").rename(project.path / "other")
    (project.path / "other/base/deploy.yml").unlink()
    result = project.shipway("init", "airflow", "--conf-source", str(project.path / "other"))
    assert result.exit_code == 0, result.output
    assert (project.path / "other/base/deploy.yml").is_file()
    assert not (project.path / "conf").exists()


def test_init_in_an_archive(project: KedroProject, tmp_path: Path) -> None:
    (project.path / "conf/base/deploy.yml").unlink()
    with tarfile.open(project.path / "conf.tar.gz", "w:gz") as tar:
        tar.add(project.path / "conf", arcname="conf")
    result = project.shipway("init", "airflow", "--conf-source", str(project.path / "conf.tar.gz"))
    assert result.exit_code == 2
    assert "--conf-source conf.tar.gz" in result.stderr
    assert "is not a folder" in result.stderr


@pytest.mark.parametrize("name", ["yes", "1", "a: b", "# x", "über", "it's", '"q"', "-", "{x}"])
def test_a_starter_for_any_name(name: str) -> None:
    project = build(pipeline(node("n", "a", "b"), name=name))
    settings = load(SettingsSource(values={}), {})
    plans = {name: plan_one(project, settings, name, Selection(), None)}
    text = starter(project, plans, [registry.find(target) for target in TARGETS], Path())
    values = yaml.safe_load(text)
    assert list(values["pipelines"]) == [name]
    assert list(values["targets"]) == [*TARGETS]
    shapes = {target: section(registry.find(target)) for target in TARGETS}
    assert load(SettingsSource(values=values), shapes).pipeline(name).runs == 1


def test_init_asks_for_a_target_and_names_them(project: KedroProject) -> None:
    result = project.shipway("init")
    assert result.exit_code == 2
    assert f"Name one or several of {', '.join(TARGETS)}; `all`" in result.stderr


def test_what_an_existing_file_lacks_can_be_printed(project: KedroProject) -> None:
    file = project.path / "conf/base/deploy.yml"
    before = file.read_bytes()
    assert "`shipway init TARGET --stdout`" in project.shipway("init", "prefect").stderr
    result = project.shipway("init", "prefect", "--stdout")
    assert list(yaml.safe_load(result.stdout)["targets"]) == ["prefect"]
    document = json.loads(project.shipway("init", "prefect", "--stdout", "--format=json").stdout)
    assert document["text"] == result.stdout
    assert file.read_bytes() == before


@pytest.mark.parametrize("targets", [["airflow"], ["prefect", "kubeflow"], ["all"]])
def test_what_init_writes_can_be_exported_by_the_command_that_it_prints(
    project: KedroProject, targets: list[str]
) -> None:
    (project.path / "conf/base/deploy.yml").unlink()
    outcome = project.shipway("init", *targets)
    assert outcome.exit_code == 0, outcome.output
    command = outcome.stdout.splitlines()[-1].removeprefix("Next: shipway ")
    assert command == f"export {' '.join(TARGETS if targets == ['all'] else targets)}"
    exported = project.shipway(*command.split())
    assert exported.exit_code == 0, exported.output
    again = json.loads(project.shipway("init", *targets, "--format", "json").stdout)
    assert again["exit_code"] == 6, "it replaces nothing"


def test_a_first_file_of_the_users_is_written_once(project: KedroProject) -> None:
    settings, bundle = project.path / "conf/base/deploy.yml", project.path / "databricks.yml"
    settings.unlink()
    printed = project.shipway("init", "databricks", "--stdout")
    assert printed.exit_code == 0
    assert not bundle.exists(), "it writes nothing"
    written = project.shipway("init", "databricks").stdout.splitlines()
    assert [line.split()[0] for line in written[:-1]] == [str(settings), str(bundle)]
    content = yaml.safe_load(bundle.read_text())
    assert content["include"] == ["deploy/databricks/resources/*.yml"]
    assert project.shipway("export", "databricks").exit_code == 0
    assert list(project.path.glob(content["include"][0]))
    settings.unlink()
    bundle.write_text("bundle: {name: mine}\n")
    document = json.loads(project.shipway("init", "databricks", "--format", "json").stdout)
    assert "files" not in document
    assert bundle.read_text() == "bundle: {name: mine}\n"
    settings.unlink()
    bundle.rename(project.path / "bundle.yaml")
    assert project.shipway("init", "databricks").exit_code == 0
    assert not bundle.exists(), "a bundle with two such files is refused"


def test_init_for_the_example_says_what_is_the_examples(tmp_path: Path) -> None:
    example = KedroProject(path=tmp_path / "energy", package="energy")
    private_files = shutil.ignore_patterns("data", "deploy", "__pycache__", ".venv", "*.egg-info")
    shutil.copytree(EXAMPLE, example.path, ignore=private_files)
    file = example.path / "conf/base/deploy.yml"
    shutil.rmtree(example.path / "conf/prod", ignore_errors=True)
    file.unlink()
    outcome = example.run("python", "-m", "shipway", "init", "all")
    assert outcome.returncode == 0, outcome.stderr
    text = file.read_text()
    assert "# One task, since data passes between them in memory (alpha):" in text
    assert '#   train_model: {resources: {cpu: "2", memory: 4Gi}}  # trains with sklearn' in text
    assert "      - {claim: energy-data, mount: /app/data}" in text
    assert "    # Copy the inputs there first, since the image's own are hidden:" in text
    assert "05_model_input" not in text.partition("Copy the inputs")[2], "a pipeline writes it"
    assert "data/08_reporting/report.md" in text
    assert all(len(line) <= 100 for line in text.splitlines())
    exported = example.run("python", "-m", "shipway", "export", "all", "--all")
    assert exported.returncode == 0, exported.stdout + exported.stderr


def test_init_for_a_project_fresh_from_kedro_new(tmp_path: Path) -> None:
    """Without a pipeline first, then with one as its template has them."""
    words = ["new", "--name=Fresh", "--tools=none", "--example=n", "--telemetry=no"]
    command = [sys.executable, "-m", "kedro", *words]
    env = {**os.environ, "DO_NOT_TRACK": "1", "KEDRO_DISABLE_TELEMETRY": "1"}
    subprocess.run(command, cwd=tmp_path, env=env, check=True, capture_output=True)
    fresh = KedroProject(path=tmp_path / "fresh", package="fresh")
    empty = fresh.run("python", "-m", "shipway", "init", "airflow")
    assert empty.returncode == 0, empty.stderr
    assert empty.stdout.splitlines()[-1] == "Next: shipway plan"
    (fresh.path / "conf/base/deploy.yml").unlink()
    fresh.write("src/fresh/pipelines/training/nodes.py", TRAINING)
    fresh.write(
        "src/fresh/pipelines/training/__init__.py",
        """
        from kedro.pipeline import node, pipeline
        from . import nodes


        def create_pipeline(**kwargs):
            return pipeline([node(nodes.train, "params:rate", "model", name="train")])
        """,
    )
    fresh.write("conf/base/parameters.yml", "rate: 1\n")
    entry = {"model": {"type": "pickle.PickleDataset", "filepath": "data/06_models/model.pkl"}}
    fresh.write("conf/base/catalog.yml", json.dumps(entry))
    assert fresh.run("python", "-m", "shipway", "init", "all").returncode == 0
    assert "gpu: 1" in (fresh.path / "conf/base/deploy.yml").read_text()
    exported = fresh.run("python", "-m", "shipway", "export", "all")
    assert exported.returncode == 0, exported.stderr


TRAINING = """
def train(rate):
    import torch

    return torch.tensor(rate)
"""


def test_what_cannot_be_planned_yet_is_said_in_a_comment(project: KedroProject) -> None:
    (project.path / "conf/base/deploy.yml").unlink()
    assert project.shipway("init", "airflow").exit_code == 0
    text = (project.path / "conf/base/deploy.yml").read_text()
    assert "broken:  # 1 node; it cannot be exported yet" in text
    assert "nobody_makes_this" in text


def test_names_that_end_lines_stay_in_their_comment(tmp_path: Path) -> None:
    project = make_project(
        tmp_path,
        'return {"__default__": pipeline([node(f.make, None, "a\\nb", name="n")])}',
        catalog={"a\nb": text_file("a\nb.txt")},
    )
    assert project.shipway("init", "airflow").exit_code == 0
    text = (project.path / "conf/base/deploy.yml").read_text()
    assert yaml.safe_load(text)["defaults"] == {"retries": 1, "retry_delay": "1m"}


def test_snapshot_to_a_file_and_to_the_screen(project: KedroProject, tmp_path: Path) -> None:
    file = tmp_path / "new" / "project.json"
    result = project.shipway("snapshot", "-o", str(file))
    assert result.exit_code == 0, result.output
    assert f"{file.as_posix()}  3 pipelines, 4 datasets" in result.stdout
    assert project.shipway("snapshot").stdout == file.read_text()
    file_list = json.loads(project.shipway("snapshot", "-o", str(file), "--format", "json").stdout)
    assert file_list["snapshot"] == file.as_posix()


def test_a_snapshot_gives_the_same_plan(project: KedroProject, tmp_path: Path) -> None:
    file = tmp_path / "project.json"
    project.shipway("snapshot", "-o", str(file))
    settings = str(project.path / "conf/base/deploy.yml")
    plan = project.shipway("plan", "--format", "json", "--settings", settings)
    other = project.shipway(
        "plan", "--format", "json", "--snapshot", str(file), "--settings", settings
    )
    assert json.loads(other.stdout)["plans"][0]["tasks"]
    assert json.loads(other.stdout) == json.loads(plan.stdout)


def test_plan_for_people(project: KedroProject) -> None:
    assert project.shipway("plan").stdout.splitlines() == [
        "__default__: 2 nodes in 2 tasks, 2 layers",
        "  first",
        "  second  after first",
        "  critical path: 2 tasks in a row",
    ]
    fusion = project.shipway("plan", "--group-by", "pipeline").stdout
    assert "2 nodes in 1 task, 1 layer\n" in fusion
    assert "  nodes share a task since they are grouped by pipeline:\n" in fusion
