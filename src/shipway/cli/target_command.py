"""A command that takes targets: its help lists those that are installed."""

from __future__ import annotations

import click

from shipway.cli.report import Command


class TargetCommand(Command):
    """A command whose help ends with the targets."""

    takes_all = True
    """Whether `all` stands for every one of them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Name the targets where the command line names none."""
        try:
            return super().parse_args(ctx, args)
        except click.MissingParameter as error:
            text = error.message or f"Name one or several of {self._targets()}"
            raise click.MissingParameter(text, error.ctx, error.param) from None

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the targets below the options."""
        super().format_epilog(ctx, formatter)
        with formatter.section("Targets"):
            formatter.write_text(self._targets())

    def _targets(self) -> str:
        from shipway.targets import registry

        end = "; `all` stands for every one." if self.takes_all else "."
        return ", ".join(registry.names()) + end


class OneTargetCommand(TargetCommand):
    """The same for a command that takes one of them."""

    takes_all = False
