"""The shape of the settings that targets with containers share, `targets.NAME.…`."""

from __future__ import annotations

from collections.abc import Mapping

from shipway.schemas.shapes import Choice, Field, ListOf, MapOf, Record, Text
from shipway.settings.value_shapes import ENV_NAME, PULL_POLICIES, TEXT, TOLERATION, VOLUMES

# No stricter: registries have ports, tags and digests, and only the runtime knows which exist.
IMAGE = Text(r"\S+", "an image reference")
_CONFIG_MAP = Record(
    {
        "name": Field(TEXT, "the config map's name", required=True),
        "key": Field(TEXT, "the key in it", required=True),
    },
    "a value of a config map",
)
CONTAINER: Mapping[str, Field] = {
    "image": Field(IMAGE, "for tasks whose settings name none"),
    "python": Field(TEXT, "the project's Python in the image; default python"),
    "project_dir": Field(
        Text(r"/.*", "an absolute path in the image"), "overrides `project_dir` of the settings"
    ),
    "volumes": Field(VOLUMES, "for tasks whose settings name none"),
}
"""Of every target whose tasks are containers."""
POD: Mapping[str, Field] = {
    "pull_policy": Field(Choice(PULL_POLICIES), "when the image is pulled"),
    "pull_secrets": Field(ListOf(TEXT), "secrets for pulling the image"),
    "config_maps": Field(
        MapOf(_CONFIG_MAP, ENV_NAME, "the name of an environment variable"),
        "environment variables filled from config maps",
    ),
    "node_selector": Field(MapOf(TEXT), "labels of the nodes that may run a task"),
    "tolerations": Field(ListOf(TOLERATION), "taints that tasks tolerate"),
}
"""Of every target whose containers are pods."""
