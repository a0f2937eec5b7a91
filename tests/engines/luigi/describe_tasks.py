"""Say what Luigi makes of modules of tasks; runs in Luigi's own Python.

Reads the paths of modules as JSON from standard input, and writes a list of what each holds; with
`--each`, of why it cannot be loaded.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import luigi
from luigi.configuration import LuigiConfigParser
from luigi.scheduler import Scheduler
from luigi.task import flatten
from luigi.worker import worker


def describe(path: Path, run_id: str) -> dict[str, Any]:
    """Load a module as an import does, with nothing left of the one before."""
    LuigiConfigParser._instance, LuigiConfigParser._config_paths = None, []
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (pipeline,) = (c for c in vars(module).values() if _is_pipeline(c))
    root = pipeline(run_id=run_id)
    tasks = {task.task_id: task for task in _below(root)}
    scheduler = Scheduler()
    result = {
        "name": root.task_namespace,
        "families": sorted(task.task_family for task in tasks.values()),
        "description": (type(root).__doc__ or "").replace("\n    ", "\n"),
        "job": module.JOB,
        "parameters": _parameters(module, root),
        "tasks": [_task(task) for task in tasks.values()],
        "last": [task.job["task"] for task in flatten(root.requires())],
        "source": path.read_text(encoding="utf-8"),
        "keep_alive": worker().keep_alive,
        "retry_delay": scheduler._config.retry_delay,
        "workers": luigi.interface.core().workers,
    }
    module.STDIN.close()
    module.LIFELINE.close()
    return result


def error_of(path: Path, run_id: str) -> str:
    """Return why Luigi takes a module with its configuration not; nothing where it does."""
    try:
        describe(path, run_id)
    except Exception as error:  # noqa: BLE001 - of whatever kind
        return repr(error)
    return ""


def _is_pipeline(item: object) -> bool:
    is_class = isinstance(item, type) and issubclass(item, luigi.WrapperTask)
    return is_class and item is not luigi.WrapperTask


def _below(root: luigi.Task) -> list[luigi.Task]:
    """The tasks that Luigi would run, as its worker finds them."""
    seen: dict[str, luigi.Task] = {}
    waiting = flatten(root.requires())
    while waiting:
        task = waiting.pop()
        if task.task_id not in seen:
            seen[task.task_id] = task
            waiting += flatten(task.requires())
    return list(seen.values())


def _parameters(module: Any, root: luigi.Task) -> dict[str, Any]:
    """What a run that sets nothing tells its tasks, after a way through Luigi's own texts."""
    again = type(root).from_str_params(root.to_str_params())
    flatten(again.requires())
    return {**getattr(module, "DEFAULTS", {}), **module.begin(root.run_id).get("inputs", {})}


def _task(task: Any) -> dict[str, Any]:
    return {
        "job": task.job,
        "needs": [each.job["task"] for each in flatten(task.requires())],
        "retry_count": task.retry_count,
        "disable_window": task.disable_window,
        "env": getattr(task, "env", {}),
        "marker": task.output().path,
    }


if __name__ == "__main__":
    paths = json.load(sys.stdin)
    look = error_of if sys.argv[1:] == ["--each"] else describe
    json.dump([look(Path(path), f"observed-{n}") for n, path in enumerate(paths)], sys.stdout)
