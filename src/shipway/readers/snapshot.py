"""The snapshot: the IR as a versioned JSON document, written and read back exactly."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from shipway import __version__
from shipway.errors import Finding, ProjectError, did_you_mean
from shipway.model import (
    Dataset,
    Node,
    Origin,
    Parameter,
    Pipeline,
    Project,
    RuntimeParameter,
)
from shipway.readers.parameters import DEEPEST, why_not_json

FORMAT = 2
"""The version of the document; a reader refuses any other."""

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
"""An escape that is half a character; without its other half it cannot be written again."""

_VERSION = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}\b", re.ASCII)

_Read = Callable[[Any], Any]
_SCALARS = {str: "a string", int: "a whole number", bool: "true or false"}


def dump(project: Project) -> str:
    """Return the snapshot of a project; the same project gives the same text."""
    document = {"shipway_snapshot": FORMAT, "made_by": f"shipway {__version__}"}
    return json.dumps(document | _plain(project), indent=1, ensure_ascii=False) + "\n"


def load(file: Path) -> Project:
    """Read a snapshot.

    Raises:
        ProjectError: the file is missing, is no snapshot, or is one of another version.
    """
    try:
        text = file.read_text(encoding="utf-8")
        document = json.loads(text, parse_float=_finite, parse_constant=_finite)
        if _SURROGATE.search(text):
            json.dumps(document, ensure_ascii=False).encode()
    except OSError as error:
        raise _error(file, f"The snapshot cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise _error(file, f"This is not JSON: {error}.") from error
    if not isinstance(document, dict) or "shipway_snapshot" not in document:
        raise _error(file, "This is not a snapshot: it has no `shipway_snapshot`.")
    if type(version := document.pop("shipway_snapshot")) is not int or version != FORMAT:
        raise _error(file, f"Only snapshots of version {FORMAT} can be read.")
    document.pop("made_by", None)
    try:
        project: Project = _reader(Project)(document)
        _check(project)
    except _MalformedError as error:
        raise _error(file, str(error)) from error
    return project


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a snapshot."""
    definitions = {cls.__name__: _schema_of_record(cls) for cls in _RECORDS}
    top = definitions.pop("Project")
    top["properties"] = {
        "shipway_snapshot": {"const": FORMAT},
        "made_by": {"type": "string"},
        **top["properties"],
    }
    top["required"] = ["shipway_snapshot", *top["required"]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Shipway snapshot of a Kedro project",
        **top,
        "$defs": definitions,
    }


_RECORDS = (Project, Pipeline, Node, Origin, Dataset, Parameter, RuntimeParameter)


class _MalformedError(Exception):
    """The document is not what the IR says."""


class _MalformedValue(_MalformedError):
    """One value of it is not; its path `at` is put together on the way out."""

    at = ""

    def __str__(self) -> str:
        return f"`{self.at}` {super().__str__()}"


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no finite number")
    return number


