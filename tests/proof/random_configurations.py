"""Random configuration: environments over each other, and values that are made of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from shipway.model import Json

from .configurations import RUNTIME, Configuration

TEXTS = (
    *("word", "", "null", "1e3", "2026-01-31", "yes", "- x: y", "{a}", "Größe 'x'", 'say "hi"'),
    *("tab\tand \\ back", "# no comment"),
)
_NUMBERS = (0, 1, -7, 42, 2**60, 0.5, -1.25, 2.0, 1e-5)
_LITERALS = st.sampled_from((*_NUMBERS, *_NUMBERS, *TEXTS, True, False, None))
COMPUTED = (
    *("${oc.env:BUCKET}", "${oc.env:ABSENT, none}", "s3://${oc.env:BUCKET}/x", "${moment:}"),
    *("${shout:${moment:}}", "${globals:region}", "${globals:size.large}", "${globals:no, d}"),
    *("x-${globals:region}", "${runtime_params:day, latest}", "${runtime_params:limit, 7}"),
    *("${runtime_params:region, ${globals:region}}", "${runtime_params:k0, 7}"),
    *("${runtime_params:need}", "${runtime_params:need}/${runtime_params:day, latest}"),
)
"""What no other parameter gives; `need` has no default, and is fixed for all runs."""
PLACES = (
    *["data/{}.txt"] * 6,
    *("data/${{runtime_params:day, latest}}/{}.txt", "data/${{runtime_params:k0, none}}/{}.txt"),
    *("data/${{globals:region}}/{}.txt", "data/${{oc.env:BUCKET}}/{}.txt", "${{_top}}/{}.txt"),
    *("data/${{moment:}}/{}.txt", "data/${{shout:${{moment:}}}}/{}.txt"),
)
"""Where the file of a dataset can stand."""
SET_TEXTS = ("set", "none", "2e3", "a: b", "{b}", "Straße 'y'", "[1, 2]", "# x", " ", "$HOME")
"""What a text can be set to; none of them is what it was. In a path, brackets mean more."""


@dataclass
class _Known:
    """What a value of the same file can be made of."""

    scalars: list[str] = field(default_factory=list)
    mappings: list[str] = field(default_factory=list)


@st.composite
def configurations(draw: st.DrawFn) -> Configuration:
    """A configuration of the environments base, local and prod."""
    count = draw(st.integers(2, 4))
    names = ["k0", *(f"{draw(st.sampled_from('kkmml'))}{n}" for n in range(1, 2 + count)), "m9"]
    parameters = {"base": draw(_sections(names)), "local": {}, "prod": {}}
    for env in ("local", "prod"):
        if draw(st.booleans()):
            some = [name for name in (*names, "k8") if draw(st.booleans())]
            parameters[env] = draw(_sections(some))
    regions = draw(st.lists(st.sampled_from(("eu", "us")), min_size=2, max_size=2))
    return Configuration(
        parameters=parameters,
        globals_={"base": _globals(regions[0]), "prod": {"region": regions[1]}},
        ignored=draw(st.booleans()),
        soft=draw(st.integers(0, 3)) == 0,
        split=draw(st.integers(0, 3)) == 0,
        constants=draw(_constants(str(parameters))),
    )


def _globals(region: str) -> dict[str, Any]:
    return {"region": region, "size": {"large": 9}}


@st.composite
def _constants(draw: st.DrawFn, text: str) -> dict[str, Json]:
    """What is fixed for all runs: what must be, and sometimes a parameter beside."""
    needs: dict[str, Json] = {"need": draw(st.sampled_from((5, "it")))} if "need" in text else {}
    more: dict[str, Json] = {"k0": draw(st.sampled_from((6, "fixed")))}
    return {**needs, **(more if draw(st.integers(0, 5)) == 0 else {})}


@st.composite
def _sections(draw: st.DrawFn, names: Sequence[str]) -> dict[str, Any]:
    """Parameters of one environment: Kedro resolves each for itself."""
    registry = _Known()
    section: dict[str, Any] = {}
    for name in names:
        section[name] = draw(_SHAPES[name[0]](registry))
        (registry.mappings if name.startswith("m") else registry.scalars).append(name)
        if name.startswith("m"):
            registry.scalars.append(f"{name}.a")
        elif name.startswith("l"):
            registry.scalars.pop()
    order: list[str] = draw(st.permutations(names))
    return {name: section[name] for name in order}


@st.composite
def _scalars(draw: st.DrawFn, registry: _Known) -> Any:
    kind = draw(st.sampled_from(("literal", "literal", "made", "made", "computed")))
    if kind == "literal" or (kind == "made" and not registry.scalars):
        return draw(_LITERALS)
    if kind == "computed":
        return draw(st.sampled_from(COMPUTED))
    one, other = (draw(st.sampled_from(registry.scalars)) for _ in range(2))
    form = draw(
        st.sampled_from(("${{{}}}", "raw/${{{}}}/x", "${{{}}}-${{{}}}", "${{shout:${{{}}}}}"))
    )
    return form.format(one, other)


@st.composite
def _mappings(draw: st.DrawFn, registry: _Known) -> Any:
    if registry.mappings and draw(st.integers(0, 3)) == 0:
        return f"${{{draw(st.sampled_from(registry.mappings))}}}"
    more: dict[str, st.SearchStrategy[Any]] = {
        "b": _scalars(registry),
        "inner": st.fixed_dictionaries({"x": _scalars(registry), "y": _LITERALS}),
        "beside": st.sampled_from(("${.a}", "v${.a}/x")),
        "list": _lists(registry),
        "token": st.just("plain"),
        "empty": st.just({}),
        "keys": st.just({"with.dot": 1}),
    }
    if "k0" in registry.scalars:
        more["above"] = st.just("${..k0}")
    choice = draw(st.lists(st.sampled_from(list(more)), max_size=3, unique=True))
    settings = {"a": _scalars(registry), **{key: more[key] for key in choice}}
    order: list[str] = draw(st.permutations([*settings]))
    return {key: draw(settings[key]) for key in order}


@st.composite
def _lists(draw: st.DrawFn, registry: _Known) -> Any:
    lists: tuple[Any, ...] = ([], [1, 2], ["a", "b c"], [0.5, 2.0], [1, "a", None, {"x": 1}])
    if draw(st.booleans()) and registry.scalars:
        return [f"${{{draw(st.sampled_from(registry.scalars))}}}", 2, "x"]
    return draw(st.sampled_from(lists))


_SHAPES = {"k": _scalars, "m": _mappings, "l": _lists}


@st.composite
def settings_of_a_run(
    draw: st.DrawFn, configuration: Configuration, paths: Sequence[str], env: str | None, text: str
) -> dict[str, Json]:
    """One parameter and the value that it is set to, unlike what the configuration has.

    Args:
        paths: those of the parameters that the nodes read.
        text: all that the export reads.
    """
    request = {name for name in (*RUNTIME, "k0") if f"{{runtime_params:{name}" in text}
    read = request - configuration.constants.keys()
    offered = configuration.settable({*paths, *(read & {"k0"})}, env)
    offered |= dict.fromkeys(read - {"k0"})
    possible = sorted(name for name in offered if not configuration.loses(name, paths, env))
    if not possible:
        return {}
    name = draw(st.sampled_from(possible))
    texts = [text for text in SET_TEXTS if name not in read or not set("[{") & set(text)]
    return {name: draw(_other(offered[name], texts))}


def _other(value: Json, texts: Sequence[str]) -> st.SearchStrategy[Json]:
    """Another value of the same type; of any type where nothing is known of it."""
    if isinstance(value, bool):
        return st.just(not value)
    if isinstance(value, int):
        return st.sampled_from((3000, -3001))
    if isinstance(value, float):
        return st.just(value + 0.25)
    if isinstance(value, str):
        return st.sampled_from(texts)
    if isinstance(value, list):
        return st.just([*value, *value[:1]])
    return st.just({"x": 1}) if value == {} else st.sampled_from((3000, "set", "Straße 'y'", 3.5))
