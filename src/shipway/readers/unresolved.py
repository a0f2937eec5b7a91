"""Reading a configuration without calling what computes its values.

Kedro's loader resolves a section as it reads it: resolvers of the project's are called, and a
number takes the place of `${year}`. Such values belong to a run: an export that took them would
freeze the clock and the environment of the machine it was made on. So while `unresolved` holds, a
resolver gives a mark (see `shipway.readers.computed`), and a parameter made of others keeps its
text.

Two functions of OmegaConf's are replaced for that time, since every way to a value leads through
them: `OmegaConf._get_resolver` (OmegaConf, `Container._evaluate_custom_resolver`) and
`OmegaConf.to_container` (Kedro, `OmegaConfigLoader`, each time that a folder of files is merged).
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shipway.model import Json, references
from shipway.readers.computed import is_computed, mark
from shipway.secrecy import looks_secret

_PURE = frozenset(
    {"globals", "oc.create", "oc.decode", "oc.deprecated", "oc.select"}
    | {"oc.dict.keys", "oc.dict.values"}
)
"""Resolvers of OmegaConf's and Kedro's own, whose value follows from the files alone."""
_INTERPOLATION = re.compile(r"(?<!\\)(?:\\\\)*\$\{")
_RELATIVE = re.compile(r"\$\{(\.+)(?=[\w\[])")
_NAMES = re.compile(r"[A-Za-z_][\w.-]*")
_TOKEN = "\ue002{}\ue002"


@dataclass(frozen=True, kw_only=True)
class Interpolation:
    """A parameter that the configuration makes of others, or computes.

    Args:
        text: as it stands in the file, with the paths that it names counted from the top.
        value: what it comes to, with a mark in place of what only a run computes.
    """

    text: str
    value: Any


@dataclass(frozen=True, kw_only=True)
class RuntimeParam:
    """A parameter of the run that the configuration reads, by `${runtime_params:NAME, DEFAULT}`.

    Args:
        text: the interpolation, as a person would write it.
        is_required: whether it has no default.
        section: of the configuration, such as `catalog`.
        key: the value's path in that section; the first that reads it.
    """

    name: str
    text: str
    is_required: bool
    section: str
    key: tuple[str, ...]


@dataclass(kw_only=True)
class Unresolved:
    """What a reading without resolving comes across.

    Args:
        overrides: parameters that are set for every run, nested: these have a value.
        overrides_read: those of them that the configuration reads, dotted names.
    """

    overrides: Mapping[str, Json]
    section: str = ""
    interpolations: list[Interpolation] = field(default_factory=list)
    runtime_params: dict[tuple[str, bool], RuntimeParam] = field(default_factory=dict)
    overrides_read: set[str] = field(default_factory=set)

    def interpolation(self, value: object) -> Interpolation | None:
        """Return what stands behind a value of a section, if it is a token of ours."""
        is_token = isinstance(value, str) and value.startswith(_TOKEN[0])
        return self.interpolations[int(str(value)[1:-1])] if is_token else None

    def token(self, text: str, value: Any) -> str:
        self.interpolations.append(Interpolation(text=text, value=value))
        return _TOKEN.format(len(self.interpolations) - 1)

    def argument(self, value: Any, text: str) -> Any:
        """Return what an argument of a resolver may be shown as.

        In the catalog that is its value, which follows from the files; a parameter may be set, and
        what leads to a secret is nobody's business.
        """
        is_fixed = self.section != "parameters" and not _names_a_secret(text)
        return value if is_fixed or "${" not in text else "${…}"

    def read_runtime_param(
        self, node: Any, arguments: Sequence[Any], name: str, *default: Any
    ) -> Any:
        """Stand for Kedro's `runtime_params` resolver. Source: `_get_runtime_value` there."""
        from omegaconf import OmegaConf

        absent = object()
        override = OmegaConf.select(OmegaConf.create(dict(self.overrides)), name, default=absent)
        if override is not absent:
            self.overrides_read.add(name)
            return override
        key = tuple(str(node._get_full_key(None)).split("."))
        text = mark("runtime_params", arguments)
        self.runtime_params.setdefault(
            (name, not default),
            RuntimeParam(
                name=name, text=text, is_required=not default, section=self.section, key=key
            ),
        )
        return text


@contextlib.contextmanager
def unresolved(overrides: Mapping[str, Json]) -> Iterator[Unresolved]:
    """Let no resolver be called, and keep the texts of parameters, for as long as this holds."""
    from omegaconf import OmegaConf

    state = Unresolved(overrides=overrides)
    omegaconf: Any = OmegaConf
    resolver_of, to_container = omegaconf._get_resolver, omegaconf.to_container
    omegaconf._get_resolver = staticmethod(_marking(resolver_of, state))
    omegaconf.to_container = staticmethod(_keeping(to_container, state))
    try:
        yield state
    finally:
        omegaconf._get_resolver = staticmethod(resolver_of)
        omegaconf.to_container = staticmethod(to_container)


