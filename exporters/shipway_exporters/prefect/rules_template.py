"""Rules for the job template of a pool, closed where Prefect is open.

A server looks for variables that the first half uses and the second does not declare. It says
nothing of one that is declared and not used, nor of a deployment that sets one that is neither:
what such a variable holds is lost.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from shipway.schemas.document import mapping, texts, value_at
from shipway.schemas.problems import Problem
from shipway.schemas.shapes import ListOf, MapOf, Text
from shipway.schemas.strict import problems_in, strict_record
from shipway.settings.value_shapes import PLAIN
from shipway_exporters.prefect.job_template import MARK

# `prefect.utilities.templating`, PLACEHOLDER_CAPTURE_REGEX.
_PLACEHOLDER = re.compile(r"\{\{\s*([\w.\-\[\]$]+)\s*\}\}")
_TEXT = Text(r"[^\0]*", "text")
# `prefect_kubernetes.worker`, KubernetesWorkerJobConfiguration.
_CONFIGURATION = strict_record(
    {
        **dict.fromkeys(("annotations", "cluster_config", "command", "env", "labels"), PLAIN),
        **dict.fromkeys(("job_watch_timeout_seconds", "pod_watch_timeout_seconds"), PLAIN),
        **dict.fromkeys(("job_manifest", "name", "namespace", "stream_output"), PLAIN),
    },
    "the job configuration",
    {"job_manifest", "env"},
)
_VARIABLES = strict_record(
    {
        "type": PLAIN,
        "additionalProperties": PLAIN,
        "patternProperties": PLAIN,
        "properties": MapOf(MapOf(PLAIN)),
    },
    "the schema of the variables",
    {"type", "additionalProperties", "properties"},
)
_DOCUMENT = strict_record(
    {"about": ListOf(_TEXT), "job_configuration": _CONFIGURATION, "variables": _VARIABLES},
    "the job template",
    {"job_configuration", "variables"},
)
# `prefect_kubernetes.worker`, `_get_base_job_manifest`.
_REQUIRED: Mapping[tuple[str, ...], Any] = {
    ("apiVersion",): "batch/v1",
    ("kind",): "Job",
    ("spec", "template", "spec", "parallelism"): 1,
    ("spec", "template", "spec", "completions"): 1,
    ("spec", "template", "spec", "restartPolicy"): "Never",
}


def template_faults(template: Any, variables: Collection[str]) -> Iterator[Problem]:
    """Yield all that is wrong in a job template, each with its place.

    Args:
        variables: names of those that the deployment sets.
    """
    yield from problems_in(template, _DOCUMENT)
    yield from _manifest(template)
    used, declared = _used(template), mapping(value_at(template, "variables", "properties"))
    for name in sorted(used - declared.keys()):
        yield Problem(("job_configuration",), f"The variable `{name}` is not declared.")
    for name in sorted(declared.keys() - used):
        yield Problem(("variables", "properties", name), f"Nothing uses the variable `{name}`.")
    for name in sorted({*variables} - declared.keys()):
        what = f"The deployment sets `{name}`, which is no variable of the template."
        yield Problem(("variables", "properties"), what)


def mark_faults(variables: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong where a deployment would be taken by a pool with another template."""
    if not MARK.items() <= mapping(variables.get("env")).items():
        (name,) = MARK
        what = f"Without `{name}`, a pool with another template would take the deployment."
        yield Problem(("env",), what)


def _manifest(template: Any) -> Iterator[Problem]:
    manifest = value_at(template, "job_configuration", "job_manifest")
    for path, value in _REQUIRED.items():
        if value_at(manifest, *path) != value:
            place = ("job_configuration", "job_manifest", *path)
            yield Problem(place, f"The worker takes nothing but `{value}` here.")


def _used(template: Any) -> set[str]:
    configuration = value_at(template, "job_configuration")
    return {name for _, text in texts(configuration) for name in _PLACEHOLDER.findall(text)}
