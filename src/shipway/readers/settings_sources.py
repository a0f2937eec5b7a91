"""What gives the values of `deploy.yml`: none of it may be a secret, as an artifact holds them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shipway.errors import Finding, SettingsError
from shipway.readers.parameters import why_source_hidden
from shipway.readers.unresolved import Unresolved
from shipway.settings.source import SettingsSource

_NAMES_OF_SECRETS = frozenset({"secrets", "secret", "image_pull_secrets", "token"})
"""Settings below which stands what a secret is called, and not what it holds."""


def check_sources(source: SettingsSource, texts: Unresolved) -> None:
    """Check that no setting takes a secret from the environment or another file.

    Args:
        source: settings with a token for each value that is interpolated.
        texts: what stands behind the tokens.

    Raises:
        SettingsError: with one finding for each that does.
    """
    findings = [
        Finding(
            what="What gives this value looks like a secret, and the artifact would hold it.",
            where=source.place(path),
            remedy="Refer to it under `secrets`, by the name that it has in the orchestrator's "
            "store.",
        )
        for path, text in _interpolations((), source.values, texts)
        if not _NAMES_OF_SECRETS.intersection(path) and why_source_hidden(text)
    ]
    if findings:
        raise SettingsError(*findings)


def _interpolations(
    path: tuple[str | int, ...], value: Any, texts: Unresolved
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _interpolations((*path, str(key)), item, texts)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _interpolations((*path, index), item, texts)
    elif (interpolation := texts.interpolation(value)) is not None:
        yield path, interpolation.text
