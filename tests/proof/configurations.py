"""Configuration as people write it: what stands in `conf`, and what of it a run can be given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shipway.model import Json, references
from shipway.settings.source import overlay

RUNTIME = ("day", "limit", "region")
"""Parameters of a run that only the configuration reads, each with a default there."""
UNKNOWN = None
"""Stands for a value that only a run knows; what is set may be of any type."""
_COMPUTED = re.compile(r"\$\{(oc\.env|moment|shout|runtime_params):")
_OF_RUN = re.compile(r"\$\{runtime_params:(\w+)(, [^{}]*)?\}")
_OF_GLOBALS = re.compile(r"\$\{globals:([\w.]+)(, [^{}]*)?\}")
_REFERENCE = re.compile(r"\$\{([\w.]+)\}")
_SIBLING, _ABOVE = "${.", "${.."


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """What stands in a project's `conf`; keys start with the letter of what they are.

    A `k…` is a scalar, an `l…` a list, and an `m…` a mapping whose key `a` is a scalar.

    Args:
        parameters: of each environment, as its files say.
        globals_: likewise.
        ignored: whether git ignores `conf/local`, as it does in Kedro's own starters.
        soft: whether the parameters of environments are merged softly.
        split: whether the parameters stand in several files; Kedro reads these in any order.
        constants: parameters that are fixed for all runs.
    """

    parameters: Mapping[str, Mapping[str, Any]]
    globals_: Mapping[str, Mapping[str, Any]]
    ignored: bool
    soft: bool
    split: bool
    constants: Mapping[str, Json]

    @property
    def paths(self) -> list[str]:
        """What a node can read, whichever the environment."""
        base = [*self.parameters["base"]]
        return [*base, *(f"{name}.a" for name in base if name.startswith("m"))]

    def settable(self, paths: Iterable[str], env: str | None) -> dict[str, Json]:
        """What a run of nodes that read these paths can be given, and a value like its own.

        Args:
            env: the environment that is exported; none for base, and what git keeps of `local`.
        """
        leaves = dict(_leaves((), self._exported(env)))
        view: set[str] = set()
        waiting = list(paths)
        while waiting:
            path = waiting.pop()
            fresh = {name for name in leaves if f"{name}.".startswith(f"{path}.")} - view
            view |= fresh
            waiting += (path for name in fresh for path in references(str(leaves[name])))
        registry = {name: self._known(leaves[name], leaves) for name in sorted(view)}
        return {name: value for name, value in registry.items() if _can_be_set(name, value)}

    def loses(self, name: str, paths: Iterable[str], env: str | None) -> bool:
        """Tell whether nodes lack what stands beside a parameter that is set, as Kedro has it.

        It lays what a run sets over each environment, then one over the other by whole keys.
        """
        top, dot, _ = name.partition(".")
        if self.soft or not dot or not self.parameters[env or "local"]:
            return False
        return any(path != name and path.startswith(f"{top}.") for path in paths)

    def _exported(self, env: str | None) -> dict[str, Any]:
        union = dict(self.parameters["base"])
        for name, value in self.over(env).items():
            softly = self.soft and isinstance(value, dict) and isinstance(union.get(name), dict)
            union[name] = overlay(union[name], value) if softly else value
        return {**union, **{name: v for name, v in self.constants.items() if name in union}}

    def _known(self, value: Any, leaves: Mapping[str, Any]) -> Any:
        """The value of a leaf or one like it, followed through references and what is fixed."""
        if value == "1e3":
            return 1e3  # YAML writes this text plainly, and OmegaConf reads it as a number
        if not (isinstance(value, str) and "${" in value):
            return value
        constant = _OF_RUN.fullmatch(value)
        if constant and constant[1] in self.constants:
            return self.constants[constant[1]]
        if _COMPUTED.match(value):
            return UNKNOWN
        if common := _OF_GLOBALS.fullmatch(value):
            return self._global(common[1])
        match = _REFERENCE.fullmatch(value)
        return self._known(_look_up(match[1], leaves), leaves) if match else "a text"

    def _global(self, path: str) -> Any:
        """A value like that of a global, which environments change, but not its type."""
        value: Any = self.globals_["base"]
        for key in path.split("."):
            value = value.get(key, "a text")
        return value

    def over(self, env: str | None) -> Mapping[str, Any]:
        """What an export lays over the parameters of base."""
        if env is None and self.ignored:
            return {}
        return self.parameters[env or "local"]


def _leaves(path: tuple[str, ...], value: Any) -> Iterator[tuple[str, Any]]:
    """The leaves of nested parameters, references counted from the top."""
    if isinstance(value, dict) and value and not any("." in key for key in value):
        for key, item in value.items():
            yield from _leaves((*path, key), item)
    elif isinstance(value, str):
        parent = "".join(f"{key}." for key in path[:-1])
        text = value.replace(_ABOVE, "${").replace(_SIBLING, f"${{{parent}")
        yield ".".join(path), text
    elif path:
        yield ".".join(path), value


def _look_up(path: str, leaves: Mapping[str, Any]) -> Any:
    """Follow a path into a mapping that is another one."""
    if path in leaves:
        return leaves[path]
    top, _, rest = path.partition(".")
    match = _REFERENCE.fullmatch(str(leaves.get(top, "")))
    return _look_up(f"{match[1]}.{rest}", leaves) if match and rest else {"not": "settable"}


def _can_be_set(name: str, value: Any) -> bool:
    """Tell whether a form offers it, and which value is of its type is plain."""
    if isinstance(value, list):  # one that holds mappings is in no form of Airflow's
        return bool(value) and "${" not in str(value) and not any(type(i) is dict for i in value)
    is_whole = name.startswith("m") and "." not in name
    return value == {} or not (is_whole or isinstance(value, dict) or "token" in name)
