"""`shipway export`: write, check or compare artifacts."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from shipway.artifacts.files import Difference, File, check_own, compare, write
from shipway.artifacts.leftovers import is_removable, leftovers, strays, under_other_names
from shipway.cli import options
from shipway.cli.compared import comparisons_in, report_on_disk, say_report, today
from shipway.cli.export_report import Purpose, document, say_advice, say_exports
from shipway.cli.exported import TargetExport, display_path
from shipway.cli.left_deployed import left_deployed
from shipway.cli.output_folder import Output, output_for
from shipway.cli.progress import done, step, tell
from shipway.cli.report import say_json, with_errors
from shipway.cli.settings_files import with_settings_files
from shipway.cli.target_command import TargetCommand
from shipway.compiler import (
    Compiled,
    Selection,
    Source,
    check_distinct,
    check_words,
    compile_all,
    is_unlike,
    read,
    settings_with_mistakes,
)
from shipway.compiler.only_as_jobs import left_out
from shipway.compiler.unread_parameters import unread_parameters
from shipway.errors import Finding, ShipwayError, UsageError, count
from shipway.mistakes import Mistakes
from shipway.model import Project
from shipway.targets import registry
from shipway.targets.exporter import Exporter, companions
from shipway.targets.orchestrators import title_of

_COMPARISONS = ("github", "markdown")
"""The formats that show a comparison."""


@click.command(name="export", cls=TargetCommand)
@click.argument("targets", nargs=-1, required=True, metavar="TARGET…")
@options.sourcing
@options.selecting
@options.exporting
@click.option(
    "--check", is_flag=True, help="Write nothing; exit 1 unless everything is up to date."
)
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@click.option(
    "--replace", is_flag=True, help="Also replace files that belong to another project or to you."
)
@options.comparing
@with_errors
def command(
    targets: tuple[str, ...],
    *,
    output: Path | None,
    check: bool,
    diff: bool,
    templates: Path | None,
    lossy: tuple[str, ...],
    replace: bool,
    output_format: str,
    **values: Any,
) -> None:
    """Write the artifacts of pipelines for one or several targets, or for `all`.

    \b
    Examples:
      shipway export airflow
      shipway export airflow -p training -p scoring --env prod
      shipway export airflow --all --check
      shipway export airflow --settings deploy.yml --snapshot project.json -o dags
    """
    _check_options(replace, check, diff, output_format)
    source = options.to_source(values)
    selection = options.to_selection(values, templates=templates, lossy=lossy)
    selection = with_settings_files(selection, source)
    exports, notes = export(targets, source, selection, output)
    if not (check or diff):
        # All targets are checked before the first is written: all or nothing.
        for item in exports if not replace else ():
            check_own(item.differences, item.folder)
        for item in exports:
            write(item.files, item.folder, only_own=not replace, leftovers=item.leftovers)
    has_differences = check and any(item.differences for item in exports)
    is_compared = diff or output_format in _COMPARISONS
    now = today(exports, notes, source, selection, output_format) if is_compared else None
    report = report_on_disk(now) if now else None
    done()
    if output_format == "json":
        written = document(exports, is_written=not (check or diff), ok=not has_differences)
        say_json({**written, **comparisons_in(report), "notes": list(notes)})
    else:
        if output_format == "text":
            purpose = Purpose.of(check=check, diff=diff)
            say_exports(exports, notes, purpose, with_lines=check and not diff)
        if report:
            say_report(report, output_format)
    # Last, so that a machine has its document and a person the list before the exit.
    if has_differences:
        if output_format == "text":
            say_advice(exports)
        raise click.exceptions.Exit(1)


def export(
    targets: Sequence[str], source: Source, selection: Selection, output: Path | None
) -> tuple[tuple[TargetExport, ...], tuple[str, ...]]:
    """Compile for every target before anything is written; the project is read once.

    Returns:
        What each target got, and what to tell of the reading and of the output folders.

    Raises:
        ShipwayError: whatever stands in the way.
    """
    mistakes = Mistakes()
    with mistakes:
        check_words(selection)
    exporters = list(_exporters(targets, mistakes))
    # As soon as several may be meant, however many are installed.
    has_folders = len(_target_names(targets)) > 1 or "all" in targets
    step("Reading the project" if source.snapshot is None else "Reading the snapshot")
    try:
        reading = read(source, exporters)
    except ShipwayError as error:
        raise mistakes.and_last(error) from error
    tell(_words_of(reading.project))
    settings = settings_with_mistakes(reading.settings, exporters)
    exports, notes = [], list(reading.notes)
    for exporter in exporters:
        step(f"Compiling for {title_of(exporter, settings.target(exporter.name))}")
        with mistakes:
            own_output = output / exporter.name if output and has_folders else output
            place = output_for(source, settings, selection, exporter, own_output)
            notes += [place.note] if place.note else []
            exports.append(_export_one(reading.project, place, exporter))
            notes += left_deployed(exports[-1], exporter)
            if place.is_own and not selection.all_pipelines:
                notes += _under_other_names(exports[-1])
    mistakes.raise_all()
    notes += unread_parameters(reading.project, settings, reading.overrides_read, selection)
    notes += left_out(reading.project, settings) if selection.all_pipelines else ()
    return tuple(exports), tuple(notes)


def _under_other_names(item: TargetExport) -> Iterator[str]:
    """With every pipeline exported, a file that none makes is told as such."""
    told = {difference.path for difference in item.differences}
    for path in under_other_names(item.files, item.folder):
        if path not in told:
            shown = display_path(item.folder / path)
            yield (
                f"{shown} is of the same pipeline under another name. Delete it if nothing deploys "
                "it any more."
            )


def _words_of(project: Project) -> str:
    """Return what was read, for people who look for a difference between two machines."""
    python = ".".join(map(str, sys.version_info[:3]))
    env = f", environment {project.env}" if project.env else ""
    pipelines = count(len(project.pipelines), "pipeline")
    return f"{project.name}: {pipelines}, Kedro {project.kedro}, Python {python}{env}"


def _export_one(project: Project, place: Output, exporter: Exporter) -> TargetExport:
    selection, folder = place.selection, place.folder
    pipelines = tuple(compile_all(project, place.settings, exporter, selection))
    files = check_distinct(pipelines)
    differences = _with_unlike(compare(files, folder), pipelines, exporter)
    others = tuple(_leftovers(pipelines, files, exporter, folder))
    removed = tuple(item.path for item in others if is_removable(item))
    if selection.all_pipelines:
        paths = {item.path for item in others}
        sharing = None if place.is_own else exporter.name
        others += tuple(item for item in strays(files, folder, sharing) if item.path not in paths)
    return TargetExport(exporter.name, folder, pipelines, files, (*differences, *others), removed)


def _leftovers(
    pipelines: Sequence[Compiled], files: Sequence[File], exporter: Exporter, folder: Path
) -> Iterator[Difference]:
    """Yield the files that these pipelines have no more, but for those of another's in place."""
    paths = {file.path for file in files}
    for item in pipelines:
        places = [path for path in companions(exporter, item.plan) if path not in paths]
        yield from leftovers(item.files, places, folder, item.plan.jobs)


