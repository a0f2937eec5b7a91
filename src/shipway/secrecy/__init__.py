"""What may not enter the IR or an artifact: values that are secrets, or that carry them.

One judge for parameters, `env`, labels, options, docstrings, names and locations. It errs on the
side of silence where a text may be a secret, and knows the words by which people call other things.
"""

import re

from shipway.secrecy.catalogs import strip_credentials
from shipway.secrecy.interpolations import may_be_shown
from shipway.secrecy.judge import SECRET_NAME, SECRET_VALUE, why_secret
from shipway.secrecy.parameter_names import looks_secret
from shipway.secrecy.urls import without_credentials
from shipway.secrecy.values import holds_credentials, names_a_secret

__all__ = [
    "SECRET_NAME",
    "SECRET_VALUE",
    "holds_credentials",
    "looks_secret",
    "may_be_shown",
    "names_a_secret",
    "strip_credentials",
    "unquoted",
    "why_secret",
    "without_credentials",
]


_SIGNS = (",", "}", "]", "?", ":", "-", "<block end>", "<document start>", "<stream end>", "\\t")
"""Of YAML's grammar (`yaml.scanner`, `yaml.parser`), and so no part of a secret."""


def without_quotes(problem: str) -> str:
    """Return what a YAML parser says without what it quotes of the text; its own signs may stay."""
    return re.sub(r"'([^']*)'", lambda m: f"`{m[1] if m[1] in _SIGNS else '…'}`", problem)
