"""Projects exported for Kubeflow, loaded by kfp and run by its own orchestrator."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from shipway.settings.source import overlay
from tests.engines.exporting import shipway
from tests.projects import KedroProject, kept

from .env import KubeflowEnv
from .host import HostRequest, HostRun, run_many_on_host
from .parse import LoadedPipeline, LoadedTask, parse

CREATED = "2026-01-31T06:00:00Z"
SCHEDULE_TIME = "2026-01-30T06:00:00Z"
IMAGE = "registry.example/project:1"


def export(
    project: KedroProject, *args: str, settings: Mapping[str, Any] | None = None, name: str = ""
) -> Path:
    """Export into a folder of the project, and return the spec file.

    The project's folder stands for the image's, and a volume for its data folder.
    """
    target = {
        "image": IMAGE,
        "project_dir": str(project.path),
        "volumes": [{"claim": "data", "mount": str(project.path / "data")}],
    }
    file = project.path / "deploy-for-test.yml"
    content = overlay({"targets": {"kubeflow": target}}, dict(settings or {}))
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    folder = project.path / "deploy" / "kubeflow"
    words = ["export", "kubeflow", "-o", str(folder), "--settings", str(file), *args]
    process = shipway(project.path, *words)
    assert process.returncode == 0, process.stdout + process.stderr
    return folder / f"{name or project.package.replace('_', '-')}.yaml"


def load(env: KubeflowEnv, file: Path) -> LoadedPipeline:
    """Load a spec by all five parses of kfp."""
    return parse(env, file.read_text(encoding="utf-8")).ok()


def nodes_of(task: LoadedTask) -> dict[str, str]:
    """The Kedro nodes that a task runs, each with its signature; none for one that runs no node."""
    assert task.container is not None
    result = [arg for arg in task.container.args if str(arg).startswith("--nodes=")]
    nodes: dict[str, str] = json.loads(str(result[0]).partition("=")[2]) if result else {}
    return nodes


def run(
    env: KubeflowEnv,
    project: KedroProject,
    file: Path,
    arguments: Mapping[str, Any] | None = None,
    **options: Any,
) -> HostRun:
    """Run a spec with these arguments; `options` are those of `HostRequest`, and `timeout`."""
    timeout = options.pop("timeout", 400)
    request = replace(host_run(project, file, arguments or {}), **options)
    (process,) = run_many_on_host(env, [request], timeout=timeout)
    return process


def host_run(project: KedroProject, file: Path, arguments: Mapping[str, Any]) -> HostRequest:
    """Return how to run a spec of a project.

    A server says when a run was created and scheduled, kfp.local does not.
    """
    text = file.read_text(encoding="utf-8")
    for placeholder, moment in (("create", CREATED), ("schedule", SCHEDULE_TIME)):
        text = text.replace(f"{{{{$.pipeline_job_{placeholder}_time_utc}}}}", moment)
    filling = file.with_suffix(".filled.yaml")
    filling.write_text(text, encoding="utf-8")
    return HostRequest(
        file=filling,
        arguments=arguments,
        folder=project.path,
        environment={**kept("HOME"), "KEDRO_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"},
        replace={"python": sys.executable},
    )
