"""The types of constants: those of the project's parameters, in the words of who writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.errors import Finding, SettingsError
from shipway.model import Json, Parameter, Project, overlap, prefixes
from shipway.schemas.problems import display
from shipway.settings.jobs import Job, is_plain, leaves, nested
from shipway.settings.settings import Settings

_WORDS: Mapping[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    dict: "a mapping",
    list: "a list",
    tuple: "a list",
    type(None): "null",
}


def check_types(project: Project, settings: Settings, name: str) -> None:
    """Check that the constants of a job have the types of the project's parameters.

    Args:
        project: without the constants.

    Raises:
        SettingsError: with one finding for each that has another.
    """
    job = settings.jobs.get(name)
    wrong = _of_other_types(project, job) if job else {}
    if job and wrong:
        places = {dotted: place_of(settings, job, dotted) for dotted in wrong}
        raise SettingsError(
            *(Finding(what=w, where=places[d], remedy=r) for d, (w, r) in wrong.items())
        )


def fitting_params(project: Project, job: Job) -> Mapping[str, Any]:
    """Return the constants of a job but for those of other types, of which `check_types` tells.

    With them in place of the project's values, other parameters would seem to be missing.
    """
    if not (wrong := _of_other_types(project, job)):
        return job.params
    return nested({name: value for name, value in leaves(job.params).items() if name not in wrong})


def place_of(settings: Settings, job: Job, dotted: str) -> str:
    """Return where a constant was set: under its dotted name, or key by key."""
    path = ("jobs", job.name, "params")
    as_written = (*path, dotted)
    is_there = as_written in settings.source.places
    return settings.place(*(as_written if is_there else (*path, *dotted.split("."))))


def _of_other_types(project: Project, job: Job) -> dict[str, tuple[str, str]]:
    """Return what is wrong with each constant that has another type, and its remedy."""
    by_name = {leaf.name: leaf for leaf in project.parameters}
    mistakes = {name: _mistake(name, value, by_name) for name, value in leaves(job.params).items()}
    return {name: mistake for name, mistake in mistakes.items() if mistake}


def _mistake(dotted: str, value: Json, by_name: Mapping[str, Parameter]) -> tuple[str, str] | None:
    above = next((by_name[path] for path in prefixes(dotted) if path in by_name), None)
    inner = next((name for name in by_name if name.startswith(f"{dotted}.")), None)
    if inner and value != {}:
        return _of_mapping(dotted, value, inner)
    if above and not _may_be(value, above, dotted):
        return _of_leaf(dotted, value, above)
    return _key_with_dot(dotted, above) if above else None


def _may_be(value: Json, leaf: Parameter, dotted: str) -> bool:
    """Tell whether a constant may take the place of a leaf, or be laid into it."""
    if leaf.source or leaf.hidden or leaf.value is None:
        return True
    return isinstance(leaf.value, Mapping) if leaf.name != dotted else same_type(value, leaf.value)


def same_type(value: Json, default: Json) -> bool:
    """Tell whether a value may take the place of another; nothing may become anything."""
    if value is None or default is None or type(value) is type(default):
        return True
    # `bool` is a subclass of `int` in Python, but `true` is no number.
    return isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool)


def other_type(name: str, value: Json, default: Json) -> tuple[str, str]:
    """Return what is wrong with a value of another type than a parameter's, and the remedy."""
    what = f"`{name}` is {_kind(default)} in the project, and not {_kind(value)}{_shown(value)}."
    return what, _remedy(value, default)


def _of_mapping(dotted: str, value: Json, inner: str) -> tuple[str, str]:
    if isinstance(value, Mapping):
        key = next(key for key in value if not is_plain(key))
        shown = f"the key `{key}`" if key != "" else "a key without a name"
        what = f"`{dotted}` gets {shown}, which no `params:` reaches, beside `{inner}`."
        return what, "Call it by a text without a dot."
    what = f"`{dotted}` is a mapping in the project, with `{inner}` in it, and not {_kind(value)}"
    return f"{what}{_shown(value)}.", f"Name what of it is set: `{inner}: …`."


def _of_leaf(dotted: str, value: Json, leaf: Parameter) -> tuple[str, str]:
    if leaf.name == dotted:
        return other_type(dotted, value, leaf.value)
    what = f"`{dotted}` would make a mapping of `{leaf.name}`, which is {_kind(leaf.value)} in "
    return f"{what}the project.", f"Set `{leaf.name}` itself."


def _key_with_dot(dotted: str, leaf: Parameter) -> tuple[str, str] | None:
    """`odd.x.y` is `y` in `x` to Kedro, where the project has the key `x.y` in `odd`."""
    if dotted == leaf.name or not isinstance(leaf.value, Mapping):
        return None
    rest = dotted.removeprefix(f"{leaf.name}.")
    key = next((str(key) for key in leaf.value if "." in str(key) and overlap(str(key), rest)), "")
    if not key:
        return None
    what = f"The project has `{key}` in `{leaf.name}`, one key with a dot, which `{dotted}` is not."
    return what, f"Write it as there: `{leaf.name}: {{{key}: …}}`."


def _kind(value: Json) -> str:
    """Return what a value is, in the words of who writes YAML."""
    return "a mapping" if isinstance(value, Mapping) else _WORDS[type(value)]


def _shown(value: Json) -> str:
    """Return a value that is short, in brackets."""
    if value is None or isinstance(value, (Mapping, list, tuple)):
        return ""
    return f" (`{str(value).lower()}`)" if isinstance(value, bool) else f" ({display(value)})"


def _remedy(value: Json, default: Json) -> str:
    if isinstance(default, str) and not isinstance(value, (Mapping, list, tuple)):
        return "Put it in quotes."
    if isinstance(default, (list, tuple)):
        return "Write a list: `[…]`."
    if type(default) is int and type(value) is float:
        return f"Write a whole number, or `{float(default)}` in the project."
    return f"Write {_kind(default)}{', without quotes' if isinstance(value, str) else ''}."
