"""Run the job of a bundle: the tasks in order, each with its references filled in.

There is no Databricks to run it, so every rule of this harness names where it comes from.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from databricks.bundles.jobs import Job

from tests.projects import kept

REPO = Path(__file__).resolve().parents[3]
STARTED = "2026-01-31T06:00:00"
"""`{{job.start_time.iso_datetime}}`: in UTC, without a zone (Dynamic value references)."""
TRIGGERED = "2026-01-31T05:59:00"
_REFERENCE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_NAME = re.compile(r"job\.parameters\.(?:`([^`]+)`|(\w+))")
# Only names that the bundle knows: others stay (Substitutions and variables).
_OF_BUNDLE = re.compile(r"\$\{(workspace|bundle|var|resources|artifacts)\.[^}]*\}")


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try of a task.

    Args:
        words: its parameters, filled in.
        returned: whether the function has returned, and so the try has succeeded.
        error: what it has raised.
        log: what it has printed.
    """

    task: str
    words: tuple[str, ...]
    returned: bool
    error: str
    log: str


@dataclass(kw_only=True)
class JobRun:
    """A run of a job, and its repairs.

    Args:
        id: kept by a repair, like the start (Jobs API, `runs/repair`).
        values: what was set when it was started; a job's defaults stand for the rest.
    """

    id: str
    job: Mapping[str, Any]
    values: Mapping[str, str] = field(default_factory=dict)
    started: str = STARTED
    repairs: int = 0
    attempts: list[Attempt] = field(default_factory=list)
    succeeded_tasks: set[str] = field(default_factory=set)

    @property
    def succeeded(self) -> bool:
        return {task["task_key"] for task in self.job["tasks"]} == self.succeeded_tasks

    @property
    def order(self) -> list[str]:
        """The tasks that were tried, in order."""
        return list(dict.fromkeys(attempt.task for attempt in self.attempts))

    def ok(self) -> JobRun:
        """Return the run, which must have succeeded."""
        assert self.succeeded, self.log
        return self

    @property
    def log(self) -> str:
        """What the tries that failed have said."""
        return "\n".join(f"{a.task}: {a.error}\n{a.log}" for a in self.attempts if not a.returned)


def load(file: Path) -> Mapping[str, Any]:
    """Return the one job of a file, once Databricks' own models have taken it."""
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    (job,) = document["resources"]["jobs"].values()
    result: Mapping[str, Any] = model(job).as_dict()
    return result


def model(job: Mapping[str, Any]) -> Job:
    """Return a job as `databricks-bundles` has it.

    Raises:
        ValueError: its models do not take it.
    """
    return Job.from_dict(job)  # type: ignore[arg-type]  # what is wrong, it says itself


