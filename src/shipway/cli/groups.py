"""Groups of commands, which report a wrong command line as JSON too, where JSON is asked for."""

from __future__ import annotations

from typing import Any

import click

from shipway.kedro_output import asks_for_json


class Group(click.Group):
    """A group that names the nearest command to one that it does not have."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        as_json = asks_for_json(args)
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            _fail_as_json(error, as_json, info_name)
            raise

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        as_json = asks_for_json(args)
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            unknown = self._unknown(ctx, args, error)
            _fail_as_json(unknown, as_json, ctx.info_name)
            raise unknown from error

    def _unknown(
        self, ctx: click.Context, args: list[str], error: click.UsageError
    ) -> click.UsageError:
        if args[0].startswith("-"):
            return error
        # Imported here: `shipway --help` then needs nothing of the compiler.
        from shipway.errors import did_you_mean

        nearest = did_you_mean(args[0], self.list_commands(ctx))
        return click.UsageError(f"There is no command '{args[0]}'. {nearest}", ctx)


def _fail_as_json(error: click.UsageError, as_json: bool, name: str | None) -> None:
    if as_json:
        from shipway.cli.report import fail_on_words

        fail_on_words(error, "" if name == "shipway" else name or "")
