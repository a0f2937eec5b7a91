"""From a plan to the parts of a file of definitions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from shipway.artifacts.descriptions import export_command, summary, title
from shipway.artifacts.files import seal_placeholder
from shipway.artifacts.python_literals import (
    Call,
    Code,
    arguments,
    columns,
    escaped,
    literal,
    string,
)
from shipway.planner.plan import Plan, Task
from shipway_exporters.containers.place import last_of_store
from shipway_exporters.dagster.assets import Assets
from shipway_exporters.dagster.executor import executor
from shipway_exporters.dagster.jobs import LONGEST_JOB, Jobs, run_parameters
from shipway_exporters.dagster.names import functions, op_name, resource_key
from shipway_exporters.dagster.notifications import EVENTS, webhooks
from shipway_exporters.dagster.own_arguments import pool_of
from shipway_exporters.dagster.parameters import entries_of, run_config
from shipway_exporters.dagster.place import is_in_pods, place_of
from shipway_exporters.dagster.pods_in_file import Pods
from shipway_exporters.dagster.retry import growth, retry_policy
from shipway_exporters.dagster.tags import run_tags

_CLEANUP = "clean up store"


class Lowering:
    """Turns one plan into what the template needs."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.jobs = Jobs(plan)
        self.assets = Assets(plan)
        self.entries = entries_of(plan)
        names = [*(task.name for task in plan.tasks), *([plan.cleanup] if plan.cleanup else [])]
        self.functions = functions(names, plan.name)
        self.policies = {t.name: retry_policy(t, plan.options.get("jitter")) for t in plan.tasks}
        self.usual_policy = Counter(self.policies.values()).most_common(1)[0][0]
        self.in_pods = is_in_pods(plan.options)
        self.pods = Pods(plan)
        self.executor = executor(plan)
        self.growths = {task.name: growth(task) for task in plan.tasks}
        self.usual_growth = Counter(filter(None, self.growths.values())).most_common(1)

    def context(self) -> dict[str, Any]:
        plan = self.plan
        tasks = [self._task(task) for task in plan.tasks]
        return {
            "seal": seal_placeholder(),
            "title": escaped(title(plan)),
            "command": escaped(export_command(plan, "dagster")),
            **place_of(plan).context(),
            **self.pods.context(),
            "run": _constant("RUN", self.jobs.run),
            "retry": _constant("RETRY", self.usual_policy) if self.usual_policy else None,
            "has_retries": any(self.policies.values()),
            "runs": plan.run.runs,
            "growth": self.usual_growth[0][0] if self.usual_growth else None,
            "executor": _constant("EXECUTOR", self.executor) if self.executor else None,
            "has_env": any(map(self._env, plan.tasks)),
            "from_run": bool(plan.from_run),
            "odd_keys": self._odd_keys(),
            "cleans": plan.cleanup is not None,
            **self._parameters(),
            "sources": _listed("SOURCES", list(self.assets.sources())),
            "tasks": [*tasks, *self._cleanup()],
            "listed": _listed("TASKS", [Code(name) for name in self.functions.values()]),
            **self._definitions(),
        }

    def _odd_keys(self) -> str | None:
        odd = self.assets.datasets.odd_keys if self.plan.from_run else {}
        return _constant("KEYS", odd) if odd else None

    def _parameters(self) -> dict[str, Any]:
        declarations = [entry.declaration for entry in self.entries]
        names = {entry.name: entry.parameter.name for entry in self.entries}
        facts = run_parameters(self.plan)
        return {
            "entries": declarations,
            "has_any": any("Any" in line.partition("=")[0] for line in declarations),
            "names": _constant("NAMES", names) if names else None,
            "longest_job": LONGEST_JOB,
            "has_fields": any(entry.parameter.source for entry in self.entries),
            "resource_text": string(resource_key(self.plan.name)),
            "facts": literal(facts, 4, len("    facts = ")) if facts else None,
            "scheduled": "logical_date" in self.plan.run.run_parameters.values(),
        }

    def _task(self, task: Task) -> dict[str, str]:
        function = self.functions[task.name]
        return {
            "decorator": arguments(self._decorator(task), 4),
            "head": self._head(function),
            "call": self._call(dict(self._arguments(task))),
        }

    def _decorator(self, task: Task) -> Iterator[tuple[str, Any]]:
        yield "name", op_name(self.plan.name, task.name)
        yield "specs", self.assets.specs(task)
        if pool := pool_of(self.plan, task):
            yield "pool", pool
        yield from self.pods.of(task)
        if policy := self.policies[task.name]:
            yield "retry_policy", Code("RETRY") if policy == self.usual_policy else policy

    def _head(self, function: str) -> str:
        """The first line of a function, or several where it is long."""
        names = ["context: dg.AssetExecutionContext"]
        if self.entries:
            names.append(f"{resource_key(self.plan.name)}: Parameters")
        line = f"def {function}({', '.join(names)}):"
        if columns(line) <= 88:
            return line
        lines = "".join(f"    {name},\n" for name in names)
        return f"def {function}(\n{lines}):"

    def _call(self, job: Mapping[str, Any]) -> str:
        names = ["context", *([resource_key(self.plan.name)] if self.entries else [])]
        call = Call("kedro", tuple(map(Code, names)), tuple(job.items()))
        return literal(call, 4, len("    yield from "), 0)

    def _arguments(self, task: Task) -> Iterator[tuple[str, Any]]:
        job = dict(self.jobs.of(task))
        yield "nodes", job.pop("nodes")
        if env := self._env(task):
            yield "env", env
        own = self.growths[task.name]
        if self.usual_growth and own != self.usual_growth[0][0]:
            yield "growth", own or 1
        yield from job.items()

    def _env(self, task: Task) -> dict[str, str]:
        """The variables of a task's process; a pod has them of its own."""
        return {} if self.in_pods else dict(sorted(task.settings.env.items()))

    def _cleanup(self) -> Iterator[dict[str, str]]:
        """Yield the last task, which empties the store once all of the run has succeeded."""
        if name := self.plan.cleanup:
            pairs = [
                ("name", op_name(self.plan.name, name)),
                ("specs", [self.assets.cleanup(name)]),
                # Its variables may be needed to reach the store.
                *self.pods.of(last_of_store(self.plan)),
            ]
            yield {
                "decorator": arguments(pairs, 4),
                "head": self._head(self.functions[name]),
                "call": self._call({"nodes": {}, "clean_store": True}),
            }

    def _definitions(self) -> dict[str, Any]:
        schedule = dict(self._schedule())
        sensors = [
            _sensor(self.plan.name, function, urls)
            for event, function in EVENTS.items()
            if (urls := webhooks(self.plan.run, event))
        ]
        return {
            "job": arguments(self._job(), 4),
            "schedule": arguments(schedule.items(), 4) if schedule else None,
            "sensors": sensors,
            "definitions": arguments(self._all(bool(schedule), sensors), 4),
        }

    def _all(self, has_schedule: bool, sensors: list[dict[str, str]]) -> Iterator[tuple[str, Any]]:
        has_sources = any(self.assets.sources())
        yield "assets", Code("[*SOURCES, *TASKS]" if has_sources else "TASKS")
        yield "jobs", [Code("job")]
        if has_schedule:
            yield "schedules", [Code("schedule")]
        if sensors:
            yield "sensors", [Code(sensor["function"]) for sensor in sensors]
        if self.entries:
            yield "resources", {resource_key(self.plan.name): Call("Parameters")}
        if self.executor:
            # For assets that are materialized from the catalog.
            yield "executor", Code("EXECUTOR")

    def _job(self) -> Iterator[tuple[str, Any]]:
        run = self.plan.run
        yield "name", self.plan.name
        yield "selection", Code("dg.AssetSelection.assets(*TASKS)")
        yield "description", run.description or summary(self.plan)
        yield "tags", run_tags(self.plan)
        if run.runs:
            yield "metadata", {"runs at once": Code("RUNS")}
        if self.executor:
            yield "executor_def", Code("EXECUTOR")

    def _schedule(self) -> Iterator[tuple[str, Any]]:
        schedule = self.plan.run.schedule
        if schedule is None or not schedule.cron:
            return
        yield "name", f"{self.plan.name}_schedule"
        yield "job_name", self.plan.name
        yield "cron_schedule", schedule.cron
        yield "execution_timezone", schedule.timezone
        if schedule.parameters:
            yield "run_config", run_config(self.plan, dict(schedule.parameters))
        if self.plan.run.runs:
            yield "should_execute", Code("has_room")
        status = "STOPPED" if self.plan.options.get("paused") else "RUNNING"
        yield "default_status", Code(f"dg.DefaultScheduleStatus.{status}")


def _sensor(pipeline: str, function: str, urls: list[str]) -> dict[str, str]:
    is_failure = function == "failure"
    kind = "failure" if is_failure else "status"
    pairs: list[tuple[str, Any]] = [("name", f"{pipeline}_{function}")]
    if not is_failure:
        pairs.append(("run_status", Code("dg.DagsterRunStatus.SUCCESS")))
    pairs.append(("default_status", Code("dg.DefaultSensorStatus.RUNNING")))
    return {
        "function": function,
        "decorator": f"@dg.run_{kind}_sensor(\n{arguments(pairs, 4)}\n)",
        "context": "dg.RunFailureSensorContext" if is_failure else "dg.RunStatusSensorContext",
        "urls": literal(urls, 4, len("    tell(context, "), 12),
        "what": string("failed" if is_failure else "succeeded"),
    }


def _constant(name: str, value: Any) -> str:
    return literal(value, 0, len(f"{name} = "))


def _listed(name: str, values: list[Any]) -> str | None:
    return _constant(name, values) if values else None
