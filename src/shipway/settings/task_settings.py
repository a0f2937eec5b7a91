"""The settings of a task, each declared once.

The schema, the JSON Schema and the table of the docs, the capabilities of targets, what a task of
several nodes gets, and what is read back of an artifact come from here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from shipway.schemas.shapes import Choice, ListOf, MapOf, Number, Shape, Text, Whole
from shipway.settings.units import DURATION, QUANTITY, Quantity
from shipway.settings.value_shapes import (
    ENV_NAME,
    ENV_SOURCE,
    ENV_VALUE,
    PLAIN,
    PULL_POLICIES,
    RUNNER,
    SECRET,
    TEXT,
    TOLERATION,
    VOLUMES,
    to_env_source,
    to_toleration,
    to_volume,
)
from shipway.settings.values import RUN_ON, VOLUME_KINDS, Secret, TaskSettings

Merge = Literal["greatest", "greatest limit", "sum", "alike", "alike where set"]


@dataclass(frozen=True, kw_only=True)
class TaskSetting:
    """All that is known of one setting of a task.

    Args:
        name: as `deploy.yml` has it, dotted below a section (`resources.cpu`).
        attribute: the one of `TaskSettings` that holds it.
        shape: what its value must look like.
        about: what it means, for people.
        merge: what a task of several nodes gets: the greatest of their values, of a limit that
            and of what those without one ask for; their sum, and nothing unless all have one; or
            the one that all have, or all of those that have one.
        by_key: whether its keys are settings of their own, so that precedence and `merge` look at
            each by itself.
        levels: how deep those keys are nested (`airflow.pool` of `targets`).
        typed: from the checked value, or that of one key, to what the attribute holds.
        artifact: what an artifact must say of it, where that is not what the attribute holds.
        capability: what a target declares for it, in the words of the table.
        kinds: the same where a target declares each of its kinds by itself (`volumes.claim`), by
            kind; `artifact` then gives what an artifact must say of each.
        reason: why no target declares anything for it.
    """

    name: str
    attribute: str
    shape: Shape[Any]
    about: str
    merge: Merge = "alike"
    by_key: bool = False
    levels: int = 1
    typed: Callable[[Any], Any] = lambda value: value
    artifact: Callable[[TaskSettings], Any] | None = None
    capability: str = ""
    kinds: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    @property
    def capabilities(self) -> Mapping[str, str]:
        """What a target declares for it, by name, in the words of the table."""
        if self.kinds:
            return {f"{self.name}.{kind}": about for kind, about in self.kinds.items()}
        return {self.name: self.capability} if self.capability else {}

    def in_artifact(self, settings: TaskSettings) -> Mapping[str, Any]:
        """Return what an artifact must say of it, by the names of `capabilities`, or by its own.

        Nothing, or something empty, stands for nothing.
        """
        value = self.artifact(settings) if self.artifact else getattr(settings, self.attribute)
        if self.kinds:
            return {f"{self.name}.{kind}": value.get(kind) for kind in self.kinds}
        return {self.name: value}

    def needs(self, settings: TaskSettings) -> list[str]:
        """Return the capabilities that it takes where it is set; of its kinds, those in use."""
        if self.kinds:
            return [name for name, value in self.in_artifact(settings).items() if value]
        return list(self.capabilities)


def _growth(settings: TaskSettings) -> float | None:
    """The factor of growth, where there is a second pause for it."""
    # One retry has one pause, and no pause grows from nothing.
    grows = settings.retry_delay and (settings.retries or 0) > 1 and settings.retry_backoff != 1
    return settings.retry_backoff if grows else None


def _text(attribute: str) -> Callable[[TaskSettings], Any]:
    """A quantity as it is written."""

    def text(settings: TaskSettings) -> str | None:
        quantity: Quantity | None = getattr(settings, attribute)
        return quantity.text if quantity else None

    return text


def _plain(attribute: str) -> Callable[[TaskSettings], Any]:
    return lambda settings: dict(getattr(settings, attribute))


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
        shape=Text(r"\S+", "an image reference"),
        about="container image that holds the project",
        capability="container image of a task",
    ),
    TaskSetting(
        name="command_prefix",
        attribute="command_prefix",
        shape=ListOf(TEXT, least=1),
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
        artifact=_text("cpu"),
        capability="cores of a task",
    ),
    TaskSetting(
        name="resources.memory",
        attribute="memory",
        shape=QUANTITY,
        about="bytes: `512Mi`, `16Gi`",
        merge="greatest",
        artifact=_text("memory"),
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
        name="resources.ephemeral_storage",
        attribute="ephemeral_storage",
        shape=QUANTITY,
        about="bytes of the machine's own disk: `10Gi`",
        merge="greatest",
        artifact=_text("ephemeral_storage"),
        capability="disk of a task",
    ),
    TaskSetting(
        name="resources.limits.cpu",
        attribute="cpu_limit",
        shape=QUANTITY,
        about="the most cores; default `resources.cpu`",
        merge="greatest limit",
        artifact=_text("cpu_limit"),
        capability="more cores at times than a task asks for",
    ),
    TaskSetting(
        name="resources.limits.memory",
        attribute="memory_limit",
        shape=QUANTITY,
        about="the most memory; default `resources.memory`",
        merge="greatest limit",
        artifact=_text("memory_limit"),
        capability="more memory at times than a task asks for",
    ),
    TaskSetting(
        name="resources.limits.ephemeral_storage",
        attribute="ephemeral_storage_limit",
        shape=QUANTITY,
        about="the most disk; default `resources.ephemeral_storage`",
        merge="greatest limit",
        artifact=_text("ephemeral_storage_limit"),
        capability="more disk at times than a task asks for",
    ),
    TaskSetting(
        name="env",
        attribute="env",
        shape=MapOf(ENV_VALUE, ENV_NAME, "the name of an environment variable"),
        about="environment variables, in plain text",
        merge="alike where set",
        by_key=True,
        typed=str,
        artifact=_plain("env"),
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
        about="volumes that a task mounts",
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
    TaskSetting(
        name="kubernetes.namespace",
        attribute="namespace",
        shape=TEXT,
        about="the namespace of the pod; default that of the orchestrator's connection",
        capability="namespace of a pod",
    ),
    TaskSetting(
        name="kubernetes.node_selector",
        attribute="node_selector",
        shape=MapOf(TEXT),
        about="labels of the machines that may run it",
        by_key=True,
        artifact=_plain("node_selector"),
        capability="choice of machines by label",
    ),
    TaskSetting(
        name="kubernetes.tolerations",
        attribute="tolerations",
        shape=ListOf(TOLERATION),
        about="taints of machines that it tolerates",
        typed=lambda items: tuple(map(to_toleration, items)),
        capability="tolerance of taints",
    ),
    TaskSetting(
        name="kubernetes.labels",
        attribute="pod_labels",
        shape=MapOf(TEXT),
        about="labels of the pod, besides those of the pipeline",
        merge="alike where set",
        by_key=True,
        artifact=_plain("pod_labels"),
        capability="labels of a pod",
    ),
    TaskSetting(
        name="kubernetes.annotations",
        attribute="annotations",
        shape=MapOf(TEXT),
        about="annotations of the pod",
        merge="alike where set",
        by_key=True,
        artifact=_plain("annotations"),
        capability="annotations of a pod",
    ),
    TaskSetting(
        name="kubernetes.image_pull_policy",
        attribute="image_pull_policy",
        shape=Choice(PULL_POLICIES),
        about="when the image is pulled",
        capability="when an image is pulled",
    ),
    TaskSetting(
        name="kubernetes.image_pull_secrets",
        attribute="image_pull_secrets",
        shape=ListOf(TEXT),
        about="secrets for pulling the image",
        typed=tuple,
        capability="secrets for pulling an image",
    ),
    TaskSetting(
        name="kubernetes.priority_class",
        attribute="priority_class",
        shape=TEXT,
        about="the pod's priority class",
        capability="priority class of a pod",
    ),
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
