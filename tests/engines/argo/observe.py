"""What Argo makes of many files: the pods of their tasks, with everything filled in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from shipway.artifacts.readback import Contents, TaskContents
from shipway.planner.plan import Plan
from shipway.settings.values import TaskSettings, Volume
from shipway_exporters.containers.pod_readback import settings_in
from tests.containers.kubernetes.expansion import expand

from .exported import documents
from .substitutions import Run, pods_of, templates_of

SHARED = Volume(kind="claim", source="shared", mount="/app/data")
OPTIONS: tuple[dict[str, Any], ...] = (
    {
        "image": "shop:1",
        "volumes": [{"claim": SHARED.source, "mount": SHARED.mount}],
        "max_workflow_size": "64Mi",
    },
)
UNSEEN = {
    "run_on.kubernetes": "every task is a pod, which none says",
    "memory.store": "no setting of a workflow: its tasks, edges and `stored` are compared",
    "run_parameters.logical_date": "filled as a pipeline runs: test_runs.py",
    "memory.cleanup": "no setting: the tasks and their edges are compared",
}
KEYS = frozenset(
    {"parameters", "image", "command_prefix", "retries", "retry_delay", "retry_backoff", "timeout"}
    | {"resources.cpu", "resources.memory", "resources.ephemeral_storage"}
    | {f"resources.limits.{name}" for name in ("cpu", "memory", "ephemeral_storage")}
    | {"resources.gpu", "resources.gpu_type", "env", "secrets", "service_account"}
    | {"env_from.secret", "env_from.config_map"}
    | {f"volumes.{kind}" for kind in ("claim", "config_map", "secret", "host_path", "empty_dir")}
    | {"kubernetes.node_selector", "kubernetes.tolerations", "kubernetes.labels"}
    | {"kubernetes.annotations", "kubernetes.image_pull_policy", "kubernetes.image_pull_secrets"}
    | {"kubernetes.priority_class", "description", "owner", "labels", "inputs", "concurrency.tasks"}
    | {"schedule.cron", "schedule.parameters", "concurrency.runs"}
    | {"pipeline", "digest", "from_run", "before_run", "stored", "runner"}
    | {"run_parameters.run_id"}
)
RUN = Run(scheduled="2026-01-30T06:00:00Z")
_FACTS = {RUN.uid: "run_id"}
_LISTS = ("from-run", "before-run", "stored")


def observe(_scratch: Path, cases: Sequence[tuple[Plan, Path]]) -> list[Contents]:
    """Make all pods of a run by the clock."""
    return [_contents(documents(folder / f"{plan.name}.yaml"), plan) for plan, folder in cases]


def _contents(objects: Sequence[Any], plan: Plan) -> Contents:
    workflow, by_kind = objects[0], {item["kind"]: item for item in objects}
    spec = workflow["spec"]
    tasks = {t["name"]: t for t in templates_of(workflow)[spec["entrypoint"]]["dag"]["tasks"]}
    pods = pods_of(workflow, RUN)
    words = {name: _words(pod) for name, pod in pods.items()}
    return Contents(
        name=workflow["metadata"]["name"],
        tasks={name: _task(tasks[name], pods[name], words[name], spec, plan) for name in tasks},
        parameters=_values(spec),
        run={**_run(by_kind), **_facts([words[task.name] for task in plan.tasks])},
        keys=KEYS,
    )


def _words(pod: Mapping[str, Any]) -> dict[str, str]:
    """The options that the process is told, as Kubernetes expands them; facts by their name."""
    args = (expand(word, {}) for word in pod["container"]["args"])
    pairs = (word.removeprefix("--").partition("=") for word in args)
    return {
        f"text={value.partition('=')[0]}" if name == "text" else name: value
        for name, _, value in pairs
    }


def _task(
    task: Mapping[str, Any],
    pod: Mapping[str, Any],
    words: Mapping[str, str],
    spec: Mapping[str, Any],
    plan: Plan,
) -> TaskContents:
    needs = frozenset(filter(None, task.get("depends", "").split(" && ")))
    if task["name"] == plan.cleanup:
        assert "clean-store" in words
        return TaskContents(nodes={}, needs=needs)
    nodes = json.loads(words["nodes"])
    own = plan.task_by_name[task["name"]].settings
    settings = {**_settings(pod, spec, own), **dict(_job(words))}
    _without_options(settings, own, plan)
    return TaskContents(
        nodes=nodes if isinstance(nodes, dict) else dict.fromkeys(nodes),
        needs=needs,
        settings={key: value for key, value in settings.items() if value},
    )


def _settings(pod: Mapping[str, Any], spec: Mapping[str, Any], own: TaskSettings) -> dict[str, Any]:
    metadata, retries = pod.get("metadata", {}), pod.get("retryStrategy", {})
    backoff = retries.get("backoff", {})
    command = pod["container"]["command"]
    whole = {**pod, "imagePullSecrets": spec.get("imagePullSecrets", ())}
    return {
        **settings_in(own, metadata, whole, pod["container"]),
        "timeout": pod.get("activeDeadlineSeconds"),
        "retries": retries.get("limit"),
        "retry_delay": int(backoff.get("duration", "0s")[:-1]),
        "retry_backoff": backoff.get("factor") if retries.get("limit", 0) > 1 else None,
        "command_prefix": tuple(expand(w, {}) for w in command[: command.index("-m") - 1]),
    }


def _job(words: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    yield "pipeline", words["pipeline"]
    yield "digest", words.get("digest")
    if words.get("runner", "SequentialRunner") != "SequentialRunner":
        yield "runner", words["runner"]
    yield from ((name.replace("-", "_"), json.loads(words.get(name, "[]"))) for name in _LISTS)
    # Nothing is set in this run, so that each parameter has its default.
    inputs = json.loads(words.get("inputs", "{}"))
    literals = json.loads(words.get("literals", "{}"))
    inputs |= {name: json.loads(text) for name, text in literals.items()}
    assert inputs == json.loads(words.get("defaults", "{}"))
    yield "inputs", inputs


def _without_options(settings: dict[str, Any], own: TaskSettings, plan: Plan) -> None:
    if settings.get("image") == plan.options["image"]:
        settings.pop("image")
    if not own.has_own_volumes:
        assert settings.pop("volumes.claim") == {SHARED.mount: SHARED}
    if own.gpu and not own.gpu_type:
        settings.pop("resources.gpu_type", None)


def _values(holder: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments, by the parameters that their descriptions name."""
    return {
        dotted: json.loads(item["value"]) if is_json else item["value"]
        for item in holder.get("arguments", {}).get("parameters", ())
        for dotted, is_json, _ in [
            item["description"].removeprefix("params:").partition(", as JSON")
        ]
    }


