"""Comparisons on the command line: what is exported, beside what there was."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from shipway.cli.exported import TargetExport, display_path
from shipway.cli.output_folder import home
from shipway.cli.screen import detail
from shipway.comparison.artifacts import TargetFiles, compare_target
from shipway.comparison.git import path_in_repository
from shipway.comparison.older import Older, on_disk
from shipway.comparison.report import Report, Subject
from shipway.comparison.writers.github import github
from shipway.comparison.writers.json_document import document
from shipway.comparison.writers.markdown import markdown
from shipway.comparison.writers.text import text
from shipway.compiler import Selection, Source
from shipway.targets import registry

_WRITERS: Mapping[str, Callable[[Report], Iterator[str]]] = {
    "text": text,
    "github": github,
    "markdown": markdown,
}


@dataclass(frozen=True, kw_only=True)
class Today:
    """What is exported today, as comparisons take it.

    Args:
        with_removed: whether those artifacts count that no pipeline gives any more.
        notes: of the export.
    """

    subject: Subject
    targets: tuple[TargetFiles, ...]
    with_removed: bool
    notes: tuple[str, ...]


def today(
    exports: Sequence[TargetExport],
    notes: Sequence[str],
    source: Source,
    selection: Selection,
    output_format: str,
) -> Today:
    """Return what is exported, with paths as a format shows them."""
    # What reads these two looks at a repository, and knows nothing of a working directory.
    of_repository = output_format in ("github", "markdown")
    project = home(source)
    targets = (
        TargetFiles(
            exporter=registry.find(item.target),
            folder=item.folder,
            shown=path_in_repository(item.folder, project)
            if of_repository
            else display_path(item.folder),
            compiled=item.compiled,
        )
        for item in exports
    )
    return Today(
        subject=_subject(exports, project),
        targets=tuple(targets),
        with_removed=selection.all_pipelines,
        notes=tuple(notes),
    )


def _subject(exports: Sequence[TargetExport], project: Path) -> Subject:
    plan = exports[0].compiled[0].plan
    folder = path_in_repository(project, project)
    return Subject(
        project=plan.title or plan.project,
        targets=tuple(item.target for item in exports),
        # Of a project in no repository, where it stands is known to its machine alone.
        folder="" if folder == "." or Path(folder).is_absolute() else folder,
        env=plan.env,
    )


def report_on_disk(now: Today) -> Report:
    """Compare what is exported with the files that are there."""
    return report_on(now, on_disk(now.targets))


def report_on(now: Today, older: Older) -> Report:
    """Compare what is exported with the files of an older state."""
    comparisons = (
        comparison
        for target in now.targets
        for comparison in compare_target(
            target, older.files[target.exporter.name], with_removed=now.with_removed
        )
    )
    return Report(
        subject=now.subject,
        older=older.name,
        comparisons=tuple(comparisons),
        notes=(*now.notes, *older.notes),
    )


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
