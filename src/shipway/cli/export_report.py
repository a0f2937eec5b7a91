"""What `shipway export` says: a line for each file, what to do, and the same as a document."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from typing import Any

import click

from shipway.artifacts.files import Difference, File
from shipway.artifacts.identity import FOREIGN
from shipway.cli.exported import TargetExport, display_path
from shipway.cli.plan_notes import notes_of_plans
from shipway.cli.report import say_labelled, say_notes
from shipway.cli.screen import detail
from shipway.comparison.lines import unified
from shipway.compiler import Compiled
from shipway.errors import count

_WHY = {
    "missing": "it does not exist",
    "project": "the project changed",
    "settings": "the settings changed",
    "shipway": "another version of Shipway made it",
    "template": "the template changed",
    "edited": "it was edited by hand",
    "stray": "it belongs to no pipeline any more",
    "leftover": "its pipeline does not make it any more",
    "foreign": "another project, environment or pipeline made it",
    "unsealed": "Shipway did not make it, or its header is gone",
    "unlike": "it runs none of these nodes",
}
_NOT_MADE = {"stray", "leftover"}


class Purpose(Enum):
    """What an export is for; a difference is wrong for a check alone."""

    WRITE = auto()
    CHECK = auto()
    DIFF = auto()

    @classmethod
    def of(cls, *, check: bool, diff: bool) -> Purpose:
        """Return the purpose by the options; with both, a check."""
        return cls.CHECK if check else cls.DIFF if diff else cls.WRITE


def say_exports(
    exports: Sequence[TargetExport], notes: Sequence[str], purpose: Purpose, *, with_lines: bool
) -> None:
    """Print what became of each file, or would.

    Args:
        with_lines: whether to show the lines that differ; with `--quiet` nobody sees them.
    """
    say_notes(notes)
    for item in exports:
        _say(item, purpose)
        for difference in item.differences if with_lines and not detail().quiet else ():
            # A diff ends with an end of line of its own.
            click.echo(_diff(item, difference), nl=False)
    say_labelled(notes_of_plans(exports))


def say_advice(exports: Sequence[TargetExport]) -> None:
    """Print what to do where a check has failed; nothing with `--quiet`."""
    if not detail().quiet:
        click.secho(_advice(exports), err=True)


def _advice(exports: Sequence[TargetExport]) -> str:
    causes = {cause for item in exports for d in item.differences for cause in d.causes}
    if causes & FOREIGN.keys():
        return "Shipway replaces only its own files: set a `name`, or use --output or --replace."
    by_hand = [_is_left_to_hand(item, d) for item in exports for d in item.differences]
    advice = (
        [] if all(by_hand) else ["Run the same command without --check to bring them up to date."]
    )
    advice += ["Delete the files that nothing makes any more."] if any(by_hand) else []
    return " ".join(advice)


def _is_left_to_hand(item: TargetExport, difference: Difference) -> bool:
    """Tell whether a file is to be deleted by who knows it: an export leaves it where it is."""
    return bool(_NOT_MADE & set(difference.causes)) and difference.path not in item.leftovers


def _say(item: TargetExport, purpose: Purpose) -> None:
    different = {difference.path: difference for difference in item.differences}
    for pipeline in item.compiled:
        for file in pipeline.files:
            _say_file(item, pipeline, different.get(file.path), file, purpose)
    for difference in item.differences:
        if _NOT_MADE & set(difference.causes):
            _say_not_made(item, difference, purpose)


def _say_file(
    item: TargetExport,
    pipeline: Compiled,
    difference: Difference | None,
    file: File,
    purpose: Purpose,
) -> None:
    if detail().quiet and not _is_wrong(difference, purpose):
        return
    nodes = sum(len(task.nodes) for task in pipeline.plan.tasks)
    size = f"{count(nodes, 'node')} in {count(len(pipeline.plan.tasks), 'task')}"
    if difference is None:
        state, color = "up to date", "green"
    elif purpose is Purpose.WRITE:
        state, color = "written", "green"
    else:
        state, color = _why(difference), "red"
    click.echo(f"{display_path(item.folder / file.path)}  {size}  ", nl=False)
    click.secho(state, fg=color)


def _say_not_made(item: TargetExport, difference: Difference, purpose: Purpose) -> None:
    """Print what becomes of a file that nothing makes any more."""
    path = display_path(item.folder / difference.path)
    if _is_left_to_hand(item, difference):
        click.secho(f"{path}: {_why(difference)}; delete it.", fg="yellow")
    elif not detail().quiet or _is_wrong(difference, purpose):
        is_removed = purpose is Purpose.WRITE
        state = "removed, as {}" if is_removed else "{}; an export removes it"
        click.echo(f"{path}  ", nl=False)
        click.secho(state.format(_why(difference)), fg="green" if is_removed else "red")


def _is_wrong(difference: Difference | None, purpose: Purpose) -> bool:
    """Tell whether a difference is one too many: for a check all are, else what is not ours."""
    if difference is None or purpose is Purpose.WRITE:
        return False
    return purpose is Purpose.CHECK or bool(FOREIGN.keys() & set(difference.causes))


def _why(difference: Difference) -> str:
    return "; ".join(_WHY[cause] for cause in difference.causes)


def _diff(item: TargetExport, difference: Difference) -> str:
    path = display_path(item.folder / difference.path)
    return unified(path, difference.there or "", difference.wanted)


def document(exports: Sequence[TargetExport], is_written: bool, ok: bool) -> dict[str, Any]:
    """Return the same as a document."""
    return {
        "ok": ok,
        "exit_code": 0 if ok else 1,
        "targets": [_target_document(item, is_written) for item in exports],
    }


def _target_document(item: TargetExport, is_written: bool) -> dict[str, Any]:
    return {
        "target": item.target,
        "folder": display_path(item.folder),
        "written": is_written,
        "pipelines": [_pipeline_document(pipeline) for pipeline in item.compiled],
        "differences": [
            {"path": d.path, "causes": list(d.causes), "diff": _diff(item, d)}
            for d in item.differences
        ],
    }


def _pipeline_document(pipeline: Compiled) -> dict[str, Any]:
    plan = pipeline.plan
    return {
        "pipeline": plan.pipeline,
        **({"job": plan.job} if plan.job else {}),
        **({"jobs": [job.job for job in plan.jobs]} if plan.jobs else {}),
        "name": plan.name,
        "files": [file.path for file in pipeline.files],
        "tasks": len(plan.tasks),
        "nodes": sum(len(task.nodes) for task in plan.tasks),
        "digest": plan.digests["plan"],
        "notes": list(plan.notes),
        "lost": [str(setting) for setting in pipeline.losses],
    }
