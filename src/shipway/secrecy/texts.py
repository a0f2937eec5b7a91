"""Texts that carry a secret: URLs, connection strings, headers, command lines, sentences."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.secrecy.commands import command_passwords, flags
from shipway.secrecy.forms import holds_token, is_basic
from shipway.secrecy.names import looks_secret
from shipway.secrecy.patterns import compiled
from shipway.secrecy.placeholders import is_placeholder

# After the colon stands a password, unless it is a port. Lengths are bounded to stay linear.
_USERINFO = r"[/\\]{2}[^/\\\s@:]{0,256}:(?!\d+(?:[/\s]|$))([^\s@]{1,1024})@"
_TOKEN_AS_USER = r"(?i:https?)://([^/\s@]{1,1024})@"
_BARE_USERINFO = (
    r"(?<![\w.@%+/\\-])(?!(?:mailto|sips?|xmpp|acct|urn):)[\w.%+-]{1,128}:"
    r"((?!sha\d)(?!\d+@)[^\s@:/]{1,256})@[\w.-]{1,255}(?::\d{2,5}\b|/(?=\S))"
)
_ORACLE = r"(?i:jdbc:oracle):\w{1,10}:[^/\s@]{1,128}/([^@\s]{1,256})@"
_ORACLE_EASY = r"(?<![\w./-])[\w$#]{1,30}/([^/@\s]{1,128})@(?://)?[\w.-]{1,255}:\d{2,5}/"
_BEFORE_AT = (_USERINFO, _TOKEN_AS_USER, _BARE_USERINFO, _ORACLE, _ORACLE_EASY)
_VALUE = r"(\{\{[^{}]{0,200}\}\}|\"[^\"]{1,1024}|'[^']{1,1024}|[^&;\s,)]{1,1024})"
_ASSIGNMENT = rf"\b((?:[\w.-]{{1,60}} ){{0,2}}[\w.-]{{1,60}})\s*=(?!=)\s*{_VALUE}"
_MEMBER = r"[\"']([\w.-]{1,60})\\?[\"']\s*:\s*\\?[\"']([^\"']{1,1024})"
_SENTENCE = (
    r"(?m:^|(?<=[\s,;{(\[\"']))([A-Za-z][\w-]{0,60}(?: key)?)\s{0,4}(?::\s|\sis\s)\s{0,4}"
    r"([^\s,;{}()\[\]]{1,1024})([^\n]?)"
)
_SCHEME = r"(?i)\b(basic|bearer|token|digest|negotiate|apikey)\s+([\w.~+/=-]{6,1024})"
_HEADER = (
    r"(?i)\bauthorization[\"']?\s{0,4}[:=]\s{0,4}[\"']?(?:[a-z][\w-]{2,30}\s+)?"
    r"([^\s\"',]{3,1024})"
)
_SIGNATURES = frozenset({"sig", "signature", "sharedaccesssignature"})
_TYPES = frozenset(
    "str string text int integer number bool boolean bytes any object list dict optional required "
    "none null true false hidden masked redacted secret password token".split()
)


def holds_secret_text(text: str, is_digest: bool = False) -> bool:
    """Tell whether a text that holds no interpolation carries a secret.

    Args:
        text: any; the time grows with its length.
        is_digest: whether its name says that it is a checksum.
    """
    return (
        holds_token(text, is_digest)
        or any(not is_placeholder(secret) for secret in _passwords(text))
        or any(is_secret_pair(name, value) for name, value in _pairs(text))
        or any(_is_told(*match) for match in _sentences(text))
        or any(_is_proof(scheme, value) for scheme, value in _proofs(text))
    )


def is_secret_pair(name: str, value: str) -> bool:
    """Tell whether a pair of a query or a connection string holds a secret."""
    if is_placeholder(value):
        return False
    return looks_secret(name, value) or not _SIGNATURES.isdisjoint(name.lower().split("-"))


def _passwords(text: str) -> Iterator[str]:
    if "@" in text:
        for pattern in _BEFORE_AT:
            yield from compiled(pattern).findall(text)
    if "uthorization" in text.lower():
        yield from compiled(_HEADER).findall(text)
    if " -" in text:
        yield from command_passwords(text)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Return the pairs of `?sig=…&token=…`, `Server=…;Password=…`, JSON and `--password …`."""
    if "=" in text:
        yield from compiled(_ASSIGNMENT).findall(text)
    if ":" in text:
        yield from compiled(_MEMBER).findall(text)
    if "-" in text:
        yield from flags(text)


def _sentences(text: str) -> Iterator[tuple[str, str, str]]:
    """Return what a text says of names: `password: x`, `the password is x`, and what follows."""
    if ": " in text or " is " in text:
        yield from compiled(_SENTENCE).findall(text)


def _proofs(text: str) -> Iterator[tuple[str, str]]:
    if " " in text:
        yield from compiled(_SCHEME).findall(text)


def _is_told(name: str, value: str, after: str) -> bool:
    """Tell whether `password: hunter2` stands in a text, and not `password: that of the user`."""
    value = value.strip("\"'`.")
    if value.lower() in _TYPES or not is_secret_pair(name, value):
        return False
    return _is_random(value) or after in ("", ",", ";", "}", ")", "]")


def _is_proof(scheme: str, value: str) -> bool:
    """Tell whether a word after `Bearer` is a token, and one after `Basic` user and password."""
    if scheme.lower() == "basic":
        return is_basic(value)
    return _is_random(value) and len(value) >= 8


def _is_random(value: str) -> bool:
    return any(map(str.isdigit, value)) and any(map(str.isalpha, value))
