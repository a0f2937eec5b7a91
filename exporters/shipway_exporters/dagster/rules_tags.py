"""Tags that Dagster takes with no more than a warning, or for something of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shipway.schemas.document import mapping
from shipway.schemas.problems import DocumentPath, Problem, display
from shipway_exporters.dagster.parsed_file import ParsedFile
from shipway_exporters.dagster.tags import PIPELINE, is_key

# VALID_STRICT_TAG_VALUE_REGEX of `dagster._utils.tags`.
_VALUE = re.compile(r"[A-Za-z0-9_.-]{0,63}")
_SECONDS = ("dagster/max_runtime", "dagster/max_retries", "dagster/priority")
"""Tags of runs whose values are numbers."""


def tags(file: ParsedFile) -> Iterator[Problem]:
    """Yield each tag that is none."""
    own = mapping(file.arguments("job").get("tags"))
    yield from _keys(("job", "tags"), own)
    yield from _of_runs(own, file)
    for name, task in file.tasks.items():
        for spec in task.specs:
            values = mapping(dict(spec.kwargs).get("tags"))
            yield from _keys((name, "tags"), values)
            for key, value in values.items():
                if not (isinstance(value, str) and _VALUE.fullmatch(value)):
                    yield Problem((name, "tags", key), f"{display(value)} is no value of a tag.")


def _keys(place: DocumentPath, values: Mapping[str, Any]) -> Iterator[Problem]:
    for key in values:
        if not is_key(str(key)):
            yield Problem((*place, key), f"{display(key)} is no key of a tag.")


def _of_runs(values: Mapping[str, Any], file: ParsedFile) -> Iterator[Problem]:
    name = file.arguments("job").get("name")
    if values.get(PIPELINE) != name:
        yield Problem(("job", "tags", PIPELINE), f"The tag is not {display(name)}, the job's name.")
    for key in _SECONDS:
        value = values.get(key)
        if value is not None and not re.fullmatch(r"-?\d+", str(value)):
            yield Problem(("job", "tags", key), f"{display(value)} is no whole number.")
