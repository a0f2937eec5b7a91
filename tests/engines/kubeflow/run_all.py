"""Run many pipelines with kfp's own orchestrator."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from shipway.model import Json
from tests.engines.exports import Artifact, Export, PipelineRun, export_all
from tests.engines.stand_in import stand_in

from .env import KubeflowEnv, kubeflow_env
from .exported import IMAGE, host_run
from .host import HostRequest, HostRun, run_many_on_host

AT_ONCE = 2
"""Each of these processes runs one task at a time."""
SEES_ITS_OWN = True
"""A task is handed the inputs that its nodes or the configuration can see, and no others: each is
an argument of its own. So hooks of different tasks are shown different parameters of one run."""


def run_all(exports: Sequence[Export], scratch: Path) -> None:
    """Export all, and run each pipeline as its run says; all must succeed.

    kfp hands over every default along with what is set, `whole_form` or not.
    """
    kubeflow = kubeflow_env(scratch)
    requests: list[HostRequest] = []
    for number, export in enumerate(exports):
        path = export.project.path
        options = {
            "image": IMAGE,
            "project_dir": str(path),
            "volumes": [{"claim": "data", "mount": str(path / "data")}],
        }
        (result,) = export_all([export], "kubeflow", options, scratch / f"specs{number}")
        requests += [_request(export, run, result[run.pipeline]) for run in export.runs]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        shares = [requests[first::AT_ONCE] for first in range(AT_ONCE)]
        for process in pool.map(lambda share: _run(kubeflow, share), shares):
            for each in process:
                each.ok()


def _run(kubeflow: KubeflowEnv, requests: Sequence[HostRequest]) -> list[HostRun]:
    timeout = 120 + 30 * len(requests)
    with stand_in() as python:
        own = [replace(request, replace={"python": python}) for request in requests]
        return run_many_on_host(kubeflow, own, timeout=timeout) if own else []


def _request(export: Export, run: PipelineRun, result: Artifact) -> HostRequest:
    file = result.file(f"{result.name}.yaml")
    request = host_run(export.project, file, dict(_arguments(file, run.values)))
    return replace(request, environment={**request.environment, **export.task_variables})


def _arguments(file: Path, values: Mapping[str, Json]) -> Iterator[tuple[str, Any]]:
    """What is set, by the names and of the types of the spec's inputs, as their texts say."""
    spec = next(yaml.safe_load_all(file.read_text(encoding="utf-8")))
    inputs = spec["root"].get("inputDefinitions", {}).get("parameters", {})
    for name, item in inputs.items():
        dotted, _, rest = item["description"].removeprefix("params:").partition(", as ")
        if dotted in values:
            value = values[dotted]
            yield name, json.dumps(value, ensure_ascii=False) if rest else value
