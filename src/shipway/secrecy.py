"""What may not enter the IR: values that are secrets, or that carry them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SECRET_WORDS = frozenset(
    "password passwd passphrase pwd secret secrets token credential credentials apikey".split()
)
_SECRET_PAIRS = frozenset({("api", "key"), ("private", "key"), ("access", "key"), ("auth", "key")})
_USERINFO = re.compile(r"://[^/\s@]*:[^/\s@]+@")


def looks_secret(name: str) -> bool:
    """Tell whether a parameter's name says that its value is a secret.

    Whole words count, so `api_key` and `dbPassword` are secrets and `max_tokens` is none.
    """
    words = [word.lower() for word in _WORDS.findall(name)]
    pairs = set(itertools.pairwise(words))
    return not _SECRET_WORDS.isdisjoint(words) or not _SECRET_PAIRS.isdisjoint(pairs)


def holds_userinfo(value: Any) -> bool:
    """Tell whether a JSON value holds a URL with a user and a password, at any depth."""
    if isinstance(value, str):
        return bool(_USERINFO.search(value))
    if isinstance(value, Mapping):
        return any(holds_userinfo(item) for item in value.values())
    return isinstance(value, (list, tuple)) and any(holds_userinfo(item) for item in value)


def without_credentials(url: str) -> str:
    """Return `url` without user, password, query and fragment; a plain path stays as it is."""
    if "://" not in url:
        return url
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def strip_credentials(config: Any) -> Any:
    """Return a catalog's configuration without its `credentials` keys, at any depth."""
    if isinstance(config, Mapping):
        return {k: strip_credentials(v) for k, v in config.items() if k != "credentials"}
    if isinstance(config, list):
        return [strip_credentials(item) for item in config]
    return config
