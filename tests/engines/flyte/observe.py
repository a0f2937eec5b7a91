"""What flytekit makes of many modules: the messages that a server of Flyte would get."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from shipway.artifacts.readback import Contents, TaskContents
from shipway.planner.plan import Plan
from shipway.settings.value_shapes import to_volume
from shipway.settings.values import TaskSettings
from shipway_exporters.containers.pod_readback import settings_in
from shipway_exporters.flyte.names import file_of

from .env import Flyte

SHARED = {"claim": "shared", "mount": "/app/data"}
OPTIONS: tuple[dict[str, Any], ...] = (
    {"image": "shop:1", "volumes": [SHARED], "timezone": "Europe/Paris"},
)
UNSEEN = {
    "run_on.kubernetes": "every task is a pod, which no message says",
    "memory.store": "no setting of a workflow: its tasks, edges and `stored` are compared",
    "memory.cleanup": "no setting: the tasks and their edges are compared",
    "local_files": "a property of where tasks run",
    "run_parameters.logical_date": "filled as a workflow runs: test_runs.py",
    "notify.on_failure.email": "no case sets it: test_messages.py",
    "notify.on_success.email": "no case sets it: test_messages.py",
}
KEYS = frozenset(
    {"parameters", "image", "command_prefix", "retries", "timeout", "env", "secrets"}
    | {"resources.cpu", "resources.memory", "resources.ephemeral_storage", "resources.gpu"}
    | {f"resources.limits.{name}" for name in ("cpu", "memory", "ephemeral_storage")}
    | {"env_from.secret", "env_from.config_map", "service_account"}
    | {f"volumes.{kind}" for kind in ("claim", "config_map", "secret", "empty_dir")}
    | {"kubernetes.node_selector", "kubernetes.tolerations", "kubernetes.labels"}
    | {"kubernetes.annotations", "kubernetes.image_pull_policy", "kubernetes.image_pull_secrets"}
    | {"kubernetes.priority_class", "description", "owner", "labels", "inputs"}
    | {"schedule.cron", "concurrency.runs", "concurrency.tasks"}
    | {"pipeline", "digest", "from_run", "before_run", "stored", "runner"}
    | {"run_parameters.run_id"}
)
RUN = {"an-execution": "run_id"}
_RESOURCES = {"CPU": "cpu", "MEMORY": "memory", "EPHEMERAL_STORAGE": "ephemeral-storage"} | {
    "GPU": "nvidia.com/gpu"
}
Message = Mapping[str, Any]


def observe(scratch: Path, cases: Sequence[tuple[Plan, Path]]) -> list[Contents]:
    """Have flytekit make the messages of each module, as `pyflyte package` does."""
    with Flyte(scratch) as flyte:
        return [_contents(plan, flyte.describe(folder / file_of(plan))) for plan, folder in cases]


def _contents(plan: Plan, messages: Message) -> Contents:
    (workflow,), (launch_plan,) = messages["WorkflowSpec"], messages["LaunchPlan"]
    name = workflow["template"]["id"]["name"]
    assert launch_plan["id"]["name"] == name
    specs = {spec["template"]["id"]["name"]: spec["template"] for spec in messages["TaskSpec"]}
    nodes = [n for n in workflow["template"]["nodes"] if "taskNode" in n and n["id"] != "start"]
    jobs = messages["jobs"]
    assert jobs.keys() == {node["id"] for node in nodes}
    return Contents(
        name=name.rpartition(".")[2],
        tasks={
            node["id"]: _task(plan, node, specs[_name(node)], jobs[node["id"]]) for node in nodes
        },
        parameters=_parameters(messages),
        run={
            **dict(_run(plan, workflow, launch_plan["spec"])),
            **_facts([jobs[task.name]["job"] for task in plan.tasks]),
        },
        keys=KEYS,
    )


def _name(node: Message) -> str:
    return str(node["taskNode"]["referenceId"]["name"])


def _parameters(messages: Message) -> dict[str, Any]:
    """What the tasks get for each parameter when nothing is set: a default of the launch plan."""
    jobs = [item["job"] for item in messages["jobs"].values()]
    arrived = {name: value for job in jobs for name, value in job.get("inputs", {}).items()}
    texts = {name: value for job in jobs for name, value in job.get("literals", {}).items()}
    used = Counter(json.dumps(value) for value in (*arrived.values(), *texts.values()))
    assert not used - Counter(map(json.dumps, messages["defaults"].values()))
    return {**arrived, **{name: json.loads(text) for name, text in texts.items()}}


def _task(plan: Plan, node: Message, template: Message, process: Message) -> TaskContents:
    needs = frozenset(node.get("upstreamNodeIds", [])) - {"start"}
    assert "start" in node.get("upstreamNodeIds", [])
    job = process["job"]
    assert job["task"] == node["id"]
    if node["id"] == plan.cleanup:
        assert job["clean_store"]
        return TaskContents(nodes={}, needs=needs)
    own = plan.task_by_name[node["id"]].settings
    start = process["command"].index("-m") - 1
    settings = {
        **_of_pod(plan, own, template),
        **dict(_of_template(template)),
        **dict(_of_job(job)),
        "env": process["env"],
        "command_prefix": tuple(process["command"][:start]),
    }
    nodes = {name: text or None for name, text in job["nodes"].items()}
    return TaskContents(nodes=nodes, needs=needs, settings={k: v for k, v in settings.items() if v})


def _of_template(template: Message) -> Iterator[tuple[str, Any]]:
    metadata = template["metadata"]
    yield "retries", metadata.get("retries", {}).get("retries")
    if "timeout" in metadata:
        yield "timeout", float(metadata["timeout"].removesuffix("s"))
    secrets = template.get("securityContext", {}).get("secrets", [])
    assert all(secret["mountRequirement"] == "ENV_VAR" for secret in secrets)
    yield "secrets", {s["envVar"]: (s["group"], s["key"]) for s in secrets}


def _of_pod(plan: Plan, own: TaskSettings, template: Message) -> dict[str, Any]:
    pod = template.get("k8sPod", {})
    spec = dict(pod.get("podSpec", {}))
    (container,) = spec.pop("containers", None) or [_container(template["container"])]
    # flytekit hands its own settings over in the environment.
    assert all(item["name"].startswith(("FLYTE_", "_F_")) for item in container.pop("env", ()))
    settings = settings_in(own, pod.get("metadata", {}), spec, container)
    lent: dict[str, Any] = {} if own.image else {"image": plan.options["image"]}
    if not own.has_own_volumes:
        lent["volumes.claim"] = {SHARED["mount"]: to_volume(SHARED)}
    return {key: value for key, value in settings.items() if lent.get(key) != value}


def _container(container: Message) -> dict[str, Any]:
    """A container of Flyte's own messages as one of Kubernetes."""
    resources = container.get("resources", {})
    return {
        "image": container["image"],
        "resources": {
            kind: {_RESOURCES[item["name"]]: item["value"] for item in resources.get(kind, [])}
            for kind in ("requests", "limits")
        },
    }


