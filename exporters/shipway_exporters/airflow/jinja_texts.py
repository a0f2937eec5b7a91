"""Texts that Airflow renders with Jinja before a task runs, and that must come out as they are.

Airflow renders each text in a templated field of an operator (`AbstractOperator.template_fields`),
and opens one that ends like a template's file (`template_ext`) in its place.
"""

from __future__ import annotations

import re
from typing import Any

from jinja2 import Environment, nodes

_EXTENSIONS = (".sh", ".bash", ".env", ".json", ".yaml", ".yml", ".jinja", ".j2", ".sql")
"""Wider than what today's operators open, since one more costs nothing but braces."""
# `{{`, `{%` and `{#` begin something; Jinja drops the last line end of a template, and turns each
# `\r` into a `\n` (Jinja, `keep_trailing_newline`, `newline_sequence`).
_RENDERED = re.compile(r"\{[{%#]|\r|\n\Z")
# Braces among them, so that no reader takes those of the text for Jinja's own.
_SPECIAL = re.compile(r"[^ -~]|[\\\"{}]")
_JINJA = Environment(autoescape=False)


def untemplated(text: str) -> str:
    """Return a text that Jinja renders as `text`: itself, or an expression that holds it."""
    if not _RENDERED.search(text) and not text.endswith(_EXTENSIONS):
        return text
    return f'{{{{ "{_SPECIAL.sub(_code_point, text)}" }}}}'


def rendering_of(text: str) -> str | None:
    """Return what such a text is rendered as; `None` where only a run knows."""
    if not _RENDERED.search(text):
        return text
    parts = [part for item in _JINJA.parse(text).body for part in _parts(item)]
    if all(isinstance(part, str) for part in parts):
        return "".join(parts) if parts else text
    return None


def _parts(item: Any) -> list[Any]:
    if not isinstance(item, nodes.Output):
        return [None]
    return [
        part.data
        if isinstance(part, nodes.TemplateData)
        else part.value
        if isinstance(part, nodes.Const)
        else None
        for part in item.nodes
    ]


def _code_point(match: re.Match[str]) -> str:
    """A character by its number, which is among the escapes that Jinja reads (`jinja2.lexer`)."""
    return f"\\U{ord(match[0]):08x}" if ord(match[0]) > 0xFFFF else f"\\u{ord(match[0]):04x}"
