"""Values of settings as JSON, one a name, without secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from shipway.artifacts.python_literals import Call, Code
from shipway.model import Json
from shipway.secrecy import why_secret
from shipway.settings.quantities import Quantity

HIDDEN = "(hidden)"
"""What is shown for a value that may be a secret."""
_REFERENCES = ("secrets.", "env_from.", "volumes.", "kubernetes.image_pull_secrets")
"""Settings that name where a secret is kept, and hold none."""


def settings_of(settings: Mapping[str, Any]) -> dict[str, Json]:
    """Return settings read back by their whole names (`env.MODE`), each value as JSON."""
    return {name: shown(name, value) for name, value in _leaves(settings)}


def shown(name: str, value: Json) -> Json:
    """Return a value, or what is shown in place of one that may be a secret."""
    if name.startswith(_REFERENCES):
        return value
    return HIDDEN if why_secret(name.split("."), value) else value


def plain(value: Any) -> Json:  # noqa: PLR0911 - one line a type
    """Return what a reader makes of a text as JSON: sets in order, whole floats as integers."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(map(plain, value), key=repr)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Quantity):
        return value.text
    if isinstance(value, Code):
        return value.source
    if isinstance(value, Call):
        return {
            value.function: plain([*value.args, *([dict(value.kwargs)] if value.kwargs else [])])
        }
    if is_dataclass(value):
        return {
            f.name: plain(v) for f in fields(value) if (v := getattr(value, f.name)) != f.default
        }
    # A whole number has no `-0.0`.
    is_whole = isinstance(value, float) and value.is_integer() and str(value) != "-0.0"
    return int(value) if is_whole else value


def _leaves(settings: Mapping[str, Any]) -> Iterator[tuple[str, Json]]:
    for key, value in settings.items():
        if key.startswith("run_on."):
            yield "run_on", plain(value)
        elif key == "schedule.cron":
            yield from zip((key, "schedule.timezone"), value, strict=True)
        elif isinstance(value, Mapping):
            yield from ((f"{key}.{name}", plain(item)) for name, item in value.items())
        else:
            yield key, plain(value)
