"""The disk of Vertex AI: the buckets of Cloud Storage, which every task finds below `/gcs`.

Source: Vertex AI documentation, "Migrate from Kubeflow Pipelines to Vertex AI Pipelines", Storage.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from shipway.errors import Finding
from shipway.planner.plan import Plan, Task
from shipway.settings.values import Volume
from shipway.targets.local_files import files_in, path_of
from shipway_exporters.containers.place import project_dir
from shipway_exporters.kubeflow.vertex.names import TARGET, is_bucket
from shipway_exporters.values.shared_disks import volumes_at

ROOT = PurePosixPath("/gcs")


def volumes_in(plan: Plan, task: Task) -> Sequence[Volume]:
    """Return the buckets where files of a task stay."""
    return volumes_at(plan, task, project_dir(plan, TARGET), ROOT / "BUCKET")


def bucket_faults(plan: Plan) -> Iterator[Finding]:
    """Yield each path below `/gcs` that is on no bucket that there can be."""
    root = str(plan.options.get("pipeline_root", "gs://any")).removeprefix("gs://")
    if _is_nowhere(path := ROOT / root):
        yield _no_bucket(path, TARGET.option("pipeline_root"))
    folder = PurePosixPath(project_dir(plan, TARGET))
    where = plan.run.places.get("project_dir", "project_dir")
    own = TARGET.option("project_dir") if "project_dir" in plan.options else where
    if _is_nowhere(folder):
        yield _no_bucket(folder, own)
        return  # relative paths start there, and have no other fault
    for file in (*files_in(plan), *plan.local_inputs):
        if _is_nowhere(path := path_of(file, folder)):
            store = plan.run.places.get("store", "store")
            yield _no_bucket(path, f"catalog entry `{file.dataset}`" if file.dataset else store)


def _is_nowhere(path: PurePosixPath) -> bool:
    return path.is_relative_to(ROOT) and not (path != ROOT and is_bucket(path.parts[2]))


def _no_bucket(path: PurePosixPath, where: str) -> Finding:
    if path == ROOT:
        what = f"{ROOT} holds all buckets, and no files."
    else:
        what = f"No bucket of Cloud Storage can be called `{path.parts[2]}`: {path}."
    remedy = "Name a folder of a bucket, such as /gcs/acme-energy/project."
    return Finding(what=what, where=where, remedy=remedy)
