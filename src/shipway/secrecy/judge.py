"""One verdict on a named value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shipway.secrecy.parameter_names import is_head, looks_secret, names_something_else
from shipway.secrecy.values import holds_credentials

SECRET_NAME = "its name looks like a secret"
SECRET_VALUE = "its value holds credentials"


def why_secret(path: Sequence[str], value: Any) -> str | None:
    """Return why a value may not be shown, as the end of a sentence, or `None` if it may.

    Args:
        path: the names that lead to it, from the top; all of them count.
        value: of any kind; what is no JSON is judged by its name alone.
    """
    if _is_named_secret(path, value) or _holds_named_secret(value):
        return SECRET_NAME
    name = path[-1] if path else ""
    return SECRET_VALUE if holds_credentials(value, name) else None


def _is_named_secret(path: Sequence[str], value: Any) -> bool:
    """Judge each name; below `auth` and its like, a `timeout` or `user` is none."""
    beside = path[-1] if len(path) > 1 and names_something_else(path[-1]) else ""
    names = (f"{name}_{beside}" if beside and is_head(name) else name for name in path)
    return any(looks_secret(name, value) for name in names)


def _holds_named_secret(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(
            (not isinstance(item, Mapping) and looks_secret(str(key), item))
            or (isinstance(item, Mapping) and item and looks_secret(str(key)))
            or _holds_named_secret(item)
            for key, item in value.items()
        )
    # Lists have no names of their own, but what they hold may.
    return isinstance(value, (list, tuple)) and any(map(_holds_named_secret, value))
