"""The rule check of a pod that a target has written whole, of one container or several.

`pod_schema` and `pod_rules` have what holds of any pod. Here is what Kubernetes takes, and a
container is then told otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from shipway.schemas.document import text
from shipway.schemas.problems import DocumentPath, Problem
from shipway.schemas.shapes import Choice, ListOf, Text, Whole
from shipway.schemas.strict import strict_record
from shipway.tasks.limits import LONGEST_ARGUMENT
from shipway_exporters.containers import kubernetes_names as names
from shipway_exporters.containers import pod_rules
from shipway_exporters.containers.pod_schema import (
    CONTAINER,
    REFERENCES,
    SCHEDULING,
    VOLUMES,
)

TEXT = Text(r"[^\0]*", "text")
POD = strict_record(
    {
        "restartPolicy": Choice(("Never",)),
        "activeDeadlineSeconds": Whole(1),
        **SCHEDULING,
        "imagePullSecrets": REFERENCES,
        "containers": ListOf(CONTAINER, least=1),
        "volumes": VOLUMES,
    },
    "the pod",
    {"restartPolicy", "containers"},
)
"""The shape of a pod's spec."""
_REFERENCE = re.compile(r"(?<!\$)(?:\$\$)*\$\(([^)]*)\)")


def is_too_long(word: str) -> bool:
    """Tell whether Linux gives no process an argument."""
    return len(word.encode(errors="surrogatepass")) > LONGEST_ARGUMENT


def pod_faults(
    spec: Mapping[str, Any], path: DocumentPath, variables: Collection[str]
) -> Iterator[Problem]:
    """Yield what is wrong in the spec of a pod that has its shape.

    Args:
        variables: those that the words of a container refer to.
    """
    volumes = spec.get("volumes", [])
    yield from pod_rules.scheduling_faults(spec, path)
    yield from pod_rules.volume_faults(volumes, (*path, "volumes"))
    for index, container in enumerate(spec["containers"]):
        place = (*path, "containers", index)
        yield from pod_rules.container_faults(container, volumes, place)
        if not names.is_volume(text(container.get("name"))):
            yield Problem((*place, "name"), f"`{container.get('name')}` names no container.")
        yield from _references(container, place, variables)


def _references(
    container: Mapping[str, Any], path: DocumentPath, variables: Collection[str]
) -> Iterator[Problem]:
    """Yield texts that Kubernetes would replace, and words that no process can be given."""
    env = [item.get("value", "") for item in container.get("env", [])]
    for key, words in (("env", env), *((k, container.get(k, [])) for k in ("command", "args"))):
        allowed = set() if key == "env" else {*variables}
        for index, word in enumerate(words):
            others = {match[1] for match in _REFERENCE.finditer(word)} - allowed
            if others:
                yield Problem((*path, key, index), f"`$({min(others)})` would be replaced.")
            if is_too_long(word):
                what = "Linux gives no process so long an argument: let the task have fewer nodes."
                yield Problem((*path, key, index), what)
