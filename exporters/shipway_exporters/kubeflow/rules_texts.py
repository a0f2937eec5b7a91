"""Rules of what stands within texts: placeholders, and what no system takes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.schemas.document import sequence, text, texts, value_at
from shipway.schemas.problems import DocumentPath, Problem
from shipway_exporters.kubeflow.rules_inputs import JOB_PLACEHOLDERS
from shipway_exporters.kubeflow.rules_view import Component, Rule, View, container_keys

_INPUT = re.compile(r"\{\{\$\.inputs\.parameters\['([^']+)'\]\}\}")
_OUTPUT = re.compile(r"\{\{\$\.outputs\.parameters\['([^']+)'\]\.output_file\}\}")
_CLAUSE = re.compile(r"""\s*\{\s*["'](IfPresent|Concat)["']\s*:""")
_CONSTANT = ("inputs", "parameters", "*", "runtimeValue", "constant")
_WORDS = ("deploymentSpec", "executors", "*", "container")


def no_nul(view: View) -> Iterator[Problem]:
    """Neither a command, nor a variable, nor the server's database holds one."""
    for document in view.documents:
        for keys, value in texts(document):
            if "\0" in value:
                yield Problem(keys, "A text holds a NUL character.")


def placeholders(view: View) -> Iterator[Problem]:
    """`component/launcher_v2.go`, getPlaceholders; `driver/resolve.go`, resolveInputParameter.

    Argo replaces `{{…}}` in all of a workflow, in which the server keeps the documents.
    """
    for document in view.documents:
        for keys, value in texts(document):
            if "{{" not in value or _is_word(keys):
                continue
            if not (_ends(keys, _CONSTANT) and value in JOB_PLACEHOLDERS):
                yield Problem(keys, "The server would take `{{` for the start of a placeholder.")


def words(view: View) -> Iterator[Problem]:
    """`driver/util.go`, resolveContainerArgs; `component/launcher_v2.go`, getPlaceholders."""
    for keys, word, label in _words(view):
        for component in view.users(label) or [Component((), {})]:
            if what := _dangling_placeholder(word, component):
                yield Problem(keys, what)
                break


def clauses(view: View) -> Iterator[Problem]:
    """`driver/util.go`, resolveCondition; kfp.local's resolve_struct_placeholders.

    One has no resolver on the server, and of the other the words that it adds are not known here.
    """
    for keys, word, _ in _words(view):
        if _CLAUSE.match(word):
            yield Problem(keys, "The server or kfp would take this word for a condition.")


def expansions(view: View) -> Iterator[Problem]:
    """Kubernetes, `expansion.Expand`: `$(NAME)` of a set variable, in commands and in variables."""
    for label in view.containers:
        names = "|".join(sorted(re.escape(name) for name in _variables(view, label) if name))
        # An even number of dollars before it are escaped ones, and leave the reference as it is.
        pattern = re.compile(rf"(?<!\$)(?:\$\$)*\$\(({names})\)")
        for keys, value in texts(view.containers[label], container_keys(label)):
            if pattern.search(value):
                yield Problem(
                    keys, "Kubernetes would put the value of a variable in place of `$(…)`."
                )


def _variables(view: View, label: str) -> Iterator[str]:
    yield from ("KFP_POD_NAME", "KFP_POD_UID")
    for item in sequence(value_at(view.containers.get(label), "env")):
        yield text(value_at(item, "name"))
    for kind in ("secretAsEnv", "configMapAsEnv"):
        for source in sequence(value_at(view.kubernetes.get(label), kind)):
            for item in sequence(value_at(source, "keyToEnv")):
                yield text(value_at(item, "envVar"))


def _dangling_placeholder(word: str, component: Component) -> str | None:
    """Say what would be left of a word's placeholders, if anything would."""
    for pattern, names in ((_INPUT, component.inputs), (_OUTPUT, component.outputs)):
        for name in pattern.findall(word):
            if name not in names:
                return f"Nothing of the component is named `{name}`."
    rest = _OUTPUT.sub("", _INPUT.sub("", word)).replace("{{$}}", "")
    return "The server knows no such placeholder." if "{{" in rest else None


def _words(view: View) -> Iterator[tuple[DocumentPath, str, str]]:
    """Each word of each command, and the executor."""
    for label, container in view.containers.items():
        for part in ("command", "args"):
            for index, word in enumerate(sequence(container.get(part))):
                yield (*container_keys(label), part, index), text(word), label


def _is_word(keys: DocumentPath) -> bool:
    # Six keys down: the four of a container, the list, and the word's number in it.
    return keys[4:5] in (("command",), ("args",)) and len(keys) == 6 and _ends(keys[:4], _WORDS)


def _ends(keys: DocumentPath, pattern: tuple[str, ...]) -> bool:
    last = keys[-len(pattern) :]
    return len(last) == len(pattern) and all(
        wildcard in ("*", key) for key, wildcard in zip(last, pattern, strict=True)
    )


RULES: tuple[Rule, ...] = (no_nul, placeholders, words, clauses, expansions)
