"""The shell of a CI file, run here as its service would run it, without the service."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.projects import make_project, text_file

ROOT = Path(__file__).resolve().parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
HEAD, JOBS = yaml.safe_load_all((ROOT / "ci/gitlab/shipway.yml").read_text(encoding="utf-8"))
_INPUT = re.compile(r"\$\[\[ inputs\.([\w-]+) \]\]")
REGISTRY = """
first = node(f.make, "raw", "mid", name="first")
second = node(f.make, "mid", "end", name="second")
return {"__default__": pipeline([first, second]), "reporting": pipeline([second])}
"""
FAKE = """\
#!/usr/bin/env bash
printf '%s\\n' "$*" >> "$CALLS"
cat "$ANSWERS" 2>/dev/null || true
"""
"""A client of a service: it writes down how it was called, and answers what a test has ready."""


@dataclass(frozen=True)
class Repository:
    """A git repository of a small project, whose first commit has the artifacts of Airflow."""

    path: Path
    outside: Path

    def git(self, *words: str) -> str:
        who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
        command = ["git", *who, *words]
        done = subprocess.run(command, cwd=self.path, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def reset(self) -> None:
        """Take it back to its first commit, and forget how the client was called."""
        self.git("reset", "-q", "--hard")
        self.git("clean", "-qfd")
        self.calls()

    def replace(self, file: str, old: str, new: str) -> None:
        path = self.path / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def shell(self, script: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a script as GitHub and GitLab do: bash, which stops at the first failure."""
        own = {"PATH": f"{self.outside}{os.pathsep}{os.environ['PATH']}", "HOME": str(self.outside)}
        words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        return subprocess.run(
            words, cwd=self.path, env={**own, **env}, capture_output=True, text=True, check=False
        )

    def calls(self) -> list[str]:
        """How the client of the service was called since the last time."""
        file = self.outside / "calls"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return lines


def make_repository(folder: Path, client: str) -> Repository:
    """Write the repository, and beside it a client of the service that asks nobody.

    Args:
        client: `gh` or `curl`.
    """
    project = make_project(
        folder,
        REGISTRY,
        catalog={name: text_file(f"{name}.txt") for name in ("raw", "mid", "end")},
        deploy="defaults: {retries: 2}\n",
        package="energy",
    )
    project.write("conf/prod/deploy.yml", "defaults: {retries: 3}\n")
    project.write(".gitignore", "__pycache__\n")
    repository = Repository(path=project.path, outside=folder / "outside")
    repository.outside.mkdir()
    (repository.outside / client).write_text(FAKE, encoding="utf-8")
    (repository.outside / client).chmod(0o755)
    repository.git("init", "-q")
    done = repository.shell(f"{sys.executable} -m shipway export airflow", {})
    assert done.returncode == 0, done.stderr
    repository.git("add", "-A")
    repository.git("commit", "-qm", "base")
    return repository


def filled(text: str, given: Mapping[str, str]) -> str:
    """Return a text of the GitLab component with its inputs, or their defaults, in it."""
    inputs = {name: str(item["default"]) for name, item in HEAD["spec"]["inputs"].items()}
    return _INPUT.sub(lambda match: {**inputs, **given}[match[1]], text)
