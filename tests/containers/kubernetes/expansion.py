"""`$(VARIABLE)` in the command, the arguments and the variables of a container."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Kubernetes, third_party/forked/golang/expansion: `$$` is a dollar, `$(NAME)` a reference, and
# any other dollar stays; so does a reference to what is not set.
_REFERENCE = re.compile(r"\$(?:\$|\(([^)]*)\))")


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Return a text with its references replaced."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        return "$" if name is None else variables.get(name, match[0])

    return _REFERENCE.sub(value, text)
