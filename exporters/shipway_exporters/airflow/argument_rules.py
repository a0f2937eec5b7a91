"""Arguments of Airflow's that are not passed through, each with the reason and what to do instead.

What a plan decides, a setting says: for every target alike, and compared with the artifact. Other
arguments would change what is computed, or what Jinja makes of the texts in a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """Why an argument is not passed through, as the end of a sentence; and the remedy."""

    why: str
    remedy: str = "Leave it out."


def refusal_of(cls: str, name: str, version: str) -> Refusal | None:
    """Return why an argument of a class is not passed through; `None` where it is."""
    if name == "sla" and not version.startswith("2"):
        return _NO_SLA
    return _REFUSALS[cls].get(name)


def _settings(**names: str) -> dict[str, Refusal]:
    return {
        name: Refusal(f"the setting `{setting}` decides it", f"Set `{setting}`.")
        for name, setting in names.items()
    }


def _all(names: Iterable[str], why: str, remedy: str = "Leave it out.") -> dict[str, Refusal]:
    return dict.fromkeys(names, Refusal(why, remedy))


_CALLBACKS = ("on_execute_callback", "on_failure_callback", "on_success_callback")
_MORE_CALLBACKS = ("on_retry_callback", "on_skipped_callback", "sla_miss_callback")
_NOTIFY = _all(
    [*_CALLBACKS, *_MORE_CALLBACKS],
    "it is a function, and the settings hold none",
    "Set `notify`, or extend the template (`shipway templates eject airflow`).",
)
_RENDERING = _all(
    [
        "render_template_as_native_obj",
        "template_searchpath",
        "template_undefined",
        "user_defined_macros",
        "user_defined_filters",
        "jinja_environment_kwargs",
    ],
    "it changes what Airflow makes of the texts that tell a task its parameters",
)
_DAG: Mapping[str, Refusal] = {
    **_settings(
        dag_id="name",
        schedule="schedule",
        schedule_interval="schedule",
        timetable="schedule",
        start_date="schedule.start",
        catchup="schedule.catchup",
        max_active_runs="concurrency.runs",
        max_active_tasks="concurrency.tasks",
        concurrency="concurrency.tasks",
        params="parameters",
        tags="labels",
        doc_md="description",
    ),
    **_NOTIFY,
    **_RENDERING,
    **_all(["default_args"], "arguments of tasks go under `task`", "Write it under `task`."),
    **_all(["end_date"], "the settings know no last day of a schedule"),
    **_all(
        ["allowed_run_types"],
        "which runs a DAG must allow follows from `schedule`, and Airflow refuses another list",
    ),
    **_all(["full_filepath", "auto_register"], "it says how Airflow finds a file that it has"),
}
_BASE_OPERATOR: Mapping[str, Refusal] = {
    **_settings(
        owner="owner",
        retries="retries",
        retry_delay="retry_delay",
        retry_exponential_backoff="retry_backoff",
        execution_timeout="timeout",
        resources="resources",
        params="parameters",
        start_date="schedule.start",
        inlets="schedule.datasets",
        outlets="schedule.datasets",
    ),
    **_NOTIFY,
    **_RENDERING,
    **_all(["pre_execute", "post_execute"], "it is a function, and the settings hold none"),
    **_all(["end_date"], "the settings know no last day of a schedule"),
    **_all(["task_id", "task_display_name"], "a task is called like its nodes"),
    **_all(["dag", "task_group", "default_args"], "the file says where a task belongs"),
    **_all(
        ["trigger_rule"],
        "a task may run only when all that it reads has been written",
    ),
    **_all(
        ["executor_config"],
        "the settings of pods are written there",
        "Set `executor: kubernetes` under targets.airflow, and `kubernetes` of the tasks.",
    ),
    **_all(
        ["executor"],
        "an executor decides which files a task finds, and Shipway must know of it",
        "Set `executor: kubernetes` under targets.airflow, or make it the deployment's first.",
    ),
    **_all(["do_xcom_push", "multiple_outputs"], "tasks hand over datasets, and no XCom"),
    **_all(["doc_md"], "the nodes of a task are written there", "Write `doc_rst`, or `doc`."),
    **_all(["map_index_template"], "no task is mapped"),
    **_all(
        ["task_concurrency"],
        "Airflow has another name for it",
        "Write `max_active_tis_per_dag`.",
    ),
}
_NO_SLA = Refusal("Airflow 3 does nothing with it, and warns of it at each load")
_OTHER_POD = _all(
    [
        "pod_template_file",
        "pod_template_dict",
        "full_pod_spec",
        "init_containers",
        "pod_runtime_info_envs",
        "ports",
        "affinity",
        "host_aliases",
        "dns_config",
        "callbacks",
        "progress_callback",
        "log_formatter",
    ],
    "only an object or another file says it, and what that makes of a pod nobody compares",
    "Extend the template (`shipway templates eject airflow`).",
)
_EXIT_CODES = _all(["skip_on_exit_code"], "a task that failed would count as skipped")
_KUBERNETES_POD_OPERATOR: Mapping[str, Refusal] = {
    **_settings(
        namespace="kubernetes.namespace",
        image="image",
        cmds="command_prefix",
        arguments="command_prefix",
        env_vars="env",
        env_from="env_from",
        secrets="secrets",
        configmaps="env_from",
        volumes="volumes",
        volume_mounts="volumes",
        labels="kubernetes.labels",
        annotations="kubernetes.annotations",
        node_selector="kubernetes.node_selector",
        tolerations="kubernetes.tolerations",
        container_resources="resources",
        service_account_name="service_account",
        image_pull_policy="kubernetes.image_pull_policy",
        image_pull_secrets="kubernetes.image_pull_secrets",
        priority_class_name="kubernetes.priority_class",
        active_deadline_seconds="timeout",
        startup_timeout_seconds="targets.airflow.startup_timeout",
        on_finish_action="targets.airflow.keep_failed_pods",
        is_delete_operator_pod="targets.airflow.keep_failed_pods",
        deferrable="targets.airflow.deferrable",
    ),
    **_OTHER_POD,
    **_EXIT_CODES,
    **_all(["do_xcom_push"], "tasks hand over datasets, and no XCom"),
    **_all(
        ["name", "random_name_suffix", "hostname", "subdomain"],
        "a pod is called like its task, and a retry needs another name",
    ),
    **_all(
        [
            "base_container_name",
            "container_logs",
            "init_container_logs",
            "xcom_sidecar_container_security_context",
        ],
        "a pod has one container, and its log is the task's",
    ),
    **_all(["log_events_on_failure"], "it is always on"),
    **_all(
        ["on_kill_action"],
        "a pod that is kept would go on computing beside the next try",
    ),
    **_all(
        ["reattach_on_restart", "durable"],
        "a task whose pod is lost would run beside the one that the worker started again",
    ),
}
_DOCKER_OPERATOR: Mapping[str, Refusal] = {
    **_settings(
        image="image",
        command="command_prefix",
        entrypoint="command_prefix",
        environment="env",
        cpus="resources.cpu",
        mem_limit="resources.memory",
        device_requests="resources.gpu",
        mounts="volumes",
        labels="labels",
        network_mode="targets.airflow.network",
        working_dir="targets.airflow.container.project_dir",
    ),
    **_EXIT_CODES,
    **_all(
        ["private_environment", "env_file"],
        "it hands over secrets in plain text, or a file of the worker",
        "Set `env`, or let the task run on Kubernetes, which has `secrets`.",
    ),
    **_all(
        ["auto_remove", "mount_tmp_dir", "host_tmp_dir", "tmp_dir"],
        "a finished container is removed, and shares no folder of the worker",
    ),
    **_all(
        ["container_name"],
        "two tasks at once would have the same, and Docker refuses the second",
    ),
    **_all(
        ["do_xcom_push", "xcom_all", "retrieve_output", "retrieve_output_path"],
        "tasks hand over datasets, and no XCom",
    ),
    **_all(
        ["ulimits"],
        "only an object says it",
        "Extend the template (`shipway templates eject airflow`).",
    ),
    **_all(["port_bindings", "tty"], "a task has no caller and serves nobody"),
}
_REFUSALS: Mapping[str, Mapping[str, Refusal]] = {
    "DAG": _DAG,
    "BaseOperator": _BASE_OPERATOR,
    "KubernetesPodOperator": _KUBERNETES_POD_OPERATOR,
    "DockerOperator": _DOCKER_OPERATOR,
}
