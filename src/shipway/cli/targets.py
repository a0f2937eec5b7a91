"""`shipway targets`: the capability table."""

from __future__ import annotations

import click

from shipway.cli import options
from shipway.cli.report import Command, say_json, with_errors
from shipway.cli.screen import fold
from shipway.targets import registry
from shipway.targets.capabilities import CAPABILITIES
from shipway.targets.exporter import Exporter

_MARK = {"native": "yes", "emulated": "by code", "unsupported": "no"}


@click.command(name="targets", cls=Command)
@click.argument("names", nargs=-1, metavar="[TARGET…]")
@options.reporting
@with_errors
def command(names: tuple[str, ...], output_format: str) -> None:
    """Show what each installed target can express.

    \b
    Examples:
      shipway targets
      shipway targets airflow --format json
    """
    exporters = [registry.find(name) for name in names] if names else list(registry.every())
    if output_format == "json":
        say_json({"ok": True, "exit_code": 0, "targets": [_document(e) for e in exporters]})
        return
    for exporter in exporters:
        click.secho(f"{exporter.name}: {exporter.title} {exporter.versions}", bold=True)
        for name, meaning in CAPABILITIES.items():
            support = exporter.capabilities[name]
            line = f"{name:20} {_MARK[support.level]:8} {support.how or meaning}"
            click.echo(fold(line, "  ", err=False, hanging=" " * 32))


def _document(exporter: Exporter) -> dict[str, object]:
    return {
        "name": exporter.name,
        "title": exporter.title,
        "versions": exporter.versions,
        "capabilities": {
            name: {"level": support.level, "how": support.how}
            for name, support in exporter.capabilities.items()
        },
    }
