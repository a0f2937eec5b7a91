"""`shipway plan`: show the tasks, what they wait for, and why nodes share one."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from shipway.artifacts.files import File, write
from shipway.cli import options
from shipway.cli.progress import done, step
from shipway.cli.report import say_json, say_notes, to_json, with_errors
from shipway.cli.screen import detail
from shipway.cli.target_command import OneTargetCommand
from shipway.compiler import (
    Selection,
    Source,
    check_words,
    plan_all,
    plan_one,
    read,
    settings_with_mistakes,
)
from shipway.compiler.only_as_jobs import left_out
from shipway.compiler.unread_parameters import unread_parameters
from shipway.errors import count
from shipway.model import Project
from shipway.planner.plan import Plan
from shipway.targets import registry
from shipway.views.changes import Changes
from shipway.views.graph import View, view_of

_FORMATS = {
    "text": "words.text",
    "mermaid": "mermaid.mermaid",
    "dot": "dot.dot",
    "markdown": "markdown.markdown",
    "html": "page.page",
}
"""Where in `shipway.views` each format is made; imported when it is asked for."""


@click.command(name="plan", cls=OneTargetCommand)
@click.option(
    "--target", "target_name", metavar="TARGET", help="Use this target's names.  [default: Kedro's]"
)
@options.sourcing
@options.selecting
@click.option(
    "--diff",
    type=click.Path(path_type=Path),
    metavar="OTHER",
    help="Colour what has changed since an older plan (its JSON) or snapshot.",
)
@options.drawing("text", "json", *(name for name in _FORMATS if name != "text"))
@with_errors
def command(
    target_name: str | None,
    diff: Path | None,
    output_format: str,
    output: Path | None,
    **values: Any,
) -> None:
    """Show which tasks a pipeline becomes, and why nodes share one.

    On a terminal it draws layers: tasks in one box could run at the same time. In a pipe and in a
    file, text is a line a task. `html` is a page that needs no network.

    \b
    Examples:
      shipway plan
      shipway plan -p training --group-by chain
      shipway plan --all --format html -o plan.html
    """
    source = options.to_source(values)
    selection = options.to_selection(values)
    views, notes = _views(source, selection, target_name, diff)
    notes = (*notes, *_beyond_renderers(views, output_format))
    done()
    if output is not None:
        text = _text(views, output_format, notes)
        write([File(path=output.name, text=text)], output.parent)
        _say_written(output, views, output_format, notes)
        return
    # JSON has the notes in it. A picture is alone on standard output, so that it can go on.
    say_notes(notes if output_format != "json" else (), err=output_format != "text")
    if output_format == "text" and sys.stdout.isatty():
        _draw(views)
    else:
        click.echo(_text(views, output_format, notes), nl=False)


def _views(
    source: Source, selection: Selection, target_name: str | None, diff: Path | None
) -> tuple[list[View], tuple[str, ...]]:
    check_words(selection)
    exporter = registry.find(target_name) if target_name else None
    exporters = [exporter] if exporter else []
    step("Reading the project" if source.snapshot is None else "Reading the snapshot")
    reading = read(source, exporters)
    step("Planning")
    settings = settings_with_mistakes(reading.settings, exporters)

    def plan(project: Project, name: str) -> Plan:
        return plan_one(project, settings, name, selection, exporter)

    plans = plan_all(reading.project, settings, selection, exporter)
    changes = _changes_since(diff, plan, settings.registered) if diff else None
    views = [view_of(item, reading.project, changes(item) if changes else None) for item in plans]
    notes = unread_parameters(reading.project, settings, reading.overrides_read, selection)
    also = left_out(reading.project, settings) if selection.all_pipelines else ()
    return views, (*reading.notes, *notes, *also)


def _changes_since(
    other: Path, plan_of: Callable[[Project, str], Plan], registered: Callable[[str], str]
) -> Callable[[Plan], Changes]:
    # Imported here: any other plan would wait for what a comparison alone needs.
    from shipway.cli.older_plan import read_older
    from shipway.views.older import changes_since

    older = read_older(other, plan_of, registered)
    return lambda plan: changes_since(older(plan.subject), plan)


def _beyond_renderers(views: Sequence[View], output_format: str) -> Iterator[str]:
    """Yield what is too much for those who draw flowcharts; Markdown has one for each pipeline."""
    if output_format in ("mermaid", "markdown"):
        from shipway.views.mermaid import beyond_renderers, mermaid

        for part in [views] if output_format == "mermaid" else [[view] for view in views]:
            yield from beyond_renderers(mermaid(part))


def _text(views: Sequence[View], output_format: str, notes: Sequence[str]) -> str:
    if output_format == "json":
        return _json(views, notes)
    module, _, name = _FORMATS[output_format].partition(".")
    make: Callable[[Sequence[View]], str] = getattr(import_module(f"shipway.views.{module}"), name)
    return make(views)


def _json(views: Sequence[View], notes: Sequence[str]) -> str:
    from shipway.views.document import document

    plans = [document(view) for view in views]
    return to_json({"ok": True, "exit_code": 0, "notes": list(notes), "plans": plans})


def _draw(views: Sequence[View]) -> None:
    from shipway.views.terminal import drawing, strokes_for

    columns = shutil.get_terminal_size().columns
    strokes = strokes_for(sys.stdout.encoding)
    # https://no-color.org: any value but the empty one.
    color = False if os.environ.get("NO_COLOR") else None
    for view in views:
        click.echo(drawing(view, columns, strokes), nl=False, color=color)


def _say_written(
    output: Path, views: Sequence[View], output_format: str, notes: Sequence[str]
) -> None:
    tasks = sum(len(view.plan.tasks) for view in views)
    if output_format == "json":
        say_json({"ok": True, "exit_code": 0, "notes": list(notes), "plan": output.as_posix()})
        return
    say_notes(notes)
    if not detail().quiet:
        click.echo(f"{output.as_posix()}  {count(tasks, 'task')}")
