"""`shipway diff`: what a change does to what is deployed, and the lines that differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from shipway.cli import options
from shipway.cli.compared import report_on, say_report, today
from shipway.cli.export import export
from shipway.cli.exported import TargetExport
from shipway.cli.output_folder import home
from shipway.cli.progress import done, step
from shipway.cli.report import say_json, say_notes, with_errors
from shipway.cli.settings_files import with_settings_files
from shipway.cli.target_command import TargetCommand
from shipway.comparison.older import Older, of_revision, of_snapshot, on_disk
from shipway.comparison.writers.json_document import document
from shipway.compiler import Selection, Source, read
from shipway.errors import Finding, UsageError
from shipway.settings.source import SettingsSource, read_files


@click.command(name="diff", cls=TargetCommand)
@click.argument("targets", nargs=-1, required=True, metavar="TARGET…")
@click.option(
    "--from",
    "revision",
    metavar="REV",
    help="Compare with the artifacts of a git revision; where git keeps none, with those it gives.",
)
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Compare with the project as it was in a snapshot; see `shipway snapshot`.",
)
@click.option(
    "--against-settings",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Settings for that snapshot, which holds none.  [default: today's]",
)
@click.option("--exit-code", is_flag=True, help="Exit 1 where something differs; 0 otherwise.")
@options.sourcing
@options.selecting
@options.exporting
@options.comparing
@with_errors
def command(
    targets: tuple[str, ...],
    *,
    revision: str | None,
    against: Path | None,
    against_settings: tuple[Path, ...],
    exit_code: bool,
    output: Path | None,
    templates: Path | None,
    lossy: tuple[str, ...],
    output_format: str,
    **values: Any,
) -> None:
    """Show what a change does to what is deployed, then the lines. Writes nothing.

    \b
    Examples:
      shipway diff airflow                       with the files in deploy/airflow
      shipway diff airflow --all --from main     with those of a git revision
      shipway diff all --all --from origin/main --format markdown
      shipway diff kubeflow --against old.json   with the project of a snapshot
    """
    _check_one(revision, against, against_settings)
    source = options.to_source(values)
    selection = options.to_selection(values, templates=templates, lossy=lossy)
    selection = with_settings_files(selection, source)
    exports, notes = export(targets, source, selection, output)
    step("Comparing" if revision is None else f"Reading {revision}")
    now = today(exports, notes, source, selection, output_format)
    if revision is not None:
        older = of_revision(revision, source, selection, now.targets, home(source))
    elif against is not None:
        older = _of_snapshot(against, against_settings, source, selection, exports)
    else:
        older = on_disk(now.targets)
    report = report_on(now, older)
    done()
    code = int(exit_code and bool(report.differing))
    if output_format == "json":
        say_json({"ok": not code, "exit_code": code, **document(report)})
    else:
        say_notes(report.notes if output_format == "text" else ())
        say_report(report, output_format)
    raise click.exceptions.Exit(code)


def _of_snapshot(
    snapshot: Path,
    own: tuple[Path, ...],
    source: Source,
    selection: Selection,
    exports: tuple[TargetExport, ...],
) -> Older:
    settings: SettingsSource = read_files(own) if own else read(source).settings
    return of_snapshot(snapshot, settings, [item.target for item in exports], selection)


def _check_one(revision: str | None, against: Path | None, own: tuple[Path, ...]) -> None:
    if revision is not None and against is not None:
        what = "`--from` and `--against` cannot be used together."
        raise UsageError(Finding(what=what, where="--against"))
    if own and against is None:
        what = "`--against-settings` are those of a snapshot, and none is named."
        raise UsageError(
            Finding(what=what, where="--against-settings", remedy="Name it with --against FILE.")
        )
