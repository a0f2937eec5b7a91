"""Settings that a job has for tasks which it does not run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from shipway.model import Pipeline, prefixes
from shipway.settings.jobs import settings_in
from shipway.settings.settings import Settings


def idle_section_notes(settings: Settings, name: str, pipeline: Pipeline) -> Iterator[str]:
    """Yield a note for each part of a job's own section that is of none of its nodes.

    What its pipeline says is for whoever runs those nodes, also for other jobs.

    Args:
        pipeline: what the job runs.
    """
    if name not in settings.jobs:
        return
    section = settings_in(settings.values["jobs"][name])
    for kind, known in _names_of(pipeline).items():
        for one in (one for one in section.get(kind, {}) if one not in known):
            place = settings.place("jobs", name, kind, one)
            which = _OF[kind].format(one)
            yield f"The job runs no node {which}, so that this does nothing: {place}."


_OF: Mapping[str, str] = {
    "nodes": "`{}`",
    "tags": "with the tag `{}`",
    "namespaces": "in the namespace `{}`",
}


def _names_of(pipeline: Pipeline) -> Mapping[str, Collection[str]]:
    return {
        "nodes": pipeline.by_name,
        "tags": {tag for node in pipeline.nodes for tag in node.tags},
        "namespaces": {one for node in pipeline.nodes for one in prefixes(node.namespace)},
    }
