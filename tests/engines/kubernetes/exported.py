"""Projects exported for Kubernetes, whose pods see the project where it stands here."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from scripts.containers import IMAGE

from shipway.settings.source import overlay
from tests.containers.kubernetes.api import KubernetesApi
from tests.engines.exporting import shipway
from tests.projects import KedroProject, kept


def options_for(project: KedroProject) -> dict[str, Any]:
    """Options by which a pod runs in the tests' image, with the project's folder as a claim."""
    folder = str(project.path)
    return {
        "image": IMAGE,
        "python": sys.executable,
        "project_dir": folder,
        "volumes": [{"claim": claim_of(project), "mount": folder}],
        "allow_lossy": ["retry_delay", "retry_backoff"],
    }


def variables() -> dict[str, str]:
    """What a pod has of this process's environment, so that numbers add up alike."""
    return {**kept(), "DO_NOT_TRACK": "1", "HOME": "/tmp", "MPLCONFIGDIR": "/tmp"}


def claim_of(project: KedroProject) -> str:
    """The name of the claim that is the project's folder."""
    return re.sub("[^a-z0-9]+", "-", f"project-{project.package}-{project.path.name}").strip("-")


def provide(cluster: KubernetesApi, project: KedroProject) -> None:
    """Make the claim of a project."""
    cluster.claim(claim_of(project), project.path)


def export(
    project: KedroProject, *words: str, settings: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Export in a process of its own, and return the manifests."""
    own = {
        "defaults": {"env": variables()},
        "targets": {"kubernetes": options_for(project)},
    }
    file = project.path / "deploy-for-test.yml"
    file.write_text(yaml.safe_dump(overlay(own, dict(settings or {}))), encoding="utf-8")
    folder = project.path / "deploy" / "kubernetes"
    command = ["export", "kubernetes", "-o", str(folder), "--settings", str(file), *words]
    outcome = shipway(project.path, *command)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return [manifest(file) for file in sorted(folder.glob("*.yaml"))]


def manifest(file: Path) -> dict[str, Any]:
    """Return the manifest in a file, as `kubectl apply` reads it."""
    result: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return result
