"""Settings with their types: of a task, of a run, and of a pipeline as its section has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from shipway.model import Json
from shipway.settings.units import Quantity


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A reference to a secret: its name in the orchestrator's store, and the key in it."""

    name: str
    key: str


@dataclass(frozen=True, kw_only=True)
class Volume:
    """A volume claim and the absolute path at which it stands."""

    claim: str
    mount: str


@dataclass(frozen=True, kw_only=True)
class TaskSettings:
    """The settled settings of a task; `None` or empty where nothing was set.

    Args:
        retry_delay: seconds before the first retry.
        retry_backoff: factor of growth from one pause to the next; at least 1.
        timeout: seconds for one try.
        places: where each was set, by the name it has in `deploy.yml` (`resources.cpu`).
    """

    image: str | None = None
    retries: int | None = None
    retry_delay: float | None = None
    retry_backoff: float | None = None
    timeout: float | None = None
    cpu: Quantity | None = None
    memory: Quantity | None = None
    gpu: int | None = None
    gpu_type: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    volumes: tuple[Volume, ...] = ()
    service_account: str | None = None
    runner: str | None = None
    places: Mapping[str, str] = field(default_factory=dict)


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
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PipelineSettings(RunSettings):
    """What the document holds for one pipeline as a whole, with what only the planner asks for.

    Args:
        pipeline: the registered pipeline.
        name: what it is called on the orchestrator, when the settings say so.
        parameters: which may be set when a run is triggered: `all`, `none`, or those.
        groups: the nodes of each task that is named in the settings.
    """

    pipeline: str
    name: str | None = None
    parameters: str | tuple[str, ...] = "all"
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def place(self, key: str) -> str:
        """Return where a key was set."""
        first = key.partition(".")[0]
        return self.places.get(first, f"pipelines.{self.pipeline}.{first}, which is not set")

    def of_run(self, **settings: Any) -> RunSettings:
        """Return what of it a run has, with what the planner has settled in its place."""
        own = {item.name: getattr(self, item.name) for item in fields(RunSettings)}
        return RunSettings(**{**own, **settings})
