"""Regular expressions that cost nothing until a text is judged."""

from __future__ import annotations

import functools
import re


@functools.cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern, compiled at its first use: a command that judges nothing starts sooner."""
    return re.compile(pattern)
