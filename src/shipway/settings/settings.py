"""Typed settings, and what holds for one pipeline and one node of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shipway.errors import Finding, SettingsError, did_you_mean
from shipway.model import Json, Node, prefixes
from shipway.schemas.problems import DocumentPath, Problem
from shipway.schemas.records import Record
from shipway.schemas.shapes import Shape
from shipway.secrecy import holds_credentials, names_a_secret
from shipway.settings.misplaced_keys import with_place
from shipway.settings.reserved_variables import reserved
from shipway.settings.run_settings import pipeline_settings
from shipway.settings.schema import TASK, document, secret_in_env
from shipway.settings.source import SettingsSource
from shipway.settings.task_settings import is_section, setting_of
from shipway.settings.values import PipelineSettings


@dataclass(frozen=True)
class Setting:
    """A value and the place (file, line, path) that set it.

    Args:
        rank: how special its layer is: one of a higher rank goes before it.
    """

    value: Any
    place: str
    rank: int = 0


_HIGHEST = 1000
"""The rank of a node's own settings; no namespace is so deep."""
Layer = dict[str, Setting]
"""Task settings, flat: `image`, `resources.cpu`, `env.LOG_LEVEL`."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Checked settings.

    Args:
        values: the document, values typed by their shapes.
        source: where they came from.
        mistakes: what is wrong with the document; `values` lack that.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    source: SettingsSource = field(default_factory=SettingsSource)
    mistakes: tuple[Finding, ...] = ()

    def check(self) -> None:
        """Check that nothing is wrong with the document.

        Raises:
            SettingsError: with one finding for every mistake.
        """
        if self.mistakes:
            raise SettingsError(*self.mistakes)

    @property
    def pipeline_names(self) -> tuple[str, ...]:
        """The pipelines that the settings speak of."""
        return tuple(self.values.get("pipelines", {}))

    def pipeline(self, name: str) -> PipelineSettings:
        """Return what holds for the pipeline as a whole: `defaults`, then its own section."""
        values: dict[str, Any] = {}
        places: dict[str, str] = {}
        for path in (("defaults",), ("pipelines", name)):
            for key, value in self._section(path).items():
                value_of_both = (
                    {**values[key], **value} if _both_mappings(values.get(key), value) else value
                )
                values[key] = value_of_both
                places[key] = self.source.place((*path, key))
        return pipeline_settings(name, values, places)

    def node(self, pipeline: str, node: Node) -> Layer:
        """Return the task settings of a node.

        Precedence: `defaults` < the pipeline's < its tags' < its namespaces' (outer first) < its
        own.

        Raises:
            SettingsError: two tags of the node disagree, and nothing above them decides.
        """
        own = ("pipelines", pipeline)
        above: Layer = {}
        for namespace in prefixes(node.namespace):
            above |= self._layer((*own, "namespaces", namespace))
        above |= self._layer((*own, "nodes", node.name))
        below = {**self._layer(("defaults",)), **self._layer(own)}
        layer = {**below, **self._tags(own, node, above), **above}
        return {key: setting for key, setting in layer.items() if _is_said(key, setting)}

    def target(self, name: str) -> Mapping[str, Any]:
        """Return the options of a target."""
        return self._section(("targets", name))

    def place(self, *path: str | int) -> str:
        """Return `file:line: path` of a setting."""
        return self.source.place(path)

    def _section(self, path: tuple[str, ...]) -> Mapping[str, Any]:
        section: Any = self.values
        for part in path:
            section = section.get(part, {})
        result: Mapping[str, Any] = section
        return result

    def _layer(self, path: tuple[str, ...]) -> Layer:
        own = {key: value for key, value in self._section(path).items() if key in TASK}
        rank = _rank(path)
        return {
            ".".join(key): Setting(value, self.source.place((*path, *key)), rank)
            for key, value in flat(own)
        }

    def _tags(self, own: tuple[str, ...], node: Node, above: Layer) -> Layer:
        layer: Layer = {}
        findings: list[Finding] = []
        for tag in node.tags:
            for key, setting in self._layer((*own, "tags", tag)).items():
                earlier = layer.setdefault(key, setting)
                # Tags have no order that a person chose, so that none of two can win.
                if earlier.value != setting.value and key not in above:
                    findings.append(_tags_disagree(node, key, earlier, setting))
        if findings:
            raise SettingsError(*findings)
        return layer


def load(source: SettingsSource, targets: Mapping[str, Shape[Any]]) -> Settings:
    """Check the settings and give them their types.

    Args:
        source: raw values.
        targets: the shape of each known target's options.

    Raises:
        SettingsError: with one finding for every mistake in the document.
    """
    settings = look_at(source, targets)
    settings.check()
    return settings


def look_at(source: SettingsSource, targets: Mapping[str, Shape[Any]]) -> Settings:
    """Return the settings with what is wrong with them, so that more can be told at once."""
    problems: list[Problem] = []
    shape = document(targets)
    values = shape.read(source.values, (), problems) or {}
    problems = [with_place(problem, shape, source.values) for problem in problems]
    problems.extend(_reserved_variables(values))
    problems.extend(_secrets_in_env(values))
    problems.extend(_unknown_targets(values, targets))
    # The raw values: what did not fit its shape is no part of the typed ones.
    problems.extend(_credentials((), source.values))
    mistakes = tuple(
        Finding(what=p.what, where=source.place(p.path), remedy=p.remedy)
        for p in sorted(problems, key=lambda p: [str(part) for part in p.path])
    )
    return Settings(values=values, source=source, mistakes=(*source.misread, *mistakes))


def _is_said(key: str, setting: Setting) -> bool:
    """What a node takes back is as if nobody had set it, unless an option would take its place."""
    return setting_of(key).over_option or setting.value != setting_of(key).nothing


def _rank(path: tuple[str, ...]) -> int:
    """Return the place of a layer in the order of precedence."""
    if len(path) <= 2:
        return len(path) - 1
    kind, name = path[2:]
    # An outer namespace goes below an inner one.
    return {"tags": 2, "namespaces": 3 + name.count("."), "nodes": _HIGHEST}[kind]


def flat(
    values: Mapping[str, Any], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the settings of a task by their path: `resources.cpu`, and `env.LEVEL` of `env`.

    Those are what precedence looks at one by one; all others are replaced as a whole.
    """
    for key, value in values.items():
        path = (*above, key)
        name = ".".join(path)
        if is_section(name):
            yield from flat(value, path)
        elif setting_of(name).by_key:
            yield from _by_key(value, path, setting_of(name).levels)
        else:
            yield path, value


