"""The settings of a task, each declared once.

The schema, the JSON Schema and the table of the docs, the capabilities of targets, what a task of
several nodes gets, and what is read back of an artifact come from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.schemas.shapes import Choice, ListOf, MapOf, Number, Whole
from shipway.settings.command_prefix import CommandPrefix
from shipway.settings.images import IMAGE
from shipway.settings.kubernetes_settings import KUBERNETES_SETTINGS
from shipway.settings.resource_settings import RESOURCE_SETTINGS
from shipway.settings.task_setting import TaskSetting, as_dict
from shipway.settings.units import DURATION
from shipway.settings.value_shapes import (
    ENV_NAME,
    ENV_REMEDY,
    ENV_SOURCE,
    ENV_VALUE,
    PLAIN,
    RUNNER,
    SECRET,
    TEXT,
    VOLUMES,
    to_env_source,
    to_volume,
)
from shipway.settings.values import RUN_ON, VOLUME_KINDS, Secret, TaskSettings


def _growth(settings: TaskSettings) -> float | None:
    """The factor of growth, where there is a second pause for it."""
    # One retry has one pause, and no pause grows from nothing.
    grows = settings.retry_delay and (settings.retries or 0) > 1 and settings.retry_backoff != 1
    return settings.retry_backoff if grows else None


def _volumes(settings: TaskSettings) -> Mapping[str, Any]:
    return {
        kind: {volume.mount: volume for volume in settings.volumes if volume.kind == kind}
        for kind in VOLUME_KINDS
    }


TASK_SETTINGS: tuple[TaskSetting, ...] = (
    TaskSetting(
        name="run_on",
        attribute="run_on",
        shape=Choice(RUN_ON),
        about="where a task runs: on the worker itself, or in a container of Docker or Kubernetes; "
        "default what the target's options say",
        artifact=lambda settings: {settings.run_on: settings.run_on},
        kinds={
            "local": "tasks on the worker itself",
            "docker": "tasks in containers of Docker",
            "kubernetes": "tasks in pods of Kubernetes",
        },
    ),
    TaskSetting(
        name="image",
        attribute="image",
        shape=IMAGE,
        about="container image that holds the project",
        capability="container image of a task",
    ),
    TaskSetting(
        name="command_prefix",
        attribute="command_prefix",
        shape=CommandPrefix(),
        about="words before the project's Python, such as the image's own entry point",
        typed=tuple,
        capability="words before a task's command",
    ),
    TaskSetting(
        name="retries",
        attribute="retries",
        shape=Whole(0),
        about="how often a failed task is retried",
        merge="greatest",
        capability="retries of a failed task",
    ),
    TaskSetting(
        name="retry_delay",
        attribute="retry_delay",
        shape=DURATION,
        about="pause before the first retry",
        merge="greatest",
        artifact=lambda settings: settings.retry_delay if settings.retries else None,
        counts_with=("retries",),
        capability="pause before a retry",
    ),
    TaskSetting(
        name="retry_backoff",
        attribute="retry_backoff",
        shape=Number(1),
        about="factor by which each further pause grows",
        merge="greatest",
        artifact=_growth,
        counts_with=("retries", "retry_delay"),
        capability="growing pauses",
    ),
    TaskSetting(
        name="timeout",
        attribute="timeout",
        shape=DURATION,
        about="how long one try may take",
        merge="sum",
        capability="time-out of a task",
    ),
    *RESOURCE_SETTINGS,
    TaskSetting(
        name="env",
        attribute="env",
        shape=MapOf(ENV_VALUE, ENV_NAME, "the name of an environment variable", ENV_REMEDY),
        about="environment variables, in plain text",
        merge="alike where set",
        by_key=True,
        typed=str,
        artifact=as_dict("env"),
        capability="environment variables",
    ),
    TaskSetting(
        name="secrets",
        attribute="secrets",
        shape=MapOf(SECRET, ENV_NAME, "the name of an environment variable", ENV_REMEDY),
        about="environment variables filled from secrets, by reference",
        merge="alike where set",
        by_key=True,
        typed=lambda secret: Secret(**secret),
        artifact=lambda settings: {n: (s.name, s.key) for n, s in settings.secrets.items()},
        capability="secrets by reference",
    ),
    TaskSetting(
        name="env_from",
        attribute="env_from",
        shape=ListOf(ENV_SOURCE),
        about="secrets and config maps each of whose keys becomes an environment variable",
        typed=lambda sources: tuple(map(to_env_source, sources)),
        artifact=lambda settings: {
            kind: [source.name for source in settings.env_from if source.kind == kind]
            for kind in ("secret", "config_map")
        },
        kinds={
            "secret": "all keys of a secret as variables",
            "config_map": "all keys of a config map as variables",
        },
    ),
    TaskSetting(
        name="volumes",
        attribute="volumes",
        shape=VOLUMES,
        about="volumes that a task mounts; `[]` for none, where the target's options name some",
        over_option=True,
        typed=lambda volumes: tuple(map(to_volume, volumes)),
        artifact=_volumes,
        kinds={
            "claim": "shared volumes",
            "config_map": "config maps as files",
            "secret": "secrets as files",
            "host_path": "folders of the machine",
            "empty_dir": "directories that end with the task, on disk or in memory",
        },
    ),
    TaskSetting(
        name="service_account",
        attribute="service_account",
        shape=TEXT,
        about="the account that the task runs as",
        capability="account a task runs as",
    ),
    *KUBERNETES_SETTINGS,
    TaskSetting(
        name="runner",
        attribute="runner",
        shape=RUNNER,
        about="Kedro's runner for a task of several nodes; default SequentialRunner",
        reason="Kedro's own business, inside the task: it is alike on every target",
    ),
    TaskSetting(
        name="targets",
        attribute="target_arguments",
        shape=MapOf(MapOf(PLAIN), like="a target"),
        about="further arguments of a target's own, by target: what its option `task` takes",
        by_key=True,
        levels=2,
        reason="each target checks its own: others do not look at it",
    ),
)

_BY_NAME: Mapping[str, TaskSetting] = {setting.name: setting for setting in TASK_SETTINGS}
_BY_KEY = [setting for setting in TASK_SETTINGS if setting.by_key]


def setting_of(key: str) -> TaskSetting:
    """Return the setting of a flat key: `resources.cpu`, or `env.LEVEL` of `env`."""
    # A free key may have dots of its own, as labels do.
    return _BY_NAME.get(key) or next(s for s in _BY_KEY if key.startswith(f"{s.name}."))


def request_of(key: str) -> str:
    """Return the setting of what a task asks for, `resources.cpu`, of that of a limit."""
    return key.replace("resources.limits.", "resources.")


def own_key(key: str) -> str:
    """Return the free part of such a key: `LEVEL` of `env.LEVEL`."""
    return key.removeprefix(f"{setting_of(key).name}.")


def is_section(name: str) -> bool:
    """Tell whether settings stand below a dotted name, and none at it."""
    return any(setting.name.startswith(f"{name}.") for setting in TASK_SETTINGS)