def _exporters(targets: Sequence[str], mistakes: Mistakes) -> Iterator[Exporter]:
    for name in _target_names(targets):
        with mistakes:
            yield registry.find(name)


def _with_unlike(
    differences: Sequence[Difference], pipelines: Sequence[Compiled], exporter: Exporter
) -> tuple[Difference, ...]:
    """Look at what is there where the project has changed: another's files may have our names."""
    of_project = {d.path: d.there for d in differences if "project" in d.causes and d.there}
    unlike: set[str] = set()
    for item in pipelines:
        old_texts = {f.path: of_project[f.path] for f in item.files if f.path in of_project}
        if old_texts and is_unlike(item, exporter, old_texts):
            unlike.update(old_texts)
    return tuple(replace(d, causes=("unlike",)) if d.path in unlike else d for d in differences)


def _check_options(replace: bool, check: bool, diff: bool, output_format: str) -> None:
    if replace and (check or diff):
        option = "--check" if check else "--diff"
        what = f"`--replace` and `{option}` cannot be used together."
        raise UsageError(Finding(what=what, where="--replace"))
    if output_format in _COMPARISONS and not (check or diff):
        what = f"`--format {output_format}` shows a comparison, and nothing is compared."
        remedy = "Add --check or --diff, or call `shipway diff`."
        raise UsageError(Finding(what=what, where="--format", remedy=remedy))


def _target_names(targets: Sequence[str]) -> tuple[str, ...]:
    # `dict.fromkeys` drops a target that was named twice, and keeps the order.
    return registry.names() if "all" in targets else tuple(dict.fromkeys(targets))
