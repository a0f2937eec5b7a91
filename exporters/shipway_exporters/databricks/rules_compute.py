"""Rules of what tasks run on. Source: Jobs API 2.2, `environments` and `job_clusters`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shipway.schemas.document import mapping, sequence, text
from shipway.schemas.problems import DocumentPath, Problem
from shipway_exporters.databricks.models import SECRET
from shipway_exporters.databricks.rules_view import Rule, View, twice
from shipway_exporters.databricks.wholeness import cluster_lacks, environment_lacks

_KEYS = ("environment_key", "job_cluster_key", "existing_cluster_id", "new_cluster")
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_LISTS = {"environment_key": "environments", "job_cluster_key": "job_clusters"}


def one_place(view: View) -> Iterator[Problem]:
    """A task runs on one thing."""
    for task in view.tasks:
        keys = [key for key in _KEYS if key in task.spec]
        if len(keys) != 1:
            yield Problem(task.path, f"A task has one of {', '.join(f'`{k}`' for k in _KEYS)}.")
        if "environment_key" in keys and "libraries" in task.spec:
            path = (*task.path, "libraries")
            yield Problem(path, "Libraries are of clusters; an environment has `dependencies`.")


def known_places(view: View) -> Iterator[Problem]:
    """A task names what the job describes, and the job describes what tasks name."""
    for key, field in _LISTS.items():
        names = view.names(field, key)
        yield from twice(names, (field,), field.replace("_", " "))
        used = {text(task.spec.get(key)) for task in view.tasks if key in task.spec}
        for task in view.tasks:
            if key in task.spec and text(task.spec[key]) not in names:
                what = f"`{task.spec[key]}` is none of the `{field}` of the job."
                yield Problem((*task.path, key), what)
        for index, name in enumerate(names):
            if name not in used:
                yield Problem((field, index), f"No task runs on `{name}`.")


def whole_environments(view: View) -> Iterator[Problem]:
    """`environment_version` or `base_environment`."""
    for index, item in enumerate(sequence(view.job.get("environments"))):
        spec = mapping(mapping(item).get("spec"))
        for lack in environment_lacks(spec):
            yield Problem(("environments", index, "spec"), *lack)


def whole_clusters(view: View) -> Iterator[Problem]:
    """What no cluster starts without (Clusters API, create)."""
    for path, cluster in _clusters(view):
        for lack in cluster_lacks(cluster):
            yield Problem(path, *lack)


def valid_variables(view: View) -> Iterator[Problem]:
    """`spark_env_vars`: names of variables; nothing half of a reference to a secret."""
    for path, cluster in _clusters(view):
        for name, value in mapping(cluster.get("spark_env_vars")).items():
            place = (*path, "spark_env_vars", name)
            if not _ENV_NAME.fullmatch(name):
                yield Problem(place, f"`{name}` is no name of an environment variable.")
            if "{{" in text(value) and not SECRET.fullmatch(text(value)):
                yield Problem(place, "A secret is named as `{{secrets/SCOPE/KEY}}`.")


def installed_wheel(view: View) -> Iterator[Problem]:
    """A library is of one kind."""
    for task in view.tasks:
        for index, library in enumerate(sequence(task.spec.get("libraries"))):
            if len(mapping(library)) != 1:
                yield Problem((*task.path, "libraries", index), "A library is of one kind.")


def own_retries(view: View) -> Iterator[Problem]:
    """Serverless compute adds tries of its own, unless it is told not to."""
    for task in view.tasks:
        needed = {"environment_key", "max_retries"} <= task.spec.keys()
        if needed and "disable_auto_optimization" not in task.spec:
            what = "Without `disable_auto_optimization` there may be more tries than `max_retries`."
            yield Problem((*task.path, "max_retries"), what)


def _clusters(view: View) -> Iterator[tuple[DocumentPath, Mapping[str, Any]]]:
    for index, item in enumerate(sequence(view.job.get("job_clusters"))):
        yield ("job_clusters", index, "new_cluster"), mapping(mapping(item).get("new_cluster"))


RULES: tuple[Rule, ...] = (
    *(one_place, known_places, whole_environments, whole_clusters, valid_variables),
    *(installed_wheel, own_retries),
)
