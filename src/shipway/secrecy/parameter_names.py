"""Names of secrets."""

from __future__ import annotations

import functools
import itertools
import re
from typing import Any

from shipway.secrecy.patterns import compiled
from shipway.secrecy.word_lists import (
    CARRIERS,
    DIGESTS,
    HEADS,
    KEY_OWNERS,
    LINKS,
    OTHER,
    OWNERS,
    PASSAGES,
    PATTERNS,
    QUANTITIES,
    SECRETS,
    STAGES,
    VENDORS,
    VOCABULARY,
)

_SEGMENT = re.compile(r"[A-Za-z]+")
# Capitals in a row are one word, up to the one that begins the next: `APIKey` is `API`, `Key`.
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SWITCH = re.compile(r"true|false|yes|no|on|off", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{0,18})?")
_SECRET_FILE = (
    r"(?:[~.\w-]*/)+[\w.-]+\.(?:json|pem|key|crt|cer|p12|pfx|jks|ya?ml|toml|ini|cfg|env|txt|keytab)"
    r"|/(?:var/)?run/secrets/[\w./-]+"
)
_ALL_OWNERS = OWNERS | KEY_OWNERS | VENDORS
_NOUNS = SECRETS | HEADS | {"key"}
_BEFORE_HEADS = {"pass": PASSAGES, "pat": PATTERNS}
# Four digits, as in a bank card's PIN; smaller numbers are counts.
_SMALLEST_PIN = 1000


def looks_secret(name: str, value: Any = "…") -> bool:
    """Tell whether a name says that its value is a secret.

    Whole words count, so `api_key` and `dbPassword` are secrets, `max_tokens` and `bypass`
    are none.

    Args:
        name: of a parameter, a variable, a label, an option; in any spelling.
        value: what it names, where that is known. A switch is never a secret, a path of a file
            neither, and small numbers are counts where the name leaves it open (`pass: 3`).
    """
    kind = _kind_of_name(name)
    if kind is None or _is_switch(value) or _is_file(value):
        return False
    return kind == "secret" or not _is_count(value, kind)


def is_head(name: str) -> bool:
    """Tell whether a name is like `auth`: a secret, or a group of settings around it."""
    return _kind_of_name(name) == "head"


def names_something_else(name: str) -> bool:
    """Tell whether a name ends by a word for what is no secret: `type`, `timeout`, `user`."""
    words = _split(name)
    return bool(words) and words[-1] in OTHER


def names_a_digest(name: str) -> bool:
    """Tell whether a name is that of a checksum, whose value looks as random as a key."""
    segments = [segment.lower() for segment in _SEGMENT.findall(name)]
    return not DIGESTS.isdisjoint((*segments, *_split(name)))


@functools.lru_cache(maxsize=10_000)
def _kind_of_name(name: str) -> str | None:
    """Return `secret`, `head` or `tokens` (the plural, which is often a count), or `None`."""
    words = [part for segment in _SEGMENT.findall(name) for part in _parts(segment)]
    # `db_password_prod` is a password, and `prod` only says of what.
    while len(words) > 1 and words[-1] in STAGES:
        words.pop()
    if not words or _says_something_else(words):
        return None
    if any(_is_secret(index, words) for index in range(len(words))) or _is_key(words):
        return "tokens" if words[-1] == "tokens" else "secret"
    return "head" if _ends_as_head(words) else None


def _split(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


def _parts(segment: str) -> list[str]:
    """Split what is written in one word: `dbPassword`, `dbpassword`, `APIkey`, `slackwebhook`."""
    whole = segment.lower()
    if whole.endswith(("password", "passwd")):
        return ["password"]
    # Owners and nouns have two letters at least.
    for start in range(2, len(whole) - 1):
        owner, noun = whole[:start], whole[start:]
        if owner in _ALL_OWNERS and (_one(noun) in _NOUNS or noun == "string"):
            return [owner, noun]
    return [whole] if _one(whole) in _NOUNS else _split(segment)


def _one(word: str) -> str:
    """Return the singular: `tokens` are secrets like a `token`."""
    return word[:-1] if word.endswith("s") and word[:-1] in _NOUNS else word


def _says_something_else(words: list[str]) -> bool:
    if words[-1] in LINKS and not {"webhook", "sas"}.isdisjoint(map(_one, words[:-1])):
        return False
    return words[-1] in OTHER and len(words) > 1


def _is_secret(index: int, words: list[str]) -> bool:
    word = _one(words[index])
    if word == "token" and index and words[index - 1] in VOCABULARY:
        return False
    if word == "token" and not QUANTITIES.isdisjoint(words):
        return False
    return word in SECRETS


def _is_key(words: list[str]) -> bool:
    pairs = itertools.pairwise(map(_one, words))
    return "connstr" in words or any(
        (second == "key" and (first in KEY_OWNERS or first in VENDORS))
        or (first in ("connection", "conn") and second in ("string", "str"))
        or (first in ("seed", "recovery") and second == "phrase")
        or (first == "access" and second == "signature")
        for first, second in pairs
    )


def _ends_as_head(words: list[str]) -> bool:
    index = len(words) - 1
    while index and (words[index] in CARRIERS or words[index] in LINKS):
        index -= 1
    head = _one(words[index])
    before = words[index - 1] if index else ""
    return head in HEADS and before not in _BEFORE_HEADS.get(head, ())


def _is_switch(value: Any) -> bool:
    if isinstance(value, str):
        return _SWITCH.fullmatch(value) is not None
    return isinstance(value, bool)


def _is_file(value: Any) -> bool:
    return isinstance(value, str) and compiled(_SECRET_FILE).fullmatch(value) is not None


def _is_count(value: Any, kind: str) -> bool:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if not isinstance(value, (int, float)):
        return False
    # `max_tokens: 4096` is a count however large; no PIN has a fraction.
    return kind == "tokens" or value != int(value) or abs(value) < _SMALLEST_PIN
