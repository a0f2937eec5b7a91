"""Environment variables that are called after a project's package, such as `ENERGY_ROOT`."""

from __future__ import annotations

import re
import unicodedata

_NO_LETTER = re.compile(r"[^A-Z0-9_]")


def package_variable(package: str, what: str) -> str:
    """Return the name of a package's variable, which every shell can export.

    The name of a package may have any letters; that of a variable those of ASCII alone (POSIX, Base
    Definitions, 8.1). Accents are left out, and a letter that is then none of these is `_`.

    Args:
        what: the end of the name, such as `ROOT`.
    """
    plain = unicodedata.normalize("NFKD", package).upper()
    base = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return f"{_NO_LETTER.sub('_', base)}_{what}"
