"""The settings of a task, each declared once.

The schema, the JSON Schema and the table of the docs, the capabilities of targets, what a task of
several nodes gets, and what is read back of an artifact come from here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from shipway.schemas.shapes import ListOf, MapOf, Number, Shape, Text, Whole
from shipway.settings.units import DURATION, QUANTITY
from shipway.settings.value_shapes import ENV_NAME, ENV_VALUE, RUNNER, SECRET, TEXT, VOLUME
from shipway.settings.values import Secret, TaskSettings, Volume

Merge = Literal["greatest", "sum", "alike", "alike where set"]


@dataclass(frozen=True, kw_only=True)
class TaskSetting:
    """All that is known of one setting of a task.

    Args:
        name: as `deploy.yml` has it, dotted below a section (`resources.cpu`).
        attribute: the one of `TaskSettings` that holds it.
        shape: what its value must look like.
        about: what it means, for people.
        merge: what a task of several nodes gets: the greatest of their values; their sum, and
            nothing unless all have one; or the one that all have, or all of those that have one.
        by_key: whether its keys are settings of their own, so that precedence and `merge` look at
            each by itself.
        typed: from the checked value, or that of one key, to what the attribute holds.
        artifact: what an artifact must say of it, where that is not what the attribute holds.
        capability: what a target declares for it, in the words of the table.
        reason: why no target declares anything for it.
    """

    name: str
    attribute: str
    shape: Shape[Any]
    about: str
    merge: Merge = "alike"
    by_key: bool = False
    typed: Callable[[Any], Any] = lambda value: value
    artifact: Callable[[TaskSettings], Any] | None = None
    capability: str = ""
    reason: str = ""

    def in_artifact(self, settings: TaskSettings) -> Any:
        """Return what an artifact must say of it; nothing, or something empty, for nothing."""
        return self.artifact(settings) if self.artifact else getattr(settings, self.attribute)


def _growth(settings: TaskSettings) -> float | None:
    """The factor of growth, where there is a second pause for it."""
    # One retry has one pause, and no pause grows from nothing.
    grows = settings.retry_delay and (settings.retries or 0) > 1 and settings.retry_backoff != 1
    return settings.retry_backoff if grows else None


TASK_SETTINGS: tuple[TaskSetting, ...] = (
    TaskSetting(
        name="image",
        attribute="image",
        shape=Text(r"\S+", "an image reference"),
        about="container image that holds the project",
        capability="container image of a task",
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
        capability="pause before a retry",
    ),
    TaskSetting(
        name="retry_backoff",
        attribute="retry_backoff",
        shape=Number(1),
        about="factor by which each further pause grows",
        merge="greatest",
        artifact=_growth,
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
    TaskSetting(
        name="resources.cpu",
        attribute="cpu",
        shape=QUANTITY,
        about="cores: `500m`, `2`",
        merge="greatest",
        artifact=lambda settings: settings.cpu and settings.cpu.text,
        capability="cores of a task",
    ),
    TaskSetting(
        name="resources.memory",
        attribute="memory",
        shape=QUANTITY,
        about="bytes: `512Mi`, `16Gi`",
        merge="greatest",
        artifact=lambda settings: settings.memory and settings.memory.text,
        capability="memory of a task",
    ),
    TaskSetting(
        name="resources.gpu",
        attribute="gpu",
        shape=Whole(1),
        about="number of devices",
        merge="greatest",
        capability="accelerators of a task",
    ),
    TaskSetting(
        name="resources.gpu_type",
        attribute="gpu_type",
        shape=TEXT,
        about="resource name of the device, such as `nvidia.com/gpu`",
        merge="alike where set",
        artifact=lambda settings: settings.gpu_type if settings.gpu else None,
        capability="kind of accelerator",
    ),
    TaskSetting(
        name="env",
        attribute="env",
        shape=MapOf(ENV_VALUE, ENV_NAME, "the name of an environment variable"),
        about="environment variables, in plain text",
        merge="alike where set",
        by_key=True,
        typed=str,
        artifact=lambda settings: dict(settings.env),
        capability="environment variables",
    ),
    TaskSetting(
        name="secrets",
        attribute="secrets",
        shape=MapOf(SECRET, ENV_NAME, "the name of an environment variable"),
        about="environment variables filled from secrets, by reference",
        merge="alike where set",
        by_key=True,
        typed=lambda secret: Secret(**secret),
        artifact=lambda settings: {n: (s.name, s.key) for n, s in settings.secrets.items()},
        capability="secrets by reference",
    ),
    TaskSetting(
        name="volumes",
        attribute="volumes",
        shape=ListOf(VOLUME),
        about="volumes that all tasks share",
        typed=lambda volumes: tuple(Volume(**volume) for volume in volumes),
        artifact=lambda settings: {volume.mount: volume.claim for volume in settings.volumes},
        capability="shared volumes",
    ),
    TaskSetting(
        name="service_account",
        attribute="service_account",
        shape=TEXT,
        about="the account that the task runs as",
        capability="account a task runs as",
    ),
    TaskSetting(
        name="runner",
        attribute="runner",
        shape=RUNNER,
        about="Kedro's runner for a task of several nodes; default SequentialRunner",
        reason="Kedro's own business, inside the task: it is alike on every target",
    ),
)

_BY_NAME: Mapping[str, TaskSetting] = {setting.name: setting for setting in TASK_SETTINGS}


def setting_of(key: str) -> TaskSetting:
    """Return the setting of a flat key: `resources.cpu`, or `env.LEVEL` of `env`."""
    return _BY_NAME.get(key) or _BY_NAME[key.partition(".")[0]]
