"""Texts of a user's that Argo, Go or Kubernetes would change on their way to a task.

Argo fills in `{{…}}` in a template as it is run, and again in the pod that comes of it (Argo 4.1,
`workflow/common/util.go`, SubstituteParams; `workflow/controller/workflowpod.go`,
substitutePodParams). What it fills in it writes with Go's escapes, some of which JSON does not have
(`util/template/simple_template.go`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from shipway.errors import Finding, UnsupportedError
from shipway.model import Json
from shipway.schemas.problems import display
from shipway_exporters.containers.escapes import braces_apart, escape_expansions, is_json

# Dollars that Kubernetes would expand, and what Go may write by an escape that no JSON knows.
_ODD = re.compile(r"\$(?=[$(])|[\x7f-\x9f\ud800-\udfff]|[^\x00-\uffff]")


def literal(word: str) -> str:
    """Return a word of a command of which nothing but the text arrives.

    Raises:
        UnsupportedError: Argo would change it, and there is no other way to write it.
    """
    if is_json(word):
        name, _, value = braces_apart(word).partition("=")
        return f"{name}={_by_number(value)}"
    check_text(word, f"the word {display(word)} of a task's command")
    return escape_expansions(word)


def json_text(value: Json) -> str:
    """Return a value as JSON that arrives as it is."""
    word = "--params=" + json.dumps(value, ensure_ascii=False)
    return literal(word).removeprefix("--params=")


def is_changed(text: str) -> bool:
    """Tell whether Argo would not leave a text as it is."""
    # A line's end and a tab are the escapes that Go and JSON have in common.
    return "{{" in text or not all(char.isprintable() or char in "\n\t" for char in text)


def check_text(text: str, where: str | None) -> None:
    """Check a text that stands in a template.

    Raises:
        UnsupportedError: Argo would fill something in, or cannot hold it.
    """
    if is_changed(text):
        what = "would fill in `{{` in" if "{{" in text else "cannot hold"
        raise UnsupportedError(
            Finding(
                what=f"Argo {what} this text: {text!r}.",
                where=where,
                remedy="Leave the braces or the odd characters out; Argo has no escape for them.",
            )
        )


def _by_number(text: str) -> str:
    """Write odd characters by their numbers, as JSON may in its texts, where alone they stand."""
    return _ODD.sub(lambda match: "".join(f"\\u{unit:04x}" for unit in _units(match[0])), text)


def _units(char: str) -> Iterator[int]:
    """Yield the numbers of a character in JSON: of UTF-16 (RFC 8259, section 7)."""
    data = char.encode("utf-16-be", "surrogatepass")
    yield from (int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2))
