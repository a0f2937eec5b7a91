"""Run many pipelines with kfp's own orchestrator: some by specs for a cluster, some for Vertex AI.

Each run is of one or the other, so that both together cost no more than one.
"""

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
from tests.targets import VERTEX

from .env import KubeflowEnv, kubeflow_env
from .exported import OPTIONS_OF_VERTEX, host_run, on_this_machine, options_of
from .host import HostRequest, HostRun, run_many_on_host

AT_ONCE = 2
"""Each of these processes runs one task at a time."""
SEES_ITS_OWN = True
"""A task is handed the inputs that its nodes or the configuration can see, and no others: each is
an argument of its own. So hooks of different tasks are shown different parameters of one run."""


def run_all(exports: Sequence[Export], scratch: Path) -> None:
    """Export all, and run each pipeline as its run says; each must end as that says.

    kfp hands over every default along with what is set, `whole_form` or not.
    """
    kubeflow = kubeflow_env(scratch)
    requests: list[tuple[PipelineRun, HostRequest]] = []
    for number, (export, on_vertex) in enumerate(by_turns(exports)):
        options = OPTIONS_OF_VERTEX if on_vertex else options_of(export.project)
        (result,) = export_all([export], "kubeflow", options, scratch / f"specs{number}")
        for run in export.runs:
            request = _request(export, run, result[run.pipeline], on_vertex)
            requests.append((run, request))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        shares = [requests[first::AT_ONCE] for first in range(AT_ONCE)]
        for share, process in zip(
            shares, pool.map(lambda s: _run(kubeflow, s), shares), strict=True
        ):
            for (run, _), each in zip(share, process, strict=True):
                run.must_end(each.succeeded, each.error or each.output)


def by_turns(exports: Sequence[Export]) -> Iterator[tuple[Export, bool]]:
    """Each export, and whether it is for Vertex AI: as it says, by project, or half of the runs."""
    projects = list(dict.fromkeys(export.project.path for export in exports))
    for number, export in enumerate(exports):
        if export.orchestrator is not None:
            yield export, export.orchestrator == VERTEX["platform"]
        elif len(projects) > 1:
            yield export, bool(projects.index(export.project.path) % 2)
        elif len(exports) > 1:
            yield export, bool(number % 2)
        else:
            middle = -(-len(export.runs) // 2)
            yield replace(export, runs=export.runs[:middle]), False
            if export.runs[middle:]:
                yield replace(export, runs=export.runs[middle:]), True


def _run(
    kubeflow: KubeflowEnv, requests: Sequence[tuple[PipelineRun, HostRequest]]
) -> list[HostRun]:
    timeout = 120 + 30 * len(requests)
    with stand_in() as python:
        own = [replace(request, replace={"python": python}) for _, request in requests]
        return run_many_on_host(kubeflow, own, timeout=timeout) if own else []


def _request(export: Export, run: PipelineRun, result: Artifact, on_vertex: bool) -> HostRequest:
    file = result.file(f"{result.name}.yaml")
    own: Mapping[str, str] = {}
    if on_vertex:
        file, own = on_this_machine(file, export.project), {"ORCHESTRATOR": "vertex"}
    request = host_run(export.project, file, dict(_arguments(file, run.values)))
    return replace(request, environment={**request.environment, **export.task_variables, **own})


def _arguments(file: Path, values: Mapping[str, Json]) -> Iterator[tuple[str, Any]]:
    """What is set, by the names and of the types of the spec's inputs, as their texts say."""
    spec = next(yaml.safe_load_all(file.read_text(encoding="utf-8")))
    inputs = spec["root"].get("inputDefinitions", {}).get("parameters", {})
    for name, item in inputs.items():
        dotted, _, rest = item["description"].removeprefix("params:").partition(", as ")
        if dotted in values:
            value = values[dotted]
            yield name, json.dumps(value, ensure_ascii=False) if rest else value
