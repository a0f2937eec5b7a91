"""`shipway schema`: JSON Schemas for editors and other tools."""

from __future__ import annotations

import json
from typing import Any

import click

from shipway.cli import options
from shipway.cli.report import Command, with_errors
from shipway.comparison.writers import json_document
from shipway.readers import snapshot
from shipway.settings.schema import document
from shipway.targets import registry
from shipway.targets.waivers import section


@click.command(name="schema", cls=Command)
@click.argument("what", type=click.Choice(["settings", "snapshot", "diff"]), default="settings")
@options.reporting
@with_errors
def command(what: str, output_format: str) -> None:
    """Print the JSON Schema of the settings (deploy.yml), of a snapshot, or of a comparison.

    \b
    Examples:
      shipway schema > deploy.schema.json
      shipway schema snapshot
      shipway schema diff                   what `shipway diff --format json` prints
    """
    schemas = {
        "settings": settings_schema,
        "snapshot": snapshot.schema,
        "diff": json_document.schema,
    }
    click.echo(json.dumps(schemas[what](), indent=2, ensure_ascii=False))


def settings_schema() -> dict[str, Any]:
    """Return the JSON Schema of `deploy.yml` with the options of every installed target."""
    shape = document({exporter.name: section(exporter) for exporter in registry.every()})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Shipway settings (deploy.yml)",
        **shape.schema(),
        # Keys that begin so hold what anchors are for, and are dropped when the file is read.
        "patternProperties": {"^(_|x-)": {}},
    }