def _error(file: Path, what: str) -> ProjectError:
    remedy = "Make it anew with `shipway snapshot -o FILE`."
    return ProjectError(Finding(what=what, where=file.as_posix(), remedy=remedy))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: _plain(getattr(value, f.name))
            for f in fields(value)
            if getattr(value, f.name) != f.default
        }
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _reader(hint: Any) -> _Read:  # noqa: PLR0911 - one line a type
    """Return a function that checks and converts a JSON value to the type of `hint`."""
    if hint is Any:
        return _json_reader
    if is_dataclass(hint):
        return _record_reader(hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        inner = _reader(next(a for a in arguments if a is not NoneType))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        return _tuple_reader(_reader(arguments[0]))
    if origin is Literal:
        return _choice_reader(arguments)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping_reader
    return _scalar_reader(hint)


def _record_reader(cls: Any) -> _Read:
    hints = get_type_hints(cls)
    readers = {f.name: _reader(hints[f.name]) for f in fields(cls)}
    mandatory = [f.name for f in fields(cls) if f.default is MISSING]

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            raise _MalformedValue("is not an object.")
        if not value.keys() <= readers.keys():
            unknown = next(key for key in value if key not in readers)
            hint = did_you_mean(unknown, readers)
            raise _MalformedValue(f"has an unknown key `{unknown}`. {hint}")
        for name in mandatory:
            if name not in value:
                raise _MalformedValue(f"lacks `{name}`.")
        values, key = {}, ""
        try:
            for key, item in value.items():
                values[key] = readers[key](item)
        except _MalformedValue as error:
            error.at = f".{key}{error.at}"
            raise
        return cls(**values)

    return read


def _tuple_reader(inner: _Read) -> _Read:
    def read(value: Any) -> Any:
        if not isinstance(value, list):
            raise _MalformedValue("is not a list.")
        return tuple(map(inner, value))

    return read


def _choice_reader(choices: tuple[Any, ...]) -> _Read:
    def read(value: Any) -> Any:
        if value not in choices:
            raise _MalformedValue(f"is none of {', '.join(map(str, choices))}.")
        return value

    return read


def _json_reader(value: Any) -> Any:
    if reason := why_not_json(value):
        raise _MalformedValue(f"cannot be exported: {reason}.")
    return value


def _mapping_reader(value: Any) -> Any:
    if not isinstance(value, dict):
        raise _MalformedValue("is not an object.")
    return _json_reader(value)


def _scalar_reader(kind: type) -> _Read:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise _MalformedValue(f"is not {_SCALARS[kind]}.")
        return value

    return read


def _check(project: Project) -> None:
    """Check what the types do not say: names are unique, and the order is one of the edges."""
    for what, names in (
        ("pipelines", [p.name for p in project.pipelines]),
        ("datasets", [d.name for d in project.datasets]),
        ("parameters", [p.path for p in project.parameters]),
        ("runtime parameters", [p.name for p in project.runtime_parameters]),
    ):
        if len(set(names)) != len(names):
            raise _MalformedError(f"Two {what} have the same name.")
    if not _VERSION.match(project.kedro):
        raise _MalformedError(f"`{project.kedro}` is no version of Kedro.")
    paths = {parameter.path for parameter in project.parameters}
    for parameter in project.parameters:
        _check_parameter(parameter, paths)
    for pipeline in project.pipelines:
        _check_pipeline(pipeline)


def _check_parameter(parameter: Parameter, paths: set[tuple[str, ...]]) -> None:
    if not parameter.path or len(parameter.path) > DEEPEST:
        raise _MalformedError("A parameter has no path, or one of too many keys.")
    if parameter.hidden is not None and parameter.value is not None:
        raise _MalformedError(f"The parameter `{parameter.name}` is hidden and yet has a value.")
    for end in range(1, len(parameter.path)):
        if (above := parameter.path[:end]) in paths:
            raise _MalformedError(f"The parameter `{'.'.join(above)}` holds another and is a leaf.")


def _check_pipeline(pipeline: Pipeline) -> None:
    if len(pipeline.by_name) != len(pipeline.nodes):
        raise _MalformedError(f"The pipeline `{pipeline.name}` has two nodes of the same name.")
    if len(pipeline.producers) != sum(len(node.outputs) for node in pipeline.nodes):
        raise _MalformedError(f"In the pipeline `{pipeline.name}` two nodes make the same dataset.")
    before: set[str] = set()
    for node in pipeline.nodes:
        if not before.issuperset(pipeline.parents[node.name]):
            raise _MalformedError(
                f"In the pipeline `{pipeline.name}` the node `{node.name}` comes before one "
                "whose data it reads."
            )
        before.add(node.name)


def _schema_of_record(cls: Any) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {
        "type": "object",
        "properties": {f.name: _schema_of(hints[f.name]) for f in fields(cls)},
        "required": [f.name for f in fields(cls) if f.default is MISSING],
        "additionalProperties": False,
    }


def _schema_of(hint: Any) -> dict[str, Any]:  # noqa: PLR0911 - one line a type
    if hint is Any:
        return {}
    if is_dataclass(hint):
        return {"$ref": f"#/$defs/{hint.__name__}"}  # type: ignore[union-attr]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        inner = _schema_of(next(a for a in arguments if a is not NoneType))
        return {"anyOf": [inner, {"type": "null"}]}
    if origin is tuple:
        return {"type": "array", "items": _schema_of(arguments[0])}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object"}
    return {"type": {str: "string", int: "integer", bool: "boolean"}[hint]}
