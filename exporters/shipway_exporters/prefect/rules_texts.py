"""Texts that Prefect would take for a placeholder, and what its database cannot hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shipway.schemas.document import is_odd, mapping, places, sequence, texts
from shipway.schemas.problems import DocumentPath, Problem, display
from shipway_exporters.prefect.references import has_placeholder, has_stray, stray

# A folder may stand behind it: that of the project in a repository of several.
_VARIABLE = re.compile(r"\{\{ \$[A-Za-z_][A-Za-z0-9_]* \}\}(?P<folder>/.*)?")
_OUTPUT = re.compile(r"\{\{ (?P<id>[a-z0-9-]+)\.directory \}\}(?P<folder>/.*)?")
_SECRET = re.compile(r"\{\{ prefect\.blocks\.secret\.[a-z0-9-]+ \}\}")
# A signed integer of 64 bits, the largest that SQLite stores (Datatypes In SQLite, 2).
LARGEST = 2**63


def stray_templates(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield each placeholder where none may stand, and what a database cannot hold."""
    ids = _ids(document)
    for path, text in texts(document):
        yield from _in_text(path, text, ids)
    for path, value in places(document):
        if isinstance(value, int) and abs(value) >= LARGEST:
            yield Problem(path, f"{display(value)} does not fit into 64 bits.")


def _in_text(path: DocumentPath, text: str, ids: Mapping[int, str]) -> Iterator[Problem]:
    if is_odd(text):
        yield Problem(path, f"No database takes the text {text!r}: it is not Unicode without NUL.")
    if has_placeholder(text) and not _is_meant(path, text, ids):
        yield stray(path, text)


def _is_meant(path: DocumentPath, text: str, ids: Mapping[int, str]) -> bool:
    if path[0] == "pull" and path[-1] == "directory":
        output, variable = _OUTPUT.fullmatch(text), _VARIABLE.fullmatch(text)
        # A step knows the outputs of earlier steps alone.
        before = [name for number, name in ids.items() if number < int(path[1])]
        start = variable or (output if output and output["id"] in before else None)
        return start is not None and not has_placeholder(start["folder"] or "")
    if "job_variables" in path:
        return not has_stray(text)
    return path[-1] == "access_token" and bool(_SECRET.fullmatch(text))


def _ids(document: Mapping[str, Any]) -> dict[int, str]:
    """The ids of the pull steps, by position."""
    return {
        number: mapping(options)["id"]
        for number, step in enumerate(sequence(document.get("pull")))
        for options in mapping(step).values()
        if isinstance(mapping(options).get("id"), str)
    }
