"""`shipway diff`: with files, with revisions of git, and with snapshots."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from shipway.comparison.writers.json_document import schema
from tests.projects import KedroProject, make_project, text_file
from tests.targets import TARGETS, settings_file

TASK = "defaults: {retries: %d}\n"
SETTINGS = """
defaults: {retries: %d}
targets:
  argo: {image: "shop:1", volumes: [{claim: data, mount: /app/data}]}
  databricks:
    compute: {default: {environment: {environment_version: "4"}}}
    project_dir: /Volumes/main/default/shop
  kubeflow: {image: "shop:1", volumes: [{claim: data, mount: /app/data}]}
"""


def git(project: KedroProject, *words: str) -> str:
    # Of no machine's own settings.
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    process = subprocess.run(
        ["git", *who, *words],
        cwd=project.path,
        env=environ,
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    return process.stdout


def commit(project: KedroProject, name: str) -> None:
    git(project, "init", "-q")
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", name)
    git(project, "branch", name)


def diff(project: KedroProject, *words: str, code: int = 0) -> dict[str, Any]:
    result = project.shipway("diff", *words, "--format", "json")
    assert result.exit_code == code, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    if code < 2:
        jsonschema.validate(document, schema())
    return document


def statuses(document: dict[str, Any]) -> dict[str, str]:
    return {item["path"].rpartition("/")[2]: item["status"] for item in document["comparisons"]}


def told(document: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    (item,) = document["comparisons"]
    changes = [change for change in item["changes"] if change["kind"] != "digest"]
    return [(change["name"], change["before"], change["after"]) for change in changes]


@pytest.fixture
def exported(project: KedroProject) -> KedroProject:
    """The project with its artifacts, and then more retries."""
    result = project.shipway("export", "airflow")
    assert result.exit_code == 0, result.output
    project.write("conf/base/deploy.yml", TASK % 3)
    return project


def test_with_the_files_that_are_there(exported: KedroProject) -> None:
    document = diff(exported, "airflow")
    assert told(document) == [("retries", 1, 3)]
    assert (document["ok"], document["differs"]) == (True, True)
    (item,) = document["comparisons"]
    assert item["files"][0]["diff"].startswith(f"--- {item['path']} (before)\n")
    assert item["changes"][0]["tasks"] == ["first", "second"]


def test_a_comparison_fails_only_where_that_is_asked_for(exported: KedroProject) -> None:
    assert diff(exported, "airflow")["exit_code"] == 0
    document = diff(exported, "airflow", "--exit-code", code=1)
    assert (document["ok"], document["exit_code"]) == (False, 1)
    assert exported.shipway("export", "airflow").exit_code == 0
    document = diff(exported, "airflow", "--exit-code")
    assert statuses(document) == {f"{exported.package}.py": "same"}


def test_text_begins_with_what_changes_and_ends_with_the_lines(exported: KedroProject) -> None:
    for words in (("diff", "airflow"), ("export", "airflow", "--diff")):
        result = exported.shipway(*words)
        assert result.exit_code == 0, result.output
        what, lines = (result.stdout.index(text) for text in ("  retries: 1 -> 3", "--- "))
        assert what < lines
        assert "\x1b" not in result.stdout


def test_an_export_has_the_same_formats(exported: KedroProject) -> None:
    document = json.loads(exported.shipway("export", "airflow", "--diff", "--format=json").stdout)
    assert told(document) == [("retries", 1, 3)]
    assert document["targets"][0]["differences"]
    check = exported.shipway("export", "airflow", "--check", "--format", "github")
    result = exported.shipway("export", "airflow", "--diff", "--format", "github")
    assert (check.exit_code, check.stdout) == (1, result.stdout)
    assert result.stdout.startswith("::notice file=")
    result = exported.shipway("export", "airflow", "--diff", "--format", "markdown")
    assert result.stdout.startswith("<!-- shipway diff: airflow -->\n")
    result = exported.shipway("export", "airflow", "--format", "markdown")
    assert result.exit_code == 2
    assert "Add --check or --diff" in result.stderr


def test_a_pipeline_that_is_new_has_another_name_or_is_gone(project: KedroProject) -> None:
    (project.path / "deploy").mkdir(exist_ok=True)
    assert statuses(diff(project, "airflow")) == {f"{project.package}.py": "added"}
    two = ("-p", "__default__", "-p", "scoring")
    assert project.shipway("export", "airflow", *two).exit_code == 0
    project.write("conf/base/deploy.yml", TASK % 1 + "pipelines: {scoring: {name: later}}\n")
    document = diff(project, "airflow", *two)
    assert statuses(document) == {f"{project.package}.py": "same", "later.py": "changed"}
    change = document["comparisons"][1]["changes"][0]
    assert (change["kind"], change["loses_history"]) == ("pipeline-renamed", True)
    assert (change["before"], change["after"]) == (f"{project.package}_scoring", "later")


def test_two_pipelines_that_change_names_are_known_by_whose_they_are(
    project: KedroProject,
) -> None:
    names = "pipelines: {__default__: {name: %s}, scoring: {name: %s}}\n"
    two = ("-p", "__default__", "-p", "scoring")
    project.write("conf/base/deploy.yml", names % ("one", "other"))
    assert project.shipway("export", "airflow", *two).exit_code == 0
    project.write("conf/base/deploy.yml", names % ("other", "one"))
    comparisons = diff(project, "airflow", *two)["comparisons"]
    changes = [[c for c in item["changes"] if c["kind"] != "digest"] for item in comparisons]
    assert [[(c["kind"], c["before"], c["after"]) for c in of] for of in changes] == [
        [("pipeline-renamed", "one", "other")],
        [("pipeline-renamed", "other", "one")],
    ]


@pytest.mark.parametrize("target", TARGETS)
def test_a_pipeline_that_had_several_names_is_compared_with_the_nearest(
    project: KedroProject, target: str
) -> None:
    """Each target reads the files of one artifact at a time."""
    (project.path / "conf/base/catalog.yml").write_text('"{any}": {type: pickle.PickleDataset}\n')
    cron = {"schedule": {"cron": "0 6 * * *"}}
    for name, more in (("a1", {"retries": 1}), ("b1", {}), ("d1", {"retries": 2})):
        own = {"name": name, **cron, **more}
        project.write("conf/base/deploy.yml", settings_file(pipelines={"__default__": own}))
        assert project.shipway("export", target).exit_code == 0
    own = {"name": "c1", **cron}
    project.write("conf/base/deploy.yml", settings_file(pipelines={"__default__": own}))
    one, *others = diff(project, target, "--all")["comparisons"]
    assert (one["status"], one["reason"]) == ("changed", None)
    changes = [c for c in one["changes"] if c["kind"] not in ("digest", "lines")]
    renamed, *rest = changes
    assert (renamed["kind"], renamed["before"], renamed["after"]) == (
        "pipeline-renamed",
        "b1",
        "c1",
    )
    assert not [c for c in rest if "retries" in str(c)]
    assert {(item["status"], "a1" in item["path"], "d1" in item["path"]) for item in others} >= {
        ("removed", True, False),
        ("removed", False, True),
    }


def test_a_pipeline_that_is_gone_is_told_of_with_all(project: KedroProject, tmp_path: Path) -> None:
    snapshot = tmp_path / "now.json"
    assert project.shipway("snapshot", "-o", str(snapshot)).exit_code == 0

    def keep(*names: str) -> None:
        content = json.loads(snapshot.read_text())
        content["pipelines"] = [p for p in content["pipelines"] if p["name"] in names]
        snapshot.write_text(json.dumps(content))

    now = ("--snapshot", str(snapshot))
    keep("__default__", "scoring")
    assert project.shipway("export", "airflow", "--all", *now).exit_code == 0
    keep("__default__")
    stays, gone = diff(project, "airflow", "--all", *now)["comparisons"]
    assert stays["pipeline"] == "__default__"
    assert (gone["status"], gone["pipeline"]) == ("removed", "scoring")
    (change,) = gone["changes"]
    assert (change["kind"], change["before"]) == ("pipeline-removed", ["second"])
    # Without `--all` nobody knows which others there should be.
    assert len(diff(project, "airflow", *now)["comparisons"]) == 1


def test_what_cannot_be_read_is_compared_line_by_line(exported: KedroProject) -> None:
    file = exported.path / "deploy" / "airflow" / f"{exported.package}.py"
    file.write_text(file.read_text().replace("with DAG(", "if DAG("))
    (item,) = diff(exported, "airflow")["comparisons"]
    assert item["status"] == "unreadable"
    assert "only its lines are compared" in item["reason"]
    assert item["changes"] == []
    assert item["files"][0]["diff"]


def test_with_the_artifacts_of_a_revision(exported: KedroProject) -> None:
    commit(exported, "base")
    assert exported.shipway("export", "airflow").exit_code == 0
    assert not diff(exported, "airflow")["differs"]
    document = diff(exported, "airflow", "--from", "base")
    assert told(document) == [("retries", 1, 3)]
    assert document["compared_with"].startswith("base (")
    assert document["notes"] == diff(exported, "airflow")["notes"]


def test_artifacts_that_a_revision_does_not_have_yet_are_new(project: KedroProject) -> None:
    commit(project, "base")
    assert project.shipway("export", "airflow").exit_code == 0
    git(project, "add", "-A")
    document = diff(project, "airflow", "--from", "base")
    assert statuses(document) == {f"{project.package}.py": "added"}


def test_an_unknown_revision_names_the_nearest(project: KedroProject) -> None:
    document = diff(project, "airflow", "--from", "base", code=2)
    assert "no git repository" in document["findings"][0]["what"]
    commit(project, "release")
    (finding,) = diff(project, "airflow", "--from", "relaese", code=2)["findings"]
    assert finding["remedy"] == "Did you mean `release`?"


def test_a_name_is_no_option_of_git(project: KedroProject) -> None:
    commit(project, "release")
    (finding,) = diff(project, "airflow", "--from=--all", code=2)["findings"]
    assert "no revision `--all`" in finding["what"]


def test_formats_for_a_repository_name_files_from_its_top(
    exported: KedroProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As GitHub resolves them; the project may be in a folder of the repository."""
    top = tmp_path / "mono"
    folder = top / "apps" / "my -- shop"
    folder.parent.mkdir(parents=True)
    exported.path.rename(folder)
    own = KedroProject(path=folder, package=exported.package)
    git(KedroProject(path=top, package=""), "init", "-q")
    file = f"apps/my -- shop/deploy/airflow/{own.package}.py"
    for place in (top, folder):
        monkeypatch.chdir(place)
        for words in (("diff", "airflow"), ("export", "airflow", "--diff")):
            (first, *_) = own.shipway(*words, "--format", "github").stdout.splitlines()
            assert first.startswith(f"::notice file={file},title=")
            text = own.shipway(*words, "--format", "markdown").stdout
            assert f"#### `{file}`\n" in text
            assert f"--- {file} (before)\n" in text
            assert f"Project `{own.package}` in `apps/my -- shop`, compared with" in text
            mark = text.partition("\n")[0]
            assert mark == "<!-- shipway diff: airflow in apps/my -&#45; shop -->"
        (item,) = diff(own, "airflow")["comparisons"]
        assert (place / item["path"]).is_file(), "a document's are from where it was asked for"