def _by_key(
    value: Mapping[str, Any], path: tuple[str, ...], levels: int
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, item in value.items():
        if levels > 1:
            yield from _by_key(item, (*path, key), levels - 1)
        else:
            yield (*path, key), item


def _sections(values: Mapping[str, Any]) -> list[tuple[DocumentPath, Any]]:
    """Return each section that may hold settings of tasks, with its path."""
    sections: list[tuple[DocumentPath, Any]] = [(("defaults",), values.get("defaults"))]
    for name, pipeline in (values.get("pipelines") or {}).items():
        sections.append((("pipelines", name), pipeline))
        for kind in ("tags", "namespaces", "nodes"):
            for key, section in (pipeline.get(kind) or {}).items():
                sections.append((("pipelines", name, kind, key), section))
    return sections


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


def _credentials(path: DocumentPath, value: Any) -> Iterator[Problem]:
    beside = names_a_secret(value)
    if isinstance(value, Mapping) and not beside:
        for key, item in value.items():
            # A key can hold a secret, too, and is shown by the path of whatever it holds.
            yield from _credentials(path, str(key))
            yield from _credentials((*path, str(key)), item)
    elif isinstance(value, list) and not beside:
        for index, item in enumerate(value):
            yield from _credentials((*path, index), item)
    elif holds_credentials(value, str(path[-1]) if path else ""):
        what = "This text contains credentials, and the artifact would hold them."
        yield Problem(path, what, _without_credentials(path))


def _without_credentials(path: DocumentPath) -> str:
    """An option of a target need not be for a task, and then has no `secrets` beside it."""
    if path[:1] == ("targets",):
        return "Leave them out: what needs them has to find them where it runs."
    return "Leave them out, and refer to a secret under `secrets`."


def _tags_disagree(node: Node, key: str, one: Setting, other: Setting) -> Finding:
    return Finding(
        what=f"Two tags of the node `{node.name}` set `{key}` to different values.",
        where=f"{one.place} and {other.place}",
        remedy=f"Set `{key}` under `nodes: {{{node.name}: …}}`, which takes precedence.",
    )


def _both_mappings(one: Json, other: Json) -> bool:
    return isinstance(one, Mapping) and isinstance(other, Mapping)
