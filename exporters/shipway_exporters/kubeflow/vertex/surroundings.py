"""What a run of Vertex AI needs around it: see `shipway.targets.surroundings`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from shipway.planner.plan import Plan
from shipway.targets.local_files import path_of
from shipway.targets.surroundings import Need, Surroundings
from shipway_exporters.containers.place import project_dir
from shipway_exporters.kubeflow.vertex.names import TARGET

_STORAGE = "Cloud Storage"


def surroundings(plan: Plan) -> Surroundings:
    """Return the buckets and the account that the files of a pipeline refer to."""
    return Surroundings(needs=tuple(dict.fromkeys(_needs(plan))))


def _needs(plan: Plan) -> Iterator[Need]:
    if root := plan.options.get("pipeline_root"):
        bucket = root.removeprefix("gs://").partition("/")[0]
        yield Need(f"the bucket `{bucket}`", _STORAGE, "what Vertex AI keeps of runs")
    folder = PurePosixPath(project_dir(plan, TARGET))
    paths = [folder, *(path_of(file, folder) for file in (*plan.files, *plan.local_inputs))]
    for bucket in sorted({path.parts[2] for path in paths if _is_on_bucket(path)}):
        yield Need(f"the bucket `{bucket}`", _STORAGE, f"files below /gcs/{bucket}")
    if account := plan.options.get("service_account"):
        yield Need(f"the account `{account}`", "the project of the runs", "what runs run as")


def _is_on_bucket(path: PurePosixPath) -> bool:
    return path.parts[1:2] == ("gcs",) and len(path.parts) > 2
