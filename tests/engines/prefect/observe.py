"""What Prefect makes of many flows and deployments."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from shipway.artifacts.readback import Contents, TaskContents
from shipway.planner.plan import Plan
from shipway.targets.capabilities import CAPABILITIES

from .env import prefect_env

KEYS = frozenset(
    {"parameters", "retries", "retry_delay", "retry_backoff", "timeout", "env", "description"}
    | {"schedule.cron", "schedule.parameters", "concurrency.runs", "concurrency.tasks"}
    | {
        "secrets",
        "owner",
        "labels",
        "pipeline",
        "digest",
        "from_run",
        "before_run",
        "stored",
        "runner",
        "memory.store",
    }
)
IN_CONTAINERS = frozenset({"image"})
ON_KUBERNETES = frozenset({"image", "service_account"})
VOLUME = {"claim": "shared", "mount": "/app/data"}
OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"image": "shop:1", "work_pool": {"type": "docker"}, "volumes": [VOLUME]},
    {
        "image": "shop:1",
        "work_pool": {"type": "kubernetes"},
        "python": "/venv/bin/python",
        "volumes": [VOLUME],
    },
)
UNSEEN = {
    **{
        name: "a hook is code, which nothing stores: test_server.py"
        for name in CAPABILITIES
        if name.startswith("notify.")
    },
    **{
        f"run_parameters.{fact}": "filled as a flow runs: test_flows.py"
        for fact in ("logical_date", "run_id")
    },
    "memory.cleanup": "no setting: the tasks and their edges are compared",
    "local_files": "a property of where tasks run",
    **{
        name: "of a run as a whole: tests/unit/exporters/test_prefect.py, test_pools.py"
        for name in CAPABILITIES
        if name.startswith(("run_on.", "resources.", "env_from.", "volumes.", "kubernetes."))
    },
}
AT_ONCE = 16
SCRIPTS = Path(__file__).parent


def observe(scratch: Path, cases: Sequence[tuple[Plan, Path]]) -> list[Contents]:
    """Load all flows in one process, and put all deployments through Prefect's own models."""
    documents = [_document(plan, folder) for plan, folder in cases]
    entrypoints = [
        f"{folder / plan.name / 'flow.py'}:{document['entrypoint'].rpartition(':')[2]}"
        for (plan, folder), document in zip(cases, documents, strict=True)
    ]
    words = _ask(scratch, "read_documents.py", [_whole(plan, folder) for plan, folder in cases])
    assert not any(words), [text for text in words if text]
    result = _ask(scratch, "describe_flows.py", entrypoints)
    return [
        _view(flow, document, plan)
        for flow, document, (plan, _) in zip(result, documents, cases, strict=True)
    ]


def _ask(scratch: Path, script: str, request: object) -> list[Any]:
    env = prefect_env(scratch)
    outcome = subprocess.run(
        [env.python, SCRIPTS / script],
        env=env.variables(env.home()),
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr[-4000:]
    answer: list[Any] = json.loads(outcome.stdout)
    return answer


def _whole(plan: Plan, folder: Path) -> Any:
    return yaml.safe_load((folder / plan.name / "prefect.yaml").read_text(encoding="utf-8"))


def _document(plan: Plan, folder: Path) -> dict[str, Any]:
    (document,) = _whole(plan, folder)["deployments"]
    assert isinstance(document, dict)
    return document


def _view(flow: dict[str, Any], document: dict[str, Any], plan: Plan) -> Contents:
    assert all(task["persist"] is False for task in flow["tasks"])
    assert all(task["name"] == task["run_name"] for task in flow["tasks"])
    variables = document["work_pool"].get("job_variables", {})
    args = {
        "image": variables.get("image"),
        "service_account": variables.get("service_account_name"),
    }
    if args["image"] == plan.options.get("image"):
        args.pop("image")
    pool = plan.options.get("work_pool", {}).get("type")
    more = {"docker": IN_CONTAINERS, "kubernetes": ON_KUBERNETES}.get(pool, frozenset())
    assert flow["inputs"] == flow["defaults"]  # of a run with nothing set
    return Contents(
        name=flow["name"],
        tasks={task["name"]: _task(task, args) for task in flow["tasks"]},
        parameters=flow["inputs"],
        run=dict(_run(flow, document, plan)),
        keys=KEYS | more,
    )


def _task(task: dict[str, Any], args: Mapping[str, Any]) -> TaskContents:
    """The task that empties the store takes what the flow gives to all."""
    settings = {} if "clean_store" in task["job"] else {**dict(_settings(task)), **args}
    return TaskContents(
        nodes=task["job"]["nodes"],
        needs=frozenset(task["after"]),
        settings={key: value for key, value in settings.items() if value},
    )


def _settings(task: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    delays = task["delays"] if isinstance(task["delays"], list) else [task["delays"]]
    if task["retries"]:
        yield "retries", task["retries"]
        if delays[0]:
            yield "retry_delay", delays[0]
        if len(delays) > 1:
            yield "retry_backoff", delays[1] / delays[0]
    yield "env", task["env"]
    yield "secrets", {name: tuple(content) for name, content in (task["secrets"] or {}).items()}
    for key in ("timeout", "pipeline", "from_run", "before_run", "stored", "runner"):
        yield key, task["job"].get(key)
    yield "digest", task["job"]["digests"][task["job"]["pipeline"]]


def _run(flow: dict[str, Any], document: dict[str, Any], plan: Plan) -> Iterator[tuple[str, Any]]:
    if flow["store"]:
        yield "memory.store", flow["store"]
    if plan.run.parallel_tasks or flow["at_once"] not in (AT_ONCE, sys.maxsize):
        yield "concurrency.tasks", flow["at_once"]
    tags = document.get("tags", [])
    owners = [tag.removeprefix("owner:") for tag in tags[-1:] if plan.run.owner]
    yield from (("owner", owner) for owner in owners)
    if labels := tags[: len(tags) - len(owners)]:
        yield "labels", dict(tag.split(":", 1) for tag in labels)
    if not flow["description"].startswith("Kedro pipeline `"):
        yield "description", flow["description"]
    if limit := document.get("concurrency_limit"):
        yield "concurrency.runs", limit["limit"]
    for schedule in document.get("schedules", ()):
        yield "schedule.cron", (schedule["cron"], schedule["timezone"])
        if args := schedule.get("parameters"):
            assert args.keys() <= flow["schema"]["properties"].keys()
            yield "schedule.parameters", dict(zip(["model.depth"], args.values(), strict=True))
