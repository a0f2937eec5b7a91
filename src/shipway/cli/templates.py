"""`shipway templates`: list, show and eject the templates of a target."""

from __future__ import annotations

from pathlib import Path

import click

from shipway.artifacts.files import File, write
from shipway.artifacts.render import environment
from shipway.cli import options
from shipway.cli.groups import Group
from shipway.cli.report import Command, say_json, with_errors
from shipway.cli.screen import detail
from shipway.errors import Finding, OutputError
from shipway.targets import registry


@click.group(name="templates", cls=Group)
def command() -> None:
    """List, show and eject the templates.

    \b
    Examples:
      shipway templates list
      shipway templates eject airflow --to templates
      shipway export airflow --templates templates
    """


@command.command(name="list", cls=Command)
@options.reporting
@with_errors
def list_templates(output_format: str) -> None:
    """List the templates of all targets."""
    templates = sorted(environment().list_templates(["j2"]))
    if output_format == "json":
        say_json({"ok": True, "exit_code": 0, "templates": templates})
    else:
        click.echo("\n".join(templates))


@command.command(name="show", cls=Command)
@click.argument("template")
@options.reporting
@with_errors
def show(template: str, output_format: str) -> None:
    """Print one template."""
    text = _source(template)
    if output_format == "json":
        say_json({"ok": True, "exit_code": 0, "template": template, "text": text})
    else:
        click.echo(text, nl=False)


@command.command(name="eject", cls=Command)
@click.argument("name", metavar="TARGET")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("templates"),
    show_default=True,
    metavar="DIR",
    help="Where to write the copies.",
)
@click.option("--force", is_flag=True, help="Replace existing files.")
@options.reporting
@with_errors
def eject(name: str, folder: Path, force: bool, output_format: str) -> None:
    """Copy a target's templates into a folder, to change and use with --templates.

    A template there may also extend the built-in one and replace single blocks:
    {% extends "base/airflow/dag.py.j2" %}.
    """
    name = registry.find(name).name
    own = [t for t in environment().list_templates(["j2"]) if t.startswith(f"{name}/")]
    own += {shared for template in own for shared in _parts(template)} - {*own}
    files = [File(path=template, text=_source(template)) for template in sorted(own)]
    # All of them before any is written, so that one message names all.
    existing = [file.path for file in files if (folder / file.path).exists()]
    if existing and not force:
        raise OutputError(
            *(
                Finding(
                    what="This file exists and may have been changed.",
                    where=(folder / path).as_posix(),
                    remedy="Replace it with --force, or give another folder with --to DIR.",
                )
                for path in existing
            )
        )
    write(files, folder)
    if output_format == "json":
        say_json({"ok": True, "exit_code": 0, "files": [file.path for file in files]})
    elif not detail().quiet:
        click.echo("\n".join((folder / file.path).as_posix() for file in files))


def _parts(template: str) -> list[str]:
    """Return the templates that one includes or imports, such as those that targets share."""
    from jinja2 import meta

    tree = environment().parse(_source(template))
    return [name for name in meta.find_referenced_templates(tree) if name]


def _source(template: str) -> str:
    from jinja2 import TemplateNotFound

    from shipway.errors import UsageError, did_you_mean

    loader = environment().loader
    try:
        return loader.get_source(environment(), template)[0] if loader else ""
    except TemplateNotFound as error:
        raise UsageError(
            Finding(
                what=f"There is no template `{template}`.",
                where="TEMPLATE",
                remedy=did_you_mean(template, environment().list_templates(["j2"])),
            )
        ) from error
