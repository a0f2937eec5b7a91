"""References of container images.

Source: `github.com/distribution/reference`, the grammar at the head of reference.go, and for
digests `github.com/opencontainers/go-digest`, algorithm.go, by which references are checked.
"""

from __future__ import annotations

import re
from typing import Any

from shipway.schemas.problems import display
from shipway.schemas.shapes import Parsed

_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
_HOST = rf"({_LABEL}(\.{_LABEL})*|\[[0-9a-fA-F:]+\])"
_PART = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = r"(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})"
_REFERENCE = rf"({_HOST}(:[0-9]+)?/)?{_PART}(/{_PART})*(:{_TAG})?(@{_DIGEST})?"


def parse_image(value: Any) -> str:
    """Return the reference of an image: `[HOST[:PORT]/]NAME[:TAG][@DIGEST]`.

    Raises:
        ValueError: no registry has an image of that name.
    """
    if isinstance(value, str) and re.fullmatch(_REFERENCE, value, re.ASCII):
        return value
    raise ValueError(f"{display(value)} is not an image reference.\n{_remedy(value)}")


def _remedy(value: Any) -> str:
    name = value.rpartition("/")[2] if isinstance(value, str) else ""
    if isinstance(value, str) and "://" in value:
        return f"Leave `{value.partition('://')[0]}://` out."
    if name.endswith((":", "@")):
        return "Its tag is empty: is a variable that fills it not set?"
    if isinstance(value, str) and re.search(r"@sha256:(?![0-9a-f]{64}$)", value):
        return "A digest of `sha256` has 64 digits, with small letters."
    if isinstance(value, str) and value != value.lower():
        return "Names of images are in small letters; their tags need not be."
    return "Write one like `ghcr.io/acme/shop:1.4.0`."


IMAGE = Parsed(parse_image, {"type": "string", "pattern": f"^{_REFERENCE}$"})
