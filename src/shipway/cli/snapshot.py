"""`shipway snapshot`: write the IR to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from shipway.artifacts.files import File, write
from shipway.cli import options
from shipway.cli.progress import step
from shipway.cli.report import Command, say_json, say_notes, with_errors
from shipway.cli.screen import detail
from shipway.errors import count
from shipway.readers.kedro import read
from shipway.readers.snapshot import dump


@click.command(name="snapshot", cls=Command)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to write it.  [default: standard output]",
)
@options.reading
@options.reporting
@with_errors
def command(output: Path | None, output_format: str, **values: Any) -> None:
    """Write what Shipway knows of a project to a file, for exports where its packages are missing.

    \b
    Examples:
      shipway snapshot -o project.json
      shipway snapshot --env prod > project.json
      shipway export airflow --snapshot project.json --settings conf/base/deploy.yml
    """
    step("Reading the project")
    reading = read(options.to_read_options(values))
    project, text = reading.project, dump(reading.project)
    # On standard error, since standard output may be the snapshot itself.
    say_notes(reading.notes, err=True)
    if output is None:
        click.echo(text, nl=False)
        return
    write([File(path=output.name, text=text)], output.parent)
    if output_format == "json":
        say_json({"ok": True, "exit_code": 0, "snapshot": output.as_posix()})
    elif not detail().quiet:
        pipelines = count(len(project.pipelines), "pipeline")
        click.echo(f"{output.as_posix()}  {pipelines}, {count(len(project.datasets), 'dataset')}")
