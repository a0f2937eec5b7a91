"""The GitLab component: its form, and the shell of its jobs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from .scripts import HEAD, JOBS, Repository, filled, make_repository

GIVEN = {"python": sys.executable, "targets": "airflow", "options": "", "install": "true"}
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return make_repository(tmp_path_factory.mktemp("gitlab"), "curl")


@pytest.fixture
def repository(original: Repository) -> Repository:
    original.reset()
    return original


@pytest.fixture
def job(repository: Repository, tmp_path: Path) -> Run:
    """Run a job by its name: what comes before it and its own lines, in one shell."""
    given = {
        "CI_API_V4_URL": "https://gitlab.example/api/v4",
        "CI_PROJECT_ID": "3",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": repository.git("rev-parse", "HEAD"),
        "CI_PROJECT_DIR": str(tmp_path),
        "SHIPWAY_TOKEN": "none",
        "CALLS": str(repository.outside / "calls"),
        "ANSWERS": str(tmp_path / "answers"),
    }
    (tmp_path / "answers").write_text("[]")

    def run(name: str, **env: str) -> subprocess.CompletedProcess[str]:
        jobs = jobs_of()
        lines = [*jobs[".shipway"]["before_script"], *jobs[name]["script"]]
        return repository.shell("\n".join(filled(line, GIVEN) for line in lines), {**given, **env})

    return run


def jobs_of(**inputs: str) -> dict[str, Any]:
    """The jobs by their names, as these come of the inputs."""
    return {filled(name, inputs): job for name, job in JOBS.items()}


def test_a_pipeline_may_use_it_twice() -> None:
    """Of two jobs of one name GitLab keeps the later."""
    names = {*jobs_of(), *jobs_of(jobs="staging")}
    assert names == {
        *(".shipway", "shipway-check", "shipway-diff"),
        *(".staging", "staging-check", "staging-diff"),
    }
    for job in ("check", "diff"):
        assert filled(jobs_of(jobs="a")[f"a-{job}"]["extends"], {"jobs": "a"}) == ".a"


def test_both_jobs_run_in_the_pipelines_of_merge_requests() -> None:
    """A job without rules runs for branches and tags alone, whatever else the pipeline is of."""
    requests = {"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}
    jobs = jobs_of()
    assert jobs["shipway-diff"]["rules"] == [requests]
    others = {"if": "$CI_COMMIT_BRANCH || $CI_COMMIT_TAG"}
    assert jobs["shipway-check"]["rules"] == [requests, others]


def test_its_form_is_that_of_gitlab(tmp_path: Path) -> None:
    """Its head is a document of its own, and the rest a pipeline once inputs are filled in."""
    file = tmp_path / "shipway.yml"
    file.write_text(filled(yaml.safe_dump(JOBS, width=10_000), {}))
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci"]
    subprocess.run([*command, "--data-transform", "gitlab-ci", file], check=True)
    assert HEAD.keys() == {"spec"}
    assert all(
        {"default", "description"} >= item.keys() for item in HEAD["spec"]["inputs"].values()
    )


def test_every_input_is_used_and_known() -> None:
    assert "$[[" not in filled(yaml.safe_dump(JOBS, width=10_000), {})
    for name in HEAD["spec"]["inputs"]:
        assert f"$[[ inputs.{name} ]]" in yaml.safe_dump(JOBS, width=10_000), name


def test_a_change_becomes_a_note(repository: Repository, job: Run, tmp_path: Path) -> None:
    repository.replace("conf/base/deploy.yml", "retries: 2", "retries: 4")
    done = job("shipway-diff")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "shipway-diff.md").read_text()
    assert text.startswith("<!-- shipway diff: airflow -->\n")
    _, call = repository.calls()
    assert f"--data-urlencode body@{tmp_path}/shipway-diff.md" in call
    assert call.endswith("https://gitlab.example/api/v4/projects/3/merge_requests/7/notes")


def test_an_own_note_is_written_anew(repository: Repository, job: Run, tmp_path: Path) -> None:
    bodies = (
        "LGTM",
        "<!-- shipway diff: airflow in b -->\nx",
        "<!-- shipway diff: airflow -->\nold",
    )
    notes = [{"id": number, "body": body} for number, body in enumerate(bodies)]
    (tmp_path / "answers").write_text(json.dumps(notes))
    done = job("shipway-diff")
    assert done.returncode == 0, done.stderr
    _, call = repository.calls()
    assert "--request PUT" in call
    assert call.endswith("/merge_requests/7/notes/2")


def test_no_change_and_no_token_say_nothing(repository: Repository, job: Run) -> None:
    assert job("shipway-diff").returncode == 0
    assert len(repository.calls()) == 1
    repository.replace("conf/base/deploy.yml", "retries: 2", "retries: 4")
    assert job("shipway-diff", SHIPWAY_TOKEN="").returncode == 0
    assert repository.calls() == []


def test_what_cannot_be_compared_fails(repository: Repository, job: Run) -> None:
    repository.replace("conf/base/deploy.yml", "retries: 2", "retires: 2")
    done = job("shipway-diff")
    assert (done.returncode, "Did you mean `retries`?" in done.stderr) == (2, True)


def test_stale_files_fail_the_check(repository: Repository, job: Run) -> None:
    assert job("shipway-check").returncode == 0
    repository.replace("conf/base/deploy.yml", "retries: 2", "retries: 4")
    assert job("shipway-check").returncode == 1
