"""A command that takes targets: its help lists those that are installed."""

from __future__ import annotations

import click

from shipway.cli.report import Command


class TargetCommand(Command):
    """A command whose help ends with the targets."""

    takes_all = True
    """Whether `all` stands for every one of them."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the targets below the options."""
        from shipway.targets import registry

        super().format_epilog(ctx, formatter)
        with formatter.section("Targets"):
            end = "; `all` stands for every one." if self.takes_all else "."
            formatter.write_text(", ".join(registry.names()) + end)


class OneTargetCommand(TargetCommand):
    """The same for a command that takes one of them."""

    takes_all = False