def test_each_environment_has_a_mark_of_its_own(exported: KedroProject) -> None:
    exported.write("conf/prod/deploy.yml", TASK % 3)
    words = ("diff", "airflow", "--env", "prod", "--format", "markdown")
    lines = exported.shipway(*words).stdout.splitlines()
    assert lines[0] == "<!-- shipway diff: airflow, environment prod -->"
    assert lines[3].startswith(f"Project `{exported.package}`, environment `prod`, compared with")


@pytest.fixture
def shallow(exported: KedroProject, tmp_path: Path) -> KedroProject:
    """A clone of the last commit alone, in which another tag and branch stand as well."""
    exported.write("conf/base/deploy.yml", TASK % 1)
    commit(exported, "base")
    git(exported, "tag", "v1")
    exported.write("conf/base/deploy.yml", TASK % 3)
    git(exported, "commit", "-qam", "later")
    words = ("clone", "-q", "--depth=1", f"file://{exported.path}", str(tmp_path / "clone"))
    git(exported, *words)
    return KedroProject(path=tmp_path / "clone", package=exported.package)


@pytest.mark.parametrize(
    ("name", "command", "then"),
    [
        ("HEAD~1", "git fetch --unshallow", "HEAD~1"),
        ("v1", "git fetch --depth=1 origin v1", "FETCH_HEAD"),
        ("origin/base", "git fetch --depth=1 origin base", "FETCH_HEAD"),
        ("HASH", "git fetch --depth=1 origin HASH", "HASH"),
        ("SHORT", "git fetch --unshallow", "SHORT"),
    ],
)
def test_a_shallow_clone_is_told_as_such_with_what_fetches_the_revision(
    shallow: KedroProject, exported: KedroProject, name: str, command: str, then: str
) -> None:
    whole = git(exported, "rev-parse", "base").strip()

    def real(text: str) -> str:
        return text.replace("HASH", whole).replace("SHORT", whole[:8])

    (finding,) = diff(shallow, "airflow", "--from", real(name), code=2)["findings"]
    assert "this clone is shallow" in finding["what"]
    assert f"`{real(command)}`" in finding["remedy"]
    assert ("`--from FETCH_HEAD`" in finding["remedy"]) == (then == "FETCH_HEAD")
    git(shallow, *real(command).split()[1:])
    assert told(diff(shallow, "airflow", "--from", real(then)))


