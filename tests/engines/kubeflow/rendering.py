"""Render parameter values in a command as a KFP server does; needs no kfp.

kfp.local writes ``2.0`` and ``[1.0, 2.0]`` where a server writes ``2`` and ``[1,2]``. The rules
are those of the server's driver, which renders with Go's ``%d``, ``%g`` and ``json.Marshal``.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def server(value: Any) -> str:
    """Render the value of a placeholder; strings never come here."""
    if value is None:
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(value)
    return escaped(nested(value))


def number(value: float) -> str:
    """Render a number: whole if it fits 64 bits, else in the shortest form."""
    if float(value).is_integer() and abs(value) < 2**63:
        return str(int(value))
    exponent = exponent_of(value)
    return scientific(value) if exponent < -4 or exponent >= 6 else fixed(value)


def nested(value: Any) -> str:
    """Render a value as JSON without blanks, the names of each object sorted."""
    if isinstance(value, dict):
        inner = (f"{nested(str(name))}:{nested(value[name])}" for name in sorted(value))
        return "{" + ",".join(inner) + "}"
    if isinstance(value, list):
        return "[" + ",".join(nested(item) for item in value) + "]"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        small = value != 0 and (abs(value) < 1e-6 or abs(value) >= 1e21)
        return scientific(value).replace("e-0", "e-") if small else fixed(value)
    return json.dumps(value, ensure_ascii=False)


def escaped(text: str) -> str:
    """Escape what Go escapes for the sake of HTML."""
    return "".join(ESCAPES.get(character, character) for character in text)


def digits_of(value: float) -> tuple[str, int]:
    """Return the fewest digits that tell a number from its neighbours, and its exponent."""
    decimal = Decimal(repr(float(value))).normalize()
    digits = "".join(map(str, decimal.as_tuple().digits))
    return digits, decimal.adjusted()


def exponent_of(value: float) -> int:
    """Return the decimal exponent of a number."""
    return digits_of(value)[1]


def scientific(value: float) -> str:
    """Write a number with an exponent of at least two digits."""
    digits, exponent = digits_of(value)
    sign = "-" if value < 0 else ""
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{sign}{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def fixed(value: float) -> str:
    """Write a number without an exponent, and without a fraction if it is whole."""
    return f"{Decimal(repr(float(value))).normalize():f}"
