"""The shape of the settings that targets with containers share, `targets.NAME.…`."""

from __future__ import annotations

from collections.abc import Mapping

from shipway.schemas.records import Field, Record
from shipway.schemas.shapes import ListOf, MapOf, Text
from shipway.settings.images import IMAGE
from shipway.settings.value_shapes import ENV_NAME, PATH, SECRET, TEXT, VOLUMES

_CONFIG_MAP = Record(
    {
        "name": Field(TEXT, "the config map's name", required=True),
        "key": Field(TEXT, "the key in it", required=True),
    },
    "a value of a config map",
)
CONTAINER: Mapping[str, Field] = {
    "image": Field(IMAGE, "for tasks whose settings name none"),
    "python": Field(PATH, "the project's Python in the image; default python"),
    "project_dir": Field(
        Text(r"/.*", "an absolute path in the image"), "overrides `project_dir` of the settings"
    ),
    "volumes": Field(VOLUMES, "for tasks whose settings name none"),
}
"""Of every target whose tasks are containers."""
POD: Mapping[str, Field] = {
    "config_maps": Field(
        MapOf(_CONFIG_MAP, ENV_NAME, "the name of an environment variable"),
        "environment variables filled from config maps",
    ),
}
"""Of every target whose containers are pods."""


def on_exit(command: str) -> Record:
    """Return the shape of what runs last, whatever has become of the run.

    Args:
        command: what its command is told.
    """
    return Record(
        {
            "image": Field(IMAGE, "default the first task's"),
            "command": Field(ListOf(TEXT, least=1), command, required=True),
            "secrets": Field(
                MapOf(SECRET, ENV_NAME, "the name of an environment variable"),
                "environment variables filled from secrets, by reference",
            ),
        },
        "`on_exit`",
    )
