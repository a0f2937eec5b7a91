"""`shipway init`: a first deploy.yml, made from what the project holds."""

from __future__ import annotations

from typing import Any

import click
import yaml

from shipway.artifacts.files import File, write
from shipway.cli import options
from shipway.cli.report import Command, say_json, with_errors
from shipway.errors import Finding, OutputError, UsageError, count
from shipway.model import Project
from shipway.readers.kedro import read

_HEAD = """\
# How the pipelines of `{project}` are deployed. For all keys, see `shipway schema`.
# Values here apply to every environment; conf/<env>/deploy.yml overlays them key by key.
defaults:
  retries: 1
  retry_delay: 5m

pipelines:
"""
_PIPELINE = """\
  {name}:  # {nodes}
    # schedule: {{cron: "0 6 * * *", timezone: Europe/Paris}}
    concurrency: {{runs: 1}}
"""


@click.command(name="init", cls=Command)
@options.reading
@options.reporting
@with_errors
def command(output_format: str, **values: Any) -> None:
    """Write a first deploy.yml where the project's settings are read; never replaces one.

    \b
    Example:
      shipway init
    """
    reading = read(options.to_read_options(values))
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
    write([File(path=file.name, text=starter(reading.project))], file.parent, only_own=True)
    if output_format == "json":
        say_json({"ok": True, "exit_code": 0, "settings": file.as_posix()})
    else:
        click.echo(f"{file.as_posix()}  now try: shipway plan")


def starter(project: Project) -> str:
    """Return the text of a first `deploy.yml`, one section a registered pipeline."""
    sections = [
        _PIPELINE.format(name=_key(pipeline.name), nodes=count(len(pipeline.nodes), "node"))
        for pipeline in project.pipelines
        if pipeline.nodes
    ]
    return _HEAD.format(project=project.name) + "".join(sections)


def _key(name: str) -> str:
    """A pipeline's name as a YAML key, quoted where it must be."""
    text: str = yaml.safe_dump({name: 0}, allow_unicode=True)
    # From the right: a pipeline's name may itself hold a colon.
    return text.rpartition(":")[0]
