"""Rendering: templates filled with literals, strictly."""

from __future__ import annotations

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
            Finding(what=f"There is no template `{error.name}`.", where=str(overrides or PACKAGE))
        ) from error
    except TemplateError as error:
        raise UsageError(
            Finding(
                what=f"The template cannot be filled: {error.message}.",
                where=_place(error, template, overrides),
                remedy="Compare it with the built-in one: `shipway templates eject`.",
            )
        ) from error


@lru_cache(maxsize=8)
def environment(overrides: Path | None = None) -> Environment:
    """Return the Jinja environment: no HTML escaping, and every name must be defined."""
    return Environment(
        loader=_loader(overrides),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _loader(overrides: Path | None) -> BaseLoader:
    built_in = PackageLoader(PACKAGE, package_path="")
    if overrides is None:
        return built_in
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


def _place(error: TemplateError, template: str, overrides: Path | None) -> str:
    name = getattr(error, "name", None) or template
    shown = f"{overrides}/{name}" if overrides else str(name)
    return f"{shown}:{error.lineno}" if isinstance(error, TemplateSyntaxError) else shown
