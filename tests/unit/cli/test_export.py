"""`shipway export`: what it writes, checks and says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from shipway.artifacts import files as artifact
from tests.projects import KedroProject
from tests.targets import TARGETS, settings_file

PIPELINES = ("-p", "__default__", "-p", "scoring")


def _export(project: KedroProject, *options: str, code: int = 0) -> dict[str, Any]:
    result = project.shipway("export", "airflow", "--format", "json", *options)
    assert result.exit_code == code, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    assert document["exit_code"] == code
    assert document["ok"] == (code == 0)
    return document


def _causes(project: KedroProject, *options: str) -> list[str]:
    """Why a check fails."""
    (target,) = _export(project, "--check", *options, code=1)["targets"]
    (difference,) = target["differences"]
    causes: list[str] = difference["causes"]
    return causes


def _folder(project: KedroProject) -> Path:
    return project.path / "deploy" / "airflow"


def _file(project: KedroProject) -> Path:
    return _folder(project) / f"{project.package}.py"


def test_files_go_to_the_project(project: KedroProject) -> None:
    result = project.shipway("export", "airflow", *PIPELINES)
    assert result.exit_code == 0, result.output
    names = {f"{project.package}_scoring.py", f"{project.package}.py"}
    assert {file.name for file in _folder(project).iterdir()} == names
    lines = result.stdout.splitlines()
    assert len(lines) == 2
    assert lines[0].endswith(f"{project.package}.py  2 nodes in 2 tasks  written")
    assert lines[1].endswith("1 node in 1 task  written")
    assert "up to date" in project.shipway("export", "airflow", *PIPELINES).stdout


def test_output_is_the_folder_itself(project: KedroProject, tmp_path: Path) -> None:
    (target,) = _export(project, "-o", str(tmp_path / "dags"))["targets"]
    assert [file.name for file in (tmp_path / "dags").iterdir()] == [f"{project.package}.py"]
    assert target["folder"] == (tmp_path / "dags").as_posix()
    assert not (project.path / "deploy").exists()


def _entrypoint(file: Path) -> str:
    (deployment,) = yaml.safe_load(file.read_text(encoding="utf-8"))["deployments"]
    return str(deployment["entrypoint"]).rpartition("/")[0]


def _prefect(project: KedroProject, folder: str | None, *words: str) -> Result:
    options = f"targets: {{prefect: {{folder: {folder}}}}}" if folder else "{}"
    file = project.write("prefect.yml", options)
    return project.shipway("export", "prefect", "--settings", str(file), *words)


@pytest.mark.parametrize(
    ("folder", "output", "place"),
    [
        (None, None, "deploy/prefect"),
        ("flows", None, "flows"),
        (None, "flows/all", "flows/all"),
        ("flows/", "flows", "flows"),
        (None, "deploy/prefect", "deploy/prefect"),
    ],
)
def test_a_deployment_says_where_it_is_written(
    project: KedroProject, folder: str | None, output: str | None, place: str
) -> None:
    words = ["-o", str(project.path / output)] if output else []
    result = _prefect(project, folder, *words)
    assert result.exit_code == 0, result.output
    assert "note: " not in result.output
    file = project.path / place / project.package / "prefect.yaml"
    assert _entrypoint(file) == f"{place}/{project.package}"
    text = file.read_text(encoding="utf-8")
    assert f"--prefect-file {place}/{project.package}/prefect.yaml" in text
    assert ("--output" in text) == (place == "flows/all")
    assert _prefect(project, folder, *words, "--check").exit_code == 0


def test_a_folder_of_the_user_s_may_hold_files_of_other_targets(project: KedroProject) -> None:
    (project.path / "conf/base/catalog.yml").write_text('"{any}": {type: pickle.PickleDataset}\n')
    _export(project)
    result = _prefect(project, "deploy", "--all")
    assert result.exit_code == 0, result.output
    assert "belongs to no pipeline" not in result.output


def test_an_output_folder_outside_of_the_project_is_noted(
    project: KedroProject, tmp_path: Path
) -> None:
    for folder, place in ((None, "deploy/prefect"), ("flows", "flows")):
        result = _prefect(project, folder, "-o", str(tmp_path / "out"))
        assert result.exit_code == 0, result.output
        assert f"stand in {place} of the project" in " ".join(result.output.split())
        file = tmp_path / "out" / project.package / "prefect.yaml"
        assert _entrypoint(file) == f"{place}/{project.package}"


def test_an_output_folder_that_the_settings_gainsay_is_refused(project: KedroProject) -> None:
    result = _prefect(project, "flows", "-o", str(project.path / "others"))
    assert result.exit_code == 2
    assert "prefect.yml:1: targets.prefect.folder" in result.output
    assert not (project.path / "others").exists()


def test_all_stands_for_every_target(project: KedroProject) -> None:
    settings = str(project.write("all.yml", settings_file()))
    result = project.shipway("export", "all", "--format", "json", "--settings", settings)
    assert result.exit_code == 0, result.output
    names = [target["target"] for target in json.loads(result.stdout)["targets"]]
    assert names == [*TARGETS]
    assert _file(project).is_file()
    assert all(list((project.path / "deploy" / name).iterdir()) for name in names)


def test_json_says_what_was_compiled(project: KedroProject) -> None:
    document = _export(project)
    (target,) = document["targets"]
    (pipeline,) = target["pipelines"]
    assert target["written"] is True
    assert (pipeline["pipeline"], pipeline["tasks"], pipeline["nodes"]) == ("__default__", 2, 2)
    assert pipeline["files"] == [_file(project).name]
    assert f"plan={pipeline['digest']}" in _file(project).read_text()


@pytest.mark.parametrize("option", ["--check", "--diff"])
def test_check_and_diff_write_nothing(project: KedroProject, option: str) -> None:
    result = project.shipway("export", "airflow", option)
    assert result.exit_code == (1 if option == "--check" else 0)
    assert "it does not exist" in result.stdout
    assert f"+++ {_file(project).as_posix()} (after)" in result.stdout
    assert not (project.path / "deploy").exists()


def test_check_after_export(project: KedroProject) -> None:
    _export(project)
    before = _file(project).read_bytes()
    result = project.shipway("export", "airflow", "--check")
    assert (result.exit_code, "up to date" in result.stdout) == (0, True)
    assert _export(project, "--check")["targets"][0]["differences"] == []
    assert _file(project).read_bytes() == before


def _change_project(project: KedroProject) -> None:
    project.write("conf/base/parameters.yml", "size: 2\n")


def _change_settings(project: KedroProject) -> None:
    project.write("conf/base/deploy.yml", "defaults: {retries: 2}\n")


def _change_file(project: KedroProject) -> None:
    _file(project).write_text(_file(project).read_text() + "# mine\n")


@pytest.mark.parametrize(
    ("changes", "causes", "says"),
    [
        ([_change_project], ["project"], "the project changed"),
        ([_change_settings], ["settings"], "the settings changed"),
        ([_change_file], ["edited"], "it was edited by hand"),
        ([_change_project, _change_file], ["project", "edited"], "changed; it was edited"),
        ([_change_project, _change_settings], ["project", "settings"], "the settings changed"),
    ],
)
def test_check_says_what_changed(
    project: KedroProject, changes: list[Any], causes: list[str], says: str
) -> None:
    _export(project)
    for change in changes:
        change(project)
    assert _causes(project) == causes
    result = project.shipway("export", "airflow", "--check")
    assert result.exit_code == 1
    assert says in result.stdout
    assert f"--- {_file(project).as_posix()} (before)" in result.stdout
    assert "without --check" in result.stderr
    _export(project)
    _export(project, "--check")


def test_another_version_and_another_template(
    project: KedroProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _export(project)
    block = (
        '{% extends "base/airflow/dag.py.j2" %}{% block operator %}{{ super() }}# x\n{% endblock %}'
    )
    (tmp_path / "airflow").mkdir()
    (tmp_path / "airflow" / "dag.py.j2").write_text(block)
    assert _causes(project, "--templates", str(tmp_path)) == ["template"]
    monkeypatch.setattr(artifact, "__version__", "9.9")
    assert _causes(project) == ["shipway"]


def test_the_file_of_an_older_name_is_named_and_kept(project: KedroProject) -> None:
    (project.path / "conf/base/catalog.yml").write_text('"{any}": {type: pickle.PickleDataset}\n')
    _export(project, "--all")
    (_folder(project) / "mine.py").write_text("x = 1\n")
    project.write("conf/base/deploy.yml", "pipelines: {scoring: {name: other}}\n")
    result = project.shipway("export", "airflow", "--all")
    (line,) = (line for line in result.stdout.splitlines() if "delete it" in line)
    assert line.startswith((_folder(project) / f"{project.package}_scoring.py").as_posix())
    assert len(list(_folder(project).iterdir())) == 5
    assert _causes(project, "--all") == ["leftover"]
    _export(project, "--check")


def test_the_environment_variable_of_kedro_does_not_count(
    project: KedroProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bytes of an artifact depend on no variable of the machine; a note says what would."""
    project.write("conf/prod/deploy.yml", "defaults: {retries: 7}\n")
    monkeypatch.setenv("KEDRO_ENV", "prod")
    (note,) = _export(project)["notes"]
    assert "`--env prod`" in note
    assert '"retries": 1' in _file(project).read_text()
    assert "--env" not in _file(project).read_text()
    assert _export(project, "--env", "prod")["notes"] == []
    text = (_folder(project) / f"{project.package}__prod.py").read_text()
    assert '"retries": 7' in text
    assert "--env prod" in text


