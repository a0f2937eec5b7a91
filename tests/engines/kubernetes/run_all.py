"""Run many pipelines as jobs of CronJobs, in the small Kubernetes API."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from shipway.settings.source import overlay
from shipway_exporters.containers.escapes import escape_expansions
from tests.containers.kubernetes.api import KubernetesApi
from tests.containers.kubernetes.cron_jobs import by_hand
from tests.containers.kubernetes.objects import Object
from tests.containers.podman import missing, open_podman
from tests.engines.exports import Export, PipelineRun, export_all

from .exported import manifest, options_for, provide, variables

AT_ONCE = 2
_CREATED = 1_769_839_200


def run_all(exports: Sequence[Export], scratch: Path) -> None:
    """Export all, and run each pipeline as its run says; each must end as that says.

    A job has no form: what is set is a word more for its container, as a hand would write it.
    """
    if why := missing():
        pytest.skip(f"no containers on this machine: {why}")
    with open_podman() as podman, KubernetesApi(podman) as cluster:
        for project in {export.project.path: export.project for export in exports}.values():
            provide(cluster, project)
        ends = map(str, count(_CREATED))
        jobs = [
            (run, _job(cron_jobs[run.pipeline], run, next(ends), export.task_variables))
            for number, export in enumerate(exports)
            for cron_jobs in [_cron_jobs(cluster, export, scratch / f"manifests{number}")]
            for run in export.runs
        ]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda job: _run(cluster, *job), jobs))


def _cron_jobs(cluster: KubernetesApi, export: Export, folder: Path) -> dict[str, Object]:
    settings = overlay({"defaults": {"env": variables()}}, dict(export.settings))
    with_env = replace(export, settings=settings)
    options = options_for(export.project)
    options["allow_lossy"] = [*options["allow_lossy"], "parameters"]
    (result,) = export_all([with_env], "kubernetes", options, folder)
    return {
        name: cluster.create("cronjobs", manifest(*artifact.files))
        for name, artifact in result.items()
    }


def _job(
    cron_job: Object, run: PipelineRun, end: str, variables_there: Mapping[str, str]
) -> Object:
    """The job of a run; `variables_there` are those of the place where it runs, as of an image."""
    job = by_hand(cron_job, f"{cron_job['metadata']['name']}-{end}")
    container = job["spec"]["template"]["spec"]["containers"][0]
    for name, value in run.values.items():
        word = f"--json={name}={json.dumps(value, ensure_ascii=False)}"
        container["args"].append(escape_expansions(word))
    for name, value in variables_there.items():
        container["env"].append({"name": name, "value": escape_expansions(value)})
    return job


def _run(cluster: KubernetesApi, run: PipelineRun, job: Object) -> None:
    name = str(cluster.create("jobs", job)["metadata"]["name"])
    status = cluster.finished(name, patience=300)
    logs = [cluster.log(pod["metadata"]["name"]) for pod in cluster.pods_of(name)]
    run.must_end(status.get("succeeded") == 1, "\n".join(logs))
