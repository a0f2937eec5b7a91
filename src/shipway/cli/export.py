"""`shipway export`: write, check or compare artifacts."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from shipway.artifacts.files import Difference, File, check_own, compare, strays, write
from shipway.artifacts.identity import FOREIGN
from shipway.cli import options
from shipway.cli.compared import comparisons_in, report_on_disk, say_report
from shipway.cli.exported import TargetExport, display_path
from shipway.cli.output_folder import Output, output_for
from shipway.cli.plan_notes import notes_of_plans
from shipway.cli.progress import done, step, tell
from shipway.cli.report import say_json, say_labelled, say_notes, with_errors
from shipway.cli.screen import detail
from shipway.cli.settings_files import with_settings_files
from shipway.cli.target_command import TargetCommand
from shipway.comparison.report import Report
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
from shipway.compiler.unread_parameters import unread_parameters
from shipway.errors import Finding, ShipwayError, UsageError, count
from shipway.mistakes import Mistakes
from shipway.model import Project
from shipway.targets import registry
from shipway.targets.exporter import Exporter

_WHY = {
    "missing": "it does not exist",
    "project": "the project changed",
    "settings": "the settings changed",
    "shipway": "another version of Shipway made it",
    "template": "the template changed",
    "edited": "it was edited by hand",
    "stray": "it belongs to no pipeline any more",
    "foreign": "another project, environment or pipeline made it",
    "unsealed": "Shipway did not make it, or its header is gone",
    "unlike": "it runs none of these nodes",
}


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
            write(item.files, item.folder, only_own=not replace)
    has_differences = check and any(item.differences for item in exports)
    report = report_on_disk(exports, selection, notes) if diff else None
    if output_format == "json":
        document = _document(exports, is_written=not (check or diff), ok=not has_differences)
        say_json({**document, **comparisons_in(report), "notes": list(notes)})
    else:
        _say_all(exports, notes, report, output_format, check)
    # Last, so that a machine has its document and a person the list before the exit.
    if has_differences:
        if output_format == "text":
            click.secho(_advice(exports), err=True)
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
        step(f"Compiling for {exporter.title}")
        with mistakes:
            own_output = output / exporter.name if output and has_folders else output
            place = output_for(source, settings, selection, exporter, own_output)
            notes += [place.note] if place.note else []
            exports.append(_export_one(reading.project, place, exporter))
    mistakes.raise_all()
    notes += unread_parameters(reading.project, reading.overrides_read, selection)
    return tuple(exports), tuple(notes)


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
    if selection.all_pipelines and place.is_own:
        leftovers = strays(files, folder)
        differences += tuple(Difference(path=path, causes=("stray",)) for path in leftovers)
    return TargetExport(exporter.name, folder, pipelines, files, differences)


def _exporters(targets: Sequence[str], mistakes: Mistakes) -> Iterator[Exporter]:
    for name in _target_names(targets):
        with mistakes:
            yield registry.find(name)


def _say_all(
    exports: Sequence[TargetExport],
    notes: Sequence[str],
    report: Report | None,
    output_format: str,
    check: bool,
) -> None:
    done()
    if output_format == "text":
        say_notes(notes)
        for item in exports:
            _say(item, show_diff=check and report is None, wrote=not (check or report))
        say_labelled(notes_of_plans(exports))
    if report:
        say_report(report, output_format)


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


def _advice(exports: Sequence[TargetExport]) -> str:
    causes = {cause for item in exports for d in item.differences for cause in d.causes}
    if causes & FOREIGN.keys():
        return "Shipway replaces only its own files: set a `name`, or use --output or --replace."
    return "Run the same command without --check to bring them up to date."


def _check_options(replace: bool, check: bool, diff: bool, output_format: str) -> None:
    if replace and (check or diff):
        option = "--check" if check else "--diff"
        what = f"`--replace` and `{option}` cannot be used together."
        raise UsageError(Finding(what=what, where="--replace"))
    if output_format in ("github", "markdown") and not diff:
        what = f"`--format {output_format}` shows a comparison, and nothing is compared."
        remedy = "Add --diff, or call `shipway diff`."
        raise UsageError(Finding(what=what, where="--format", remedy=remedy))


def _target_names(targets: Sequence[str]) -> tuple[str, ...]:
    # `dict.fromkeys` drops a target that was named twice, and keeps the order.
    return registry.names() if "all" in targets else tuple(dict.fromkeys(targets))


def _say(item: TargetExport, show_diff: bool, wrote: bool) -> None:
    different = {difference.path: difference for difference in item.differences}
    for pipeline in item.compiled:
        for file in pipeline.files:
            _say_file(item, pipeline, different.get(file.path), file, wrote)
    for path in (d.path for d in item.differences if "stray" in d.causes):
        click.secho(f"{display_path(item.folder / path)}: {_WHY['stray']}; delete it.", fg="yellow")
    if show_diff:
        for difference in item.differences:
            # A diff ends with an end of line of its own.
            click.echo(difference.diff, nl=False)


def _say_file(
    item: TargetExport, pipeline: Compiled, difference: Difference | None, file: File, wrote: bool
) -> None:
    if detail().quiet and (difference is None or wrote):
        return
    nodes = sum(len(task.nodes) for task in pipeline.plan.tasks)
    size = f"{count(nodes, 'node')} in {count(len(pipeline.plan.tasks), 'task')}"
    if difference is None:
        state, color = "up to date", "green"
    elif wrote:
        state, color = "written", "green"
    else:
        state, color = "; ".join(_WHY[cause] for cause in difference.causes), "red"
    click.echo(f"{display_path(item.folder / file.path)}  {size}  ", nl=False)
    click.secho(state, fg=color)


def _document(exports: Sequence[TargetExport], is_written: bool, ok: bool) -> dict[str, Any]:
    return {
        "ok": ok,
        "exit_code": 0 if ok else 1,
        "targets": [
            {
                "target": item.target,
                "folder": display_path(item.folder),
                "written": is_written,
                "pipelines": [_pipeline_document(pipeline) for pipeline in item.compiled],
                "differences": [
                    {"path": d.path, "causes": list(d.causes), "diff": d.diff}
                    for d in item.differences
                ],
            }
            for item in exports
        ],
    }


def _pipeline_document(pipeline: Compiled) -> dict[str, Any]:
    plan = pipeline.plan
    return {
        "pipeline": plan.pipeline,
        "name": plan.name,
        "files": [file.path for file in pipeline.files],
        "tasks": len(plan.tasks),
        "nodes": sum(len(task.nodes) for task in plan.tasks),
        "digest": plan.digests["plan"],
        "notes": list(plan.notes),
        "lost": [str(setting) for setting in pipeline.losses],
    }
