"""The GitHub Action: its form, and the shell of its steps."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .scripts import ACTION, FAKE, ROOT, Repository, make_repository

STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return make_repository(tmp_path_factory.mktemp("github"), "gh")


@pytest.fixture
def repository(original: Repository) -> Repository:
    original.reset()
    return original


@pytest.fixture
def step(repository: Repository, tmp_path: Path) -> Run:
    """Run a step of the action by its name, with what GitHub gives it."""
    given = {
        "WORDS": "airflow",
        "PROJECT_PYTHON": sys.executable,
        "BASE": repository.git("rev-parse", "HEAD"),
        "NUMBER": "7",
        "FILE": str(tmp_path / "comment.md"),
        "CHANGED": "true",
        "GH_TOKEN": "none",
        "GITHUB_REPOSITORY": "acme/energy",
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "CALLS": str(repository.outside / "calls"),
        "ANSWERS": str(tmp_path / "answers"),
    }

    def run(name: str, **env: str) -> subprocess.CompletedProcess[str]:
        return repository.shell(STEPS[name]["run"], {**given, **env})

    return run


def test_its_form_is_that_of_github() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    subprocess.run([*command, "vendor.github-actions", "action.yml"], cwd=ROOT, check=True)


def test_no_script_holds_an_expression() -> None:
    """GitHub pastes an expression into a script as it is; a variable holds whatever it holds."""
    for name, item in STEPS.items():
        assert "${{" not in item["run"], name
        assert item["shell"] == "bash"


def test_variables_of_steps_are_given() -> None:
    """What a test gives a step by hand, the action gives it, or GitHub."""
    assert STEPS["Compare with the base"]["env"].keys() == {"WORDS", "PROJECT_PYTHON", "BASE"}
    assert STEPS["Comment"]["env"].keys() == {"GH_TOKEN", "NUMBER", "FILE", "CHANGED"}
    assert STEPS["The artifacts are up to date"]["env"].keys() == {"WORDS", "PROJECT_PYTHON"}


def output(tmp_path: Path) -> dict[str, str]:
    lines = (tmp_path / "output").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_a_change_is_told(repository: Repository, step: Run, tmp_path: Path) -> None:
    repository.replace("conf/base/deploy.yml", "retries: 2", "retries: 4")
    done = step("Compare with the base")
    assert done.returncode == 0, done.stderr
    assert "::notice" in done.stdout
    assert output(tmp_path)["changed"] == "true"
    text = Path(output(tmp_path)["comment-file"]).read_text()
    assert text.startswith("<!-- shipway diff: airflow -->\n")
    assert "| `retries` | `2 -> 4" in text.replace("| retries |", "| `retries` |")
    assert (tmp_path / "summary").read_text() == text


def test_two_uses_in_one_job_have_a_file_each(
    repository: Repository, step: Run, tmp_path: Path
) -> None:
    """As of two projects of a repository, or of two environments of one."""
    files = []
    for words in ("airflow", "airflow --env prod"):
        assert step("Compare with the base", WORDS=words).returncode == 0
        files.append(Path(output(tmp_path)["comment-file"]))
    texts = [file.read_text().partition("\n")[0] for file in files]
    assert texts == [
        "<!-- shipway diff: airflow -->",
        "<!-- shipway diff: airflow, environment prod -->",
    ]


def test_no_change_is_told(repository: Repository, step: Run, tmp_path: Path) -> None:
    done = step("Compare with the base")
    assert done.returncode == 0, done.stderr
    assert "changed=false\n" in (tmp_path / "output").read_text()


def test_what_cannot_be_compared_fails(repository: Repository, step: Run) -> None:
    repository.replace("conf/base/deploy.yml", "retries: 2", "retires: 2")
    done = step("Compare with the base")
    assert (done.returncode, "Did you mean `retries`?" in done.stderr) == (2, True)


def test_a_base_that_is_not_there_is_fetched(
    repository: Repository, step: Run, tmp_path: Path
) -> None:
    """As after a checkout of one commit, which is GitHub's default."""
    base = repository.git("rev-parse", "HEAD")
    clone = Repository(path=tmp_path / "clone", outside=repository.outside)
    repository.git("switch", "-qc", "change")
    repository.replace("conf/base/deploy.yml", "retries: 2", "retries: 4")
    repository.git("commit", "-qam", "change")
    subprocess.run(
        ["git", "clone", "-q", "--depth=1", f"file://{repository.path}", clone.path], check=True
    )
    repository.git("switch", "-q", "-")
    repository.git("branch", "-qD", "change")
    env = {"WORDS": "airflow", "PROJECT_PYTHON": sys.executable, "BASE": base}
    files = {"GITHUB_OUTPUT": "output", "GITHUB_STEP_SUMMARY": "summary", "RUNNER_TEMP": "."}
    done = clone.shell(
        STEPS["Compare with the base"]["run"],
        {**env, **{name: str(tmp_path / file) for name, file in files.items()}},
    )
    assert done.returncode == 0, done.stderr
    assert "changed=true\n" in (tmp_path / "output").read_text()


NEW = "api --silent repos/acme/energy/issues/7/comments --field body=@{file}"
ANEW = "api --silent --method PATCH repos/acme/energy/issues/comments/11 --field body=@{file}"


@pytest.mark.parametrize(
    ("answer", "changed", "expected"),
    [
        ("", "true", [NEW]),
        ("", "false", []),
        ("11\n12\n", "true", [ANEW]),
        ("11\n12\n", "false", [ANEW]),
    ],
)
def test_there_is_one_comment_at_most(
    repository: Repository,
    step: Run,
    tmp_path: Path,
    answer: str,
    changed: str,
    expected: list[str],
) -> None:
    (tmp_path / "answers").write_text(answer)
    (tmp_path / "comment.md").write_text("<!-- shipway diff: airflow -->\nwords\n")
    done = step("Comment", CHANGED=changed)
    assert done.returncode == 0, done.stderr
    question, *calls = repository.calls()
    assert question.startswith("api --paginate repos/acme/energy/issues/7/comments --jq .[]")
    assert "startswith(env.MARK)" in question
    assert calls == [call.format(file=tmp_path / "comment.md") for call in expected]


def test_the_mark_of_a_comment_is_its_own_first_line(
    repository: Repository, step: Run, tmp_path: Path
) -> None:
    (repository.outside / "gh").write_text('#!/usr/bin/env bash\necho "$MARK" >> "$CALLS"\n')
    (tmp_path / "comment.md").write_text("<!-- shipway diff: a in b -->\nwords\n")
    assert step("Comment", CHANGED="false").returncode == 0
    (repository.outside / "gh").write_text(FAKE)
    assert repository.calls() == ["<!-- shipway diff: a in b -->"]


def test_stale_files_fail_the_check(repository: Repository, step: Run) -> None:
    assert step("The artifacts are up to date").returncode == 0
    repository.replace("conf/base/deploy.yml", "retries: 2", "retries: 4")
    done = step("The artifacts are up to date")
    assert (done.returncode, "the settings changed" in done.stdout) == (1, True)


def test_options_may_be_many_and_on_several_lines(repository: Repository, step: Run) -> None:
    words = "airflow\nprefect --all\n  --env prod"
    done = step("The artifacts are up to date", WORDS=words)
    assert "deploy/airflow/energy_reporting__prod.py" in done.stdout
    assert "deploy/prefect/energy_reporting__prod/flow.py" in done.stdout
