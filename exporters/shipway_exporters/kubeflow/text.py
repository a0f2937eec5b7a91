"""Text of a user's that Kubeflow or Kubernetes would take for a reference."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shipway.errors import Finding, UnsupportedError
from shipway.limits import LONGEST_ARGUMENT
from shipway.model import Parameter
from shipway_exporters.containers.escapes import is_expanded
from shipway_exporters.kubeflow.inputs import RUN_INPUTS, SCHEDULED
from shipway_exporters.kubeflow.sizes import size_of

_OURS = re.compile(
    r"\{\{\$\.inputs\.parameters\['\w+'\]\}\}"
    + "".join(f"|{re.escape(text)}" for text in (*RUN_INPUTS.values(), SCHEDULED))
)


_NO_TEXT = re.compile("[\0\ud800-\udfff]")


def unfit(parameter: Parameter) -> str | None:
    """Return why a parameter cannot be an input, which has its default in a task's arguments.

    Kubernetes would expand it there after all escaping, and for `{{` there is none.
    """
    texts = [text for _, text in _texts({parameter.name: parameter.default}, "")]
    if any("{{" in text for text in texts):
        return "Kubeflow would take `{{` in its default for a placeholder"
    if any(is_expanded(text) for text in texts):
        return "Kubernetes would expand `$(…)` or `$$` in its default"
    if any(_NO_TEXT.search(text) for text in texts):
        return "its default has characters that Kubeflow cannot hold"
    size = size_of({parameter.name: parameter.default})
    if size > LONGEST_ARGUMENT // 2:  # a task gets the default, and the value beside it
        return f"its default of {size:,} bytes is more than an argument of a container may hold"
    return None


def check_texts(document: Mapping[str, Any]) -> None:
    """Check that no text but ours holds `{{`; the server and Argo below it replace such texts.

    Raises:
        UnsupportedError: one does; there is no escape. Or it is none that JSON and YAML can hold.
    """
    if not _is_odd(document):
        return
    findings = [*_placeholders(document), *_unheld(document)]
    if findings:
        raise UnsupportedError(*findings)


def _is_odd(value: Any) -> bool:
    """Tell whether a document deserves a closer look, which takes the paths of its texts."""
    if isinstance(value, str):
        return bool(("{{" in value and "{{" in _OURS.sub("", value)) or _NO_TEXT.search(value))
    if isinstance(value, dict):
        return any(_is_odd(key) or _is_odd(item) for key, item in value.items())
    return isinstance(value, (list, tuple)) and any(map(_is_odd, value))


def _placeholders(document: Mapping[str, Any]) -> Iterator[Finding]:
    for path, text in _texts(document, ""):
        if "{{" in _OURS.sub("", text):
            yield Finding(
                what=f"Kubeflow would take `{{{{` in this text for a placeholder: {text!r}.",
                where=path,
                remedy="Leave it out: a parameter's default, by not listing it under `parameters`.",
            )


def _unheld(document: Mapping[str, Any]) -> Iterator[Finding]:
    """NUL characters and halves of characters, which no text of a server may hold."""
    for path, text in _texts(document, ""):
        if _NO_TEXT.search(text):
            what = f"Kubeflow cannot hold the text {text!r}."
            yield Finding(what=what, where=path, remedy="Leave the odd characters out.")


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield f"{path}.{key}".lstrip("."), str(key)
            yield from _texts(item, f"{path}.{key}".lstrip("."))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _texts(item, f"{path}[{index}]")
    elif isinstance(value, str):
        yield path, value
