"""Text of a user's that Kubeflow or Kubernetes would take for a reference."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shipway.errors import Finding, UnsupportedError
from shipway.model import Parameter
from shipway.schemas.document import is_odd, path_of, texts
from shipway.schemas.problems import display
from shipway.settings.values import TaskSettings
from shipway.tasks.limits import LONGEST_ARGUMENT
from shipway_exporters.containers.escapes import braces_apart, escape_expansions, is_expanded
from shipway_exporters.containers.go_json import size_of
from shipway_exporters.kubeflow.inputs import RUN_INPUTS, SCHEDULE_TIME

# Exactly what this exporter writes: anything wider would let a project's text through.
_OURS = re.compile(
    r"\{\{\$\.inputs\.parameters\['\w+'\]\}\}"
    + "".join(f"|{re.escape(text)}" for text in (*RUN_INPUTS.values(), SCHEDULE_TIME))
)


def unfit(parameter: Parameter) -> str | None:
    """Return why a parameter cannot be an input, which has its default in a task's arguments.

    Kubernetes would expand it there after all escaping, and for `{{` there is none.
    """
    defaults = [text for _, text in texts({parameter.name: parameter.default})]
    if any("{{" in text for text in defaults):
        return "`{{` in its default would be taken for a placeholder"
    if any(is_expanded(text) for text in defaults):
        return "`$(…)` or `$$` in its default may be expanded"
    if any(is_odd(text) for text in defaults):
        return "its default has characters that no spec can hold"
    size = size_of({parameter.name: parameter.default})
    if size > LONGEST_ARGUMENT // 2:  # a task gets the default, and the value beside it
        return f"its default of {size:,} bytes is more than an argument of a container may hold"
    return None


def literal(word: str, title: str) -> str:
    """Return a word of a command of which nothing but the text arrives.

    Args:
        title: who would fill in a placeholder.

    Raises:
        UnsupportedError: the server would fill in something; even what is ours elsewhere, which
            `check_texts` cannot tell apart.
    """
    text = escape_expansions(braces_apart(word))
    if "{{" in text:
        where = f"the word {display(word)} of a task's command"
        raise UnsupportedError(filled_in(word, where, title))
    return text


def setting_texts(settings: TaskSettings) -> Iterator[tuple[str, str]]:
    """Yield the key of each setting that a container holds as it is, with its text."""
    yield from (("command_prefix", word) for word in settings.command_prefix)
    yield from ((f"env.{name}", value) for name, value in settings.env.items())


def filled_in(text: str, where: str | None, title: str) -> Finding:
    """Return what to say of a text that the server would not leave as it is."""
    return Finding(
        what=f"{title} would take `{{{{` in this text for a placeholder: {text!r}.",
        where=where,
        remedy="Leave it out: a parameter's default, by not listing it under `parameters`.",
    )


def check_texts(document: Mapping[str, Any], title: str) -> None:
    """Check that no text but ours holds `{{`; the server and Argo below it replace such texts.

    Raises:
        UnsupportedError: one does; there is no escape. Or it is none that JSON and YAML can hold.
    """
    # Nearly all documents are fine, and paths of all texts cost more than the texts themselves.
    if not _needs_a_look(document):
        return
    findings = [*_placeholders(document, title), *_unheld(document, title)]
    if findings:
        raise UnsupportedError(*findings)


def _needs_a_look(value: Any) -> bool:
    """Tell whether a document deserves a closer look, which takes the paths of its texts."""
    if isinstance(value, str):
        return bool(("{{" in value and "{{" in _OURS.sub("", value)) or is_odd(value))
    if isinstance(value, dict):
        return any(_needs_a_look(key) or _needs_a_look(item) for key, item in value.items())
    return isinstance(value, (list, tuple)) and any(map(_needs_a_look, value))


def _placeholders(document: Mapping[str, Any], title: str) -> Iterator[Finding]:
    for path, text in texts(document):
        if "{{" in _OURS.sub("", text):
            yield filled_in(text, path_of(path), title)


def _unheld(document: Mapping[str, Any], title: str) -> Iterator[Finding]:
    """NUL characters and halves of characters, which no text of a server may hold."""
    for path, text in texts(document):
        if is_odd(text):
            what = f"{title} cannot hold the text {text!r}."
            yield Finding(what=what, where=path_of(path), remedy="Leave the odd characters out.")
