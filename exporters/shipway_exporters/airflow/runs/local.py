"""A task that runs on the worker: `shipway.runtime`, in the project's own Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shipway.artifacts.python_literals import Code as Source
from shipway.artifacts.python_literals import literal, string
from shipway.planner.plan import Plan, Task
from shipway.settings.values import RunOn, Volume
from shipway.tasks import task_job
from shipway.tasks.job_variable import fitting_jobs, is_names_alone
from shipway_exporters.airflow.capabilities import support_of
from shipway_exporters.airflow.operator import moments, run_parameters, signature
from shipway_exporters.airflow.options import TARGET
from shipway_exporters.airflow.runs import pod_override, shell
from shipway_exporters.airflow.runs.run import Code
from shipway_exporters.containers.place import in_containers, volumes_of
from shipway_exporters.containers.pod_settings import VOLUMES

_JOB = (
    "# What all jobs have; by the digests `shipway.runtime` knows another pipeline, and refuses it."
)
_LEVELS = """\
# How a line of the log starts, for the levels of `logging`; others are of its level INFO, 20.
LEVELS = {"WARNING": 30, "ERROR": 40, "CRITICAL": 50}"""


@dataclass(frozen=True)
class Local:
    """See `shipway_exporters.airflow.runs.run.Run`."""

    operator: str = "KedroOperator"
    place: RunOn = "local"
    template: str = "airflow/runs/local.py.j2"

    capabilities = support_of(
        native=shell.NATIVE,
        emulated={
            **shell.EMULATED,
            "memory.store": "carried by `shipway.runtime`",
            "memory.cleanup": "a last task",
        },
        unsupported=shell.UNSUPPORTED,
        otherwise=shell.NO_CONTAINER,
    )
    nothing = shell.NOTHING
    keys = task_job.KEYS | shell.KEYS

    def code(self, plan: Plan, tasks: Sequence[Task], is_2: bool) -> Code:
        pod_override.check(plan, tasks)
        job = literal(task_job.run_job(plan), 0, len("JOB = "))
        variable = shell.root_variable(plan)
        return Code(
            imports={
                "json": frozenset(),
                "os": frozenset(),
                "subprocess": frozenset({"PIPE", "STDOUT", "Popen"}),
            },
            airflow_names=shell.names_of(plan, tasks),
            constants=(
                *shell.constants(plan, "-m shipway.runtime"),
                f"{_JOB}\nJOB = {job}",
                _LEVELS,
            ),
            context=_context(plan, tasks, is_2, variable),
            arguments=_jobs(plan, tasks),
            defaults='JOB["defaults"]' if plan.parameters else None,
        )

    def settings(self, plan: Plan, task: Task) -> dict[str, Any]:
        return shell.settings_of(plan, task)

    def volumes(self, plan: Plan, task: Task) -> tuple[Volume, ...]:
        return volumes_of(in_containers(plan), task, TARGET, VOLUMES)

    def cleanup(self, plan: Plan) -> dict[str, Any]:
        return {"clean_store": True}

    def job(self, arguments: Mapping[str, Any], constants: Mapping[str, Any]) -> dict[str, Any]:
        return {**constants.get("JOB", {}), **arguments}

    def facts(
        self, plan: Plan, task: Task, arguments: Mapping[str, Any], constants: Mapping[str, Any]
    ) -> dict[str, Any]:
        facts = shell.facts(task, arguments)
        return {**facts, **task_job.task_facts(self.job(arguments, constants))}

    def run_facts(self, plan: Plan, constants: Mapping[str, Any]) -> dict[str, Any]:
        return task_job.run_facts(constants.get("JOB", {}))


def _context(plan: Plan, tasks: Sequence[Task], is_2: bool, variable: str | None) -> dict[str, Any]:
    has_env = any(task.settings.env for task in tasks)
    keys = _keys(plan, tasks)
    constants = 'JOB["params"] | ' if plan.constants else ""
    return {
        "signature": signature({**keys, **({"env": "None"} if has_env else {})}),
        "job": literal({key: Source(key) for key in keys}, 8, 8 + len("self.job = ")),
        "has_env": has_env,
        "moments": [*moments(plan, is_2), *_creation_time(is_2)],
        "created": "created" if is_2 else 'context["dag_run"].run_after',
        "run_parameters": run_parameters(plan, constants, 'job["params"] = '),
        "root_variable": variable,
    }


def _creation_time(is_2: bool) -> list[str]:
    """Airflow 2 has no moment after which a run was to run, so its own is made of what stays."""
    moment = 'max(context["logical_date"], context["data_interval_end"])'
    return [f"created = {moment}"] if is_2 else []


def _keys(plan: Plan, tasks: Sequence[Task]) -> dict[str, str]:
    """Return the keys of a job that a task's arguments fill, each with the source of its default.

    An empty one stands for none: the argument must be there.
    """
    cleans = plan.cleanup is not None
    by_key = {"from_run": plan.from_run, "before_run": plan.before_run, "stored": plan.stored}
    names = {task.name for task in tasks}
    return {
        # The task that empties the store has no nodes, so the operator's arguments need defaults.
        "pipeline": string("__default__") if cleans else "",
        "nodes": "()" if cleans else "",
        **{key: "()" for key, by_task in by_key.items() if not names.isdisjoint(by_task)},
        **({"runner": string("SequentialRunner")} if _has_runner(tasks) else {}),
        **({"clean_store": "False"} if cleans else {}),
    }


def _has_runner(tasks: Sequence[Task]) -> bool:
    return any(task.settings.runner for task in tasks)


def _jobs(plan: Plan, tasks: Sequence[Task]) -> dict[str, dict[str, Any]]:
    """Return what is each task's own in its job, by task; the runner is one of its settings.

    Raises:
        UnsupportedError: a variable cannot hold a job.
    """
    jobs = fitting_jobs(plan, {task.name: task_job.task_job(plan, task) for task in tasks})
    return {name: _arguments(job) for name, job in jobs.items()}


def _arguments(job: dict[str, Any]) -> dict[str, Any]:
    # The runner is among the settings, where most tasks have it alike.
    arguments = {key: value for key, value in job.items() if key != "runner"}
    return {**arguments, "nodes": list(job["nodes"])} if is_names_alone(job) else arguments
