"""Reads `deploy.yml` through the project's own config loader."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipway.errors import Finding, SettingsError
from shipway.readers.places import all_places, describe, find_mistake
from shipway.settings.source import SettingsSource

if TYPE_CHECKING:
    from kedro.config import AbstractConfigLoader

_NAMES = ("deploy.yml", "deploy.yaml")


def read_deploy(loader: AbstractConfigLoader, root: Path) -> SettingsSource:
    """Return `conf/<base>/deploy.yml` overlaid by `conf/<env>/deploy.yml`, key by key.

    Interpolation (`${globals:…}`) works as in every other file of the configuration. No file at
    all gives empty settings.

    Raises:
        SettingsError: a file is no YAML, or an interpolation fails.
    """
    from kedro.config import MissingConfigException

    patterns: Any = getattr(loader, "config_patterns", None)
    if patterns is not None:
        patterns.setdefault("deploy", list(_NAMES))
        getattr(loader, "merge_strategy", {}).setdefault("deploy", "soft")
    try:
        values = loader["deploy"]
    except (MissingConfigException, KeyError):
        return SettingsSource()
    except Exception as error:  # noqa: BLE001 - YAML and interpolation fail with many types
        where = find_mistake(loader, root, "deploy", error) or "deploy.yml"
        # Not from the error: what it quotes of the file may be a secret.
        raise SettingsError(Finding(what=describe(error, root), where=where)) from None
    return SettingsSource(values=values, places=all_places(loader, root, "deploy"))
