"""What Dagster takes for a pod as it loads a file, and refuses only once a step starts, or never.

It looks at the names of fields as it makes a pod, and at no value; a tag for pods counts with the
executor of pods alone, and fields of an executor that it does not know fail the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.schemas.document import mapping
from shipway.schemas.problems import DocumentPath, Problem, display
from shipway.schemas.shapes import Text, Whole
from shipway.schemas.strict import problems_in, strict_record
from shipway_exporters.containers.kubernetes_names import is_namespace
from shipway_exporters.containers.pod_rules import metadata_faults, pod_faults
from shipway_exporters.containers.pod_schema import METADATA as METADATA_SHAPE
from shipway_exporters.containers.pod_schema import POD as POD_SHAPE
from shipway_exporters.dagster.parsed_file import ParsedFile
from shipway_exporters.dagster.pods import CONTAINER, METADATA, POD, TAG, is_own_label, parts_of
from shipway_exporters.python_files.kubernetes_models import field

_JOB = strict_record({"ttl_seconds_after_finished": Whole()})
_EXECUTOR = strict_record(
    {
        "job_image": Text(r"\S+", "an image"),
        "job_namespace": Text(),
        "max_concurrent": Whole(1),
        "step_k8s_config": strict_record({"job_spec_config": _JOB}),
    },
    "the executor",
)
_OF_DAGSTER = ("name", "command", "args")
"""Fields of a container by which Dagster starts a step."""
_IN_POD: Mapping[DocumentPath, str] = {("containers", 0): CONTAINER, (): POD}


def pods(file: ParsedFile) -> Iterator[Problem]:
    """Yield each fault of the executor, and of what it makes pods of."""
    if file.in_pods:
        yield from _executor(file)
    for name, task in file.tasks.items():
        tags = file.tags_of_op(task)
        if not isinstance(tags, dict) or tags.keys() - {TAG}:
            yield Problem((name, "op_tags"), f"{display(str(tags))} are no tags for a pod.")
        elif tags and not file.in_pods:
            yield Problem((name, "op_tags"), "The executor of the job starts no pods.")
        elif tags:
            yield from _tag(tags[TAG], (name, TAG))


def _executor(file: ParsedFile) -> Iterator[Problem]:
    config = file.executor_config
    for problem in problems_in(dict(config), _EXECUTOR):
        yield Problem(("EXECUTOR", *problem.path), problem.what)
    if not is_namespace(str(config.get("job_namespace", "default"))):
        what = f"{display(str(config['job_namespace']))} names no namespace."
        yield Problem(("EXECUTOR", "job_namespace"), what)


def _tag(config: Any, place: DocumentPath) -> Iterator[Problem]:
    for name in mapping(config).keys() - {CONTAINER, POD, METADATA}:
        yield Problem((*place, name), f"No pod of ours has `{name}`.")
    container, spec, metadata = parts_of(config)
    for name in container.keys() & set(_OF_DAGSTER):
        yield Problem((*place, CONTAINER, name), "By this Dagster starts a step.")
    for problem in problems_in(metadata, METADATA_SHAPE) or metadata_faults(metadata, ()):
        yield Problem((*place, METADATA, *problem.path), problem.what)
    for problem in _of_pod(_whole(container, spec)):
        yield Problem((*place, *_in_tag(problem.path)), problem.what)
    for label in mapping(metadata.get("labels")):
        if is_own_label(str(label)):
            what = f"Dagster needs the label `{label}` for itself, to find its pods."
            yield Problem((*place, METADATA, "labels", label), what)


def _whole(container: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
    """The pod with what Dagster adds; its own image stands for one that is set elsewhere."""
    main = {"image": "dagster", **container, "name": "dagster", "command": ["dagster"]}
    main.pop("args", None)
    return {"restartPolicy": "Never", **spec, "containers": [main]}


def _of_pod(pod: dict[str, Any]) -> Iterator[Problem]:
    problems = problems_in(pod, POD_SHAPE)
    yield from problems
    # What has no known form hides the rest.
    if not problems:
        yield from pod_faults(pod, (), ())


def _in_tag(path: DocumentPath) -> DocumentPath:
    start = next(start for start in _IN_POD if path[: len(start)] == start)
    rest = path[len(start) :]
    return (_IN_POD[start], *(field(key) if isinstance(key, str) else key for key in rest))
