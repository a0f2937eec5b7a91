"""Write down which fields the models of Databricks' bundles have.

    python scripts/databricks_models.py          write the table
    python scripts/databricks_models.py --check  exit 1 when it differs

Run by a Python that has `databricks-bundles` as `requirements/databricks.txt` pins it. The table is
`exporters/shipway_exporters/databricks/models.json`: by model and field what the field takes.
`text`, `whole`, `number` and `flag` are scalars; `[x]` is a list, `{x}` a mapping of texts to it; a
name is that of another model, or of a choice among the words that stand under it. A `!` marks what
must be there.
"""

from __future__ import annotations

import dataclasses
import difflib
import enum
import importlib.metadata
import json
import sys
import types
import typing
from pathlib import Path
from typing import Any

from databricks.bundles.jobs import Job

TABLE = (
    Path(__file__).resolve().parent.parent / "exporters/shipway_exporters/databricks/models.json"
)
SCALARS = {str: "text", int: "whole", float: "number", bool: "flag"}
VARIABLE = "Variable"
"""The class of a variable of a bundle, which may stand in the place of any value."""


def table() -> dict[str, Any]:
    models: dict[str, Any] = {}
    waiting: list[Any] = [Job]
    while waiting:
        cls = waiting.pop(0)
        if cls.__name__ in models:
            continue
        if issubclass(cls, enum.Enum):
            models[cls.__name__] = [word.value for word in cls]
            continue
        hints = typing.get_type_hints(cls)
        models[cls.__name__] = {
            field.name: kind_of(hints[field.name], waiting) + "!" * is_required(field)
            for field in dataclasses.fields(cls)
        }
    return dict(sorted(models.items()))


def is_required(field: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return field.default is missing and field.default_factory is missing


def kind_of(hint: Any, waiting: list[Any]) -> str:
    """Return what a field takes, in the words of the table; note the models that it leads to."""
    if hint in SCALARS:
        return SCALARS[hint]
    if isinstance(hint, type) and typing.get_origin(hint) is None:
        waiting.append(hint)
        return hint.__name__
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return kind_of(alternative(arguments), waiting)
    if origin in (list, tuple) or origin is typing.get_origin(typing.Sequence[str]):
        return f"[{kind_of(arguments[0], waiting)}]"
    if origin is dict:
        return f"{{{kind_of(arguments[1], waiting)}}}"
    raise TypeError(hint)


def alternative(arguments: tuple[Any, ...]) -> Any:
    """Return the one of several types that is neither nothing nor a variable."""
    (hint,) = (
        hint
        for hint in arguments
        if hint is not type(None)
        and getattr(typing.get_origin(hint) or hint, "__name__", "") != VARIABLE
    )
    return hint


def document() -> str:
    release = importlib.metadata.version("databricks-bundles")
    lines = [f' "databricks-bundles": {json.dumps(release)}']
    lines += [f" {json.dumps(name)}: {json.dumps(about)}" for name, about in table().items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> int:
    text = document()
    if "--check" not in sys.argv:
        TABLE.write_text(text, encoding="utf-8")
        return 0
    before = TABLE.read_text(encoding="utf-8")
    lines = (before.splitlines(keepends=True), text.splitlines(keepends=True))
    sys.stdout.writelines(difflib.unified_diff(*lines, TABLE.name, "databricks-bundles"))
    return int(before != text)


if __name__ == "__main__":
    sys.exit(main())