class Kernel:
    """A Python that calls entry points; see `kernel.py`."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        scratch.mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.kernel"],
            cwd=REPO,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.count = 0

    def __enter__(self) -> Kernel:
        return self

    def __exit__(self, *_of_error: object) -> None:
        assert self.process.stdin
        self.process.communicate()

    def call(
        self, wheel: Mapping[str, Any], words: Sequence[str], environment: Mapping[str, str]
    ) -> tuple[bool, str, str]:
        """Call an entry point; return whether it has returned, what it raised, and what it said."""
        assert self.process.stdin
        assert self.process.stdout
        self.count += 1
        answer, log = (self.scratch / f"{self.count}.{end}" for end in ("json", "log"))
        request = {
            "package": wheel["package_name"],
            "entry_point": wheel["entry_point"],
            "words": list(words),
            "environment": {**kept("HOME"), **environment, "KEDRO_DISABLE_TELEMETRY": "1"},
            "folder": str(self.scratch),
            "answer": str(answer),
            "log": str(log),
        }
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        # Kedro logs to the same place, as it is imported.
        assert any(line == "done\n" for line in iter(self.process.stdout.readline, ""))
        printed = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        if not answer.exists():  # the Python has ended before the function had
            return False, "the Python process has ended", printed
        told = json.loads(answer.read_text(encoding="utf-8"))
        return told["returned"], told["error"], printed


def run(
    kernel: Kernel,
    job_run: JobRun,
    *,
    bundle: Mapping[str, str] | None = None,
    folders: Mapping[str, Path] | None = None,
    secrets: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    pause: Callable[[float], None] = lambda _seconds: None,
) -> JobRun:
    """Run what has not succeeded yet: all of a new run, and the rest in a repair.

    Args:
        bundle: the values of `${…}`.
        folders: where folders of volumes stand here.
        secrets: by `scope/key`.
        environment: what else tasks have.
        pause: is told the pauses before retries.
    """
    job = job_run.job
    for task in in_order(job):
        needs = {item["task_key"] for item in task.get("depends_on", ())}
        # `run_if` is `ALL_SUCCESS` unless a task says otherwise.
        if task["task_key"] in job_run.succeeded_tasks or not needs <= job_run.succeeded_tasks:
            continue
        words = [
            _placed(_filled(_deployed(word, bundle or {}), job_run), folders or {})
            for word in task["python_wheel_task"]["parameters"]
        ]
        variables = {**(environment or {}), **_variables(job, task, secrets or {})}
        # `max_retries`: further tries after the first.
        for number in range(task.get("max_retries", 0) + 1):
            if number:
                pause(task.get("min_retry_interval_millis", 0) / 1000)
            returned, error, log = kernel.call(task["python_wheel_task"], words, variables)
            attempt = Attempt(
                task=task["task_key"], words=tuple(words), returned=returned, error=error, log=log
            )
            job_run.attempts.append(attempt)
            if returned:
                job_run.succeeded_tasks.add(task["task_key"])
                break
    return job_run


def in_order(job: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the tasks so that each comes after those that it depends on."""
    waiting = list(job["tasks"])
    gone: set[str] = set()
    while waiting:
        ready = [
            task
            for task in waiting
            if {item["task_key"] for item in task.get("depends_on", ())} <= gone
        ]
        assert ready, "tasks wait for one another"
        yield from ready
        gone |= {task["task_key"] for task in ready}
        waiting = [task for task in waiting if task["task_key"] not in gone]


def _deployed(word: str, bundle: Mapping[str, str]) -> str:
    """Fill in what a bundle knows as it is deployed."""
    return _OF_BUNDLE.sub(lambda match: bundle[match[0][2:-1]], word)


def _filled(word: str, run: JobRun) -> str:
    """Fill in references; one that is unknown stays (Dynamic value references)."""
    names = {
        "job.run_id": run.id,
        "job.repair_count": str(run.repairs),
        "job.start_time.iso_datetime": run.started,
        "job.trigger.time.iso_datetime": TRIGGERED,
    }
    defaults = {item["name"]: item["default"] for item in run.job.get("parameters", ())}

    def value(match: re.Match[str]) -> str:
        parameter = _NAME.fullmatch(match[1])
        if parameter:
            # A job's parameter: what was set, or its default (Jobs API, `job_parameters`).
            return str({**defaults, **run.values}[parameter[1] or parameter[2]])
        return str(names.get(match[1], match[0]))

    return _REFERENCE.sub(value, word)


def _placed(word: str, folders: Mapping[str, Path]) -> str:
    """Put a folder of this machine in the place of one on a volume."""
    for folder, here in folders.items():
        word = word.replace(f"--project={folder}", f"--project={here}")
    return word


def _variables(
    job: Mapping[str, Any], task: Mapping[str, Any], secrets: Mapping[str, str]
) -> dict[str, str]:
    """The environment of a cluster (Clusters API, `spark_env_vars`; Secrets, by reference)."""
    clusters = {one["job_cluster_key"]: one["new_cluster"] for one in job.get("job_clusters", ())}
    cluster = clusters.get(task.get("job_cluster_key"), {})
    texts: Mapping[str, str] = cluster.get("spark_env_vars", {})
    return {
        name: re.sub(r"\{\{secrets/(.*?)\}\}", lambda match: secrets[match[1]], text)
        for name, text in texts.items()
    }
