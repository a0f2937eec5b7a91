"""Values that carry a secret, at any depth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shipway.secrecy.free_text import holds_secret_text, is_secret_pair
from shipway.secrecy.interpolations import may_be_shown, pieces
from shipway.secrecy.parameter_names import looks_secret, names_a_digest
from shipway.secrecy.placeholders import STAND_IN

# The keys by which lists of variables, headers and fields name what they hold.
_LABELS = ("name", "key", "field", "variable", "header", "id", "label")
_CONTENTS = ("value", "default", "val", "content", "contents", "data")


def holds_credentials(value: Any, name: str = "") -> bool:
    """Tell whether a JSON value carries a secret: in one of its texts, or by its labels.

    Args:
        value: texts, numbers, lists and mappings; keys of mappings are not judged here.
        name: what it is called, where that is known.
    """
    if isinstance(value, str):
        return _holds(value, name)
    if isinstance(value, Mapping):
        return names_a_secret(value) or any(
            holds_credentials(item, str(key)) for key, item in value.items()
        )
    if isinstance(value, (list, tuple)):
        return names_a_secret(value) or any(holds_credentials(item, name) for item in value)
    return False


def names_a_secret(value: Any) -> bool:
    """Tell whether a value holds a name and its secret side by side.

    So do the mapping `{name: password, value: …}` and the command line `[run, --password, …]`.
    """
    if isinstance(value, Mapping):
        return _is_labelled(value)
    return isinstance(value, (list, tuple)) and _is_command(value)


def _is_labelled(value: Mapping[Any, Any]) -> bool:
    labels = [value[key] for key in _LABELS if isinstance(value.get(key), str)]
    contents = [value[key] for key in _CONTENTS if isinstance(value.get(key), (str, int))]
    return any(
        is_secret_pair(label, content) if isinstance(content, str) else looks_secret(label, content)
        for label in labels
        for content in contents
    )


def _holds(text: str, name: str) -> bool:
    plain = []
    for piece, is_interpolation in pieces(text):
        if is_interpolation and not may_be_shown(piece, name):
            return True
        plain.append(STAND_IN if is_interpolation else piece)
    # All pieces at once: a secret may begin before an interpolation and end after it.
    return holds_secret_text("".join(plain), is_digest=names_a_digest(name))


def _is_command(words: Sequence[Any]) -> bool:
    # A list of words is a command only where one of them is an option.
    texts = [word for word in words if isinstance(word, str)]
    if not any(word.startswith("-") for word in texts):
        return False
    return _holds(" ".join(word if " " not in word else f'"{word}"' for word in texts), "")
