"""Jobs: deployments of a registered pipeline, each with constants and a selection of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shipway.model import Json, overlap
from shipway.schemas.problems import DocumentPath, Problem
from shipway.secrecy import why_secret
from shipway.settings.job_overlays import CONDITIONS
from shipway.settings.source import overlay

DEFAULT = "__default__"
_OWN = frozenset({"pipeline", "params"})
_OF_ONE = frozenset({"name"})
"""What a pipeline keeps for itself: two with one name would replace each other."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A deployment of a registered pipeline.

    Args:
        pipeline: the registered pipeline.
        params: parameters that every run of it sets, nested.
        conditions: the names that choose its nodes, by the word of the command line.
    """

    name: str
    pipeline: str = DEFAULT
    params: Mapping[str, Json] = field(default_factory=dict)
    conditions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def job_of(name: str, section: Mapping[str, Any]) -> Job:
    """Return the job that a checked section stands for."""
    return Job(
        name=name,
        pipeline=section.get("pipeline", DEFAULT),
        params=nested(section.get("params", {})),
        conditions={word: section[word] for word in CONDITIONS if _chooses(section.get(word))},
    )


def settings_in(section: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a job's section says as a pipeline's would, which goes over the pipeline's."""
    return {
        key: value
        for key, value in section.items()
        if key not in _OWN and not (key in CONDITIONS and _chooses(value))
    }


def settings_below(section: Mapping[str, Any], job: Job) -> dict[str, Any]:
    """Return what of a pipeline's section holds for a job.

    A constant of the job goes over what the pipeline fills a parameter with.
    """
    result = {key: value for key, value in section.items() if key not in _OF_ONE}
    constants = set(leaves(job.params))
    if "run_parameters" in result:
        result["run_parameters"] = _without(result["run_parameters"], constants)
    schedule = result.get("schedule")
    if isinstance(schedule, Mapping) and "parameters" in schedule:
        result["schedule"] = {**schedule, "parameters": _without(schedule["parameters"], constants)}
    return result


def nested(params: Mapping[str, Json]) -> dict[str, Any]:
    """Return parameters as Kedro nests them: `model.alpha: 1` is `model: {alpha: 1}`.

    Source: Kedro, `kedro.framework.cli.utils._split_params`, which takes dotted names.
    """
    result: dict[str, Any] = {}
    for name, value in params.items():
        inner: Json = value
        for key in reversed(name.split(".")):
            inner = {key: inner}
        result = overlay(result, inner)
    return result


def leaves(params: Mapping[str, Json], above: str = "") -> dict[str, Json]:
    """Return the values of nested parameters by dotted name.

    A mapping is one itself where it is empty, or where a key of it has a dot.
    """
    result: dict[str, Json] = {}
    for key, value in params.items():
        if isinstance(value, Mapping) and value and all(map(is_plain, value)):
            result |= leaves(value, f"{above}{key}.")
        else:
            result[f"{above}{key}"] = value
    return result


def is_plain(key: object) -> bool:
    """Tell whether a key is a part of a dotted name."""
    return isinstance(key, str) and key != "" and "." not in key


def problems_of(name: str, section: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the constants of a job, whatever the project is."""
    path: DocumentPath = ("jobs", name, "params")
    params = section.get("params", {})
    for key in (key for key in params if not _is_name(key)):
        what = f"`{key}` is no name of a parameter: before, after or between dots stands a word."
        yield Problem((*path, key), what)
    params = {key: value for key, value in params.items() if _is_name(key)}
    yield from _names_twice(params, path)
    for dotted, value in leaves(nested(params)).items():
        yield from _of_value(dotted, value, path)
    for filled in section.get("run_parameters", {}):
        if any(overlap(filled, dotted) for dotted in leaves(nested(params))):
            yield Problem(
                ("jobs", name, "run_parameters", filled),
                f"`{filled}` is both a constant of the job and filled for each run.",
                "Leave it out of one of the two.",
            )


def _is_name(key: str) -> bool:
    return all(key.split("."))


def _names_twice(params: Mapping[str, Json], path: DocumentPath) -> Iterator[Problem]:
    """`a.b: 1` beside `a: {b: 2}`: which of them is meant, nobody can tell."""
    owners: dict[str, str] = {}
    for key, value in params.items():
        for dotted in _names(key, value):
            other = next((name for name in owners if overlap(name, dotted)), None)
            if other is not None and owners[other] != key:
                what = f"`{dotted}` is set twice: under `{owners[other]}` and under `{key}`."
                yield Problem((*path, key), what, "Leave one of them out.")
            owners.setdefault(dotted, key)


def _names(name: str, value: Json) -> Iterator[str]:
    """Yield the names by which Kedro knows a value or those in it; a key in it may have a dot.

    Source: Kedro, `KedroContext._get_parameters`, which joins the keys of mappings with dots.
    """
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _names(f"{name}.{key}", item)
    else:
        yield name


def _of_value(dotted: str, value: Json, path: DocumentPath) -> Iterator[Problem]:
    if not _has_text_keys(value):
        what = f"`{dotted}` has a key that is no text, which JSON does not have."
        yield Problem((*path, dotted), what, "Put it in quotes.")
    elif reason := why_secret(dotted.split("."), value):
        yield Problem(
            (*path, dotted),
            f"`{dotted}` may not be exported: {reason}.",
            "Let the task read it from its environment instead: `secrets`.",
        )
    elif any("${" in text for text in _texts(value)):
        what = f"`{dotted}` holds `${{`, which Kedro would interpolate in each run."
        yield Problem((*path, dotted), what, "Write the value out.")


def _has_text_keys(value: Json) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _has_text_keys(item) for key, item in value.items())
    return not isinstance(value, (list, tuple)) or all(map(_has_text_keys, value))


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from (key, *_texts(item))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)


def _chooses(value: Any) -> bool:
    """A list of names chooses nodes; a mapping from names sets something for them."""
    return isinstance(value, tuple)


def _without(values: Mapping[str, Any], constants: set[str]) -> dict[str, Any]:
    return {
        name: value
        for name, value in values.items()
        if not any(overlap(name, constant) for constant in constants)
    }
