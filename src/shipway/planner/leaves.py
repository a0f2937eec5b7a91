"""The project's parameters by dotted path, and which of them nodes can see."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from shipway.model import Json, Node, Parameter, Project, RuntimeParameter, prefixes, references


class Leaves:
    """The project's parameters by dotted path, those that only its configuration reads included."""

    def __init__(self, project: Project) -> None:
        self.every = project.parameters
        self.by_name = {leaf.name: leaf for leaf in self.every}
        self.below: dict[str, list[Parameter]] = {}
        for leaf in self.every:
            for path in prefixes(leaf.name):
                self.below.setdefault(path, []).append(leaf)
        self.of_run = {leaf.name: leaf for leaf in self._of_run(project.runtime_parameters)}

    def _of_run(self, parameters: Sequence[RuntimeParameter]) -> Iterator[Parameter]:
        """Yield what the configuration reads of a run: parameters of its own, or the project's."""
        for item in parameters:
            leaves = self.at(item.name)
            yield from leaves
            if not leaves:
                path = tuple(item.name.split("."))
                # A hidden one may hold a secret in the default of its interpolation.
                source = None if item.hidden else item.source
                yield Parameter(path=path, source=source, hidden=item.hidden)

    def at(self, path: str) -> Sequence[Parameter]:
        """Return the leaves at or below a path, or the leaf that holds it."""
        # An empty mapping or a value has no leaves below it, but Kedro finds what it holds.
        return self.below.get(path) or self._holding(path)

    def without_certain_defaults(self, leaf: Parameter) -> Parameter:
        """Return a parameter without its default where the configuration also asks a run for it.

        What equals a default counts as not set, and `${runtime_params:day, latest}` would then be
        `latest` in a run that is given the very `day` of the project.
        """
        return without_default(leaf) if leaf.name in self.of_run else leaf

    def value_above(self, name: str) -> str | None:
        """Return the leaf above a name that holds a value and no mapping.

        A mapping is a leaf where it is empty, and where a key of its own has a dot.
        """
        above = (self.by_name.get(path) for path in prefixes(name) if path != name)
        leaves = (leaf for leaf in above if leaf and not isinstance(leaf.value, Mapping))
        return next((leaf.name for leaf in leaves), None)

    def seen_by(self, nodes: Iterable[Node]) -> dict[str, Parameter]:
        """Return the leaves that nodes or the configuration can see in a run, by name."""
        nodes = tuple(nodes)
        # The empty path is the input `parameters`: all of them.
        if any("" in node.parameters for node in nodes):
            return {**self.by_name, **self.of_run}
        paths = (path for node in nodes for path in node.parameters)
        visible = {leaf.name: leaf for path in paths for leaf in self.at(path)} | self.of_run
        self._add_sources(visible)
        return visible

    def _add_sources(self, visible: dict[str, Parameter]) -> None:
        """Add the leaves that others are made of: `${year}` follows `year`."""
        waiting = list(visible.values())
        while waiting:
            for path in references(waiting.pop().source or ""):
                fresh = [leaf for leaf in self.at(path) if leaf.name not in visible]
                visible.update((leaf.name, leaf) for leaf in fresh)
                waiting += fresh

    def _holding(self, path: str) -> list[Parameter]:
        above = [self.by_name[name] for name in prefixes(path) if name in self.by_name]
        return [leaf for leaf in above if leaf.hidden or _has(leaf.value, path, leaf.name)]


def without_default(leaf: Parameter) -> Parameter:
    """Return a parameter of which any value counts as set; who sees it is shown its value still."""
    if leaf.source or leaf.hidden:
        return leaf
    return replace(leaf, source=json.dumps(leaf.value, ensure_ascii=False))


def _has(value: Json, path: str, prefix: str) -> bool:
    """Tell whether Kedro finds `path` in a value that stands `at` a path; keys may hold dots."""
    if path == prefix or not isinstance(value, Mapping):
        return path == prefix
    names = ((f"{prefix}.{key}", item) for key, item in value.items())
    return any(_has(item, path, n) for n, item in names if f"{path}.".startswith(f"{n}."))
