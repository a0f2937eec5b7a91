"""`shipway targets`: the capability table."""

from __future__ import annotations

import click

from shipway.cli import options
from shipway.cli.report import Command, say_json, with_errors
from shipway.cli.screen import fold
from shipway.targets import registry
from shipway.targets.capabilities import CAPABILITIES
from shipway.targets.exporter import Exporter
from shipway.targets.orchestrators import Orchestrator, orchestrators_of

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
        for orchestrator in orchestrators_of(exporter):
            _say(exporter.name, orchestrator)


def _say(target: str, orchestrator: Orchestrator) -> None:
    choice = ", ".join(f"{key}: {value}" for key, value in orchestrator.options.items())
    head = f"{target} ({choice})" if choice else target
    click.secho(f"{head}: {orchestrator.title} {orchestrator.versions}", bold=True)
    for name, meaning in CAPABILITIES.items():
        support = orchestrator.capabilities[name]
        line = f"{name:20} {_MARK[support.level]:8} {support.how or meaning}"
        click.echo(fold(line, "  ", err=False, hanging=" " * 32))


def _document(exporter: Exporter) -> dict[str, object]:
    first, *others = orchestrators_of(exporter)
    # What an option chooses stands within its target, so that each name is there once.
    more = [{"options": dict(each.options), **_facts(each)} for each in others]
    return {"name": exporter.name, **_facts(first), **({"others": more} if more else {})}


def _facts(orchestrator: Orchestrator) -> dict[str, object]:
    return {
        "title": orchestrator.title,
        "versions": orchestrator.versions,
        "capabilities": {
            name: {"level": support.level, "how": support.how}
            for name, support in orchestrator.capabilities.items()
        },
    }
