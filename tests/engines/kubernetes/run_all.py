"""Run many pipelines as jobs of CronJobs, in the small Kubernetes API."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from shipway.settings.source import overlay
from shipway_exporters.containers.escapes import escape_expansions
from tests.containers.kubernetes.api import KubernetesApi
from tests.containers.kubernetes.cron_jobs import by_hand
from tests.containers.kubernetes.objects import Object
from tests.containers.podman import missing, open_podman
from tests.engines.exports import Artifact, Export, PipelineRun, export_all

from .exported import manifest, options_for, provide, variables

AT_ONCE = 2
_CREATED = 1_769_839_200


def run_all(exports: Sequence[Export], scratch: Path) -> None:
    """Export all, and run each pipeline as its run says; all must succeed.

    A job has no form: what is set is a word more for its container, as a hand would write it.
    """
    if why := missing():
        pytest.skip(f"no containers on this machine: {why}")
    with open_podman() as podman, KubernetesApi(podman) as cluster:
        for project in {export.project.path: export.project for export in exports}.values():
            provide(cluster, project)
        jobs = [
            _job(cluster, run, result[run.pipeline], f"{_CREATED + number}", export.task_variables)
            for number, export in enumerate(exports)
            for result in [_exported(export, scratch / f"manifests{number}")]
            for run in export.runs
        ]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda job: _run(cluster, job), jobs))


def _exported(export: Export, folder: Path) -> dict[str, Artifact]:
    settings = overlay({"defaults": {"env": variables()}}, dict(export.settings))
    with_env = replace(export, settings=settings)
    options = options_for(export.project)
    options["allow_lossy"] = [*options["allow_lossy"], "parameters"]
    (result,) = export_all([with_env], "kubernetes", options, folder)
    return result


def _job(
    cluster: KubernetesApi,
    run: PipelineRun,
    artifact: Artifact,
    end: str,
    variables_there: Mapping[str, str],
) -> Object:
    """The job of a run; `variables_there` are those of the place where it runs, as of an image."""
    (file,) = artifact.files
    item = cluster.create("cronjobs", manifest(file))
    job = by_hand(item, f"{artifact.name}-{end}")
    container = job["spec"]["template"]["spec"]["containers"][0]
    for name, value in run.values.items():
        word = f"--json={name}={json.dumps(value, ensure_ascii=False)}"
        container["args"].append(escape_expansions(word))
    for name, value in variables_there.items():
        container["env"].append({"name": name, "value": escape_expansions(value)})
    return job


def _run(cluster: KubernetesApi, job: Object) -> None:
    name = str(cluster.create("jobs", job)["metadata"]["name"])
    status = cluster.finished(name, patience=300)
    logs = [cluster.log(pod["metadata"]["name"]) for pod in cluster.pods_of(name)]
    assert status.get("succeeded") == 1, "\n".join(logs)
