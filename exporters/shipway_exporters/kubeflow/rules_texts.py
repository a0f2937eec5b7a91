"""Rules of what stands within texts: placeholders, and what no system takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shipway_exporters.kubeflow.rules_inputs import JOB_PLACEHOLDERS
from shipway_exporters.kubeflow.rules_view import (
    Component,
    Fault,
    Keys,
    Rule,
    View,
    at,
    container_keys,
    fault,
    places,
    sequence,
    text,
)

_INPUT = re.compile(r"\{\{\$\.inputs\.parameters\['([^']+)'\]\}\}")
_OUTPUT = re.compile(r"\{\{\$\.outputs\.parameters\['([^']+)'\]\.output_file\}\}")
_CLAUSE = re.compile(r"""\s*\{\s*["'](IfPresent|Concat)["']\s*:""")
_CONSTANT = ("inputs", "parameters", "*", "runtimeValue", "constant")
_WORDS = ("deploymentSpec", "executors", "*", "container")


def no_nul(view: View) -> Iterator[Fault]:
    """Neither a command, nor a variable, nor the server's database holds one."""
    for document in view.documents:
        for keys, found in _texts(document):
            if "\0" in found:
                yield fault(keys, "A text holds a NUL character.")


def placeholders(view: View) -> Iterator[Fault]:
    """`component/launcher_v2.go`, getPlaceholders; `driver/resolve.go`, resolveInputParameter.

    Argo replaces `{{…}}` in all of a workflow, in which the server keeps the documents.
    """
    for document in view.documents:
        for keys, found in _texts(document):
            if "{{" not in found or _is_word(keys):
                continue
            if not (_ends(keys, _CONSTANT) and found in JOB_PLACEHOLDERS):
                yield fault(keys, "The server would take `{{` for the start of a placeholder.")


def words(view: View) -> Iterator[Fault]:
    """`driver/util.go`, resolveContainerArgs; `component/launcher_v2.go`, getPlaceholders."""
    for keys, word, label in _words(view):
        for component in view.users(label) or [Component((), {})]:
            if what := _unresolved(word, component):
                yield fault(keys, what)
                break


def clauses(view: View) -> Iterator[Fault]:
    """`driver/util.go`, resolveCondition; kfp.local's resolve_struct_placeholders.

    One has no resolver on the server, and of the other the words that it adds are not known here.
    """
    for keys, word, _ in _words(view):
        if _CLAUSE.match(word):
            yield fault(keys, "The server or kfp would take this word for a condition.")


def expansions(view: View) -> Iterator[Fault]:
    """Kubernetes, `expansion.Expand`: `$(NAME)` of a set variable, in commands and in variables."""
    for label in view.containers:
        names = "|".join(sorted(re.escape(name) for name in _variables(view, label) if name))
        pattern = re.compile(rf"(?<!\$)(?:\$\$)*\$\(({names})\)")
        for keys, found in _texts(view.containers[label], container_keys(label)):
            if pattern.search(found):
                yield fault(
                    keys, "Kubernetes would put the value of a variable in place of `$(…)`."
                )


def _variables(view: View, label: str) -> Iterator[str]:
    yield from ("KFP_POD_NAME", "KFP_POD_UID")
    for item in sequence(at(view.containers.get(label), "env")):
        yield text(at(item, "name"))
    for kind in ("secretAsEnv", "configMapAsEnv"):
        for source in sequence(at(view.kubernetes.get(label), kind)):
            for item in sequence(at(source, "keyToEnv")):
                yield text(at(item, "envVar"))


def _unresolved(word: str, component: Component) -> str | None:
    """Say what would be left of a word's placeholders, if anything would."""
    for pattern, known in ((_INPUT, component.inputs), (_OUTPUT, component.outputs)):
        for name in pattern.findall(word):
            if name not in known:
                return f"Nothing of the component is named `{name}`."
    rest = _OUTPUT.sub("", _INPUT.sub("", word)).replace("{{$}}", "")
    return "The server knows no such placeholder." if "{{" in rest else None


def _words(view: View) -> Iterator[tuple[Keys, str, str]]:
    """Each word of each command, and the executor."""
    for label, container in view.containers.items():
        for part in ("command", "args"):
            for index, word in enumerate(sequence(container.get(part))):
                yield (*container_keys(label), part, index), text(word), label


def _texts(document: Any, keys: Keys = ()) -> Iterator[tuple[Keys, str]]:
    """Every text, keys included."""
    for inner, value in places(document, keys):
        if isinstance(value, str):
            yield inner, value
        elif isinstance(value, Mapping):
            yield from (((*inner, str(key)), str(key)) for key in value)


def _is_word(keys: Keys) -> bool:
    return keys[4:5] in (("command",), ("args",)) and len(keys) == 6 and _ends(keys[:4], _WORDS)


def _ends(keys: Keys, pattern: tuple[str, ...]) -> bool:
    last = keys[-len(pattern) :]
    return len(last) == len(pattern) and all(
        wanted in ("*", key) for key, wanted in zip(last, pattern, strict=True)
    )


RULES: tuple[Rule, ...] = (no_nul, placeholders, words, clauses, expansions)
