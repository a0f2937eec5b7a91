"""Blocks that are not run: their shell is shell, and what they call of Shipway exists."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from shipway.cli import main

from .pages import PAGES, blocks, name

_CALL = re.compile(r"(?:^|[&;|] |run: |=\S+ )(?:\S*/)?shipway ((?:[^\n|>&;#]|\\\n)+)", re.MULTILINE)
SHELLS = [
    pytest.param(block, id=f"{name(page)}-{number}")
    for page in PAGES
    for number, block in enumerate(blocks(page, "bash"))
]


def calls(page: Path) -> Iterator[str]:
    for language in ("bash", "yaml", "text"):
        for block in blocks(page, language):
            yield from (call.replace("\\\n", " ") for call in _CALL.findall(block))


CALLS = sorted({call.strip() for page in PAGES for call in calls(page)})


def parse(call: str) -> None:
    """Raise a `click.UsageError` for a command or an option that does not exist."""
    command: click.Command = main
    words = shlex.split(call)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        inner = command.get_command(click.Context(command), words.pop(0))
        if inner is None:
            raise click.UsageError("no such command")
        command = inner
    # As the group gives them: a command keeps the first that it saw, for the pages as well.
    command.make_context("shipway", words, **main.context_settings)


@pytest.mark.parametrize("text", SHELLS)
def test_shell_is_shell(text: str) -> None:
    subprocess.run(["bash", "-n"], input=text, text=True, check=True)


@pytest.mark.parametrize("call", CALLS)
def test_what_is_called_exists(call: str) -> None:
    parse(call)


@pytest.mark.parametrize("call", ["exprot airflow", "export airflow --chekc", "templates lst"])
def test_what_does_not_exist_is_seen(call: str) -> None:
    with pytest.raises(click.UsageError):
        parse(call)
