"""A catalog's configuration without what only its datasets may know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def strip_credentials(config: Any) -> Any:
    """Return a catalog's configuration without its `credentials` keys, at any depth."""
    if isinstance(config, Mapping):
        return {k: strip_credentials(v) for k, v in config.items() if k != "credentials"}
    if isinstance(config, list):
        return [strip_credentials(item) for item in config]
    return config
