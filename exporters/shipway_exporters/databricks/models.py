"""The fields of a job and of all below it, as `scripts/databricks_models.py` found them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from shipway.schemas.problems import DocumentPath, Problem, display, is_secret
from shipway.schemas.records import Field, Record
from shipway.schemas.shapes import Choice, Flag, ListOf, MapOf, Number, Parsed, Shape

VARIABLE = re.compile(r"\$\{[^{}]+\}")
"""What a bundle fills in as it is deployed. Source: Declarative Automation Bundles, Substitutions
and variables."""
SECRET = re.compile(r"\{\{secrets/[\w.@-]+/[\w.@-]+\}\}")
"""A reference to a secret. Source: Databricks, Secrets in Spark configuration."""
_TITLES: Mapping[str, str] = {
    "Job": "a job",
    "Task": "a task",
    "ClusterSpec": "a cluster",
    "Environment": "an environment",
    "Library": "a library",
}


@dataclass(frozen=True)
class _Text:
    """A text, which holds no secret but by a reference."""

    def read(self, value: Any, path: DocumentPath, problems: list[Problem]) -> str | None:
        if not isinstance(value, str):
            is_other = isinstance(value, (bool, int, float))
            remedy = "Put it in quotes." if is_other else None
            problems.append(Problem(path, f"{display(value, path)} is not text.", remedy))
            return None
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}


def _whole(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    is_quoted = isinstance(value, str) and re.fullmatch(r"-?[0-9]+", value)
    remedy = "\nLeave the quotes out." if is_quoted else ""
    raise ValueError(f"{display(value)} is not a whole number.{remedy}")


@dataclass(frozen=True)
class OrVariable:
    """A value, or a variable of the bundle in its place."""

    shape: Shape[Any]

    def read(self, value: Any, path: DocumentPath, problems: list[Problem]) -> Any:
        if isinstance(value, str) and VARIABLE.fullmatch(value):
            return value
        return self.shape.read(value, path, problems)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [self.shape.schema(), {"type": "string", "pattern": r"^\$\{.*\}$"}]}


@dataclass(frozen=True)
class Model:
    """A mapping with the fields of a model."""

    name: str

    def read(
        self, value: Any, path: DocumentPath, problems: list[Problem]
    ) -> dict[str, Any] | None:
        return record_of(self.name).read(value, path, problems)

    def schema(self) -> dict[str, Any]:
        # One level: a task may hold a task (`for_each_task`), so that all of them have no end.
        names: dict[str, Any] = {name: {} for name in fields_of(self.name)}
        return {"type": "object", "properties": names, "additionalProperties": False}


@cache
def record_of(model: str) -> Record:
    """Return the shape of a model."""
    fields = {
        name: Field(_shape(kind.rstrip("!")), required=kind.endswith("!"))
        for name, kind in fields_of(model).items()
    }
    return Record(fields, _TITLES.get(model, f"`{model}`"))


def fields_of(model: str) -> Mapping[str, str]:
    """Return the fields of a model, each with what it takes in the words of the table."""
    fields: Mapping[str, str] = _table()[model]
    return fields


def shape_of(model: str, field: str) -> Shape[Any]:
    """Return the shape of one field."""
    return record_of(model).fields[field].shape


def secrets_in(value: Any, path: DocumentPath = ()) -> list[DocumentPath]:
    """Return where a value may hold a secret in plain text."""
    if isinstance(value, Mapping):
        return [place for k, item in value.items() for place in secrets_in(item, (*path, str(k)))]
    if isinstance(value, (list, tuple)):
        return [place for i, item in enumerate(value) for place in secrets_in(item, (*path, i))]
    is_reference = isinstance(value, str) and bool(
        SECRET.fullmatch(value) or VARIABLE.fullmatch(value)
    )
    return [path] if not is_reference and is_secret(value, path) else []


def _shape(kind: str) -> Shape[Any]:
    scalars: dict[str, Shape[Any]] = {
        "text": _Text(),
        "whole": OrVariable(Parsed(_whole, {"type": "integer"})),
        "number": OrVariable(Number(0)),
        "flag": OrVariable(Flag()),
    }
    if kind in scalars:
        return scalars[kind]
    if kind.startswith("["):
        return OrVariable(ListOf(_shape(kind[1:-1])))
    if kind.startswith("{"):
        return OrVariable(MapOf(_shape(kind[1:-1])))
    words = _table()[kind]
    return OrVariable(Choice(tuple(words)) if isinstance(words, list) else Model(kind))


@cache
def _table() -> Mapping[str, Any]:
    file = files(__package__ or "") / "models.json"
    table: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return table
