"""`shipway init`: a first deploy.yml, made from what the project holds."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from shipway.artifacts.files import File, write
from shipway.cli import options
from shipway.cli.exported import display_path
from shipway.cli.output_folder import home
from shipway.cli.report import say_json, say_notes, with_errors
from shipway.cli.screen import detail
from shipway.cli.target_command import TargetCommand
from shipway.compiler import Selection, Source, plan_one, read, settings_for
from shipway.errors import Finding, OutputError, ShipwayError, UsageError
from shipway.model import Project
from shipway.planner.plan import Plan
from shipway.settings.settings import Settings
from shipway.settings.source import SettingsSource
from shipway.starter.document import starter
from shipway.starter.first_files import first_files
from shipway.targets import registry
from shipway.targets.exporter import Exporter, RunsOneTask


@click.command(name="init", cls=TargetCommand)
@click.argument("targets", nargs=-1, required=True, metavar="TARGET…")
@click.option("--stdout", "to_stdout", is_flag=True, help="Print it; write nothing.")
@options.reading
@options.reporting
@with_errors
def command(targets: tuple[str, ...], to_stdout: bool, output_format: str, **values: Any) -> None:
    """Write a first deploy.yml for this project and the targets named; never replaces one.

    Its comments say what shares a task and why, which local files tasks must see, and which nodes
    look heavy. Where a target needs a first file of yours besides, that is written as well, unless
    there is one.

    \b
    Examples:
      shipway init airflow
      shipway init airflow prefect
      shipway init prefect --stdout    to add a section by hand
    """
    names = registry.names() if "all" in targets else dict.fromkeys(targets)
    exporters = [registry.find(name) for name in names]
    source = Source(read=options.to_read_options(values))
    reading = read(source)
    if not to_stdout:
        _check(reading.settings_file, reading.project)
    settings, selection = settings_for(SettingsSource(), ()), _selection(exporters)
    pipelines = [pipeline.name for pipeline in reading.project.pipelines if pipeline.nodes]
    plans = {name: _plan(reading.project, settings, name, selection) for name in pipelines}
    text = starter(reading.project, plans, exporters, home(source))
    file = None if to_stdout else reading.settings_file
    root = home(source)
    files = first_files(exporters, reading.project, root) if file else ()
    if file:
        write(files, root, only_own=True)
        write([File(path=file.name, text=text)], file.parent, only_own=True)
    next_command = _next([exporter.name for exporter in exporters], plans)
    if output_format == "json":
        place = _places(file, files) if file else {"text": text}
        document = {"ok": True, "exit_code": 0, **place, "next": next_command}
        say_json({**document, "notes": list(reading.notes)})
    elif not (file and detail().quiet):
        say_notes(reading.notes)
        click.echo(_report(root, file, files, next_command) if file else text, nl=False)


def _places(file: Path, files: Sequence[File]) -> dict[str, Any]:
    more = {"files": [item.path for item in files]} if files else {}
    return {"settings": file.as_posix(), **more}


def _report(root: Path, file: Path, files: Sequence[File], next_command: str) -> str:
    written = (file, *(root / item.path for item in files))
    return "".join(f"{display_path(path)}  written\n" for path in written) + (
        f"Next: {next_command}\n"
    )


def _check(file: Path | None, project: Project) -> None:
    """Check that a file can be written, and that none is there."""
    if file is None:
        what = "The configuration is not a folder, so no file can be written into it."
        where = f"--conf-source {project.conf_source or ''}".rstrip()
        remedy = "Name the folder that it was packed from."
        raise UsageError(Finding(what=what, where=where, remedy=remedy))
    if file.exists():
        remedy = "Add what it lacks by hand: `shipway init TARGET --stdout` prints a first version."
        what = "The project already has settings."
        raise OutputError(Finding(what=what, where=display_path(file), remedy=remedy))


def _selection(exporters: Sequence[Exporter]) -> Selection:
    """Return how many tasks the targets make of a pipeline; of several, those that make most."""
    is_one = all(isinstance(exporter, RunsOneTask) for exporter in exporters)
    return Selection(group_by="pipeline") if is_one else Selection()


def _plan(
    project: Project, settings: Settings, name: str, selection: Selection
) -> Plan | ShipwayError:
    try:
        return plan_one(project, settings, name, selection, None)
    except ShipwayError as error:
        return error


def _next(targets: Sequence[str], plans: Mapping[str, Plan | ShipwayError]) -> str:
    """Return the command that a user will want next: of what can be exported, the export."""
    names = [name for name, plan in plans.items() if isinstance(plan, Plan)]
    name = "__default__" if "__default__" in names else next(iter(names), None)
    if name is None:
        return "shipway plan"
    option = "" if name == "__default__" else f" --pipeline {shlex.quote(name)}"
    return f"shipway export {' '.join(targets)}{option}"
