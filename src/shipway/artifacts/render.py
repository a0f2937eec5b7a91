"""Rendering: templates filled with literals, strictly."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)

from shipway.errors import Finding, UsageError

PACKAGE = "shipway_templates"


def render(template: str, context: Mapping[str, Any], overrides: Path | None = None) -> str:
    """Fill a template.

    Args:
        template: its name, such as `airflow/dag.py.j2`.
        overrides: a folder whose templates go before the built-in ones. A template there may
            extend the one it replaces as `base/airflow/dag.py.j2`.

    Raises:
        UsageError: a template of the user's is wrong.
    """
    try:
        return environment(overrides).get_template(template).render(context)
    except TemplateNotFound as error:
        raise UsageError(
            Finding(
                what=f"There is no template `{error.name}`.",
                where=str(overrides or PACKAGE),
                remedy="`shipway templates list` names all; those are `base/…` for an override.",
            )
        ) from error
    except Exception as error:
        if overrides is None:
            raise  # a bug of ours
        raise UsageError(_finding(error, template, overrides)) from error


@lru_cache(maxsize=8)
def environment(overrides: Path | None = None) -> Environment:
    """Return the Jinja environment: no HTML escaping, and every name must be defined."""
    return Environment(
        loader=_loader(overrides),
        undefined=StrictUndefined,
        # Escapes of HTML would break Python and YAML; values are literals of theirs already.
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        # Jinja drops the last end of line by default, and a text file ends with one.
        keep_trailing_newline=True,
    )


def _loader(overrides: Path | None) -> BaseLoader:
    built_in = PackageLoader(PACKAGE, package_path="")
    if overrides is None:
        return built_in
    # The user's templates go first; `base/…` names the built-in ones that they replace.
    return ChoiceLoader([FileSystemLoader(overrides), built_in, _BaseLoader(built_in)])


class _BaseLoader(BaseLoader):
    """Finds the built-in templates as `base/…` also when they are overridden."""

    def __init__(self, built_in: PackageLoader) -> None:
        self.built_in = built_in

    def get_source(self, environment: Environment, template: str) -> Any:
        start, _, name = template.partition("/")
        if start != "base":
            raise TemplateNotFound(template)
        return self.built_in.get_source(environment, name)


def _finding(error: Exception, template: str, overrides: Path) -> Finding:
    if isinstance(error, RecursionError):
        return Finding(
            what="The template extends or includes itself.",
            where=f"{overrides}/{template}",
            remedy=f'Extend the built-in one: {{% extends "base/{template}" %}}.',
        )
    problem = error.message if isinstance(error, TemplateError) else str(error)
    return Finding(
        what=f"The template cannot be filled: {problem or type(error).__name__}.",
        where=_place(error, overrides) or f"{overrides}/{template}",
        remedy="Compare it with the built-in one: `shipway templates eject`.",
    )


def _place(error: Exception, overrides: Path) -> str | None:
    """Return `file:line` of the innermost template; Jinja puts their lines into tracebacks."""
    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename or f'{overrides}/{error.name}'}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    # Jinja rewrites tracebacks so that frames are those of templates (`jinja2.debug`).
    places = [f"{f.filename}:{f.lineno}" for f in frames if f.filename.endswith(".j2")]
    return places[-1] if places else None
