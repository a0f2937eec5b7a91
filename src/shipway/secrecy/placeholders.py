"""What stands where a secret will be, and is none."""

from __future__ import annotations

from shipway.secrecy.patterns import compiled

STAND_IN = "{…}"
"""Written for an interpolation while the text around it is judged."""

_PLACEHOLDER = (
    r"(?i)\{\{[^{}]*\}\}|\{[^{}]*\}|\$\{[^{}]*\}|\$\([^()]*\)|(?-i:\$[A-Z][A-Z0-9_]*)|<[^<>]*>"
    r"|%\(\w+\)s|%s|[*•]+|x{3,}|\.{3}|…"
)
_QUOTES = "\"'`"


def is_placeholder(value: str) -> bool:
    """Tell whether a text stands for a secret: `{password}`, `$PASSWORD`, `<token>`, `***`."""
    bare = value.strip(_QUOTES)
    return bare == "" or compiled(_PLACEHOLDER).fullmatch(bare) is not None
