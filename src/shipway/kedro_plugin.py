"""`kedro export`: the same command inside Kedro's own command line."""

from __future__ import annotations

import click

from shipway.cli.export import command


@click.group(name="Shipway")
def commands() -> None:
    """Commands that Shipway adds to a Kedro project."""


commands.add_command(command)
