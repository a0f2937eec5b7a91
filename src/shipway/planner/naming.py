"""Pass 6, name: from Kedro's names to a target's alphabet, injectively."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_PLAIN = re.compile(r"[^\W_]+([_-][^\W_]+)*")
"""Words joined by single signs: what is taken apart again at a doubled one."""
_PART_WORDS = ("tags", "selected")
"""What a name says of a part of a pipeline."""


@dataclass(frozen=True, kw_only=True)
class NameRules:
    """What a target takes for a name.

    Args:
        allowed: regular expression for one character that may stay.
        first: the same for the first character.
        replacement: what stands for any other character.
        prefix: what goes before a name whose first character may not be first.
        longest: the most characters; enough for a prefix and a hash of nine.
        longest_bytes: the most bytes of UTF-8, where a file or folder bears the name; or any.
        reserved: names that may not be used.
        lower: whether names are in lower case only.
        last: the same for the last character as `first` for the first; any allowed one by default.
        refused: regular expression of what no name may hold, such as an ending.
    """

    allowed: str
    first: str
    replacement: str = "_"
    prefix: str = "n"
    longest: int = 250
    longest_bytes: int | None = None
    reserved: frozenset[str] = frozenset()
    lower: bool = False
    last: str = "."
    refused: str | None = None


def assign(
    names: Iterable[str], rules: NameRules, key: Callable[[str], str] = lambda name: name
) -> dict[str, str]:
    """Return a valid and distinct name for each of `names`.

    A name that is valid already is kept. Of others that come out alike, each gets a short hash
    of its original, and another one while that is taken. So a result depends on no order, and on
    other names only where they collide.

    Args:
        key: what two results must differ in; by default all of a name.
    """
    names_in_order = dict.fromkeys(names)
    plain = {name: _fit(name, rules) for name in names_in_order}
    valid = [n for n, plain_name in plain.items() if plain_name == n and n not in rules.reserved]
    keys, reserved = Counter(map(key, valid)), set(map(key, rules.reserved))
    result = {n: n for n in valid if keys[key(n)] == 1 and key(n) not in reserved}
    for attempt in itertools.count():
        waiting = [name for name in names_in_order if name not in result]
        if not waiting:
            break
        # The plain name first; from the second round on, each that is left gets a hash.
        candidates = {
            n: _with_hash(n, plain[n], attempt, rules) if attempt else plain[n] for n in waiting
        }
        counts = Counter(map(key, candidates.values()))
        used_names = reserved.union(map(key, result.values()))
        result |= {
            n: text
            for n, text in candidates.items()
            # A name that two want goes to neither: the first to come would depend on the order.
            if counts[key(text)] == 1 and key(text) not in used_names
        }
    return {name: result[name] for name in names_in_order}


def plain_part(text: str, rules: NameRules) -> str:
    """Return `text` as a part of a longer name, between doubled replacements or at the end.

    Text that the target takes as it is stays. Any other gets a hash of itself: exports that know
    nothing of each other then call two environments, or two selections of tags, never alike.
    """
    is_plain = _PLAIN.fullmatch(text) and not any(word in text for word in _PART_WORDS)
    if is_plain and assign([text], rules)[text] == text:
        return text
    return hashed_part(text)


def hashed_part(text: str, shown: str | None = None) -> str:
    """Return `text` as a part of a longer name, with a hash of itself.

    Args:
        shown: what stands before the hash instead.
    """
    return f"{text if shown is None else shown} {hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _fit(name: str, rules: NameRules) -> str:
    text = name.lower() if rules.lower else name
    # `allowed` may be any expression for one character, so it is negated by looking ahead.
    text = re.sub(rf"(?:(?!{rules.allowed}).)", rules.replacement, text, flags=re.DOTALL)
    if not re.match(rules.first, text):
        text = rules.prefix + text
    while not re.match(rules.last, text[-1], flags=re.DOTALL):
        text = text[:-1]
    fits = _cut(text, rules) == text and not (rules.refused and re.search(rules.refused, text))
    return text if fits else _with_hash(name, text, 1, rules)


def _with_hash(name: str, text: str, attempt: int, rules: NameRules) -> str:
    # No name of Kedro's or a target's holds a NUL, so that a seed is never another name.
    seed = name + "\0" * (attempt - 1)
    suffix = rules.replacement + hashlib.sha256(seed.encode()).hexdigest()[:8]
    return _cut(text, rules, len(suffix)) + suffix


def _cut(text: str, rules: NameRules, room: int = 0) -> str:
    """Return as much of a text as may be, with room for further characters of a byte each."""
    text = text[: rules.longest - room]
    if rules.longest_bytes is None:
        return text
    # A cut within a character of several bytes leaves an invalid end, which is dropped.
    return text.encode()[: rules.longest_bytes - room].decode(errors="ignore")