def test_a_name_that_is_near_comes_first_in_a_shallow_clone(shallow: KedroProject) -> None:
    git(shallow, "branch", "release")
    (finding,) = diff(shallow, "airflow", "--from", "relaese", code=2)["findings"]
    assert finding["remedy"].startswith("Did you mean `release`? Else fetch it: `git fetch")


@pytest.fixture
def renamed(tmp_path: Path) -> KedroProject:
    """A project of its own, whose node gets a new name after it was committed."""
    project = make_project(
        tmp_path / "repository" / "project",
        'return {"__default__": pipeline([node(f.make, "raw", "end", name="old")])}',
        catalog={name: text_file(f"{name}.txt") for name in ("raw", "end")},
        deploy="pipelines: {__default__: {nodes: {old: {retries: 1}}}}\n",
    )
    commit(project, "base")
    registry = f"src/{project.package}/pipeline_registry.py"
    text = (project.path / registry).read_text()
    project.write(registry, text.replace('name="old"', 'name="new"'))
    project.write("conf/base/deploy.yml", TASK % 3)
    return project


def test_a_revision_without_artifacts_is_exported_anew(renamed: KedroProject) -> None:
    """By another process: this one, or an installed package, has today's code."""
    before = git(renamed, "status", "--porcelain"), git(renamed, "worktree", "list")
    process = renamed.run(
        "python", "-m", "shipway", "diff", "airflow", "--from", "base", "--format", "json"
    )
    assert process.returncode == 0, process.stdout + process.stderr
    document = json.loads(process.stdout)
    assert told(document) == [("", "old", "new"), ("retries", 1, 3)]
    assert "exported anew, with this Python" in document["notes"][-1]
    assert (git(renamed, "status", "--porcelain"), git(renamed, "worktree", "list")) == before


