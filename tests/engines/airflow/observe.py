"""What Airflow 3 makes of many DAG files."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from shipway.artifacts.readback import Contents, TaskContents
from shipway.planner.plan import Plan
from shipway.targets.capabilities import CAPABILITIES
from shipway_exporters.containers.container_readback import without_options
from shipway_exporters.containers.place import in_containers
from shipway_exporters.values.days import first_day

from .env import airflow_env
from .exported import job_of
from .load import LoadedAsset, LoadedDag, LoadedTask, load_dags
from .observe_containers import container_settings

_EACH = frozenset(
    name
    for name in CAPABILITIES
    if name.startswith(("run_on.", "resources.", "env_from.", "volumes.", "kubernetes."))
)
KEYS = frozenset(
    {"parameters", "retries", "retry_delay", "retry_backoff", "timeout", "env", "owner", "labels"}
    | {"schedule.cron", "schedule.datasets", "schedule.start", "schedule.catchup"}
    | {"concurrency.runs", "concurrency.tasks", "description"}
    | {"pipeline", "from_run", "before_run", "stored", "runner"}
)
KEYS |= {"image", "command_prefix", "secrets", "service_account", *_EACH}
_PLACES = {
    "KedroOperator": "local",
    "DockerOperator": "docker",
    "KubernetesPodOperator": "kubernetes",
}
_TOLD = ("pipeline", "from_run", "before_run", "stored")
OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"run_on": "docker", "image": "shop:1", "volumes": [{"claim": "data", "mount": "/app/data"}]},
    {
        "run_on": "kubernetes",
        "image": "shop:1",
        "volumes": [{"claim": "data", "mount": "/app/data"}],
        "startup_timeout": "10m",
    },
    {
        "executor": "kubernetes",
        "container": {"project_dir": "/app"},
        "volumes": [{"claim": "data", "mount": "/app/data"}],
    },
)
OPTIONS += tuple({**options, "version": "2.11"} for options in OPTIONS[1:3])
WAYS = len(OPTIONS)
UNSEEN = {
    **{
        name: "a notifier is code, which nothing stores: test_notify.py"
        for name in CAPABILITIES
        if name.startswith("notify.")
    },
    **{
        f"run_parameters.{fact}": "filled as a task runs: test_runs.py, test_values.py"
        for fact in ("logical_date", "run_id", "interval_start", "interval_end")
    },
    "memory.store": "no setting of a DAG: its tasks, edges and `stored` are compared",
    "memory.cleanup": "no setting: the tasks and their edges are compared",
    "local_files": "a property of where tasks run",
    "run_with": "what the operator calls: test_exported.py, test_values.py",
}
BARE_START = datetime(2024, 1, 1, tzinfo=timezone.utc)
BARE_RUNS, BARE_TASKS, BARE_PAUSE = 16, 16, 300
"""Airflow's own limits and pause where a DAG sets none."""


def observe(scratch: Path, cases: Sequence[tuple[Plan, Path]]) -> list[Contents]:
    """Load all at once; each DAG gets a folder of its own."""
    dags = scratch / "dags"
    for number, (plan, folder) in enumerate(cases):
        target = dags / f"case{number}" / f"{plan.name}.py"
        target.parent.mkdir(parents=True)
        text = (folder / f"{plan.name}.py").read_text(encoding="utf-8")
        target.write_text(text.replace(f'dag_id="{plan.name}"', f'dag_id="case{number}"'))
    loaded: dict[str, LoadedDag] = {}
    for major, folder in _by_version(dags, cases).items():
        document = load_dags(airflow_env(major, scratch), folder, timeout=200 + len(cases))
        assert not document.import_errors, document.import_errors
        loaded |= document.dags
    shutil.rmtree(dags)
    return [_view(loaded[f"case{n}"], plan) for n, (plan, _) in enumerate(cases)]


