"""What `dag` and `task` under `targets.airflow` may hold: arguments of a release, as literals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from shipway.errors import did_you_mean
from shipway.schemas.problems import DocumentPath, Problem, display
from shipway.schemas.records import Either, Field, Record, is_list, is_mapping
from shipway.schemas.shapes import (
    Choice,
    Flag,
    ListOf,
    MapOf,
    Number,
    Parsed,
    Shape,
    Whole,
    anything,
    is_finite,
)
from shipway.settings.units import DURATION
from shipway.settings.value_shapes import PLAIN, TEXT
from shipway_exporters.airflow.argument_rules import refusal_of
from shipway_exporters.airflow.argument_tables import (
    OPERATORS,
    Argument,
    arguments_of,
    is_later,
    since,
)

RELEASES = ("2.11", "3.3")
"""A release of each table."""
_RENAMED: Mapping[str, str] = {"fail_stop": "fail_fast", "fail_fast": "fail_stop"}
"""Names that Airflow 3 changed, both ways. Source: Airflow 3.0 release notes."""


def _whole(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError(f"{display(value)} is not a whole number.")


def _links(value: Any) -> dict[str, str]:
    """As `DAG._validate_owner_links` has it, in all releases."""
    for owner, link in value.items() if isinstance(value, Mapping) else [("", None)]:
        parts = urlsplit(link) if isinstance(link, str) else urlsplit("")
        if not (parts.path if parts.scheme == "mailto" else parts.scheme and parts.netloc):
            raise ValueError(
                f"{display(link or value)} is no link of an owner.\n"
                f"Write `{owner or 'owner'}: https://…` or `mailto:…`."
            )
    return dict(value)


_AT_LEAST_ONE = dict.fromkeys(
    ("pool_slots", "max_active_tis_per_dag", "max_active_tis_per_dagrun"), Whole(1)
)
_OF_NAME: Mapping[str, Shape[Any]] = {
    **_AT_LEAST_ONE,
    "max_consecutive_failed_dag_runs": Whole(0),
    "owner_links": Parsed(_links, {"type": "object"}),
}
_BY_KIND: Mapping[str, tuple[Callable[[Any], bool], Shape[Any]]] = {
    "flag": (lambda value: isinstance(value, bool), Flag()),
    "whole": (lambda value: isinstance(value, int), Parsed(_whole, {"type": "integer"})),
    "number": (is_finite, Number(0)),
    "texts": (is_list, ListOf(TEXT, least=1)),
    "mapping": (is_mapping, MapOf(PLAIN)),
    "text": (anything, TEXT),
}
"""Shapes in the order in which they are tried: the last one says what was expected."""


@dataclass(frozen=True)
class PassedArguments:
    """A mapping of arguments of a release.

    Args:
        classes: those whose constructors take them, in order.
        title: what takes them, for messages.
    """

    classes: tuple[str, ...]
    title: str
    version: str

    def read(
        self, value: Any, path: DocumentPath, problems: list[Problem]
    ) -> dict[str, Any] | None:
        if not isinstance(value, Mapping):
            problems.append(Problem(path, f"{display(value, path)} is not a mapping."))
            return None
        refusals = {str(key): self._refusal(str(key), (*path, str(key))) for key in value}
        problems.extend(problem for problem in refusals.values() if problem)
        accepted = {key: item for key, item in value.items() if not refusals[str(key)]}
        known = self._known()
        # Of the right ones alone, as the record has no reasons.
        fields = {name: Field(shape_of(name, known[name])) for name in accepted}
        return Record(fields, self.title).read(accepted, path, problems)

    def schema(self) -> dict[str, Any]:
        allowed = {name: shape_of(name, about).schema() for name, about in self._allowed().items()}
        return {"type": "object", "properties": allowed, "additionalProperties": False}

    def _known(self) -> dict[str, Argument]:
        tables = [arguments_of(cls, self.version) for cls in self.classes]
        # What several know, all of them know alike; the first says it best.
        return {name: about for table in reversed(tables) for name, about in table.items()}

    def _allowed(self) -> dict[str, Argument]:
        known = sorted(self._known().items())
        return {name: about for name, about in known if not self._refusal(name, ())}

    def _refusal(self, name: str, path: DocumentPath) -> Problem | None:
        for cls in self.classes:
            if refusal := refusal_of(cls, name, self.version):
                return Problem(path, f"`{name}` is not passed on: {refusal.why}.", refusal.remedy)
        known = self._known()
        if name not in known:
            return self._unknown(name, path)
        if not known[name].kinds:
            return Problem(path, f"`{name}` is not passed on: only an object says it.")
        return None

    def _unknown(self, name: str, path: DocumentPath) -> Problem:
        what = f"`{name}` is no argument of {self.title} in Airflow {self.version}."
        remedy: str | None
        if is_later(name, self.version):
            remedy = f'Set `version: "{since(name)}"`, which brought it, or leave it out.'
        elif _RENAMED.get(name) in self._known():
            remedy = f"There it is called `{_RENAMED[name]}`."
        else:
            remedy = did_you_mean(name, self._allowed())
        return Problem(path, what, remedy)


def dag_arguments(version: str) -> PassedArguments:
    """Return the shape of `dag`."""
    return PassedArguments(("DAG",), "a DAG", version)


def task_arguments(version: str) -> PassedArguments:
    """Return the shape of `task`: what one of the operators takes."""
    return PassedArguments(OPERATORS, "an operator", version)


def shape_of(name: str, about: Argument) -> Shape[Any]:
    """Return the shape of an argument's value."""
    if name in _OF_NAME:
        return _OF_NAME[name]
    if about.words:
        return Choice(about.words)
    if "duration" in about.kinds:
        return DURATION
    options = [_BY_KIND[kind] for kind in _BY_KIND if kind in about.kinds]
    return options[0][1] if len(options) == 1 else Either(tuple(options))