def test_settings_that_a_revision_does_not_have_say_nothing_there(renamed: KedroProject) -> None:
    renamed.write("more.yml", "defaults: {retries: 2}\n")
    words = ("--from", "base", "--settings", str(renamed.path / "more.yml"), "--format", "json")
    process = renamed.run("python", "-m", "shipway", "diff", "airflow", *words)
    assert process.returncode == 0, process.stdout + process.stderr
    document = json.loads(process.stdout)
    assert told(document) == [("", "old", "new"), ("retries", None, 2)]
    assert "more.yml, so nothing of it counts there" in document["notes"][-1]


def test_a_revision_that_cannot_be_exported_says_so(renamed: KedroProject) -> None:
    renamed.write("conf/base/deploy.yml", "defaults: {retires: 3}\n")
    git(renamed, "commit", "-qam", "broken")
    renamed.write("conf/base/deploy.yml", TASK % 3)
    process = renamed.run(
        "python", "-m", "shipway", "diff", "airflow", "--from", "HEAD", "--format", "json"
    )
    assert process.returncode == 2, process.stdout + process.stderr
    (finding,) = json.loads(process.stdout)["findings"]
    assert "`retires`" in finding["what"]
    assert ", in HEAD (" in finding["where"]


def test_with_a_snapshot(project: KedroProject, tmp_path: Path) -> None:
    snapshot = tmp_path / "old.json"
    assert project.shipway("snapshot", "-o", str(snapshot)).exit_code == 0
    project.write("conf/base/parameters.yml", "size: 2\n")
    assert told(diff(project, "airflow", "--against", str(snapshot))) == [("size", 1, 2)]
    settings = tmp_path / "old.yml"
    settings.write_text("defaults: {owner: ann, retries: 1}\n")
    words = ("--against", str(snapshot), "--against-settings", str(settings))
    document = diff(project, "airflow", *words)
    assert told(document) == [("size", 1, 2), ("owner", "ann", None)]