def _of_job(job: Message) -> Iterator[tuple[str, Any]]:
    for key in ("pipeline", "from_run", "before_run", "stored", "runner"):
        yield key, job.get(key)
    yield "digest", job.get("digests", {}).get(job["pipeline"])
    inputs = {**job.get("inputs", {})}
    inputs |= {name: json.loads(text) for name, text in job.get("literals", {}).items()}
    # Nothing is set in this run, so that each parameter has its default.
    assert inputs == job.get("defaults", {})
    yield "inputs", inputs


def _run(plan: Plan, workflow: Message, spec: Message) -> Iterator[tuple[str, Any]]:
    metadata = spec["entityMetadata"]
    if schedule := metadata.get("schedule"):
        zone = plan.options.get("timezone", "UTC")
        yield "schedule.cron", (schedule["cronSchedule"]["schedule"], zone)
    yield from (("labels", v) for v in [spec["labels"].get("values")] if v)
    yield from (("owner", v["owner"]) for v in [spec["annotations"].get("values")] if v)
    if limit := spec.get("maxParallelism"):
        yield "concurrency.tasks", limit
    if limit := spec.get("concurrencyPolicy"):
        yield "concurrency.runs", limit["max"]
    description = workflow.get("description", {}).get("longDescription", {})
    if description.get("value"):
        assert description["format"] == "DESCRIPTION_FORMAT_MARKDOWN"
        yield "description", description["value"]


def _facts(jobs: Sequence[Message]) -> dict[str, frozenset[str]]:
    """The parameters that a run fills in, in every task alike."""
    params = [job.get("params", {}) for job in jobs]
    assert all(one == params[0] for one in params)
    facts = {n: RUN[v] for n, v in params[0].items() if isinstance(v, str) and v in RUN}
    return {
        f"run_parameters.{fact}": frozenset(n for n, f in facts.items() if f == fact)
        for fact in facts.values()
    }
