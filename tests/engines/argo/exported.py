"""Projects exported for Argo, and their workflows run on the host or in containers."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from shipway.model import Json
from shipway.settings.source import overlay
from tests.containers.kubernetes.expansion import expand
from tests.engines.exporting import shipway
from tests.engines.forks import Forks
from tests.projects import KedroProject, kept

from .controller import RunPod

IMAGE = "registry.example/project:1"


def options_of(project: KedroProject, image: str = IMAGE) -> dict[str, Any]:
    """The project's folder stands for the image's, and a claim for its data folder."""
    return {
        "image": image,
        "project_dir": str(project.path),
        "volumes": [{"claim": "data", "mount": str(project.path / "data")}],
    }


def export(
    project: KedroProject, *args: str, settings: Mapping[str, Any] | None = None, name: str = ""
) -> list[Any]:
    """Export into a folder of the project, and return the objects of the file."""
    file = project.path / "deploy-for-test.yml"
    content = overlay({"targets": {"argo": options_of(project)}}, dict(settings or {}))
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    folder = project.path / "deploy" / "argo"
    words = ["export", "argo", "-o", str(folder), "--settings", str(file), *args]
    process = shipway(project.path, *words)
    assert process.returncode == 0, process.stdout + process.stderr
    return documents(folder / f"{name or project.package.replace('_', '-')}.yaml")


def documents(file: Path) -> list[Any]:
    """Return the objects of a file."""
    return list(yaml.safe_load_all(file.read_text(encoding="utf-8")))


def host_pods(project: KedroProject, forks: Forks, **variables: str) -> RunPod:
    """Return what runs pods as tasks on the host, in the project's folder.

    Args:
        variables: of the environment, beside those of the pod.
    """
    base = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(project.path)}
    base |= {**kept("HOME"), "KEDRO_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1", **variables}

    def run_pod(_task: str, pod: Mapping[str, Any]) -> int:
        container = pod["container"]
        env = {**base, **{item["name"]: item["value"] for item in container.get("env", ())}}
        command = [expand(word, env) for word in container["command"]]
        args = [expand(word, env) for word in container.get("args", ())]
        if command == ["python", "-m", "shipway.runtime"]:
            return forks.run(args, env, project.path)
        process = project.run(*command, *args, **env)
        return process.returncode

    return run_pod


def set_by(workflow: Mapping[str, Any], values: Mapping[str, Json]) -> dict[str, str]:
    """Return values by dotted names as what a workflow is started with: texts, by its names."""
    texts = {}
    for item in workflow["spec"].get("arguments", {}).get("parameters", ()):
        dotted, is_json, _ = item["description"].removeprefix("params:").partition(", as JSON")
        if dotted in values:
            value = values[dotted]
            texts[item["name"]] = json.dumps(value, ensure_ascii=False) if is_json else str(value)
    return texts
