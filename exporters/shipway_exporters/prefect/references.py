"""What Prefect takes for a placeholder, and which of them a job variable may hold.

It fills `{{ name }}` wherever it finds it in a deployment: from the steps before, from the
environment, from blocks and variables. It drops what nothing fills, and there is no escape.
Source: `prefect.utilities.templating`.
"""

from __future__ import annotations

import re
from typing import Any

from shipway.schemas.problems import DocumentPath, Problem, display

# PLACEHOLDER_CAPTURE_REGEX.
_PLACEHOLDER = re.compile(r"\{\{\s*([\w.\-\[\]$]+)\s*\}\}")
# `prefect.blocks.TYPE.NAME`, with a path into what the block holds; `prefect.variables.NAME`. For
# the names see `prefect.types.names`.
_BLOCK = r"prefect\.blocks\.[a-z0-9-]+\.[a-z0-9-]+(\.[\w.\-\[\]]+)?"
_REFERENCE = re.compile(rf"{_BLOCK}|prefect\.variables\.[a-z0-9_-]+")
_SECRET = "prefect.blocks.secret."
_IN_JOB_VARIABLES = (
    "Leave it out, or refer to a block or a variable of Prefect's: "
    "`{{ prefect.blocks.TYPE.NAME }}`, `{{ prefect.variables.NAME }}`."
)


def has_placeholder(text: str) -> bool:
    """Tell whether Prefect would fill in a part of a text."""
    return _PLACEHOLDER.search(text) is not None


def has_reference(value: Any) -> bool:
    """Tell whether a value is a text in which blocks or variables are referred to."""
    return isinstance(value, str) and any(map(_is_reference, _PLACEHOLDER.finditer(value)))


def is_reference(value: Any) -> bool:
    """Tell whether a value is one reference and nothing else: around it could stand a secret."""
    match = _PLACEHOLDER.fullmatch(value) if isinstance(value, str) else None
    return match is not None and _is_reference(match)


def secret_block_in(text: str) -> str | None:
    """Return the name of the secret block that a text refers to, and to nothing else."""
    match = _PLACEHOLDER.fullmatch(text)
    if match is None or not match[1].startswith(_SECRET):
        return None
    return match[1].removeprefix(_SECRET)


def has_stray(text: str) -> bool:
    """Tell whether there is a placeholder that refers to no block and no variable."""
    return not all(map(_is_reference, _PLACEHOLDER.finditer(text)))


def stray(path: DocumentPath, text: str) -> Problem:
    """Return what to say of a text with a placeholder that may not be there."""
    what = f"Prefect would take `{{{{` in this text for a placeholder: {display(text)}."
    is_in_variables = "job_variables" in path
    remedy = _IN_JOB_VARIABLES if is_in_variables else "Leave it out; there is no escape."
    return Problem(path, what, remedy)


def _is_reference(placeholder: re.Match[str]) -> bool:
    return _REFERENCE.fullmatch(placeholder[1]) is not None
