"""Pass 6, name: from Kedro's names to a target's alphabet, injectively."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class NameRules:
    """What a target takes for a name.

    Args:
        allowed: regular expression for one character that may stay.
        first: the same for the first character.
        replacement: what stands for any other character.
        prefix: what goes before a name whose first character may not be first.
        longest: the most characters.
        reserved: names that may not be used.
        lower: whether names are in lower case only.
    """

    allowed: str
    first: str
    replacement: str = "_"
    prefix: str = "n"
    longest: int = 250
    reserved: frozenset[str] = frozenset()
    lower: bool = False


def assign(names: Iterable[str], rules: NameRules) -> dict[str, str]:
    """Return a valid and distinct name for each of `names`.

    A name that is valid already is kept. Of others that come out alike, each gets a short hash
    of its original, so that a result depends on no order, and on other names only where they
    collide.
    """
    wanted = list(dict.fromkeys(names))
    plain = {name: _fit(name, rules) for name in wanted}
    counts = Counter(plain.values())
    result: dict[str, str] = {}
    for name, fitted in plain.items():
        keeps = fitted == name or counts[fitted] == 1
        result[name] = fitted if keeps and fitted not in rules.reserved else _hashed(name, rules)
    return result


def _fit(name: str, rules: NameRules) -> str:
    text = name.lower() if rules.lower else name
    text = re.sub(rf"(?:(?!{rules.allowed}).)", rules.replacement, text, flags=re.DOTALL)
    if not re.match(rules.first, text):
        text = rules.prefix + text
    return text if len(text) <= rules.longest else _cut(text, name, rules)


def _hashed(name: str, rules: NameRules) -> str:
    return _cut(_fit(name, rules), name, rules)


def _cut(text: str, name: str, rules: NameRules) -> str:
    suffix = rules.replacement + hashlib.sha256(name.encode()).hexdigest()[:8]
    return text[: rules.longest - len(suffix)] + suffix
