"""What a text for people says of secrets: `password: hunter2`, `the token is 1a2b`, a header."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.secrecy.forms import is_basic
from shipway.secrecy.parameter_names import looks_secret
from shipway.secrecy.patterns import compiled
from shipway.secrecy.placeholders import is_placeholder

_SAYING = (
    r"(?m:^|(?<=[\s,;{(\[\"']))(?<!:type )(?<!:param )([A-Za-z][\w-]{0,60}(?: key)?)\s{0,4}"
    r"(:\s|\sis\s)\s{0,4}([^\s,;{}()\[\]]{1,1024})([^\n]?)"
)
_SCHEME = r"(?i)\b(basic|bearer|token|digest|negotiate|apikey)\s+([\w.~+/=-]{6,1024})"
_HEADER = (
    r"(?i)\bauthorization[\"']?\s{0,4}[:=]\s{0,4}[\"']?(?:[a-z][\w-]{2,30}\s+)?"
    r"([^\s\"',]{3,1024})"
)
_TYPES = frozenset(
    "str string text int integer number bool boolean bytes any object list dict optional required "
    "none null true false hidden masked redacted secret password token".split()
)


def tells_a_secret(text: str) -> bool:
    """Tell whether a sentence, a line of YAML or a header in a text holds a secret."""
    return any(_is_told(*saying) for saying in _sayings(text)) or any(_proofs(text))


def _sayings(text: str) -> Iterator[tuple[str, str, str, str]]:
    """Return name, verb and value of each saying, and the letter after them."""
    if ": " in text or " is " in text:
        yield from compiled(_SAYING).findall(text)


def _proofs(text: str) -> Iterator[bool]:
    if " " in text:
        yield from (_is_proof(*words) for words in compiled(_SCHEME).findall(text))
    if "uthorization" in text.lower():
        yield from (not is_placeholder(proof) for proof in compiled(_HEADER).findall(text))


def _is_told(name: str, verb: str, value: str, after: str) -> bool:
    """Tell whether `password: hunter2` is said, and not `password: that of the user`."""
    value = value.strip("\"'`.")
    if value.lower() in _TYPES or is_placeholder(value) or name.lower().endswith("tokens"):
        return False
    # What ends the line after a colon is a value; a sentence goes on.
    ends = ":" in verb and after in ("", ",", ";", "}", ")", "]")
    return (ends or _is_random(value)) and looks_secret(name, value)


def _is_proof(scheme: str, value: str) -> bool:
    """Tell whether a word after `Bearer` is a token, and one after `Basic` user and password."""
    if scheme.lower() == "basic":
        return is_basic(value)
    # Shorter words with a digit are prose: `bearer v2`.
    return _is_random(value) and len(value) >= 8


def _is_random(value: str) -> bool:
    return any(map(str.isdigit, value)) and any(map(str.isalpha, value))
