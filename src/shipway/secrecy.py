"""What may not enter the IR: values that are secrets, or that carry them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Any

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SECRET_WORDS = frozenset(
    "password passwords passwd passphrase pwd secret secrets token credential credentials "
    "apikey apikeys accesskey secretkey privatekey authtoken accesstoken bearer".split()
)
_SECRET_PAIRS = frozenset(
    (kind, key)
    for kind in "api private access auth account signing encryption ssh".split()
    for key in ("key", "keys")
)
_SIGNATURES = frozenset({"sig", "signature", "sharedaccesssignature"})
# After the colon stands a password, unless it is a port. Lengths are bounded to stay linear.
_USER = r"[^/\s@:]{0,256}:(?!\d+(?:[/\s]|$))[^\s@]{1,1024}@"
_USERINFO = re.compile(rf"://{_USER}|https?://[^/\s@]{{1,1024}}@", re.IGNORECASE)
_PASSWORD = re.compile(rf"://{_USER}")
_NAME = re.compile(r"://[^/?#@]*@")
_ASSIGNMENT = re.compile(r"\b((?:[\w.-]{1,60} ){0,2}[\w.-]{1,60})\s*=\s*[^&;\s]")
_MEMBER = re.compile(r'"([\w.-]{1,60})":\s*"[^"]')
_BY_FORM = re.compile(r"\bBearer \S{8,}|-----BEGIN [A-Z ]{0,20}PRIVATE KEY")
# Here the name before the `@` is that of a container and no secret.
_CONTAINERS = re.compile(r"(abfss?|wasbs?)://[^/@:]*@", re.IGNORECASE)


def unquoted(problem: str) -> str:
    """Return what a YAML parser says without what it quotes of the text."""
    return re.sub(r"'[^']*'", "`…`", problem)


def looks_secret(name: str) -> bool:
    """Tell whether a parameter's name says that its value is a secret.

    Whole words count, so `api_key` and `dbPassword` are secrets and `max_tokens` is none.
    """
    words = [word.lower() for word in _WORDS.findall(name)]
    pairs = set(itertools.pairwise(words))
    if any(word.endswith(("password", "passwd")) for word in words):
        return True
    return not _SECRET_WORDS.isdisjoint(words) or not _SECRET_PAIRS.isdisjoint(pairs)


def holds_credentials(value: Any) -> bool:
    """Tell whether a JSON value holds a URL or connection string with a secret, at any depth."""
    if isinstance(value, str):
        is_plain = _USERINFO.search(value) or _BY_FORM.search(value)
        return bool(is_plain) or any(map(_is_secret_part, _assigned(value)))
    if isinstance(value, Mapping):
        return any(holds_credentials(item) for item in value.values())
    return isinstance(value, (list, tuple)) and any(map(holds_credentials, value))


def _assigned(text: str) -> list[str]:
    """Return the names in `?sig=…&token=…` and in `Server=…;Password=…`."""
    found = _ASSIGNMENT.findall(text) if "=" in text else []
    return [*found, *(_MEMBER.findall(text) if '":' in text else [])]


def _is_secret_part(name: str) -> bool:
    return looks_secret(name) or not _SIGNATURES.isdisjoint(name.lower().split("-"))


def without_credentials(url: str) -> str:
    """Return `url` without user, password, query and fragment; a plain path stays as it is.

    Chained URLs (`simplecache::s3://…`) count, as do passwords with a slash in them.
    """
    if "://" not in url:
        return url
    plain = re.split(r"[?#]", _PASSWORD.sub("://", url), maxsplit=1)[0]
    return plain if _CONTAINERS.match(plain) else _NAME.sub("://", plain)


def strip_credentials(config: Any) -> Any:
    """Return a catalog's configuration without its `credentials` keys, at any depth."""
    if isinstance(config, Mapping):
        return {k: strip_credentials(v) for k, v in config.items() if k != "credentials"}
    if isinstance(config, list):
        return [strip_credentials(item) for item in config]
    return config
