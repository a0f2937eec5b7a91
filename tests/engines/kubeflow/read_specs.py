"""Parse spec files as strictly as kfp can, and describe what it understood.

Run by the kfp python: ``read_specs REQUEST.json ANSWER.json``; the request is a list of texts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from google.protobuf import json_format
from kfp import components
from kfp.kubernetes.kubernetes_executor_config_pb2 import KubernetesExecutorConfig
from kfp.pipeline_spec.pipeline_spec_pb2 import (
    PipelineDeploymentConfig,
    PipelineSpec,
    PlatformSpec,
)

from .describe_spec import describe


def read(text: str) -> dict[str, Any]:
    """Put one text through each parse; it is described when all of them take it."""
    errors: dict[str, str | None] = {name: attempt(parse, text) for name, parse in PARSES.items()}
    good = not any(errors.values())
    return {"errors": errors, "pipeline": describe(*documents(text)) if good else None}


def attempt(parse: Callable[[str], object], text: str) -> str | None:
    """Return what stopped a parse, if anything did."""
    try:
        parse(text)
    except Exception as error:  # noqa: BLE001 - a report of whatever kfp raises
        return f"{type(error).__name__}: {error}"
    return None


def documents(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the pipeline document, and that of the platforms: empty when there is none."""
    result = list(yaml.safe_load_all(text))
    return result[0], (result[1] if len(result) > 1 else {}) or {}


def parse_pipeline(text: str) -> object:
    """Parse the first document."""
    return json_format.ParseDict(documents(text)[0], PipelineSpec())


def parse_deployment(text: str) -> object:
    """Parse the containers, which the first document holds as free-form data."""
    deployment = documents(text)[0].get("deploymentSpec", {})
    return json_format.ParseDict(deployment, PipelineDeploymentConfig())


def parse_platform(text: str) -> object:
    """Parse the second document."""
    return json_format.ParseDict(documents(text)[1], PlatformSpec())


def parse_executors(text: str) -> object:
    """Parse what Kubernetes is told, which the second document holds as free-form data."""
    platform = documents(text)[1].get("platforms", {}).get("kubernetes", {})
    executors = platform.get("deploymentSpec", {}).get("executors", {})
    return [
        json_format.ParseDict(config, KubernetesExecutorConfig()) for config in executors.values()
    ]


PARSES: dict[str, Callable[[str], object]] = {
    "loader": components.load_component_from_text,
    "pipeline": parse_pipeline,
    "deployment": parse_deployment,
    "platform": parse_platform,
    "executors": parse_executors,
}


if __name__ == "__main__":
    texts = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Path(sys.argv[2]).write_text(json.dumps([read(text) for text in texts]), encoding="utf-8")
