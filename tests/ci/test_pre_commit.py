"""The hook of pre-commit, installed from this repository and run by pre-commit itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .scripts import ROOT, Repository, make_repository

CONFIG = """\
repos:
  - repo: {source}
    rev: v1
    hooks:
      - id: shipway-check
        args: [airflow, --check]
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The project, with the hook of this repository installed in it."""
    folder = tmp_path_factory.mktemp("pre-commit")
    source = Repository(path=folder / "shipway", outside=folder)
    source.path.mkdir()
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", source.path)
    source.git("init", "-q")
    source.git("add", "-A")
    source.git("commit", "-qm", "hooks")
    source.git("tag", "v1")
    repository = make_repository(folder, "gh")
    config = repository.path / ".pre-commit-config.yaml"
    config.write_text(CONFIG.format(source=source.path), encoding="utf-8")
    repository.git("add", "-A")
    done = commit(repository, "install the hook", install=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return repository


def commit(
    repository: Repository, message: str, install: bool = False
) -> subprocess.CompletedProcess[str]:
    """Commit what is staged, with the hooks."""
    first = "python -m pre_commit install && " if install else ""
    script = f'{first}git -c user.name=Ann -c user.email=ann@example.com commit -qm "{message}"'
    # The first on PATH is the environment of the project, as where a user has activated it.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {"PATH": path, "PRE_COMMIT_HOME": str(repository.outside / "cache")}
    return repository.shell(script, env)


def test_stale_files_are_not_committed(repository: Repository) -> None:
    repository.replace("conf/base/deploy.yml", "retries: 2", "retries: 4")
    repository.git("add", "-A")
    done = commit(repository, "stale")
    output = done.stdout + done.stderr
    assert done.returncode == 1
    assert "shipway export --check" in output
    assert "the settings changed" in output
    repository.shell(f"{sys.executable} -m shipway export airflow", {})
    repository.git("add", "-A")
    done = commit(repository, "fresh")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_commit_that_only_deletes_starts_it(repository: Repository) -> None:
    """pre-commit names no deleted file, so the names of files cannot say when it is to run."""
    repository.git("rm", "-q", "deploy/airflow/energy.py")
    done = commit(repository, "gone")
    repository.git("reset", "-q", "--hard")
    assert done.returncode == 1
    assert "it does not exist" in done.stdout + done.stderr


def test_a_change_of_other_files_passes(repository: Repository) -> None:
    (repository.path / "notes.md").write_text("Nothing that Shipway reads.\n", encoding="utf-8")
    repository.git("add", "-A")
    done = commit(repository, "notes")
    assert done.returncode == 0
    assert "Passed" in done.stdout + done.stderr
