"""What is wrong with settings that have the right shape: reserved names, secrets, other targets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.errors import did_you_mean
from shipway.schemas.problems import DocumentPath, Problem
from shipway.schemas.records import Record
from shipway.schemas.shapes import Shape
from shipway.secrecy import holds_credentials, names_a_secret
from shipway.settings.jobs import problems_of, settings_in
from shipway.settings.reserved_variables import reserved
from shipway.settings.schema import secret_in_env


def problems_in(values: Mapping[str, Any], targets: Mapping[str, Shape[Any]]) -> Iterator[Problem]:
    """Yield what is wrong with the sections that may hold settings of tasks.

    Args:
        values: the checked document.
        targets: the options of each known target.
    """
    yield from _reserved_variables(values)
    yield from _secrets_in_env(values)
    yield from _unknown_targets(values, targets)
    for name, job in values.get("jobs", {}).items():
        yield from problems_of(name, job)


def _sections(values: Mapping[str, Any]) -> list[tuple[DocumentPath, Any]]:
    """Return each section that may hold settings of tasks, with its path."""
    sections: list[tuple[DocumentPath, Any]] = [(("defaults",), values.get("defaults"))]
    for name, pipeline in (values.get("pipelines") or {}).items():
        sections += _with_parts(("pipelines", name), pipeline)
    for name, job in (values.get("jobs") or {}).items():
        sections += _with_parts(("jobs", name), settings_in(job))
    return sections


def _with_parts(
    path: DocumentPath, section: Mapping[str, Any]
) -> Iterator[tuple[DocumentPath, Any]]:
    yield path, section
    for kind in ("tags", "namespaces", "nodes"):
        yield from (((*path, kind, key), part) for key, part in section.get(kind, {}).items())


def _reserved_variables(values: Mapping[str, Any]) -> Iterator[Problem]:
    for path, section in _sections(values):
        for kind in ("env", "secrets"):
            for variable, why, remedy in reserved((section or {}).get(kind, {})):
                yield Problem((*path, kind, variable), why, remedy)


def _unknown_targets(
    values: Mapping[str, Any], targets: Mapping[str, Shape[Any]]
) -> Iterator[Problem]:
    """Arguments of a task for a target that is none, or that takes none."""
    for path, section in _sections(values):
        for name in (section or {}).get("targets", {}):
            shape = targets.get(name)
            if shape is None:
                what = f"There is no target `{name}`."
                yield Problem((*path, "targets", name), what, did_you_mean(name, targets))
            elif isinstance(shape, Record) and "task" not in shape.fields:
                what = f"`{name}` takes no arguments of its own for a task."
                yield Problem((*path, "targets", name), what, "Leave the section out.")


def _secrets_in_env(values: Mapping[str, Any]) -> Iterator[Problem]:
    for path, section in _sections(values):
        for label in secret_in_env((section or {}).get("labels", {})):
            what = f"`{label}` looks like a secret, and the artifact would hold its value."
            yield Problem((*path, "labels", label), what, "Leave it out: everyone can see a label.")
        for kind, texts in _texts_of_pods((section or {}).get("kubernetes", {})):
            for key in secret_in_env(texts):
                yield Problem(
                    (*path, "kubernetes", kind, key),
                    f"`{key}` looks like a secret, and the artifact would hold its value.",
                    "Leave it out: everyone who sees a pod sees it.",
                )
        for variable in secret_in_env((section or {}).get("env", {})):
            yield Problem(
                (*path, "env", variable),
                f"`{variable}` looks like a secret, and the artifact would hold its value.",
                f"Refer to it: `secrets: {{{variable}: {{name: …, key: …}}}}`.",
            )


def _texts_of_pods(kubernetes: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield what Kubernetes is told of a pod by free keys."""
    for kind in ("labels", "annotations", "node_selector"):
        yield kind, kubernetes.get(kind, {})


def credentials_in(value: Any, path: DocumentPath = ()) -> Iterator[Problem]:
    """Yield each text of the raw document that an artifact would show, and that holds a secret."""
    beside = names_a_secret(value)
    if isinstance(value, Mapping) and not beside:
        for key, item in value.items():
            # A key can hold a secret, too, and is shown by the path of whatever it holds.
            yield from credentials_in(str(key), path)
            yield from credentials_in(item, (*path, str(key)))
    elif isinstance(value, list) and not beside:
        for index, item in enumerate(value):
            yield from credentials_in(item, (*path, index))
    elif holds_credentials(value, str(path[-1]) if path else ""):
        what = "This text contains credentials, and the artifact would hold them."
        yield Problem(path, what, _without_credentials(path))


def _without_credentials(path: DocumentPath) -> str:
    """An option of a target need not be for a task, and then has no `secrets` beside it."""
    if path[:1] == ("targets",):
        return "Leave them out: what needs them has to find them where it runs."
    return "Leave them out, and refer to a secret under `secrets`."
