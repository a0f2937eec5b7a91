"""`shipway doctor`: what may keep a project from being exported, or its artifacts from running."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from shipway.cli import options
from shipway.cli.output_folder import home
from shipway.cli.report import say_json, with_errors
from shipway.cli.target_command import TargetCommand
from shipway.doctor.examine import Section, examine
from shipway.doctor.result import Result
from shipway.errors import count
from shipway.targets import registry

_INDENT = 11
_COLORS = {"ok": "green", "note": "yellow", "problem": "red"}


@click.command(name="doctor", cls=TargetCommand)
@click.argument("targets", nargs=-1, metavar="[TARGET…]")
@options.examining
@options.selecting
@options.reporting
@with_errors
def command(targets: tuple[str, ...], output_format: str, **values: Any) -> None:
    """Check project, environment, settings, image and orchestrator, and say what to do.

    It reads and looks, and asks no server. Without a target it checks those that the settings have
    a section of. The exit code is 1 where an export or a run would fail.

    \b
    Examples:
      shipway doctor
      shipway doctor airflow prefect
    """
    source = options.to_source(values)
    selection = options.to_selection(values)
    names = registry.names() if "all" in targets else tuple(dict.fromkeys(targets))
    sections = examine(source, selection, names, home(source))
    problems = sum(r.level == "problem" for section in sections for r in section.results)
    if output_format == "json":
        documents = [{"name": s.name, "results": [asdict(r) for r in s.results]} for s in sections]
        code = 1 if problems else 0
        say_json({"ok": not problems, "exit_code": code, "sections": documents})
    else:
        _say(sections, problems)
    if problems:
        raise click.exceptions.Exit(1)


def _say(sections: Sequence[Section], problems: int) -> None:
    for section in sections:
        click.secho(section.name, bold=True)
        for result in section.results:
            _say_result(result)
    where = "" if len(sections) > 1 else " in the project itself"
    text = count(problems, "problem") if problems else f"No problem{where}"
    click.secho(f"{text}.", fg="red" if problems else "green")


def _say_result(result: Result) -> None:
    """Print a result in 80 columns: what it is, where, and what to do."""
    first, *others = _wrapped(f"{result.check}: {result.what}")
    click.secho(f"  {result.level:{_INDENT - 2}}", fg=_COLORS[result.level], nl=False)
    click.echo(first)
    for line in others:
        click.echo(" " * _INDENT + line)
    for text, color in ((result.where, "cyan"), (result.remedy, "green")):
        for line in _wrapped(text or ""):
            click.secho(" " * _INDENT + line, fg=color)


def _wrapped(text: str) -> list[str]:
    """A path or a command is in one piece, however long, so that it can be copied."""
    return textwrap.wrap(text, 80 - _INDENT, break_long_words=False, break_on_hyphens=False)
