"""What Prefect makes of many flows and deployments."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from shipway.planner.plan import Plan
from shipway.seen import Seen, SeenTask

from .env import prefect_env

KEYS = frozenset(
    {"parameters", "retries", "retry_delay", "retry_backoff", "timeout", "env", "description"}
    | {"schedule.cron", "concurrency.runs"}
)
SCRIPTS = Path(__file__).parent


def observe(scratch: Path, cases: Sequence[tuple[Plan, Path]]) -> list[Seen]:
    """Load all flows in one process, and put all deployments through Prefect's own models."""
    documents = [_document(plan, folder) for plan, folder in cases]
    entrypoints = [
        f"{folder / plan.name / 'flow.py'}:{document['entrypoint'].rpartition(':')[2]}"
        for (plan, folder), document in zip(cases, documents, strict=True)
    ]
    said = _ask(scratch, "read_documents.py", [_whole(plan, folder) for plan, folder in cases])
    assert not any(said), [text for text in said if text]
    found = _ask(scratch, "describe_flows.py", entrypoints)
    return [_seen(flow, document) for flow, document in zip(found, documents, strict=True)]


def _ask(scratch: Path, script: str, request: object) -> list[Any]:
    env = prefect_env(scratch)
    done = subprocess.run(
        [env.python, SCRIPTS / script],
        env=env.variables(env.home()),
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    answer: list[Any] = json.loads(done.stdout)
    return answer


def _whole(plan: Plan, folder: Path) -> Any:
    return yaml.safe_load((folder / plan.name / "prefect.yaml").read_text(encoding="utf-8"))


def _document(plan: Plan, folder: Path) -> dict[str, Any]:
    (document,) = _whole(plan, folder)["deployments"]
    assert isinstance(document, dict)
    return document


def _seen(flow: dict[str, Any], document: dict[str, Any]) -> Seen:
    assert all(task["persist"] is False for task in flow["tasks"])
    assert all(task["name"] == task["run_name"] for task in flow["tasks"])
    return Seen(
        name=flow["name"],
        tasks={task["name"]: _task(task) for task in flow["tasks"]},
        parameters=flow["params"],
        run=dict(_run(flow, document)),
        keys=KEYS,
    )


def _task(task: dict[str, Any]) -> SeenTask:
    """The task that empties the store takes what the flow gives to all."""
    settings = {} if "clean_store" in task["job"] else dict(_settings(task))
    return SeenTask(nodes=task["job"]["nodes"], needs=frozenset(task["after"]), settings=settings)


def _settings(task: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    delays = task["delays"] if isinstance(task["delays"], list) else [task["delays"]]
    if task["retries"]:
        yield "retries", task["retries"]
        if delays[0]:
            yield "retry_delay", delays[0]
        if len(delays) > 1:
            yield "retry_backoff", delays[1] / delays[0]
    for key in ("timeout", "env"):
        if task[key]:
            yield key, task[key]


def _run(flow: dict[str, Any], document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    if not flow["description"].startswith("Kedro pipeline `"):
        yield "description", flow["description"]
    if limit := document.get("concurrency_limit"):
        yield "concurrency.runs", limit["limit"]
    for schedule in document.get("schedules", ()):
        yield "schedule.cron", (schedule["cron"], schedule["timezone"])
