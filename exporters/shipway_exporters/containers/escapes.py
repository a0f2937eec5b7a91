"""Texts that somebody between the artifact and the task would take for a reference."""

from __future__ import annotations

import re

from shipway.tasks.task_job import JSON_OPTIONS

# A dollar before anything else stays one (Kubernetes, `third_party/forked/golang/expansion`,
# tryReadVariableName).
_EXPANSION = re.compile(r"\$(?=[$(])")
_JSON_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
# The second brace is only looked at: of three in a row, both gaps then get their blank.
_MEETING = re.compile(r"([{}])(?=\1)")
_JSON_STARTS = tuple(f"--{name}=" for name in JSON_OPTIONS)


def escape_expansions(text: str) -> str:
    """Return text of a command, an argument or a variable so that Kubernetes leaves it as it is.

    There `$(NAME)` stands for a variable, and two dollars for one. Source: Kubernetes, Container,
    `args` and `env`.
    """
    return _EXPANSION.sub("$$", text)


def unescape_expansions(text: str) -> str:
    """Return what Kubernetes makes of such a text, as far as it refers to no variable."""
    return text.replace("$$", "$")


def is_expanded(text: str) -> bool:
    """Tell whether Kubernetes would change a text."""
    return bool(_EXPANSION.search(text))


def is_json(word: str) -> bool:
    """Tell whether a word of a task's is an option whose value is JSON."""
    return word.startswith(_JSON_STARTS)


def braces_apart(word: str) -> str:
    """Return a word of a task's so that no two braces of JSON meet.

    Kubeflow, Argo and Jinja take `{{` for the start of a placeholder.
    """
    if not is_json(word):
        return word
    # Texts come first: a blank between braces would change their value, while JSON allows blanks
    # between its own signs (RFC 8259, section 2) and code points within a text (section 7).
    text = _JSON_TEXT.sub(lambda match: _as_code_points(match[0]), word)
    return _MEETING.sub(r"\1 ", text)


def _as_code_points(text: str) -> str:
    """Write the braces in a text of JSON by their numbers, where two of them meet."""
    if "{{" in text or "}}" in text:
        return text.replace("{", "\\u007b").replace("}", "\\u007d")
    return text
