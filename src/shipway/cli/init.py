"""`shipway init`: a first deploy.yml, made from what the project holds."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import click

from shipway.artifacts.files import File, write
from shipway.cli import options
from shipway.cli.exported import display_path
from shipway.cli.output_folder import home
from shipway.cli.report import Command, say_json, say_notes, with_errors
from shipway.compiler import Selection, Source, plan_one, read, settings_for
from shipway.errors import Finding, OutputError, ShipwayError, UsageError
from shipway.model import Project
from shipway.planner.plan import Plan
from shipway.settings.settings import Settings
from shipway.settings.source import SettingsSource
from shipway.starter.document import starter
from shipway.targets import registry


@click.command(name="init", cls=Command)
@click.argument("targets", nargs=-1, metavar="[TARGET…]")
@options.reading
@options.reporting
@with_errors
def command(targets: tuple[str, ...], output_format: str, **values: Any) -> None:
    """Write a first deploy.yml for this project and the targets named; never replaces one.

    Its comments say what shares a task and why, which local files tasks must see, and which nodes
    look heavy.

    \b
    Examples:
      shipway init airflow
      shipway init airflow prefect
    """
    names = registry.names() if "all" in targets else dict.fromkeys(targets)
    exporters = [registry.find(name) for name in names]
    source = Source(read=options.to_read_options(values))
    reading = read(source)
    file = reading.settings_file
    if file is None:
        raise UsageError(
            Finding(
                what="The configuration is not a folder, so no file can be written into it.",
                where=f"--conf-source {reading.project.conf_source or ''}".rstrip(),
                remedy="Name the folder that it was packed from.",
            )
        )
    if file.exists():
        raise OutputError(
            Finding(
                what="The project already has settings.",
                where=file.as_posix(),
                remedy="Edit them by hand.",
            )
        )
    settings = settings_for(SettingsSource(), ())
    pipelines = [pipeline.name for pipeline in reading.project.pipelines if pipeline.nodes]
    plans = {name: _plan(reading.project, settings, name) for name in pipelines}
    text = starter(reading.project, plans, exporters, home(source))
    write([File(path=file.name, text=text)], file.parent, only_own=True)
    next_command = _next([exporter.name for exporter in exporters], plans)
    if output_format == "json":
        document = {"ok": True, "exit_code": 0, "settings": file.as_posix(), "next": next_command}
        say_json({**document, "notes": list(reading.notes)})
    else:
        say_notes(reading.notes)
        click.echo(f"{display_path(file)}  written\nNext: {next_command}")


def _plan(project: Project, settings: Settings, name: str) -> Plan | ShipwayError:
    try:
        return plan_one(project, settings, name, Selection(), None)
    except ShipwayError as error:
        return error


def _next(targets: Sequence[str], plans: Mapping[str, Plan | ShipwayError]) -> str:
    """Return the command that a user will want next: of what can be exported, the export."""
    names = [name for name, plan in plans.items() if isinstance(plan, Plan)]
    name = "__default__" if "__default__" in names else next(iter(names), None)
    if not targets or name is None:
        return "shipway plan"
    option = "" if name == "__default__" else f" --pipeline {shlex.quote(name)}"
    return f"shipway export {' '.join(targets)}{option}"
