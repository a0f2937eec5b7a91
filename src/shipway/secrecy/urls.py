"""Locations of data without what only its readers may know."""

from __future__ import annotations

import re

from shipway.secrecy.forms import token_spans
from shipway.secrecy.free_text import holds_secret_text, is_secret_pair
from shipway.secrecy.interpolations import may_be_shown, pieces
from shipway.secrecy.patterns import compiled
from shipway.secrecy.placeholders import is_placeholder

_MASK = "…"
_SIGN = "\ue002"
"""In braces, and with a number, it stands for an interpolation while the rest is cleaned."""

_PORT = r"(?!\d+(?:[/\s]|$))"
_PASSWORD = rf"(?<=[/\\][/\\])[^/\\\s@:]{{0,256}}:{_PORT}[^@\n]{{1,1024}}@"
_BARE = (
    rf"^((?:[A-Za-z][\w+.-]*::?)*(?:[A-Za-z][\w+.-]+:/)?)(?!\d+:\d+@)"
    rf"[^/\\\s@:]{{1,256}}:{_PORT}[^@/\n]{{1,1024}}@(?=[^/]+/)"
)
_NAME = r"://[^/?#@]*@"
# Here the name before the `@` is that of a container and no secret.
_CONTAINERS = r"(?i)(?:[\w+.-]+::)*(?:abfss?|wasbs?)://[^/@:%]*@"
_SEGMENT = r"(?P<sign>^|[;,&/\\])(?P<name>[\w.-]{1,60})=(?P<value>[^;,&/\\?#]*)"
_QUERY = r"[?#]"
_OPAQUE = r"(?=[^A-Z]*[A-Z]|[^a-z]*[a-z])(?=\D*\d)[\w.~%+/=-]{16,}"
_IN_QUERIES = frozenset("code key auth hmac policy ticket sid session st k t".split())
_VERSIONS = frozenset("versionid version generation snapshot id uuid hash rev ref commit".split())
"""Names under which a query tells one file from another by letters that look random."""


def without_credentials(location: str) -> str:
    """Return a location without users, passwords, signatures and tokens.

    What tells two files apart stays as far as it holds no secret: a query, an `@` or `;` in a
    name, an interpolation. Any spelling counts: chained URLs (`simplecache::s3://…`), `//u:p@host`,
    `s3:key:secret@bucket`, passwords with a slash, `;token=…` in a path. The result is stable:
    cleaning it again changes nothing, and it carries no credentials.
    """
    parts: list[str] = []
    mark = ""
    for piece, is_interpolation in pieces(location.replace(_SIGN, "")):
        if is_interpolation:
            parts.append(_display(piece))
        mark += f"{{{_SIGN}{len(parts) - 1}}}" if is_interpolation else piece
    return compiled(rf"\{{{_SIGN}(\d+)\}}").sub(lambda m: parts[int(m[1])], _clean(mark))


def _display(interpolation: str) -> str:
    if may_be_shown(interpolation):
        return interpolation
    opening = "${" if interpolation.startswith("${") else interpolation[0]
    resolver, colon, _arguments = interpolation[len(opening) : -1].partition(":")
    head = f"{resolver}:" if colon and not holds_secret_text(resolver) else ""
    return f"{opening}{head}{_MASK}{interpolation[-1]}"


def _clean(text: str) -> str:
    """Clean until nothing changes: each step only takes away."""
    # It ends, since each step makes the text shorter or leaves it as it is.
    while (shorter := _once(text)) != text:
        text = shorter
    if not holds_secret_text(text):
        return text
    scheme, colon, _rest = text.partition("://")
    return f"{scheme}://{_MASK}" if colon and scheme.replace("+", "").isalnum() else _MASK


def _once(text: str) -> str:
    text = _without_tokens(text)  # before a part of one goes with a user's name
    text = compiled(_BARE).sub(r"\1", compiled(_PASSWORD).sub(_unless_placeholder, text))
    if not compiled(_CONTAINERS).match(text):
        text = compiled(_NAME).sub("://", text)
    return _without_segments(_without_query(text))


def _unless_placeholder(match: re.Match[str]) -> str:
    password = match[0].partition(":")[2][:-1]
    return match[0] if is_placeholder(password) else ""


def _without_query(text: str) -> str:
    """Return the text without a query that holds a secret; what is signed with it goes, too."""
    start = compiled(_QUERY).search(text)
    if start is None:
        return text
    parts = [part.partition("=") for part in re.split(r"[?#&;]", text[start.end() :])]
    # Other parts of a signed query are of no use without its signature, so all of it goes.
    secret = any(_is_secret_part(name, value, "://" in text) for name, _, value in parts)
    return text[: start.start()] if secret else text


def _is_secret_part(name: str, value: str, in_url: bool) -> bool:
    if is_secret_pair(name, value):
        return True
    last = name.lower().rpartition("-")[2]
    if last in _IN_QUERIES and len(value) > 5 and not is_placeholder(value):
        return True
    opaque = in_url and compiled(_OPAQUE).fullmatch(value) is not None
    return opaque and last not in _VERSIONS


def _without_segments(text: str) -> str:
    """Return the text without the values of `;token=…` and of a folder `token=…`."""
    return compiled(_SEGMENT).sub(_without_value, text)


def _without_value(match: re.Match[str]) -> str:
    if not is_secret_pair(match["name"], match["value"]):
        return match[0]
    return f"{match['sign']}{_MASK}" if match["sign"] in ("", "/", "\\") else ""


def _without_tokens(text: str) -> str:
    # From the end, so that earlier positions stay right.
    for start, end in sorted(token_spans(text), reverse=True):
        text = text[:start] + _MASK + text[end:]
    return text
