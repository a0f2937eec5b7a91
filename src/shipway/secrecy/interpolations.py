"""What a configuration computes where it is read: `${resolver:arguments}`, and marks for it.

A mark stands between U+E000 and U+E001, as `shipway.readers.computed` writes it.
"""

from __future__ import annotations

from collections.abc import Iterator

from shipway.secrecy.free_text import holds_secret_text
from shipway.secrecy.parameter_names import looks_secret
from shipway.secrecy.placeholders import is_placeholder

# Of Unicode's private use area, so that texts do not use them (Unicode, 23.5).
_OPEN, _CLOSE = "\ue000", "\ue001"
_DECODERS = ("decode", "decrypt", "base64", "b64")
_NOTHING = ("null", "none", "~")
_MOST = 20
"""Interpolations in one another; who writes more shows none of them."""


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Cut a text into pieces, each with whether it is an interpolation (the outermost ones).

    One that does not end is text.
    """
    start = position = 0
    while (opening := _next_open(text, position)) is not None:
        end = _end(text, opening)
        if end is None:
            break
        if opening > start:
            yield text[start:opening], False
        yield text[opening:end], True
        start = position = end
    if start < len(text):
        yield text[start:], False


def may_be_shown(interpolation: str, name: str = "") -> bool:
    """Tell whether an interpolation may be shown as it is written, its arguments included.

    What it reads may be a secret; its text is one only if an argument is: the default in
    `${oc.env:PW, hunter2}`, what `${decrypt:…}` is given, or a text with the form of a secret.

    Args:
        interpolation: the whole of it, braces or marks included.
        name: of what it is the value of, such as a parameter's.
    """
    body = interpolation[len(_OPEN) if interpolation.startswith(_OPEN) else 2 : -1]
    resolver, colon, rest = body.partition(":")
    if not colon:
        return not holds_secret_text(body)
    depth = rest.count("${") + rest.count(_OPEN)
    # Refused before anything is cut: each level inside is judged by itself, and so on.
    if depth > _MOST or holds_secret_text(resolver):
        return False
    arguments = [argument.strip() for argument in _arguments(rest)]
    # What such a resolver is given is the secret itself, only written otherwise.
    decodes = any(word in resolver.lower() for word in _DECODERS)
    if decodes and not all(map(_is_nothing, arguments)):
        return False
    # In `${oc.env:PW, hunter2}` the first argument is what names the default.
    names = (name, resolver, arguments[0])
    defaults = [argument for argument in arguments[1:] if not _is_nothing(argument)]
    if any(looks_secret(each, default) for each in names for default in defaults):
        return False
    return all(_is_plain(argument, name) for argument in arguments)


def _is_plain(argument: str, name: str) -> bool:
    parts = list(pieces(argument))
    inner = [part for part, is_interpolation in parts if is_interpolation]
    rest = "".join(part for part, is_interpolation in parts if not is_interpolation)
    return not holds_secret_text(rest) and all(may_be_shown(part, name) for part in inner)


def _is_nothing(argument: str) -> bool:
    """Tell whether a default gives no value of its own."""
    literal_text = "".join(
        part for part, is_interpolation in pieces(argument) if not is_interpolation
    )
    return literal_text.lower() in _NOTHING or is_placeholder(literal_text)


def _next_open(text: str, start: int) -> int | None:
    places = [place for sign in ("${", _OPEN) if (place := text.find(sign, start)) >= 0]
    return min(places, default=None)


def _end(text: str, start: int) -> int | None:
    """Return where the interpolation that opens at `start` has ended."""
    closers: list[str] = []
    position = start
    while position < len(text):
        if text.startswith("${", position) or text[position] in "{" + _OPEN:
            closers.append(_CLOSE if text[position] == _OPEN else "}")
            position += text.startswith("${", position)
        elif closers and text[position] == closers[-1]:
            closers.pop()
            if not closers:
                return position + 1
        position += 1
    return None


def _arguments(rest: str) -> Iterator[str]:
    """Cut at commas that stand in no bracket."""
    depth = start = 0
    for position, char in enumerate(rest):
        depth += (char in "{[(" + _OPEN) - (char in "}])" + _CLOSE)
        if char == "," and depth == 0:
            yield rest[start:position]
            start = position + 1
    yield rest[start:]
