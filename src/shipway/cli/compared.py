"""Comparisons on the command line: what is exported, beside what there was."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import click

from shipway.cli.exported import TargetExport, display_path
from shipway.cli.screen import detail
from shipway.comparison.artifacts import TargetFiles, compare_target
from shipway.comparison.older import Older, on_disk
from shipway.comparison.report import Report
from shipway.comparison.writers.github import github
from shipway.comparison.writers.json_document import document
from shipway.comparison.writers.markdown import markdown
from shipway.comparison.writers.text import text
from shipway.compiler import Selection
from shipway.targets import registry

_WRITERS: Mapping[str, Callable[[Report], Iterator[str]]] = {
    "text": text,
    "github": github,
    "markdown": markdown,
}


def report_on_disk(
    exports: Sequence[TargetExport], selection: Selection, notes: Sequence[str]
) -> Report:
    """Compare what is exported with the files that are there."""
    return report_on(exports, on_disk(target_files(exports)), selection, notes)


def report_on(
    exports: Sequence[TargetExport], older: Older, selection: Selection, notes: Sequence[str]
) -> Report:
    """Compare what is exported with the files of an older state."""
    comparisons = (
        comparison
        for target in target_files(exports)
        for comparison in compare_target(
            target, older.files[target.exporter.name], with_removed=selection.all_pipelines
        )
    )
    return Report(older=older.name, comparisons=tuple(comparisons), notes=(*notes, *older.notes))


def target_files(exports: Sequence[TargetExport]) -> list[TargetFiles]:
    """Return what each target gets, as comparisons take it."""
    return [
        TargetFiles(
            exporter=registry.find(item.target),
            folder=item.folder,
            shown=display_path(item.folder),
            compiled=item.compiled,
        )
        for item in exports
    ]


def say_report(report: Report, output_format: str) -> None:
    """Print a report in any format but JSON; for people, nothing with `--quiet`."""
    if output_format == "text" and detail().quiet:
        return
    # https://no-color.org: present and not empty.
    color = False if os.environ.get("NO_COLOR") else None
    for line in _WRITERS[output_format](report):
        click.echo(line, color=color)


def comparisons_in(report: Report | None) -> dict[str, Any]:
    """Return what a document says of a comparison; nothing where nothing was compared."""
    if report is None:
        return {}
    return {key: value for key, value in document(report).items() if key != "notes"}
