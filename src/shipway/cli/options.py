"""Options that mean the same in every command."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from shipway.compiler import Selection, Source
from shipway.readers.kedro import ReadOptions

if TYPE_CHECKING:
    from shipway.planner.cut import Cut

C = TypeVar("C", bound=Callable[..., Any])
_File = click.Path(path_type=Path)

_READING = (
    click.option(
        "--project",
        type=_File,
        default=Path(),
        metavar="DIR",
        help="A folder in the Kedro project.  [default: from here upwards]",
    ),
    click.option(
        "--env",
        "-e",
        metavar="ENV",
        help="Kedro configuration environment.  [default: the project's, unless git ignores it]",
    ),
    click.option(
        "--conf-source", metavar="PATH", help="Configuration folder or archive in the project."
    ),
    click.option(
        "--params",
        default="",
        metavar="K=V,…",
        help="Parameters that every run gets, as in `kedro run`.",
    ),
    click.option("--with-hooks", is_flag=True, help="Fire the project's hooks that add datasets."),
)
_SNAPSHOT = click.option(
    "--snapshot",
    type=_File,
    metavar="FILE",
    help="Read this instead of the project; see `shipway snapshot`.",
)
_SETTINGS = click.option(
    "--settings",
    "settings_files",
    type=_File,
    multiple=True,
    metavar="FILE",
    help="Settings instead of conf/<env>/deploy.yml; later files overlay earlier ones.",
)


def _names_option(name: str, short: str | None, metavar: str, about: str) -> Callable[[C], C]:
    """Return an option that takes names with commas between them, as that of `kedro run` does."""
    return click.option(*filter(None, (name, short)), metavar=metavar, default="", help=about)


_SELECTING = (
    click.option(
        "--pipeline",
        "--pipelines",
        "-p",
        "pipelines",
        multiple=True,
        metavar="NAME,…",
        help="Registered pipelines, each for itself; may be repeated.  [default: __default__]",
    ),
    click.option(
        "--job",
        "--jobs",
        "-j",
        "jobs",
        multiple=True,
        metavar="NAME,…",
        help="Jobs of the settings, each for itself; may be repeated.",
    ),
    click.option(
        "--all", "all_pipelines", is_flag=True, help="Every registered pipeline, and every job."
    ),
    click.option(
        "--tags", "-t", metavar="TAG,…", default="", help="Only nodes that carry one of the tags."
    ),
    _names_option("--nodes", "-n", "NODE,…", "Only these nodes."),
    _names_option("--from-nodes", None, "NODE,…", "Only these and the nodes that wait for them."),
    _names_option("--to-nodes", None, "NODE,…", "Only these and the nodes that they wait for."),
    _names_option("--from-inputs", None, "NAME,…", "Only nodes that these datasets lead to."),
    _names_option("--to-outputs", None, "NAME,…", "Only nodes that lead to these datasets."),
    _names_option("--namespaces", "-ns", "NAME,…", "Only nodes in these namespaces or below."),
    click.option(
        "--group-by",
        metavar="HOW",
        help="none, namespace[:DEPTH], tag[:A,B], chain or pipeline; overrides the settings.",
    ),
)
_EXPORTING = (
    click.option(
        "--output",
        "-o",
        type=_File,
        metavar="DIR",
        help="Where the files are; of several targets, DIR/TARGET.  [default: deploy/TARGET in "
        "the project]",
    ),
    click.option(
        "--templates",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        metavar="DIR",
        help="Templates to use instead of the built-in ones.",
    ),
    click.option(
        "--allow-lossy",
        "lossy",
        multiple=True,
        metavar="SETTING",
        help="Accept that the target cannot express this setting; may be repeated.",
    ),
)
_FORMAT = click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people or for machines.",
)
_TRACEBACK = click.option(
    "--traceback", "show_traceback", is_flag=True, help="Show where an error came from."
)
_DETAIL = (
    click.option("--quiet", "-q", is_flag=True, help="Say nothing but what is wrong."),
    click.option("--verbose", "-v", is_flag=True, help="Also say what each step took."),
)
_COMPARING = (
    click.option(
        "--format",
        "output_format",
        type=click.Choice(["text", "json", "github", "markdown"]),
        default="text",
        show_default=True,
        help="For people, for machines, as annotations of a workflow, or as a comment.",
    ),
    *_DETAIL,
    _TRACEBACK,
)


def reading(function: C) -> C:
    """Add the options that say what to read, snapshots apart."""
    return _add(function, *_READING)


def sourcing(function: C) -> C:
    """Add all options that say where the project and its settings come from."""
    return _add(function, *_READING, _SNAPSHOT, _SETTINGS)


def examining(function: C) -> C:
    """Add the same for a command that looks at the project itself, and at no snapshot."""
    return _add(function, *_READING, _SETTINGS)


def selecting(function: C) -> C:
    """Add the options that say which pipelines and nodes are meant, and how they are grouped."""
    return _add(function, *_SELECTING)


def exporting(function: C) -> C:
    """Add the options that say where the files are, and what they may look like."""
    return _add(function, *_EXPORTING)


def reporting(function: C) -> C:
    """Add the options that say how to report."""
    return _add(function, _FORMAT, *_DETAIL, _TRACEBACK)


def drawing(*formats: str) -> Callable[[C], C]:
    """Add the options that say as what to show something, and where to write that."""
    output_format = click.option(
        "--format",
        "output_format",
        type=click.Choice(formats),
        default="text",
        show_default=True,
        help="As what to show it.",
    )
    output = click.option(
        "--output",
        "-o",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Where to write it.  [default: standard output]",
    )
    return lambda function: _add(function, output_format, output, *_DETAIL, _TRACEBACK)


def comparing(function: C) -> C:
    """Add the same to a command that compares, which has more formats."""
    return _add(function, *_COMPARING)


def to_read_options(values: dict[str, Any]) -> ReadOptions:
    """Return the reading options among `values`, taking them out of it."""
    return ReadOptions(
        project=values.pop("project"),
        env=values.pop("env") or None,
        conf_source=values.pop("conf_source"),
        params=values.pop("params"),
        with_hooks=values.pop("with_hooks"),
    )


def to_source(values: dict[str, Any]) -> Source:
    """Return the source among `values`, taking it out of it."""
    return Source(
        snapshot=values.pop("snapshot", None),
        settings=values.pop("settings_files"),
        read=to_read_options(values),
    )


def to_selection(values: dict[str, Any], **more: Any) -> Selection:
    """Return the selection among `values`, taking it out of it."""
    return Selection(
        pipelines=values.pop("pipelines"),
        jobs=values.pop("jobs"),
        all_pipelines=values.pop("all_pipelines"),
        cut=_to_cut(values),
        group_by=values.pop("group_by") or None,
        **more,
    )


def _to_cut(values: dict[str, Any]) -> Cut:
    # Imported here, since every command's `--help` loads this module.
    from dataclasses import fields

    from shipway.planner.cut import Cut

    return Cut(**{field.name: _names(values.pop(field.name)) for field in fields(Cut)})


def _names(text: str) -> tuple[str, ...]:
    """Return the names between commas; those in brackets belong to a node without a name.

    Source: Kedro, `kedro.framework.cli.utils.split_node_names`.
    """
    names = re.split(r",(?![^\[\]]*\])", text)
    return tuple(name.strip() for name in names if name.strip())


def _add(function: C, *options: Callable[[C], C]) -> C:
    # The last one applied is the first in the help: click reverses what decorators gathered
    # (`click.decorators.command`).
    for option in reversed(options):
        function = option(function)
    return function
