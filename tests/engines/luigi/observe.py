"""What Luigi makes of many modules of tasks."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from shipway.artifacts.readback import Contents, TaskContents
from shipway.planner.plan import Plan

from .env import luigi_env

KEYS = frozenset(
    {"parameters", "retries", "retry_delay", "timeout", "env", "description", "concurrency.tasks"}
    | {"pipeline", "digest", "from_run", "before_run", "stored", "runner", "memory.store"}
)
OPTIONS: tuple[dict[str, Any], ...] = ({}, {"python": "/venv/bin/python", "state": "/state"})
UNSEEN = {
    **{
        f"run_parameters.{fact}": "filled as a task runs: test_runs.py"
        for fact in ("logical_date", "run_id")
    },
    "memory.cleanup": "no setting: the tasks and their edges are compared",
    "local_files": "a property of where tasks run",
    "run_on.local": "Luigi runs all tasks so",
}
SCRIPT = Path(__file__).with_name("describe_tasks.py")


def observe(scratch: Path, cases: Sequence[tuple[Plan, Path]]) -> list[Contents]:
    """Load all modules in one process."""
    modules = [str(_observable(folder / plan.name, scratch)) for plan, folder in cases]
    env = luigi_env()
    outcome = subprocess.run(
        [env.python, SCRIPT],
        env=env.variables(),
        cwd=scratch,
        input=json.dumps(modules),
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr[-4000:]
    return [
        _view(view, plan) for view, (plan, _) in zip(json.loads(outcome.stdout), cases, strict=True)
    ]


def _observable(folder: Path, scratch: Path) -> Path:
    """The module, with its markers in a folder that can be made; nothing else of it changes."""
    module = folder / "luigi_tasks.py"
    text = module.read_text(encoding="utf-8")
    state = scratch / "state" / folder.parent.name
    module.write_text(text.replace('"/state"', repr(str(state))), encoding="utf-8")
    return module


def _view(view: Mapping[str, Any], plan: Plan) -> Contents:
    assert len(set(view["families"])) == len(view["tasks"])
    # On a disk that does not tell cases apart, markers must not meet.
    markers = [task["marker"].lower() for task in view["tasks"]]
    assert len(set(markers)) == len(markers)
    assert sorted(view["last"]) == sorted([plan.cleanup] if plan.cleanup else plan.last)
    return Contents(
        name=view["name"],
        tasks={task["job"]["task"]: _task(task, view) for task in view["tasks"]},
        parameters=view["parameters"],
        run=dict(_run(view, plan)),
        keys=KEYS,
    )


def _task(task: Mapping[str, Any], view: Mapping[str, Any]) -> TaskContents:
    job = task["job"]
    settings = {} if job.get("clean_store") else dict(_settings(task, view))
    return TaskContents(
        nodes=job["nodes"] if isinstance(job["nodes"], dict) else dict.fromkeys(job["nodes"]),
        needs=frozenset(task["needs"]),
        settings={key: value for key, value in settings.items() if value},
    )


def _settings(task: Mapping[str, Any], view: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    job = {**view["job"], **task["job"]}
    if view["keep_alive"] and task["retry_count"] > 1:
        # Failures of an hour ago would not count otherwise.
        assert task["disable_window"] > 86400
        yield "retries", task["retry_count"] - 1
        yield "retry_delay", view["retry_delay"]
    yield "env", task["env"]
    for key in ("timeout", "pipeline", "from_run", "before_run", "stored", "runner"):
        yield key, job.get(key)
    yield "digest", job["digests"][job["pipeline"]]


def _run(view: Mapping[str, Any], plan: Plan) -> Iterator[tuple[str, Any]]:
    if plan.run.parallel_tasks or view["workers"] != 1:
        yield "concurrency.tasks", view["workers"]
    if not view["description"].startswith("Kedro pipeline `"):
        yield "description", view["description"]
    if store := view["job"].get("store"):
        yield "memory.store", store
