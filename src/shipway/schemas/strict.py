"""Which keys a document may hold, and which values: shapes that know each key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from shipway.schemas.problems import Problem
from shipway.schemas.records import Field, Record
from shipway.schemas.shapes import Shape


def strict_record(
    fields: Mapping[str, Shape[Any]], title: str = "this section", required: Collection[str] = ()
) -> Record:
    """Return a mapping of these keys and no others.

    Args:
        title: what it is called in messages.
        required: the keys that must be there.
    """
    record_fields = {
        name: Field(shape, required=name in required) for name, shape in fields.items()
    }
    return Record(record_fields, title)


def problems_in(document: Any, shape: Shape[Any]) -> list[Problem]:
    """Return all by which a document differs from its shape."""
    problems: list[Problem] = []
    shape.read(document, (), problems)
    return problems