def test_settings_that_do_not_fit_a_snapshot(project: KedroProject, tmp_path: Path) -> None:
    snapshot = tmp_path / "old.json"
    assert project.shipway("snapshot", "-o", str(snapshot)).exit_code == 0
    text = snapshot.read_text().replace('"name": "first"', '"name": "before"')
    snapshot.write_text(text)
    project.write(
        "conf/base/deploy.yml", "pipelines: {__default__: {nodes: {first: {retries: 1}}}}\n"
    )
    (finding,) = diff(project, "airflow", "--against", str(snapshot), code=2)["findings"]
    assert "--against-settings" in finding["remedy"]
    assert "old.json" in finding["where"]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--from", "main", "--against", "old.json"), "cannot be used together"),
        (("--against-settings", "old.yml"), "none is named"),
    ],
)
def test_options_that_do_not_go_together(
    project: KedroProject, words: tuple[str, ...], what: str
) -> None:
    (finding,) = diff(project, "airflow", *words, code=2)["findings"]
    assert what in finding["what"]


def test_several_targets_at_once(project: KedroProject) -> None:
    project.write("conf/base/deploy.yml", settings_file(defaults={"retries": 1}))
    assert project.shipway("export", "all").exit_code == 0
    project.write("conf/base/deploy.yml", settings_file(defaults={"retries": 2}))
    document = diff(project, "all")
    assert [item["target"] for item in document["comparisons"]] == [*TARGETS]
    for item in document["comparisons"]:
        kinds = {change["kind"] for change in item["changes"]}
        assert kinds == {"retries", "digest"}, item


def test_files_of_other_targets_below_the_same_folder_are_compared_with_none(
    project: KedroProject, tmp_path: Path
) -> None:
    project.write("conf/base/deploy.yml", settings_file(defaults={"retries": 1}))
    for target in ("argo", "prefect"):
        result = project.shipway("export", target, f"--output={tmp_path / 'all' / target}")
        assert result.exit_code == 0, result.output
    document = diff(project, "airflow", f"--output={tmp_path / 'all'}")
    assert statuses(document) == {f"{project.package}.py": "added"}


def test_no_color_where_none_is_wanted(
    exported: KedroProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from shipway.cli import main

    words = ["diff", "airflow", "--project", str(exported.path)]
    assert "\x1b[" in CliRunner().invoke(main, words, color=True).output
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in CliRunner().invoke(main, words, color=True).output


def test_quiet_says_nothing_of_what_is_not_wrong(exported: KedroProject) -> None:
    """The exit code tells that something differs; for a check alone that is wrong."""
    for words, code in (
        (("diff", "airflow"), 0),
        (("diff", "airflow", "--exit-code"), 1),
        (("export", "airflow", "--diff"), 0),
    ):
        result = exported.shipway(*words, "-q")
        assert (result.exit_code, result.output) == (code, ""), result.output
    result = exported.shipway("export", "airflow", "--check", "-q")
    (line,) = result.output.splitlines()
    assert (result.exit_code, line.rpartition("  ")[2]) == (1, "the settings changed")
    # Formats for programs are asked for by name.
    assert "::notice" in exported.shipway("diff", "airflow", "--format", "github", "-q").stdout


def test_quiet_still_says_that_an_export_would_be_refused(exported: KedroProject) -> None:
    file = exported.path / "deploy" / "airflow" / f"{exported.package}.py"
    file.write_text("x = 1\n")
    (line,) = exported.shipway("export", "airflow", "--diff", "-q").output.splitlines()
    assert "Shipway did not make it" in line


def test_a_check_hides_lines_with_credentials_too(exported: KedroProject) -> None:
    file = exported.path / "deploy" / "airflow" / f"{exported.package}.py"
    file.write_text(file.read_text() + 'db = "postgresql://me:hunter2hunter2@host/db"\n')
    for words in ((), ("--format", "json")):
        output = exported.shipway("export", "airflow", "--check", *words).output
        assert "(hidden" in output
        assert "hunter2" not in output
