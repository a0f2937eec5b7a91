"""JSON as Go writes it, in which a cluster stores a value: how long, and by which escapes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from shipway.model import Json

# Dollars that Kubernetes would expand, and what Go may write by an escape that no JSON knows
# (`strconv.Quote`).
_ODD = re.compile(r"\$(?=[$(])|[\x7f-\x9f\ud800-\udfff]|[^\x00-\uffff]")


def size_of(value: Json) -> int:
    """Return how many bytes Go's JSON of a value has; it writes `>` as `\\u003e`."""
    text = compact(value)
    # Go's `encoding/json` escapes these three for HTML (Marshal): six bytes where there was one.
    return len(text.encode(errors="replace")) + 5 * sum(map(text.count, "<>&"))


def compact(value: Json) -> str:
    """Return a value as JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def by_number(text: str) -> str:
    """Write odd characters by their numbers, as JSON may in its texts, where alone they stand."""
    return _ODD.sub(lambda match: "".join(f"\\u{unit:04x}" for unit in _units(match[0])), text)


def _units(char: str) -> Iterator[int]:
    """Yield the numbers of a character in JSON: of UTF-16 (RFC 8259, section 7)."""
    data = char.encode("utf-16-be", "surrogatepass")
    yield from (int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2))
