"""A task that runs on the worker: plain `kedro run`, in the project's own Python."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shipway.artifacts.python_literals import literal, string
from shipway.planner.plan import Plan, Task
from shipway.settings.values import RunOn, Volume
from shipway.tasks import task_job
from shipway.tasks.command import (
    configuration_options,
    pipeline_option,
    takes_dollar_braces,
    version_options,
)
from shipway_exporters.airflow.capabilities import support_of
from shipway_exporters.airflow.operator import moments, run_parameters, signature
from shipway_exporters.airflow.options import TARGET
from shipway_exporters.airflow.runs import pod_override, shell
from shipway_exporters.airflow.runs.run import Code
from shipway_exporters.containers.place import in_containers, volumes_of
from shipway_exporters.containers.pod_settings import VOLUMES


@dataclass(frozen=True)
class KedroRun:
    """See `shipway_exporters.airflow.runs.run.Run`."""

    operator: str = "KedroOperator"
    place: RunOn = "local"
    template: str = "airflow/runs/kedro_run.py.j2"

    capabilities = support_of(
        native=shell.NATIVE,
        emulated={**shell.EMULATED, "run_with": "the operator calls it"},
        unsupported=shell.UNSUPPORTED,
        otherwise=shell.NO_CONTAINER,
    )
    nothing = shell.NOTHING
    keys = frozenset({"pipeline", "runner"}) | shell.KEYS

    def code(self, plan: Plan, tasks: Sequence[Task], is_2: bool) -> Code:
        pod_override.check(plan, tasks)
        variable = shell.root_variable(plan)
        return Code(
            imports={
                **dict.fromkeys(("contextlib", "json", "os", "re", "signal"), frozenset()),
                "pathlib": frozenset({"Path"}),
                "subprocess": frozenset({"PIPE", "STDOUT", "Popen", "TimeoutExpired"}),
                "tempfile": frozenset({"TemporaryDirectory"}),
                "threading": frozenset({"Thread"}),
            },
            airflow_names=shell.names_of(plan, tasks),
            constants=tuple(_constants(plan)),
            context=_context(plan, tasks, is_2, variable),
            arguments={task.name: _arguments(task) for task in tasks},
            defaults="DEFAULTS",
        )

    def settings(self, plan: Plan, task: Task) -> dict[str, Any]:
        return shell.settings_of(plan, task)

    def volumes(self, plan: Plan, task: Task) -> tuple[Volume, ...]:
        return volumes_of(in_containers(plan), task, TARGET, VOLUMES)

    def cleanup(self, plan: Plan) -> dict[str, Any]:
        return {}

    def job(self, arguments: Mapping[str, Any], constants: Mapping[str, Any]) -> dict[str, Any]:
        return dict(arguments)

    def facts(
        self, plan: Plan, task: Task, arguments: Mapping[str, Any], constants: Mapping[str, Any]
    ) -> dict[str, Any]:
        return {**shell.facts(task, arguments), **task_job.task_facts(arguments)}

    def run_facts(self, plan: Plan, constants: Mapping[str, Any]) -> dict[str, Any]:
        return {} if "JOB" in constants else {"run_with": "kedro"}


def _arguments(task: Task) -> dict[str, Any]:
    return {"pipeline": task.pipeline, "nodes": [node.name for node in task.nodes]}


def _constants(plan: Plan) -> list[str]:
    options = shlex.join((*configuration_options(plan), *version_options(plan)))
    # What is a task's own comes as the shell's arguments, and is never parsed as shell.
    words = " ".join(filter(None, ("-m kedro run", options, '"$@"')))
    parameters = literal(dict(plan.constants), 0, len("PARAMETERS = "))
    return [
        *shell.constants(plan, words),
        *([f"PARAMETERS = {parameters}"] if plan.constants else []),
    ]


def _context(plan: Plan, tasks: Sequence[Task], is_2: bool, variable: str | None) -> dict[str, Any]:
    has_env = any(task.settings.env for task in tasks)
    has_runner = any(task.settings.runner for task in tasks)
    keys = {"pipeline": "", "nodes": ""}
    keys |= {"runner": string("SequentialRunner")} if has_runner else {}
    return {
        "signature": signature({**keys, **({"env": "None"} if has_env else {})}),
        "has_env": has_env,
        "has_runner": has_runner,
        "has_constants": bool(plan.constants),
        "moments": [*moments(plan, is_2)],
        "run_parameters": run_parameters(plan, "", "params |= "),
        "pipeline_option": pipeline_option(plan),
        "takes_dollar_braces": takes_dollar_braces(plan),
        "env": _env(has_env, variable),
    }


def _env(has_env: bool, variable: str | None) -> str | None:
    """Return the environment of the process, where it is not the worker's own."""
    root = f'{{"{shell.ROOT}": Variable.get({variable})}}' if variable else None
    parts = ["os.environ", *(["self.env"] if has_env else []), *([root] if root else [])]
    return " | ".join(parts) if len(parts) > 1 else None
