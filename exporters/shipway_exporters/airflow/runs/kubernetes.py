"""A task in a pod, by the operator of Airflow's provider for Kubernetes.

Source: `airflow.providers.cncf.kubernetes.operators.pod`, KubernetesPodOperator.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shipway.planner.plan import Plan, Task
from shipway.settings.values import RunOn, Volume
from shipway.tasks import task_job
from shipway_exporters.airflow.capabilities import support_of
from shipway_exporters.airflow.jinja_texts import untemplated
from shipway_exporters.airflow.options import TARGET
from shipway_exporters.airflow.runs import pod_arguments, words
from shipway_exporters.airflow.runs.place import places_of
from shipway_exporters.airflow.runs.pod_names import check_names
from shipway_exporters.airflow.runs.run import Code
from shipway_exporters.containers.arguments import NO_KEDRO_RUN
from shipway_exporters.containers.escapes import escape_expansions, unescape_expansions
from shipway_exporters.containers.place import image_of, in_containers, volumes_of
from shipway_exporters.containers.pod_checks import check_pods
from shipway_exporters.containers.pod_settings import VOLUMES
from shipway_exporters.python_files.durations import seconds_of, to_timedelta

_ESCAPES = words.Escapes(
    text=escape_expansions, back=unescape_expansions, value=' | replace("$", "$$")'
)
_STARTUP = 120
"""Seconds that a pod may take to start, by the operator's own default."""
_FIXED: Mapping[str, Any] = {"log_events_on_failure": True}
"""Why a pod did not start or was evicted, its events say, and not its log."""
_OWN_LABELS = frozenset(
    {"dag_id", "task_id", "run_id", "map_index", "try_number", "kubernetes_pod_operator"}
    | {"airflow_version", "airflow_kpo_in_cluster", "airflow-worker", "already_checked"}
)
"""Labels by which the operator finds its pods."""


@dataclass(frozen=True)
class Kubernetes:
    """See `shipway_exporters.airflow.runs.run.Run`."""

    operator: str = "KubernetesPodOperator"
    template: str | None = None
    place: RunOn = "kubernetes"
    capabilities = support_of(
        native={
            "run_on.kubernetes": "`KubernetesPodOperator`",
            "image": "`image`",
            "command_prefix": "the first words of `cmds`",
            "timeout": "`active_deadline_seconds`, and `execution_timeout` with the start-up",
            **pod_arguments.CAPABILITIES,
        },
        emulated={
            "memory.store": "carried by `shipway.runtime`",
            "memory.cleanup": "a last task",
            **words.RUN_FACTS,
        },
        unsupported={
            "run_with": NO_KEDRO_RUN,
            "volumes.host_path": "Pods run on several machines, each with a folder of its own: "
            "mount a claim.",
            "local_files": "Put it under a volume that all its tasks mount.",
        },
        otherwise="Another way of running has it: see `run_on`.",
    )
    nothing = pod_arguments.NOTHING
    keys = words.KEYS | pod_arguments.CAPABILITIES.keys() | {"run_on.kubernetes"}

    def code(self, plan: Plan, tasks: Sequence[Task], is_2: bool) -> Code:
        # Before `settings` is asked of each task by itself: all mistakes are told at once.
        capabilities = {*pod_arguments.CAPABILITIES, "image", "timeout", "labels"}
        volumes = lambda task: self.volumes(plan, task)  # noqa: E731
        check_pods(plan, tasks, TARGET, volumes, capabilities, _OWN_LABELS.__contains__)
        check_names(plan, tasks)
        words.check_parameters(plan, tasks[0])
        name = _run(plan)
        has_models = any("k8s." in repr(self.settings(plan, task)) for task in tasks)
        return Code(
            airflow_names=frozenset(
                {"KubernetesPodOperator", *(["models as k8s"] if has_models else [])}
            ),
            constants=(words.constant(name, plan, is_2, _ESCAPES),),
            arguments={
                task.name: {"arguments": words.task_words(plan, task, name, _ESCAPES)}
                for task in tasks
            },
            defaults=words.MACROS if plan.parameters else None,
            is_macro=True,
        )

    def settings(self, plan: Plan, task: Task) -> dict[str, Any]:
        seen = in_containers(plan)
        command = [untemplated(escape_expansions(word)) for word in words.program(plan, task)]
        return {
            "image": untemplated(image_of(seen, task, TARGET)),
            "cmds": command,
            **pod_arguments.arguments(plan, task, self.volumes(plan, task)),
            **_deadlines(plan, task),
            **_options(plan),
            **_FIXED,
        }

    def volumes(self, plan: Plan, task: Task) -> tuple[Volume, ...]:
        return volumes_of(in_containers(plan), task, TARGET, VOLUMES)

    def cleanup(self, plan: Plan) -> dict[str, Any]:
        return {"arguments": words.cleanup_words(_run(plan))}

    def job(self, arguments: Mapping[str, Any], constants: Mapping[str, Any]) -> dict[str, Any]:
        return words.job_in(arguments["arguments"], constants, _ESCAPES)

    def facts(
        self, plan: Plan, task: Task, arguments: Mapping[str, Any], constants: Mapping[str, Any]
    ) -> dict[str, Any]:
        facts = pod_arguments.facts(plan, task, arguments)
        facts |= {"image": words.text_in(arguments["image"]), **_timeout(plan, arguments)}
        if prefix := tuple(map(_word_in, arguments["cmds"][:-3])):
            facts["command_prefix"] = prefix
        return {**facts, **task_job.task_facts(self.job(arguments, constants))}

    def run_facts(self, plan: Plan, constants: Mapping[str, Any]) -> dict[str, Any]:
        return words.run_facts(plan, constants[_run(plan)], _ESCAPES)


def _run(plan: Plan) -> str:
    """The name of the constant: words for Docker, which expands nothing, are others."""
    return "POD_RUN" if "docker" in places_of(plan) else "RUN"


def _word_in(word: str) -> str:
    return unescape_expansions(words.text_in(word))


def _startup(plan: Plan) -> float:
    return float(plan.options.get("startup_timeout", _STARTUP))


def _deadlines(plan: Plan, task: Task) -> dict[str, Any]:
    """The pod's own deadline, which also ends one that nobody watches any more.

    The operator waits as long, and for the start: of a pod that it has to end itself, a retry would
    find the remains, and take them for its own.
    """
    if task.settings.timeout is None:
        return {}
    # Whole seconds, and 0 would be no limit: half a second becomes one.
    deadline = math.ceil(task.settings.timeout)
    return {
        "active_deadline_seconds": deadline,
        "execution_timeout": to_timedelta(deadline + math.ceil(_startup(plan))),
    }


def _timeout(plan: Plan, arguments: Mapping[str, Any]) -> dict[str, Any]:
    deadline, wait = map(arguments.get, ("active_deadline_seconds", "execution_timeout"))
    if deadline is None and wait is None:
        return {}
    is_right = deadline and wait and seconds_of(wait) == deadline + math.ceil(_startup(plan))
    return {"timeout": deadline if is_right else (deadline, wait)}


def _options(plan: Plan) -> dict[str, Any]:
    options = plan.options
    arguments = {
        "startup_timeout_seconds": math.ceil(_startup(plan))
        if "startup_timeout" in options
        else None,
        "on_finish_action": "delete_succeeded_pod" if options.get("keep_failed_pods") else None,
        "deferrable": options.get("deferrable"),
    }
    return {name: value for name, value in arguments.items() if value is not None}
