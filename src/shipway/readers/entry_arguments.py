"""What each entry of the catalog gives its class; by name alone, since values may be secrets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from shipway.readers.catalog import RUNTIME_PATTERN

_OF_KEDRO = frozenset({"type", "versioned", "version", "validator"})
"""Keys that no class is given as they are.

Source: Kedro, `kedro.io.core.parse_dataset_definition`.
"""


def entry_arguments(catalog: Mapping[str, Any], names: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the names of the arguments with which Kedro makes datasets, where an entry gives them.

    A versioned dataset is given a `version`.
    """
    from kedro.io import CatalogConfigResolver

    resolver = CatalogConfigResolver(
        config={name: _keys(entry) for name, entry in catalog.items()},
        default_runtime_patterns=RUNTIME_PATTERN,
    )
    in_catalog = (
        name
        for name in names
        if name in resolver.config
        or resolver.match_dataset_pattern(name)
        or resolver.match_user_catch_all_pattern(name)
    )
    return {name: _arguments(resolver.resolve_pattern(name)) for name in in_catalog}


def _keys(entry: Any) -> Any:
    """Keep what tells an argument from another, and nothing that a credential could stand in."""
    if not isinstance(entry, Mapping):
        return entry
    return {key: value if key == "versioned" else None for key, value in entry.items()}


def _arguments(config: Mapping[str, Any]) -> frozenset[str]:
    own = {"version"} if config.get("versioned") else set()
    return frozenset({*(config.keys() - _OF_KEDRO), *own})
