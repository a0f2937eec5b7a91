"""The files for CI that the documentation shows, against the schemas of their services."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, blocks, name

SCHEMAS = {
    "# .github/workflows/": "vendor.github-workflows",
    "# .gitlab-ci.yml": "vendor.gitlab-ci",
}
SHOWN = [
    pytest.param(block, schema, id=f"{name(page)}-{number}")
    for page in PAGES
    for number, block in enumerate(blocks(page, "yaml"))
    for start, schema in SCHEMAS.items()
    if block.startswith(start)
]


def check(text: str, schema: str, folder: Path) -> int:
    file = folder / "shown.yml"
    file.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)]
    return subprocess.run(command, check=False).returncode


@pytest.mark.parametrize(("text", "schema"), SHOWN)
def test_what_is_shown_has_the_form_of_its_service(text: str, schema: str, tmp_path: Path) -> None:
    assert check(text, schema, tmp_path) == 0


def test_another_form_is_seen(tmp_path: Path) -> None:
    text = "on: push\njobs: {a: {runs-on: x, steps: [{use: y}]}}\n"
    assert check(text, "vendor.github-workflows", tmp_path) == 1


def test_what_is_shown_for_pre_commit_is_valid(tmp_path: Path) -> None:
    (shown,) = (
        block
        for page in PAGES
        for block in blocks(page, "yaml")
        if block.startswith("# .pre-commit-config.yaml")
    )
    file = tmp_path / ".pre-commit-config.yaml"
    file.write_text(shown, encoding="utf-8")
    command = [sys.executable, "-m", "pre_commit", "validate-config", str(file)]
    subprocess.run(command, check=True)
