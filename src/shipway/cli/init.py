"""`shipway init`: a first deploy.yml, made from what the project holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import yaml

from shipway.artifact import File, write
from shipway.cli import options
from shipway.cli.report import Command, guarded, say_json
from shipway.errors import Finding, OutputError, count
from shipway.model import Project
from shipway.readers.kedro import read

_HEAD = """\
# How the pipelines of `{project}` are deployed. Every key: `shipway schema`, or the documentation.
# Values here hold in every environment; conf/<env>/deploy.yml overlays them key by key.
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
@guarded
def command(output_format: str, **given: Any) -> None:
    """Write a first conf/base/deploy.yml for the project; never replaces one.

    \b
    Example:
      shipway init
    """
    from kedro.framework.project import settings
    from kedro.utils import find_kedro_project

    wanted = options.to_read_options(given)
    project = read(wanted).project
    root = find_kedro_project(wanted.project.resolve()) or Path()
    base = settings.CONFIG_LOADER_ARGS.get("base_env", "base")
    file = root / (project.conf_source or settings.CONF_SOURCE) / base / "deploy.yml"
    if file.exists():
        raise OutputError(
            Finding(
                what="The project has settings already.",
                where=file.as_posix(),
                remedy="Change them by hand.",
            )
        )
    write([File(path=file.name, text=starter(project))], file.parent)
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
    return text.rpartition(":")[0]
