"""How long a value is as JSON of Go's, in which a cluster stores it."""

from __future__ import annotations

import json

from shipway.model import Json


def size_of(value: Json) -> int:
    """Return how many bytes Go's JSON of a value has; it writes `>` as `\\u003e`."""
    text = compact(value)
    # Go's `encoding/json` escapes these three for HTML (Marshal): six bytes where there was one.
    return len(text.encode(errors="replace")) + 5 * sum(map(text.count, "<>&"))


def compact(value: Json) -> str:
    """Return a value as JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
