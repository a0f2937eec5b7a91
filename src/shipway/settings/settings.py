"""Typed settings, and what holds for one pipeline and one node of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from shipway.errors import Finding, SettingsError
from shipway.model import Json, Node, prefixes
from shipway.schemas.problems import Problem
from shipway.schemas.shapes import Shape
from shipway.settings.document_checks import credentials_in, problems_in
from shipway.settings.jobs import Job, job_of, settings_below, settings_in
from shipway.settings.misplaced_keys import with_place
from shipway.settings.pipeline_settings import pipeline_settings
from shipway.settings.schema import TASK, document
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


_AS_A_WHOLE = frozenset({"schedule"})
"""What a job says instead of its pipeline, and not besides: it starts in one way alone."""
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

    @cached_property
    def jobs(self) -> Mapping[str, Job]:
        """The jobs by name."""
        sections = self.values.get("jobs", {})
        return {name: job_of(name, section) for name, section in sections.items()}

    def registered(self, name: str) -> str:
        """Return the registered pipeline that is meant by its own name, or by that of a job."""
        return self.jobs[name].pipeline if name in self.jobs else name

    def pipeline(self, name: str) -> PipelineSettings:
        """Return what holds for a pipeline as a whole: `defaults`, then its own section.

        Args:
            name: of a registered pipeline, or of a job, whose section goes over its pipeline's.
        """
        if name not in self._known:  # names and starts of all are looked at for each of them
            self._known[name] = self._pipeline(name)
        return self._known[name]

    @cached_property
    def _known(self) -> dict[str, PipelineSettings]:
        return {}

    def _pipeline(self, name: str) -> PipelineSettings:
        values: dict[str, Any] = {}
        places: dict[str, str] = {}
        for path in (("defaults",), *self._sections_of(name)):
            for key, value in self._of_whole(path, self.jobs.get(name)).items():
                is_merged = key not in _AS_A_WHOLE and _both_mappings(values.get(key), value)
                values[key] = {**values[key], **value} if is_merged else value
                places[key] = self.source.place((*path, key))
        job = name if name in self.jobs else None
        return pipeline_settings(self.registered(name), job, values, places)

    def node(self, pipeline: str, node: Node) -> Layer:
        """Return the task settings of a node.

        Precedence: `defaults` < the pipeline's < the job's < its tags' < its namespaces' (outer
        first) < its own; of each kind, the pipeline's < the job's.

        Args:
            pipeline: a registered one, or a job.

        Raises:
            SettingsError: two tags of the node disagree, and nothing above them decides.
        """
        own = self._sections_of(pipeline)
        above: Layer = {}
        for namespace in prefixes(node.namespace):
            above |= self._layers(own, "namespaces", namespace)
        above |= self._layers(own, "nodes", node.name)
        below = {**self._layer(("defaults",)), **self._layers(own)}
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
            # Of a job, the names that choose its nodes stand where settings might.
            section = section.get(part, {}) if isinstance(section, Mapping) else {}
        result: Mapping[str, Any] = section
        return result

    def _sections_of(self, name: str) -> list[tuple[str, ...]]:
        """Return the sections that speak of a pipeline or a job, weakest first."""
        above: list[tuple[str, ...]] = [("jobs", name)] if name in self.jobs else []
        return [("pipelines", self.registered(name)), *above]

    def _of_whole(self, path: tuple[str, ...], job: Job | None) -> Mapping[str, Any]:
        section = self._section(path)
        if job is None or path[0] == "defaults":
            return section
        return settings_in(section) if path[0] == "jobs" else settings_below(section, job)

    def _layers(self, sections: Iterable[tuple[str, ...]], *path: str) -> Layer:
        layer: Layer = {}
        for section in sections:
            layer |= self._layer((*section, *path))
        return layer

    def _layer(self, path: tuple[str, ...]) -> Layer:
        own = {key: value for key, value in self._section(path).items() if key in TASK}
        rank = _rank(path)
        return {
            ".".join(key): Setting(value, self.source.place((*path, *key)), rank)
            for key, value in flat(own)
        }

    def _tags(self, own: Iterable[tuple[str, ...]], node: Node, above: Layer) -> Layer:
        layer: Layer = {}
        findings: list[Finding] = []
        for tag in node.tags:
            for key, setting in self._layers(own, "tags", tag).items():
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
    problems.extend(problems_in(values, targets))
    # The raw values: what did not fit its shape is no part of the typed ones.
    problems.extend(credentials_in(source.values))
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
        return {"defaults": 0, "pipelines": 1, "jobs": 2}[path[0]]
    kind, name = path[2:]
    # An outer namespace goes below an inner one.
    return {"tags": 3, "namespaces": 4 + name.count("."), "nodes": _HIGHEST}[kind]


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


def _tags_disagree(node: Node, key: str, one: Setting, other: Setting) -> Finding:
    return Finding(
        what=f"Two tags of the node `{node.name}` set `{key}` to different values.",
        where=f"{one.place} and {other.place}",
        remedy=f"Set `{key}` under `nodes: {{{node.name}: …}}`, which takes precedence.",
    )


def _both_mappings(one: Json, other: Json) -> bool:
    return isinstance(one, Mapping) and isinstance(other, Mapping)
