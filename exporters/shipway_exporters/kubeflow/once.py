"""What tasks of a spec have in common, said once.

Every reader of a spec takes aliases: kfp and its client (`yaml.safe_load_all`), and the server,
which keeps what they stand for (KFP 2.17, `template/v2_template.go`, NewV2SpecTemplate).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.artifacts.yaml_anchors import with_anchors

# Where tasks are often alike. A task's name or needs never are: an alias would only hide them.
_OF_TASKS = ("inputs", "retryPolicy")
_OF_PODS = (
    *("podMetadata", "pvcMount", "secretAsVolume", "configMapAsVolume", "emptyDirMounts"),
    *("secretAsEnv", "configMapAsEnv", "imagePullSecret", "nodeSelector", "tolerations"),
)
_PIPELINE: Mapping[tuple[str, ...], str] = {
    **{("root", "dag", "tasks", "*", key): key for key in _OF_TASKS},
    **{("components", "*", "dag", "tasks", "*", key): key for key in _OF_TASKS},
    ("components", "*", "inputDefinitions"): "inputDefinitions",
    **{("executors", "*", "container", key): key for key in ("command", "env", "resources")},
}
"""The names of anchors, by the place of a value among the parts of a spec."""
_PLATFORM: Mapping[tuple[str, ...], str] = {
    ("*",): "pod",
    **{("*", key): key for key in _OF_PODS},
}
"""Those of the platform document, which is one of its own: no alias leads from one to another."""


def said_once(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a spec, `platform` among them, with anchors and aliases."""
    pipeline = {name: part for name, part in parts.items() if name != "platform"}
    platform = with_anchors(parts["platform"], _PLATFORM)
    return {**with_anchors(pipeline, _PIPELINE), "platform": platform}