def test_a_snapshot_does_not_mind_the_environment_variable(
    project: KedroProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "project.json"
    assert project.shipway("snapshot", "-o", str(file)).exit_code == 0
    monkeypatch.setenv("KEDRO_ENV", "prod")
    _export(project, "--snapshot", str(file), "-o", str(tmp_path / "a"))
    actual = _export(project, "--snapshot", str(file), "--env", "prod", code=2)["findings"]
    assert actual[0]["where"] == "--env"


def test_a_loss_is_refused_or_recorded(project: KedroProject) -> None:
    project.write("conf/base/deploy.yml", "defaults: {image: 'a:1', resources: {cpu: 2}}\n")
    actual = _export(project, code=5)["findings"]
    assert [finding["where"].split(": ")[1] for finding in actual] == [
        "defaults.image",
        "defaults.resources.cpu",
    ]
    assert "--allow-lossy image" in actual[0]["remedy"]
    assert not _folder(project).exists()
    assert len(_export(project, "--allow-lossy", "image", code=5)["findings"]) == 1
    lossy = ("--allow-lossy", "image", "--allow-lossy", "resources")
    (target,) = _export(project, *lossy)["targets"]
    assert [setting.split()[0] for setting in target["pipelines"][0]["lost"]] == [
        "image",
        "resources.cpu",
    ]
    text = _file(project).read_text()
    assert "\n- defaults.image\n- defaults.resources.cpu\n" in text
    assert "--allow-lossy image --allow-lossy resources" in text
    _export(project, "--check", *lossy)


def test_a_loss_may_be_accepted_in_the_settings(project: KedroProject) -> None:
    """Each target has its own, so that one file serves several."""
    deploy = "defaults: {resources: {cpu: 2}}\ntargets: {airflow: {allow_lossy: [resources]}}\n"
    project.write("conf/base/deploy.yml", deploy)
    (target,) = _export(project)["targets"]
    assert [setting.split()[0] for setting in target["pipelines"][0]["lost"]] == ["resources.cpu"]
    text = _file(project).read_text()
    assert "as allow_lossy accepts:\n\n- defaults.resources.cpu\n" in text
    _export(project, "--check")
    project.write("conf/base/deploy.yml", deploy.replace("cpu: 2", "cpu: 2, gpu: 1"))
    (target,) = _export(project, "--check", code=1)["targets"]
    assert target["differences"][0]["causes"] == ["settings"]


@pytest.mark.parametrize(
    ("name", "what", "remedy"),
    [
        ("resource", "is not among the choices", "Did you mean `resources`?"),
        ("run_with", "a run would compute something else", "Set `run_with: shipway`."),
        ("local_files", "a run would compute something else", "Let a volume hold them."),
    ],
)
def test_what_cannot_be_waived_in_the_settings(
    project: KedroProject, name: str, what: str, remedy: str
) -> None:
    project.write("conf/base/deploy.yml", f"targets: {{airflow: {{allow_lossy: [{name}]}}}}\n")
    (finding,) = _export(project, code=2)["findings"]
    assert finding["where"].endswith("conf/base/deploy.yml:1: targets.airflow.allow_lossy.0")
    assert (what in finding["what"], finding["remedy"]) == (True, remedy)


def test_an_unknown_loss(project: KedroProject) -> None:
    (finding,) = _export(project, "--allow-lossy", "imgae", code=2)["findings"]
    assert finding["remedy"] == "Did you mean `image`?"


def test_kedro_export_gives_the_same_bytes(project: KedroProject) -> None:
    process = project.run("python", "-m", "kedro", "export", "airflow", "-o", "kedro_out")
    assert process.returncode == 0, process.stderr
    process = project.run("python", "-m", "shipway", "export", "airflow", "-o", "shipway_out")
    assert process.returncode == 0, process.stderr
    usage = project.run("python", "-m", "kedro", "export", "--help").stdout
    assert "kedro export airflow --all --check" in usage
    assert "shipway --help" in usage, "what else there is"
    name = f"{project.package}.py"
    file_list = (project.path / "kedro_out" / name).read_bytes()
    assert file_list == (project.path / "shipway_out" / name).read_bytes()


def test_the_header_names_settings_files_of_the_project(
    project: KedroProject, tmp_path: Path
) -> None:
    """No path of a machine stands in an artifact, and what Kedro reads itself needs no option."""
    text = "defaults: {retries: 2}\n"
    own, outer = project.write("ops/x.yml", text), tmp_path / "outer.yml"
    outer.write_text(text)
    usual = project.write("conf/base/deploy.yml", text)
    headers = {}
    for file in (own, outer, usual):
        options = ("--settings", str(file), "-o", str(tmp_path / "o"))
        _export(project, *options)
        (path,) = (tmp_path / "o").glob("*.py")
        assert str(tmp_path) not in path.read_text()
        headers[file] = path.read_text().partition("\n    shipway export ")[2].partition("\n")[0]
        _export(project, *options, "--check")
    assert headers[own] == "airflow --pipeline __default__ --settings ops/x.yml"
    assert headers[outer] == headers[usual] == "airflow --pipeline __default__"