def _marking(resolver_of: Callable[[str], Any], state: Unresolved) -> Callable[[str], Any]:
    """Return a look-up of resolvers that gives marks; an unknown resolver stays unknown."""

    def look_up(name: str) -> Any:
        resolver = resolver_of(name)
        if resolver is None:
            return None

        def resolve(root: Any, parent: Any, node: Any, args: Any, texts: Any) -> Any:
            arguments = [state.argument(*pair) for pair in zip(args, texts, strict=True)]
            if name == "runtime_params":
                return state.read_runtime_param(node, arguments, *args)
            if name in _PURE and not is_computed(args) and not _asks_for_a_secret(name, texts):
                return resolver(root, parent, node, args, texts)
            return mark(name, arguments)

        return resolve

    return look_up


def _asks_for_a_secret(resolver: str, arguments: Sequence[str]) -> bool:
    """Tell whether a value of `globals.yml` is a secret by its name: it stays where it is."""
    return resolver == "globals" and any(map(_names_a_secret, arguments[:1]))


def _names_a_secret(text: str) -> bool:
    return any(map(looks_secret, _NAMES.findall(text)))


def _keeping(to_container: Callable[..., Any], state: Unresolved) -> Callable[..., Any]:
    """Return a conversion that leaves tokens where a parameter is made of others."""

    def convert(config: Any, *, resolve: bool = False, **options: Any) -> Any:
        if not (resolve and state.section in ("parameters", "deploy")):
            return to_container(config, resolve=resolve, **options)
        raw = to_container(config, resolve=False, **options)
        return _raw_value((), raw, _Values(config, to_container), state)

    return convert


@dataclass(frozen=True)
class _Values:
    """Resolves values one by one: those that lead into what is computed have none."""

    config: Any
    to_container: Callable[..., Any]

    def value_at(self, path: tuple[str | int, ...], text: str) -> Any:
        """Return the value at a path; the mark of its text where it needs what a run computes.

        Raises:
            OmegaConfBaseException: the interpolation fails, as it would in a run.
        """
        from omegaconf.errors import InterpolationResolutionError

        try:
            parent = self.config
            for key in path[:-1]:
                parent = parent[key]
            value = parent[path[-1]]
        except InterpolationResolutionError:
            if not self._leads_into_a_mark(text):
                raise
            return mark(text.removeprefix("${").removesuffix("}"), ())
        is_container = hasattr(value, "_get_full_key")
        return self.to_container(value, resolve=True) if is_container else value

    def _leads_into_a_mark(self, text: str) -> bool:
        """Tell whether a text asks for a part of something that a resolver gives as a whole."""
        return any(self._passes_a_mark(ref.split(".")) for ref in references(text))

    def _passes_a_mark(self, keys: list[str]) -> bool:
        value: Any = self.config
        for key in keys:
            if isinstance(value, str):
                return is_computed(value)
            value = value.get(key) if hasattr(value, "get") else None
        return False


def _raw_value(path: tuple[str | int, ...], raw: Any, values: _Values, state: Unresolved) -> Any:
    """Return a raw value with a token for each parameter that is made of others."""
    if isinstance(raw, Mapping):
        return {key: _raw_value((*path, key), item, values, state) for key, item in raw.items()}
    if not _is_interpolated(raw):
        return values.value_at(path, "") if isinstance(raw, str) and "\\" in raw else raw
    if isinstance(raw, list):
        texts = " ".join(map(str, raw))
        return state.token(_absolute(texts, path), values.value_at(path, texts))
    return _tokens(_absolute(raw, path), values.value_at(path, raw), state)


def _tokens(text: str, value: Any, state: Unresolved) -> Any:
    """Return tokens for each leaf of a mapping that one interpolation gives."""
    if isinstance(value, Mapping) and value and text.endswith("}"):
        return {key: _tokens(f"{text[:-1]}.{key}}}", item, state) for key, item in value.items()}
    return state.token(text, value)


def _is_interpolated(raw: Any) -> bool:
    if isinstance(raw, str):
        return bool(_INTERPOLATION.search(raw))
    if isinstance(raw, Mapping):
        return any(map(_is_interpolated, raw.values()))
    return isinstance(raw, list) and any(map(_is_interpolated, raw))


def _absolute(text: str, path: tuple[str | int, ...]) -> str:
    """Return a text whose relative references (`${.year}`) count from the top."""

    def above(dots: re.Match[str]) -> str:
        parents = path[: -len(dots[1])]
        return "${" + "".join(f"{key}." for key in parents)

    return _RELATIVE.sub(above, text)
