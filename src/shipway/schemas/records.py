"""Shapes of mappings with known keys, and of values that may have one of several shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shipway.errors import did_you_mean
from shipway.schemas.problems import DocumentPath, Problem, display
from shipway.schemas.shapes import Shape, read_value

_MOST_EXAMPLES = 3


@dataclass(frozen=True)
class Field:
    """One key of a record, with its shape and what it means.

    Args:
        empty: the remedy where it stands without a value.
    """

    shape: Shape[Any]
    about: str = ""
    required: bool = False
    empty: str | None = None


@dataclass(frozen=True)
class Record:
    """A mapping with known keys; read as a dict of the keys that were given.

    One that lacks what it must have gives nothing.

    Args:
        fields: the keys.
        title: what the record is called in messages.
        one_of: keys of which exactly one must be given.
        needs: keys that make sense beside another alone: where the first is given, and not false,
            one of the others must be, too.
        foreign: what to write in place of keys that people know from elsewhere.
    """

    fields: Mapping[str, Field]
    title: str = "this section"
    one_of: tuple[str, ...] = ()
    needs: tuple[tuple[str, ...], ...] = ()
    foreign: Mapping[str, str] = field(default_factory=dict)

    def read(
        self, value: Any, path: DocumentPath, problems: list[Problem]
    ) -> dict[str, Any] | None:
        if not isinstance(value, Mapping):
            what = f"{display(value, path)} is not a mapping."
            problems.append(Problem(path, what, self._example()))
            return None
        self._check_keys(value, path, problems)
        read = {
            name: read_value(field.shape, item, (*path, name), problems, empty=field.empty)
            for name, item in value.items()
            if (field := self.fields.get(name))
        }
        whole = {name: item for name, item in read.items() if item is not None}
        return whole if self._is_whole(whole) else None

    def _example(self) -> str:
        """Return what to write: the keys that must be there, or some of those that can be."""
        required = [name for name, field in self.fields.items() if field.required]
        if required:
            return f"Write `{{{', '.join(f'{key}: …' for key in required)}}}`."
        keys = [f"`{{{key}: …}}`" for key in self.one_of or self.fields]
        such = "keys, such as " if len(keys) > 1 else ""
        return f"Write {such}{', '.join(keys[:_MOST_EXAMPLES])}."

    def _is_whole(self, read: Mapping[str, Any]) -> bool:
        """Tell whether all is there that must be: of half a record nobody can make anything."""
        required = (name for name, field in self.fields.items() if field.required)
        has_one = not self.one_of or any(name in read for name in self.one_of)
        return has_one and all(name in read for name in required)

    def _check_keys(
        self, value: Mapping[str, Any], path: DocumentPath, problems: list[Problem]
    ) -> None:
        for key in value:
            if key not in self.fields:
                remedy = self.foreign.get(str(key)) or self._elsewhere(str(key))
                remedy = remedy or did_you_mean(str(key), self.fields)
                what = f"`{key}` is unknown in {self.title}."
                problems.append(Problem((*path, str(key)), what, remedy, unknown_key=str(key)))
        missing = [k for k, field in self.fields.items() if field.required and k not in value]
        problems.extend(Problem(path, f"`{key}` is missing in {self.title}.") for key in missing)
        if self.one_of and sum(key in value for key in self.one_of) != 1:
            names = " or ".join(f"`{key}`" for key in self.one_of)
            problems.append(Problem(path, f"{self.title.capitalize()} has either {names}."))
        for key, *companions in self.needs:
            if value.get(key) not in (None, False) and not any(c in value for c in companions):
                names = " or ".join(f"`{companion}`" for companion in companions)
                problems.append(Problem((*path, key), f"`{key}` needs {names} beside it."))

    def _elsewhere(self, key: str) -> str | None:
        """Return where a key stands that is not known here, if one of the sections has it."""
        names = [name for name, section in self.fields.items() if _is_known(key, section.shape)]
        words = " or ".join(f"`{name}`" for name in names)
        return f"It stands under {words}: `{names[0]}: {{{key}: …}}`." if names else None

    def schema(self) -> dict[str, Any]:
        properties = {
            name: field.shape.schema() | ({"description": field.about} if field.about else {})
            for name, field in self.fields.items()
        }
        mandatory = [name for name, field in self.fields.items() if field.required]
        result: dict[str, Any] = {"type": "object", "properties": properties}
        result["additionalProperties"] = False
        if mandatory:
            result["required"] = mandatory
        if self.one_of:
            result["oneOf"] = [{"required": [name]} for name in self.one_of]
        if self.needs:
            result["allOf"] = [_needs_schema(key, others) for key, *others in self.needs]
        return result


def _is_known(key: str, shape: Shape[Any]) -> bool:
    shapes = [option for _, option in shape.options] if isinstance(shape, Either) else [shape]
    return any(isinstance(one, Record) and key in one.fields for one in shapes)


def _needs_schema(key: str, companions: Sequence[str]) -> dict[str, Any]:
    is_given = {"properties": {key: {"not": {"const": False}}}, "required": [key]}
    ways = [{"required": [companion]} for companion in companions]
    return {"if": is_given, "then": ways[0] if len(ways) == 1 else {"anyOf": ways}}


@dataclass(frozen=True)
class Either:
    """One of several shapes: the first for which `when` says that it is meant."""

    options: tuple[tuple[Callable[[Any], bool], Shape[Any]], ...]

    def read(self, value: Any, path: DocumentPath, problems: list[Problem]) -> Any:
        for kind, shape in self.options:
            if kind(value):
                return shape.read(value, path, problems)
        # The last shape says what is expected where no option is meant.
        return self.options[-1][1].read(value, path, problems)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [shape.schema() for _, shape in self.options]}


def is_list(value: Any) -> bool:
    """Tell whether a value is a list, for `Either`."""
    return isinstance(value, list)


def is_mapping(value: Any) -> bool:
    """Tell whether a value is a mapping, for `Either`."""
    return isinstance(value, Mapping)
