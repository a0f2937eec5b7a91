"""Quantities, such as `500m` and `1Gi`."""

from __future__ import annotations

import math
import re
from decimal import Decimal

# Kubernetes, apimachinery/pkg/api/resource/quantity.go: a number, and a suffix or an exponent.
_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:([numkMGTPE]?|[KMGTPE]i)|[eE]([+-]?\d+))")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}


def amount(text: object) -> Decimal:
    """Return what a quantity amounts to, in cores, bytes or pieces.

    Raises:
        ValueError: it is none.
    """
    match = _QUANTITY.fullmatch(str(text))
    if not match:
        raise ValueError(f"quantities must match the regular expression, not {text!r}")
    number, suffix, exponent = match.groups()
    if suffix in _BINARY:
        return Decimal(number) * Decimal(2) ** _BINARY[suffix]
    return Decimal(number) * Decimal(10) ** (int(exponent) if exponent else _DECIMAL[suffix])


def whole_bytes(text: object) -> int:
    """Return a quantity of memory in bytes, rounded up."""
    return math.ceil(amount(text))
