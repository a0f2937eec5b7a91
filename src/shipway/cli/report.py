"""Telling the user: findings, errors and their exit codes, as text or as JSON."""

from __future__ import annotations

import functools
import gc
import json
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import click

from shipway.cli.completion import COMPLETED, complete
from shipway.cli.progress import done, steps
from shipway.cli.screen import Detail, detail, fold, of_detail, set_color
from shipway.errors import Finding, InternalError, ShipwayError, UsageError
from shipway.kedro_output import asks_for_json

F = TypeVar("F", bound=Callable[..., Any])


class Command(click.Command):
    """A command that reports a wrong command line as JSON too, where JSON is asked for.

    Its parameters complete alike on every command: see `shipway.cli.completion`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for param in self.params:
            if param.name in COMPLETED:
                # click takes a function where an option is declared; this is all of them at once.
                param.shell_complete = partial(complete, param.name)  # type: ignore[method-assign]

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        as_json = asks_for_json(args)
        try:
            context = super().make_context(info_name, args, parent, **extra)
            set_color(context)
            return context
        except click.UsageError as error:
            if as_json:
                fail_on_words(error, info_name or "")
            raise


def with_errors(function: F) -> F:
    """Report every error once, without a traceback, and exit with its code.

    The wrapped command takes `output_format` and `show_traceback`.
    """

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        show = bool(kwargs.pop("show_traceback", False))
        as_json = kwargs.get("output_format") == "json"
        asked = Detail(kwargs.pop("quiet", False), kwargs.pop("verbose", False))
        try:
            asked.check()
            with of_detail(asked), steps(for_people=not as_json), without_collection():
                return function(*args, **kwargs)
        except ShipwayError as error:
            fail(error, as_json, show)
        # click's own, by which it ends a command: they are no bugs.
        except (click.exceptions.Exit, click.ClickException, click.Abort, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 - the last resort: a bug is reported as one
            fail(_bug(error), as_json, show, error)

    return run  # type: ignore[return-value]


@contextmanager
def without_collection() -> Iterator[None]:
    """Do not look for cycles: a command makes few, and looking takes a third of a large export."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def fail(error: ShipwayError, as_json: bool, show: bool, cause: Exception | None = None) -> None:
    """Print an error and exit with its code."""
    if show:
        click.echo("".join(traceback.format_exception(cause or error)), err=True, nl=False)
    if as_json:
        say_json({"ok": False, "error": error.kind, "exit_code": error.exit_code}, error.findings)
    else:
        click.secho(f"Error: {error.kind}", fg="red", bold=True, err=True)
        for finding in error.findings:
            say_finding(finding)
    sys.exit(error.exit_code)


def fail_on_words(error: click.UsageError, name: str) -> None:
    """Report as JSON that the words of a command line make no sense, and exit."""
    shown = f"shipway {name}".strip()
    remedy = f"See `{shown} --help`."
    fail(UsageError(Finding(what=error.format_message(), remedy=remedy)), True, False)


def say_finding(finding: Finding) -> None:
    """Print one finding: its place, what it is, and the remedy."""
    click.echo("", err=True)
    if finding.where:
        click.secho(fold(finding.where, "  "), fg="cyan", err=True)
    click.echo(fold(finding.what, "    "), err=True)
    if finding.remedy:
        click.secho(fold(finding.remedy, "    "), fg="green", err=True)


def say_notes(notes: Iterable[str], err: bool = False) -> None:
    """Print what deserves a look though nothing is wrong, each once; nothing with `--quiet`."""
    say_labelled((f"note: {note}" for note in notes), err)


def say_labelled(notes: Iterable[str], err: bool = False) -> None:
    """Print the same of notes that say what they are (`note: …`, `lost: …`)."""
    done()
    for note in dict.fromkeys(notes) if not detail().quiet else ():
        click.secho(fold(note, err=err, hanging="  "), fg="yellow", err=err)


def say_json(document: dict[str, Any], findings: Iterable[Finding] = ()) -> None:
    """Print one JSON document to standard output."""
    done()
    click.echo(to_json(document, findings), nl=False)


def to_json(document: dict[str, Any], findings: Iterable[Finding] = ()) -> str:
    """Return a JSON document, with the end of its last line."""
    rows = [{"what": f.what, "where": f.where, "remedy": f.remedy} for f in findings]
    # One key for all commands, also where there are none: a script need not ask for it.
    return json.dumps({**document, "findings": rows}, indent=2, ensure_ascii=False) + "\n"


def _bug(error: Exception) -> InternalError:
    return InternalError(
        Finding(
            what=f"{type(error).__name__}: {error}",
            where="Shipway itself",
            remedy="Please report it, with the output of --traceback.",
        )
    )
