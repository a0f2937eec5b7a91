"""Mistakes in a job: the eleven that the models let pass, eight that they see, and more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.unit.databricks.rule_samples import Mistake, task

Job = dict[str, Any]


def _set(name: str, value: Any, *path: str | int) -> Callable[[Job], object]:
    """Set a key of what stands at a path."""

    def change(job: Job) -> None:
        at: Any = job
        for key in path:
            at = at[key]
        at[name] = value

    return change


def _drop(name: str | int, *path: str | int) -> Callable[[Job], object]:
    def change(job: Job) -> None:
        at: Any = job
        for key in path:
            at = at[key]
        del at[name]

    return change


def _word(number: int, text: str) -> Callable[[Job], object]:
    """Add a word to a task."""
    return lambda job: job["tasks"][number]["python_wheel_task"]["parameters"].append(text)


def _other_word(number: int, start: str, text: str) -> Callable[[Job], object]:
    """Put another word in the place of one."""

    def change(job: Job) -> None:
        words = job["tasks"][number]["python_wheel_task"]["parameters"]
        words[:] = [text if word.startswith(start) else word for word in words if text or word]
        while "" in words:
            words.remove("")

    return change


def _circle(job: Job) -> None:
    job["tasks"][0]["depends_on"] = [{"task_key": "report"}]


_TASK, _WHEEL = ("tasks", 0), ("tasks", 0, "python_wheel_task")
_CRON = "schedule.quartz_cron_expression"
_WORDS = "tasks[0].python_wheel_task.parameters"
_WAKE = {"table_update": {"table_names": ["main.shop.orders"]}}


def _trigger(tables: Any) -> Callable[[Job], object]:
    def change(job: Job) -> None:
        del job["schedule"]
        job["trigger"] = {"table_update": {"table_names": tables}}

    return change


def _many(job: Job) -> None:
    job["tasks"] += [task(f"t{number}") for number in range(1000)]


SEEN_BY_THE_MODELS = (
    Mistake(
        name="unknown field of a task",
        change=_set("max_retry", 2, *_TASK),
        path="tasks[0].max_retry",
        refused=True,
    ),
    Mistake(
        name="unknown field of a job", change=_set("schedul", {}), path="schedul", refused=True
    ),
    Mistake(
        name="retries in words",
        change=_set("max_retries", "two", *_TASK),
        path="tasks[0].max_retries",
        refused=True,
    ),
    Mistake(
        name="retries as a list",
        change=_set("max_retries", [2], *_TASK),
        path="tasks[0].max_retries",
        refused=True,
    ),
    Mistake(
        name="depends on a text",
        change=_set("depends_on", "x", "tasks", 1),
        path="tasks[1].depends_on",
        refused=True,
    ),
    Mistake(
        name="bogus pause",
        change=_set("pause_status", "ON", "schedule"),
        path="schedule.pause_status",
        refused=True,
    ),
    Mistake(
        name="bogus run_if",
        change=_set("run_if", "ALWAYS", "tasks", 1),
        path="tasks[1].run_if",
        refused=True,
    ),
    Mistake(name="no zone", change=_drop("timezone_id", "schedule"), path="schedule", refused=True),
    Mistake(name="no key", change=_drop("task_key", *_TASK), path="tasks[0]", refused=True),
    Mistake(
        name="unknown field of a cluster",
        change=_set("nodes", 2, "job_clusters", 0, "new_cluster"),
        path="job_clusters[0].new_cluster.nodes",
        refused=True,
    ),
    Mistake(
        name="no entry point",
        change=_drop("entry_point", *_WHEEL),
        path="tasks[0].python_wheel_task",
        refused=True,
    ),
    Mistake(
        name="a webhook as a text",
        change=_set("on_failure", ["6f1"], "webhook_notifications"),
        path="webhook_notifications.on_failure[0]",
        refused=True,
    ),
)
THE_ELEVEN = (
    Mistake(
        name="depends on nothing",
        change=_set("depends_on", [{"task_key": "absent"}], "tasks", 1),
        path="tasks[1].depends_on",
    ),
    Mistake(name="circle", change=_circle, path="tasks"),
    Mistake(name="twice a key", change=_set("task_key", "report", "tasks", 1), path="tasks"),
    Mistake(
        name="a dot in a key",
        change=_set("task_key", "re.port", "tasks", 2),
        path="tasks[2].task_key",
    ),
    Mistake(
        name="five fields",
        change=_set("quartz_cron_expression", "0 6 * * *", "schedule"),
        path=_CRON,
    ),
    Mistake(
        name="no such zone",
        change=_set("timezone_id", "Europe/Pariss", "schedule"),
        path="schedule.timezone_id",
    ),
    Mistake(
        name="no such environment",
        change=_set("environment_key", "absent", *_TASK),
        path="tasks[0].environment_key",
    ),
    Mistake(
        name="a number as a default",
        change=_set("default", 3, "parameters", 0),
        path="parameters[0].default",
    ),
    Mistake(
        name="named parameters beside",
        change=_set("named_parameters", {"a": "b"}, *_WHEEL),
        path="tasks[0].python_wheel_task.named_parameters",
    ),
    Mistake(
        name="two kinds of task",
        change=_set("notebook_task", {"notebook_path": "/x"}, *_TASK),
        path="tasks[0]",
    ),
    Mistake(
        name="no such reference", change=_word(0, "--text=x={{job.nope}}"), path=f"{_WORDS}[6]"
    ),
)
OTHERS = (
    Mistake(
        name="a pause of more than 32 bits",
        change=_set("min_retry_interval_millis", 2**31, *_TASK),
        path="tasks[0].min_retry_interval_millis",
    ),
    Mistake(name="no task", change=_set("tasks", []), path="tasks"),
    Mistake(
        name="a long key", change=_set("task_key", "r" * 101, "tasks", 2), path="tasks[2].task_key"
    ),
    Mistake(
        name="twice a need",
        change=_set("depends_on", [{"task_key": "fit"}] * 2, "tasks", 2),
        path="tasks[2].depends_on",
    ),
    Mistake(
        name="after a failure",
        change=_set("run_if", "ALL_DONE", "tasks", 2),
        path="tasks[2].run_if",
    ),
    Mistake(name="disabled", change=_set("disabled", True, *_TASK), path="tasks[0].disabled"),
    Mistake(
        name="another package",
        change=_set("package_name", "energy", *_WHEEL),
        path="tasks[0].python_wheel_task",
    ),
    Mistake(
        name="fewer than no retries",
        change=_set("max_retries", -2, *_TASK),
        path="tasks[0].max_retries",
    ),
    Mistake(
        name="a pause and no retry",
        change=_drop("max_retries", *_TASK),
        path="tasks[0].min_retry_interval_millis",
    ),
    Mistake(name="two places", change=_set("job_cluster_key", "big", *_TASK), path="tasks[0]"),
    Mistake(name="no place", change=_drop("environment_key", *_TASK), path="tasks[0]"),
    Mistake(
        name="libraries of an environment",
        change=_set("libraries", [{"whl": "x"}], *_TASK),
        path="tasks[0].libraries",
    ),
    Mistake(
        name="two libraries in one",
        change=_set("libraries", [{"whl": "x", "jar": "y"}], "tasks", 1),
        path="tasks[1].libraries[0]",
    ),
    Mistake(
        name="no such cluster",
        change=_set("job_cluster_key", "huge", "tasks", 1),
        path="tasks[1].job_cluster_key",
    ),
    Mistake(
        name="an idle environment",
        change=lambda job: job["environments"].append(
            {"environment_key": "x", "spec": {"environment_version": "4"}}
        ),
        path="environments[1]",
    ),
    Mistake(
        name="twice an environment",
        change=lambda job: job["environments"].append(job["environments"][0]),
        path="environments",
    ),
    Mistake(
        name="no version",
        change=_drop("environment_version", "environments", 0, "spec"),
        path="environments[0].spec",
    ),
    Mistake(
        name="no Spark",
        change=_drop("spark_version", "job_clusters", 0, "new_cluster"),
        path="job_clusters[0].new_cluster",
    ),
    Mistake(
        name="no machine",
        change=_drop("node_type_id", "job_clusters", 0, "new_cluster"),
        path="job_clusters[0].new_cluster",
    ),
    Mistake(
        name="half a secret",
        change=_set(
            "TOKEN", "{{secrets/scope}}", "job_clusters", 0, "new_cluster", "spark_env_vars"
        ),
        path="job_clusters[0].new_cluster.spark_env_vars.TOKEN",
    ),
    Mistake(
        name="no variable",
        change=_set("a-b", "x", "job_clusters", 0, "new_cluster", "spark_env_vars"),
        path="job_clusters[0].new_cluster.spark_env_vars.a-b",
    ),
    Mistake(name="two starts", change=_set("trigger", _WAKE), path="trigger"),
    Mistake(
        name="both days",
        change=_set("quartz_cron_expression", "0 0 6 1 * MON", "schedule"),
        path=_CRON,
    ),
    Mistake(
        name="neither day",
        change=_set("quartz_cron_expression", "0 0 6 ? * ?", "schedule"),
        path=_CRON,
    ),
    Mistake(
        name="day 0 of the week",
        change=_set("quartz_cron_expression", "0 0 6 ? * 0", "schedule"),
        path=_CRON,
    ),
    Mistake(
        name="hour 25",
        change=_set("quartz_cron_expression", "0 0 25 ? * 1", "schedule"),
        path=_CRON,
    ),
    Mistake(
        name="a step beyond",
        change=_set("quartz_cron_expression", "0 0/90 6 ? * 1", "schedule"),
        path=_CRON,
    ),
    Mistake(
        name="half a table",
        change=_trigger(["shop.orders"]),
        path="trigger.table_update.table_names[0]",
    ),
    Mistake(name="no table", change=_trigger([]), path="trigger.table_update.table_names"),
    Mistake(
        name="twice a parameter",
        change=lambda job: job["parameters"].append(job["parameters"][0]),
        path="parameters",
    ),
    Mistake(
        name="a parameter for nobody",
        change=lambda job: job["parameters"].append({"name": "x", "default": ""}),
        path="parameters[2]",
    ),
    Mistake(
        name="a blank in a name",
        change=_set("name", "a b", "parameters", 1),
        path="parameters[1].name",
    ),
    Mistake(
        name="no such parameter",
        change=_word(0, "--text=x={{job.parameters.x}}"),
        path=f"{_WORDS}[6]",
    ),
    Mistake(
        name="no backticks",
        change=_other_word(1, "--json=", "--json=model.alpha={{job.parameters.model.alpha}}"),
        path="tasks[1].python_wheel_task.parameters[5]",
    ),
    Mistake(name="half a reference", change=_word(0, "--text=x={{job.run_id"), path=f"{_WORDS}[6]"),
    Mistake(
        name="a variable of the bundle", change=_word(0, "--text=x=${var.x}"), path=f"{_WORDS}[6]"
    ),
    Mistake(name="no option", change=_word(0, "train"), path=f"{_WORDS}[6]"),
    Mistake(
        name="no JSON", change=_other_word(0, "--nodes", "--nodes=[train"), path=f"{_WORDS}[4]"
    ),
    Mistake(name="a value for nothing", change=_word(0, "--text=x"), path=f"{_WORDS}[6]"),
    Mistake(name="no run id", change=_other_word(0, "--run-id", ""), path=_WORDS),
    Mistake(name="another run id", change=_other_word(0, "--run-id", "--run-id=1"), path=_WORDS),
    Mistake(name="twice an option", change=_word(0, "--package=shop"), path=_WORDS),
    Mistake(name="too many tasks", change=_many, path="tasks"),
    Mistake(
        name="too many tags", change=_set("tags", {f"t{n}": "x" for n in range(26)}), path="tags"
    ),
    Mistake(name="a long tag", change=_set("tags", {"t": "x" * 256}), path="tags.t"),
    Mistake(
        name="no runs at once", change=_set("max_concurrent_runs", 0), path="max_concurrent_runs"
    ),
    Mistake(
        name="a long description", change=_set("description", "x" * 27_701), path="description"
    ),
    Mistake(name="no name", change=_drop("name"), path="name"),
    Mistake(name="long parameters", change=_word(0, "--store=" + "x" * 10_000), path=_WORDS),
    Mistake(
        name="four webhooks",
        change=_set("on_failure", [{"id": "x"}] * 4, "webhook_notifications"),
        path="webhook_notifications.on_failure",
    ),
    Mistake(
        name="tries that nobody asked for",
        change=_drop("disable_auto_optimization", *_TASK),
        path="tasks[0].max_retries",
    ),
    Mistake(
        name="a directive of Terraform's",
        change=_set("description", "50%{x}", *_TASK),
        path="tasks[0].description",
    ),
    Mistake(
        name="nobody is told",
        change=_set("on_failure", [], "email_notifications"),
        path="email_notifications.on_failure",
    ),
)
MISTAKES = (*SEEN_BY_THE_MODELS, *THE_ELEVEN, *OTHERS)
