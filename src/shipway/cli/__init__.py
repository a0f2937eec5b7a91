"""The command line: one module a command, each imported only when it is called."""

from __future__ import annotations

import importlib
import os

import click

from shipway import __version__
from shipway.cli.groups import Group

_COMMANDS = {
    "export": "Write the artifacts of pipelines for one or several targets.",
    "diff": "Show what a change does to what is deployed.",
    "plan": "Show which tasks a pipeline becomes, and why.",
    "snapshot": "Write what Shipway knows of a project to a file.",
    "targets": "Show what each target can express.",
    "schema": "Print the JSON Schema of the settings, a snapshot or a comparison.",
    "templates": "List, show and eject the templates.",
    "init": "Write a first deploy.yml for a project.",
    "doctor": "Check project, environment and settings, and say what to do.",
}

if os.environ.get("_SHIPWAY_COMPLETE", "").startswith("fish"):
    importlib.import_module("shipway.cli.fish")


class _Lazy(Group):
    """A group that imports a command's module when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"shipway.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="shipway")
def main() -> None:
    """Compile Kedro pipelines into deploy artifacts for orchestrators.

    \b
    Examples:
      shipway export airflow                     the default pipeline
      shipway export airflow --all --env prod    every pipeline, as in production
      shipway export airflow --all --check       in CI: are the artifacts up to date?
      shipway plan --group-by namespace          which nodes would share a task, and why
    """
