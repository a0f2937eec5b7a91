"""Reading YAML that Shipway has written for a server in Go, whose reader refuses what libyaml does.

Of half a surrogate pair PyYAML's own reader makes a text.
"""

from __future__ import annotations

from typing import Any

import yaml

# libyaml reads the same several times faster, but PyYAML may have been built without it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_document(text: str) -> Any:
    """Return what a file of one document holds."""
    return yaml.load(text, Loader=_LOADER)


def load_documents(text: str) -> tuple[Any, ...]:
    """Return what the documents of a file hold, in their order."""
    return tuple(yaml.load_all(text, Loader=_LOADER))
