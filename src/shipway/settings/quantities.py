"""Amounts of compute in settings: of cores, and of bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import total_ordering
from typing import Any

from shipway.schemas.problems import display
from shipway.schemas.shapes import Parsed

_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|)", re.ASCII)
# As people write bytes elsewhere: `4GB`, `512 mb`, `16gi`, `2 GiB`.
_BYTES = re.compile(r"(\d+(?:\.\d+)?) ?([kmgtpe])i?b?", re.ASCII | re.IGNORECASE)
_SCALE = {
    "m": Decimal("0.001"),
    "": Decimal(1),
    **{unit: Decimal(1000) ** (i + 1) for i, unit in enumerate(["k", "M", "G", "T", "P", "E"])},
    **{f"{u}i": Decimal(1024) ** (i + 1) for i, u in enumerate(["K", "M", "G", "T", "P", "E"])},
}
_LEAST_MEMORY = _SCALE["Mi"]
_MOST_CORES = 100_000


@total_ordering
@dataclass(frozen=True)
class Quantity:
    """An amount of cpu or memory as Kubernetes writes it (`500m`, `1.5`, `16Gi`).

    Source: Kubernetes, Quantity (suffixes m, k … E, Ki … Ei).
    """

    text: str

    @property
    def amount(self) -> Decimal:
        """The amount in cores or bytes."""
        match = _QUANTITY.fullmatch(self.text)
        if not match:
            raise ValueError(f"{display(self.text)} is not a quantity.\n{_form_of(self.text)}")
        return Decimal(match[1]) * _SCALE[match[2]]

    def __lt__(self, other: Quantity) -> bool:
        return self.amount < other.amount


def _form_of(text: str) -> str:
    """How a text that is no quantity is written as one."""
    if match := _BYTES.fullmatch(text.strip()):
        return f"Did you mean `{match[1]}{match[2].upper()}i`?"
    return "Write `500m`, `2` or `16Gi`."


def parse_quantity(value: Any) -> Quantity:
    """Return the quantity that `value` writes.

    Raises:
        ValueError: it writes none, or none above zero.
    """
    # A boolean is no amount, and neither is the empty text, which is refused below.
    quantity = Quantity("" if isinstance(value, bool) else str(value))
    if quantity.amount <= 0:
        raise ValueError(f"{display(value)} is nothing at all.\nLeave the setting out instead.")
    return quantity


def parse_cores(value: Any) -> Quantity:
    """Return an amount of cores.

    Raises:
        ValueError: it is no quantity, or one of bytes: no machine has so many cores.
    """
    quantity = parse_quantity(value)
    if quantity.amount > _MOST_CORES:
        what = f"{display(value)} would be {quantity.amount:,f} cores."
        raise ValueError(f"{what}\nWrite `500m` for half a core, or `2`.")
    return quantity


def parse_bytes(value: Any) -> Quantity:
    """Return an amount of bytes.

    Raises:
        ValueError: it is no quantity, or a fraction of a byte (`500m` is half of one).
    """
    return _least(value, Decimal(1), "there are no parts of a byte")


def parse_memory(value: Any) -> Quantity:
    """Return an amount of memory for a process.

    Raises:
        ValueError: it is no quantity, or too little for any process: `512` is 512 bytes.
    """
    return _least(value, _LEAST_MEMORY, "too little for any process")


def _least(value: Any, least: Decimal, why: str) -> Quantity:
    quantity = parse_quantity(value)
    if quantity.amount >= least:
        return quantity
    number = re.sub(r"[^\d.]", "", quantity.text)
    what = f"{display(value)} would be {quantity.amount.normalize():f} bytes, {why}."
    raise ValueError(f"{what}\nDid you mean `{number}Mi`?")


def _shape(parse: Callable[[Any], Quantity]) -> Parsed[Quantity]:
    schema = {
        "type": ["string", "number"],
        "pattern": r"^[0-9]+(\.[0-9]+)?(m|[kMGTPE]|[KMGTPE]i)?$",
        "exclusiveMinimum": 0,
    }
    return Parsed(parse, schema)


CORES = _shape(parse_cores)
BYTES = _shape(parse_bytes)
MEMORY = _shape(parse_memory)
