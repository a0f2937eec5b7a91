"""Texts that carry a secret: URLs, connection strings, headers, command lines, sentences."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.secrecy.commands import command_passwords, flags
from shipway.secrecy.forms import holds_token
from shipway.secrecy.parameter_names import looks_secret
from shipway.secrecy.patterns import compiled
from shipway.secrecy.placeholders import is_placeholder
from shipway.secrecy.sentences import tells_a_secret

# After the colon stands a password, unless it is a port. Lengths are bounded to stay linear.
_USERINFO = r"://[^/\\\s@:]{0,256}:(?!\d+(?:[/\s]|$))([^\s@]{1,1024})@"
_SHARE = (
    r"(?:^|(?<=[\s\"'=(,]))[/\\]{2}[\w.%+$-]{0,128}:(?!\d+(?:[/\s]|$))([^\s@/\\]{1,256})@"
    r"[\w.-]{1,255}(?:[/\\]|:\d|$)"
)
# `https://TOKEN@host`: what stands alone before the `@` is a token there.
_TOKEN_AS_USER = r"(?i:https?)://([^/\s@]{1,1024})@"
_BARE_USERINFO = (
    r"(?<![\w.@%+/\\-])(?!(?:mailto|sips?|xmpp|acct|urn):)[\w.%+-]{1,128}:"
    r"((?!sha\d)(?!\d+@)[^\s@:/]{1,256})@[\w.-]{1,255}(?::\d{2,5}\b|/(?=\S))"
)
_ORACLE = r"(?i:jdbc:oracle):\w{1,10}:[^/\s@]{1,128}/([^@\s]{1,256})@"
_ORACLE_EASY = r"(?<![\w./-])[\w$#]{1,30}/([^/@\s]{1,128})@(?://)?[\w.-]{1,255}:\d{2,5}/"
_SQLPLUS = r"\b(?:sqlplus|sqlldr|expdp|impdp)\s[^\n|;&]{0,200}?[\w$#]{1,30}/([^/@\s]{1,128})@"
_BEFORE_AT = (_USERINFO, _SHARE, _TOKEN_AS_USER, _BARE_USERINFO, _ORACLE, _ORACLE_EASY, _SQLPLUS)
_VALUE = r"(\{\{[^{}]{0,200}\}\}|\"[^\"]{1,1024}|'[^']{1,1024}|[^&;\s,)]{1,1024})"
# Up to three words before the sign, as in `Shared Access Key=…`; `==` compares.
_ASSIGNMENT = rf"\b((?:[\w.-]{{1,60}} ){{0,2}}[\w.-]{{1,60}})\s*=(?!=)\s*{_VALUE}"
_MEMBER = r"[\"']([\w.-]{1,60})\\?[\"']\s*:\s*\\?[\"']([^\"']{1,1024})"
_SIGNATURES = frozenset({"sig", "signature", "sharedaccesssignature"})
# What languages call nothing, which a default often is.
_NOTHING = frozenset("none null nil true false undefined".split())


def holds_secret_text(text: str, is_digest: bool = False) -> bool:
    """Tell whether a text that holds no interpolation carries a secret.

    Args:
        text: any; the time grows with its length.
        is_digest: whether its name says that it is a checksum.
    """
    return (
        holds_token(text, is_digest)
        or any(not is_placeholder(secret) for secret in _passwords(text))
        or any(is_secret_pair(*pair) for pair in _assignments(text))
        or any(
            looks_secret(*pair) for pair in _name_value_pairs(text) if not is_placeholder(pair[1])
        )
        or tells_a_secret(text)
    )


def is_secret_pair(name: str, value: str) -> bool:
    """Tell whether a pair of a query or a connection string holds a secret."""
    if is_placeholder(value) or value.lower() in _NOTHING:
        return False
    return looks_secret(name, value) or not _SIGNATURES.isdisjoint(name.lower().split("-"))


def _passwords(text: str) -> Iterator[str]:
    if "@" in text:
        for pattern in _BEFORE_AT:
            yield from compiled(pattern).findall(text)
    if " -" in text:
        yield from command_passwords(text)


def _assignments(text: str) -> Iterator[tuple[str, str]]:
    """Return the pairs of `?sig=…&token=…` and of `Server=…;Password=…`."""
    if "=" in text:
        yield from compiled(_ASSIGNMENT).findall(text)


def _name_value_pairs(text: str) -> Iterator[tuple[str, str]]:
    """Return the pairs of JSON, and of options such as `--password …`."""
    if ":" in text:
        yield from compiled(_MEMBER).findall(text)
    if "-" in text:
        yield from flags(text)
