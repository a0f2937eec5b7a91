"""Settings with their types: of a task, of a run, and of a pipeline as its section has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

from shipway.model import Json
from shipway.settings.quantities import Quantity


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A reference to a secret: its name in the orchestrator's store, and the key in it."""

    name: str
    key: str


VolumeKind = Literal["claim", "config_map", "secret", "host_path", "empty_dir"]
VOLUME_KINDS: tuple[VolumeKind, ...] = get_args(VolumeKind)
RunOn = Literal["local", "docker", "kubernetes"]
RUN_ON: tuple[RunOn, ...] = get_args(RunOn)


@dataclass(frozen=True, kw_only=True)
class Volume:
    """A volume, and the absolute path at which a task sees it.

    Args:
        kind: what it is: a claim, the values of a config map or of a secret, a folder of the
            machine, or an empty directory that ends with the task.
        source: the name of the claim, the config map or the secret, or the absolute path on the
            machine; empty for an empty directory.
        key: the one value of a config map or a secret that stands at `mount`, as a file; `None` for
            all of them, as files in that folder.
        medium: `Memory` for an empty directory in memory.
        size: the most that an empty directory holds.
        read_only: whether the task cannot write there.
    """

    kind: VolumeKind
    source: str = ""
    mount: str
    key: str | None = None
    medium: str | None = None
    size: Quantity | None = None
    read_only: bool = False


@dataclass(frozen=True, kw_only=True)
class EnvSource:
    """A secret or a config map each of whose keys becomes an environment variable."""

    kind: Literal["secret", "config_map"]
    name: str


@dataclass(frozen=True, kw_only=True)
class Toleration:
    """A taint that a pod stands. Source: Kubernetes, Toleration.

    Args:
        operator: `Equal`, or `Exists` where any value will do.
        effect: the effect of the taint; `None` for any.
        seconds: how long a pod may stay; `None` for as long as it takes.
    """

    key: str | None = None
    operator: str = "Equal"
    value: str | None = None
    effect: str | None = None
    seconds: int | None = None


@dataclass(frozen=True, kw_only=True)
class TaskSettings:
    """The settled settings of a task; `None` or empty where nothing was set.

    Args:
        retry_delay: seconds before the first retry.
        retry_backoff: factor of growth from one pause to the next; at least 1.
        timeout: seconds for one try.
        run_on: where it runs, or `None` for what the target's options say.
        cpu_limit, memory_limit, ephemeral_storage_limit: the most that it may use, where that is
            not what it asks for.
        command_prefix: words before the project's Python, such as an image's own entry point.
        target_arguments: further arguments of a target's own, by target and name (`airflow.pool`);
            as they are written, since that target alone knows them.
        places: where each was set, by the name it has in `deploy.yml` (`resources.cpu`).
        of_layers_above: those of a more general layer than the one that says where the task runs.
    """

    run_on: RunOn | None = None
    image: str | None = None
    command_prefix: tuple[str, ...] = ()
    retries: int | None = None
    retry_delay: float | None = None
    retry_backoff: float | None = None
    timeout: float | None = None
    cpu: Quantity | None = None
    memory: Quantity | None = None
    gpu: int | None = None
    gpu_type: str | None = None
    ephemeral_storage: Quantity | None = None
    cpu_limit: Quantity | None = None
    memory_limit: Quantity | None = None
    ephemeral_storage_limit: Quantity | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    env_from: tuple[EnvSource, ...] = ()
    volumes: tuple[Volume, ...] = ()
    service_account: str | None = None
    namespace: str | None = None
    node_selector: Mapping[str, str] = field(default_factory=dict)
    tolerations: tuple[Toleration, ...] = ()
    pod_labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    image_pull_policy: str | None = None
    image_pull_secrets: tuple[str, ...] = ()
    priority_class: str | None = None
    runner: str | None = None
    target_arguments: Mapping[str, Any] = field(default_factory=dict)
    of_layers_above: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_own_volumes(self) -> bool:
        """Whether they stand in the place of those that the target's options name."""
        return bool(self.volumes) or "volumes" in self.places


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When a pipeline runs: by the clock, or when datasets have been written.

    Args:
        parameters: values that runs by the clock get, by dotted name.
    """

    cron: str | None = None
    timezone: str = "UTC"
    datasets: tuple[str, ...] = ()
    start: str | None = None
    catchup: bool = False
    parameters: Mapping[str, Json] = field(default_factory=dict)


NoticeKind = Literal["email", "webhook"]
NOTICE_KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Who hears how a run has ended.

    Args:
        to: addresses, or the name by which the orchestrator knows a webhook and its URL.
    """

    kind: NoticeKind
    to: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """The settled settings of a pipeline as a whole.

    Args:
        runs: runs at once, or `None` for the orchestrator's default.
        parallel_tasks: tasks of one run at once, likewise.
        one_at_a_time: whether no two tasks of the pipeline ever run at once.
        run_parameters: facts of a run by the dotted name of the parameter they fill.
        project_dir: the project's folder where tasks run.
        conf_source: where the configuration stands there, when the settings say so.
        run_with: what a task calls: `shipway.runtime`, or `kedro run`.
        memory: what was asked to happen to datasets in memory, or `None` when nothing was.
        store: URL of the folder that keeps them, with `memory: store`.
        keep_store: whether they stay after a run that succeeded.
        load_versions: versions to load, by dataset.
        on_failure, on_success: who hears of a run that has failed, or succeeded.
        places: where each was set, by its first word in `deploy.yml` (`schedule`).
    """

    schedule: Schedule | None = None
    runs: int | None = None
    parallel_tasks: int | None = None
    one_at_a_time: bool = False
    run_parameters: Mapping[str, str] = field(default_factory=dict)
    project_dir: str | None = None
    owner: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    description: str | None = None
    group_by: str = "none"
    conf_source: str | None = None
    run_with: str = "shipway"
    memory: str | None = None
    store: str | None = None
    keep_store: bool = False
    load_versions: Mapping[str, str] = field(default_factory=dict)
    on_failure: tuple[Notice, ...] = ()
    on_success: tuple[Notice, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PipelineSettings(RunSettings):
    """What the document holds for one pipeline as a whole, with what only the planner asks for.

    Args:
        pipeline: the registered pipeline.
        job: the job of it that these are of, or `None`.
        name: what it is called on the orchestrator, when the settings say so.
        parameters: which may be set when a run is triggered: `all`, `none`, or those.
        groups: the nodes of each task that is named in the settings.
    """

    pipeline: str
    job: str | None = None
    name: str | None = None
    parameters: str | tuple[str, ...] = "all"
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def place(self, key: str) -> str:
        """Return where a key was set."""
        first = key.partition(".")[0]
        section = f"pipelines.{self.pipeline}" if self.job is None else f"jobs.{self.job}"
        return self.places.get(first, f"{section}.{first}, which is not set")

    def of_run(self, **settings: Any) -> RunSettings:
        """Return what of it a run has, with what the planner has settled in its place."""
        own = {item.name: getattr(self, item.name) for item in fields(RunSettings)}
        return RunSettings(**{**own, **settings})
