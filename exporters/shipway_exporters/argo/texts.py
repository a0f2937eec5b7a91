"""Texts of a user's that Argo, Go or Kubernetes would change on their way to a task.

Argo fills in `{{…}}` in a template as it is run, and again in the pod that comes of it (Argo 4.1,
`workflow/common/util.go`, SubstituteParams; `workflow/controller/workflowpod.go`,
substitutePodParams). What it fills in it writes with Go's escapes, some of which JSON does not have
(`util/template/simple_template.go`).
"""

from __future__ import annotations

import json

from shipway.errors import Finding, UnsupportedError
from shipway.model import Json
from shipway.schemas.problems import display
from shipway_exporters.containers.escapes import braces_apart, escape_expansions, is_json
from shipway_exporters.containers.fill_ins import REMEDY
from shipway_exporters.containers.go_json import by_number


def literal(word: str) -> str:
    """Return a word of a command of which nothing but the text arrives.

    Raises:
        UnsupportedError: Argo would change it, and there is no other way to write it.
    """
    if is_json(word):
        name, _, value = braces_apart(word).partition("=")
        return f"{name}={by_number(value)}"
    if is_changed(word):
        what = f"Argo would not leave this text as it is: {word!r}."
        where = f"the word {display(word)} of a task's command"
        raise UnsupportedError(Finding(what=what, where=where, remedy=REMEDY))
    return escape_expansions(word)


def json_text(value: Json) -> str:
    """Return a value as JSON that arrives as it is."""
    word = "--params=" + json.dumps(value, ensure_ascii=False)
    return literal(word).removeprefix("--params=")


def is_changed(text: str) -> bool:
    """Tell whether Argo would not leave a text as it is."""
    # A line's end and a tab are the escapes that Go and JSON have in common.
    return "{{" in text or not all(char.isprintable() or char in "\n\t" for char in text)