def _run(by_kind: Mapping[str, Any]) -> dict[str, Any]:
    workflow, cron = by_kind["WorkflowTemplate"], by_kind.get("CronWorkflow", {})
    spec, metadata = workflow["spec"], workflow["metadata"]
    annotations, labels = metadata.get("annotations", {}), metadata.get("labels", {})
    for key in ("workflowMetadata", "podMetadata"):
        assert spec.get(key, {}).get("labels", {}) == labels
    values = {
        "labels": labels,
        "owner": annotations.get("owner"),
        "description": annotations.get("workflows.argoproj.io/description"),
        "concurrency.tasks": spec.get("parallelism"),
        "concurrency.runs": _limit(spec.get("synchronization", {}), by_kind),
        **dict(_schedule(cron.get("spec", {}), spec)),
    }
    return {key: value for key, value in values.items() if value}


def _limit(lock: Mapping[str, Any], by_kind: Mapping[str, Any]) -> int | None:
    """How many runs hold the lock at once."""
    if mutexes := lock.get("mutexes"):
        assert len(mutexes) == 1
        return 1
    for semaphore in lock.get("semaphores", ()):
        reference, config_map = semaphore["configMapKeyRef"], by_kind["ConfigMap"]
        assert reference["name"] == config_map["metadata"]["name"]
        return int(config_map["data"][reference["key"]])
    return None


def _schedule(cron: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if not cron:
        return
    yield "schedule.cron", (*cron["schedules"], cron["timezone"])
    texts = {
        i["name"]: i["value"]
        for i in cron["workflowSpec"].get("arguments", {}).get("parameters", ())
    }
    parameters = spec.get("arguments", {}).get("parameters", ())
    changed = [{**i, "value": texts[i["name"]]} for i in parameters if i["name"] in texts]
    yield "schedule.parameters", _values({"arguments": {"parameters": changed}})


def _facts(tasks: Sequence[Mapping[str, str]]) -> dict[str, frozenset[str]]:
    """The parameters that a run fills in, in every task alike."""
    of_tasks = [
        {
            name.partition("=")[2]: value.partition("=")[2]
            for name, value in words.items()
            if "=" in name
        }
        for words in tasks
    ]
    assert all(one == of_tasks[0] for one in of_tasks)
    return {
        f"run_parameters.{fact}": frozenset(n for n, value in of_tasks[0].items() if value == text)
        for text, fact in _FACTS.items()
        if text in of_tasks[0].values()
    }
