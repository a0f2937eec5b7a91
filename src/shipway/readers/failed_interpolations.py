"""What OmegaConf says of an interpolation that fails, in the words of who wrote it.

Its messages end with `full_key` and `object_type`, which the place of a finding says better; and
its parser quotes the text around a mistake, which may be a secret.
"""

from __future__ import annotations

import re

_RESOLVER = re.compile(r"Unsupported interpolation type (?P<name>[\w.-]+)")
_KEY = re.compile(r"Interpolation key '(?P<key>[^']+)' not found")
_WRAPPED = re.compile(r"\w+ raised while resolving interpolation: (?P<inner>.+)")


def words_of(error: BaseException) -> str | None:
    """Return what is wrong with an interpolation on one line; `None` for any other error.

    Source: OmegaConf, `omegaconf.errors`.
    """
    from omegaconf.errors import GrammarParseError, OmegaConfBaseException

    if not isinstance(error, OmegaConfBaseException):
        return None
    if isinstance(error, GrammarParseError):
        return (
            "An interpolation cannot be read: between `${` and `}` stand a name, or a resolver, a "
            "colon and a name, as in `${globals:country}`. The two signs themselves are `\\${`."
        )
    lines = str(error).splitlines()
    return _of_line(lines[0]) if lines else None


def _of_line(line: str) -> str:
    if resolver := _RESOLVER.search(line):
        return f"There is no resolver `{resolver['name']}` for interpolations."
    if key := _KEY.search(line):
        return (
            f"`${{{key['key']}}}` names a key of the same configuration, which has none. A "
            "value that several files share stands in globals.yml: `${globals:NAME}`. What "
            f"Kedro is to leave as it is has a backslash: `'\\${{{key['key']}}}'`."
        )
    wrapped = _WRAPPED.search(line)
    text = wrapped["inner"].strip("\"'") if wrapped else line
    return f"An interpolation fails: {text.rstrip('.')}."
