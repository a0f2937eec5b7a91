"""`kedro export`: the same command inside Kedro's own command line."""

from __future__ import annotations

import logging
from typing import Any

import click

from shipway.cli.export import command
from shipway.cli.report import say_notes
from shipway.cli.target_command import TargetCommand
from shipway.kedro_output import asks_for_json, for_document

_LOGGED = (
    "Kedro has logged to standard output while it was imported, before any plugin can keep it from "
    "that. Call `shipway export`, or name a logging configuration that does not, in "
    "KEDRO_LOGGING_CONFIG."
)


class _Export(TargetCommand):
    """`shipway export`; as JSON, its document stands alone on standard output."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        if asks_for_json(args) and _kedro_has_logged():
            say_notes([_LOGGED], err=True)
        with for_document():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with for_document():
            return super().invoke(ctx)


# Without a help of its own: Kedro's would begin with it, as with that of every plugin.
@click.group(name="Shipway", help="")
def commands() -> None:
    pass


def _kedro_has_logged() -> bool:
    # `kedro.framework.project._ProjectLogging.__init__` logs which configuration it uses.
    return logging.getLogger("kedro.framework.project").isEnabledFor(logging.INFO)


commands.add_command(
    _Export(
        name="export",
        callback=command.callback,
        params=command.params,
        help=(command.help or "").replace("shipway export", "kedro export"),
        epilog="The other commands, such as init, plan, diff and doctor: shipway --help",
    )
)