def _by_version(dags: Path, cases: Sequence[tuple[Plan, Path]]) -> dict[int, Path]:
    """The folder of each major version, which has the cases that are for it."""
    majors = [2 if str(plan.options.get("version")) == "2.11" else 3 for plan, _ in cases]
    for number, major in enumerate(majors):
        (dags / f"case{number}").rename(_made(dags / f"airflow{major}") / f"case{number}")
    return {major: dags / f"airflow{major}" for major in sorted(set(majors))}


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def _view(dag: LoadedDag, plan: Plan) -> Contents:
    return Contents(
        name=plan.name,
        tasks={name: _task(plan, task) for name, task in dag.tasks.items()},
        parameters={name: param.value for name, param in dag.params.items()},
        run=_run(dag, plan),
        keys=KEYS,
    )


def _task(plan: Plan, task: LoadedTask) -> TaskContents:
    """The task that empties the store takes what the last one that uses it has."""
    job = job_of(task)
    is_cleanup = task.task_id == plan.cleanup
    pause = task.retry_delay if task.retry_delay != BARE_PAUSE else None
    settings: dict[str, Any] = {
        "retries": task.retries,
        "retry_delay": pause if task.retries else None,
        "retry_backoff": _growth(task) if task.retries > 1 and pause else None,
        "timeout": task.execution_timeout,
        "env": task.attributes.get("env"),
        **{key: job.get(key) for key in _TOLD},
        "runner": _runner(job.get("runner")),
        **({} if is_cleanup else _of_container(plan, task)),
    }
    return TaskContents(
        nodes=job.get("nodes") or {},
        needs=task.upstream,
        settings={k: value for k, value in settings.items() if value and not is_cleanup},
    )


def _growth(task: LoadedTask) -> float:
    """Airflow 2 knows only doubling, and no factor."""
    growth = task.retry_exponential_backoff
    return 2.0 if growth is True else growth


def _of_container(plan: Plan, task: LoadedTask) -> dict[str, Any]:
    """What a container has, and where it is, besides what the options of the target lend it."""
    place = _PLACES[task.operator]
    settings = container_settings(plan, task)
    if plan.task_by_name[task.task_id].settings.run_on:
        settings[f"run_on.{place}"] = place
    else:
        assert place == plan.options.get("run_on", "local")
    if place != "local":
        assert not task.attributes.get("env")
    return without_options(in_containers(plan), task.task_id, settings)


def _runner(name: str | None) -> str | None:
    """Kedro's own is what a task has where nothing was set."""
    return name if name != "SequentialRunner" else None


def _limit(result: int, goal: int | None, bare: int) -> int | None:
    """Airflow's own limit stands for none where none was set."""
    return None if goal is None and result == bare else result


def _dataset(asset: LoadedAsset, project: str) -> str:
    """The dataset that an asset stands for; a dataset of Airflow 2 has only its URI."""
    uri = f"kedro://{project}/"
    if asset.name.startswith(uri):
        return unquote(asset.name.removeprefix(uri))
    return asset.name.removeprefix(f"{project}.")


def _start(start: datetime | None, plan: Plan) -> str | None:
    """Airflow 2 takes no scheduled DAG without one."""
    is_bare = start == BARE_START and not (plan.run.schedule and plan.run.schedule.start)
    return None if start is None or is_bare else first_day(start, plan)


def _run(dag: LoadedDag, plan: Plan) -> dict[str, Any]:
    result: dict[str, Any] = {
        "schedule.catchup": dag.catchup,
        "concurrency.runs": _limit(dag.max_active_runs, plan.run.runs, BARE_RUNS),
        "concurrency.tasks": _limit(dag.max_active_tasks, plan.run.parallel_tasks, BARE_TASKS),
        "labels": dict(tag.split(":", 1) for tag in dag.tags),
        "owner": dag.owner if dag.owner != "airflow" else None,
        "description": dag.doc_md if plan.run.description else None,
        "schedule.start": _start(dag.start_date, plan),
        "schedule.datasets": frozenset(
            _dataset(asset, plan.project) for asset in dag.schedule.assets
        ),
    }
    if dag.schedule.cron:
        result["schedule.cron"] = (dag.schedule.cron, dag.schedule.timezone)
    return {key: value for key, value in result.items() if value}
