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
from shipway.settings.values import RUN_ON
from shipway.targets.capabilities import CAPABILITIES
from shipway.targets.exporter import capabilities_of
from shipway.targets.registry import find

from .env import prefect_env
from .observe_jobs import of_docker, of_pod

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
OF_A_CONTAINER = ("image", "service_account", "resources.", "env_from.", "volumes.", "kubernetes.")
"""What a run's container has, where its pool can express it."""
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
WAYS = len(OPTIONS)
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
    **{f"run_on.{place}": "its pool decides" for place in RUN_ON},
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
    jobs = _jobs(scratch, cases, documents)
    return [
        _view(flow, document, plan, jobs.get(number, {}))
        for number, (flow, document, (plan, _)) in enumerate(
            zip(result, documents, cases, strict=True)
        )
    ]


def _jobs(
    scratch: Path, cases: Sequence[tuple[Plan, Path]], documents: Sequence[dict[str, Any]]
) -> dict[int, dict[str, dict[str, Any]]]:
    """What containers have of the settings of their tasks, by the number of the case."""
    pools = {n: _pool(plan) for n, (plan, _) in enumerate(cases) if _pool(plan) != "process"}
    requests = []
    for number, pool in pools.items():
        plan, folder = cases[number]
        file = folder / plan.name / "base-job-template.json"
        template = json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
        variables = documents[number]["work_pool"]["job_variables"]
        requests.append({"pool": pool, "template": template, "variables": variables})
    of = {"docker": of_docker, "kubernetes": of_pod}
    jobs = _ask(scratch, "describe_jobs.py", requests)
    return {
        number: of[pool](cases[number][0], job)
        for (number, pool), job in zip(pools.items(), jobs, strict=True)
    }


def _pool(plan: Plan) -> str:
    return str(plan.options.get("work_pool", {}).get("type", "process"))


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


def _view(
    flow: dict[str, Any],
    document: dict[str, Any],
    plan: Plan,
    job: Mapping[str, Mapping[str, Any]],
) -> Contents:
    assert all(task["persist"] is False for task in flow["tasks"])
    assert all(task["name"] == task["run_name"] for task in flow["tasks"])
    assert flow["inputs"] == flow["defaults"]  # of a run with nothing set
    support = capabilities_of(find("prefect"), plan.options)
    of_container = {
        name
        for name, how in support.items()
        if how.level == "native" and name.startswith(OF_A_CONTAINER)
    }
    return Contents(
        name=flow["name"],
        tasks={
            task["name"]: _task(task, job.get(task["name"], {}), plan) for task in flow["tasks"]
        },
        parameters=flow["inputs"],
        run=dict(_run(flow, document, plan)),
        keys=KEYS | of_container,
    )


def _task(task: dict[str, Any], job: Mapping[str, Any], plan: Plan) -> TaskContents:
    """The task that empties the store takes what the flow gives to all."""
    settings = {} if "clean_store" in task["job"] else {**dict(_settings(task)), **job}
    if settings.get("image") == plan.options.get("image"):
        settings.pop("image", None)
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
