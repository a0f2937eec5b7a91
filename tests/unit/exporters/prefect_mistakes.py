"""A good `prefect.yaml`, and mistakes in it, each of which a rule must find."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

STEPS = "prefect.deployments.steps"
MOVE = f"{STEPS}.set_working_directory"
CLONE = f"{STEPS}.git_clone"
GONE = object()


def good() -> dict[str, Any]:
    """A document with all that the exporter writes."""
    return {
        "pull": [
            {
                CLONE: {
                    "id": "clone",
                    "repository": "https://git.example/shop.git",
                    "branch": "main",
                    "access_token": "{{ prefect.blocks.secret.git-token }}",
                }
            },
            {MOVE: {"directory": "{{ clone.directory }}"}},
        ],
        "deployments": [
            {
                "name": "shop",
                "version": "0123456789ab",
                "entrypoint": "deploy/prefect/shop/flow.py:shop",
                "tags": ["team:a b"],
                "enforce_parameter_schema": True,
                "concurrency_limit": {"limit": 2, "collision_strategy": "ENQUEUE"},
                "schedules": [
                    {
                        "cron": "0 6 * * 1-5",
                        "timezone": "Europe/Paris",
                        "slug": "shipway",
                        "parameters": {"alpha": 0.5},
                    }
                ],
                "paused": False,
                "work_pool": {
                    "name": "batch",
                    "work_queue_name": "slow",
                    "job_variables": {"env": {"KEY": "{{ prefect.blocks.secret.key }}"}},
                },
            }
        ],
    }


@dataclass(frozen=True)
class Mistake:
    """A change to the good document: a value at a path, or `GONE`.

    Args:
        found: the path at which a rule finds it, where it is another than that of the change.
    """

    path: str
    value: Any
    says: str
    found: str | None = None

    @property
    def document(self) -> dict[str, Any]:
        """The good document with the mistake in it."""
        document = copy.deepcopy(good())
        *parents, last = self.path.split("/")
        level: Any = document
        for part in parents:
            level = level[int(part) if part.isdigit() else part]
        key: Any = int(last) if last.isdigit() else last
        if self.value is GONE:
            del level[key]
        elif isinstance(level, list) and key == len(level):
            level.append(self.value)
        else:
            level[key] = self.value
        return document

    @property
    def place(self) -> str:
        """The path at which a rule finds it."""
        return self.path if self.found is None else self.found


D = "deployments/0"
S = f"{D}/schedules/0"
SCHEDULE = good()["deployments"][0]["schedules"][0]
MISTAKES: tuple[Mistake, ...] = (
    Mistake("deployment", [], "unknown"),
    Mistake("deployments", GONE, "`deployments` is missing", ""),
    Mistake("deployments", [], "empty"),
    Mistake("deployments", {}, "not a list"),
    Mistake("pull", GONE, "`pull` is missing", ""),
    Mistake("pull", [], "empty"),
    Mistake("build", [], "unknown"),
    Mistake("pull/0", {f"{STEPS}.git_clon": {}}, "unknown", f"pull/0/{STEPS}.git_clon"),
    Mistake(f"pull/0/{CLONE}/repo", "x", "unknown"),
    Mistake(f"pull/0/{CLONE}/repository", GONE, "missing", f"pull/0/{CLONE}"),
    Mistake(f"pull/0/{CLONE}/access_token", "ghp_123", "not a reference"),
    Mistake(f"pull/0/{CLONE}/access_token", "{{ prefect.variables.token }}", "not a reference"),
    Mistake(f"pull/0/{CLONE}/id", "a b", "not an id"),
    Mistake(f"pull/0/{CLONE}/id", "other", "placeholder", f"pull/1/{MOVE}/directory"),
    Mistake(f"pull/1/{MOVE}/directory", GONE, "missing", f"pull/1/{MOVE}"),
    Mistake(f"pull/1/{MOVE}/directory", "{{ clone.folder }}", "placeholder"),
    Mistake(f"pull/1/{MOVE}/directory", "/srv/{{ $NAME }}", "placeholder"),
    Mistake(f"pull/1/{MOVE}/directory", 7, "not text"),
    Mistake(f"pull/1/{MOVE}/dir", "/srv", "unknown"),
    Mistake(f"{D}/nme", "x", "unknown"),
    Mistake(f"{D}/parameter", {}, "unknown"),
    Mistake(f"{D}/schedule", SCHEDULE, "unknown"),
    Mistake(f"{D}/concurency_limit", 1, "unknown"),
    Mistake(f"{D}/name", GONE, "missing", D),
    Mistake(f"{D}/name", "a/b", "not a name"),
    Mistake(f"{D}/name", "a<b", "not a name"),
    Mistake(f"{D}/name", "", "not a name"),
    Mistake(f"{D}/name", True, "not a name"),
    Mistake(f"{D}/name", None, "no value"),
    Mistake(f"{D}/version", 1.0, "not text"),
    Mistake(f"{D}/version", GONE, "missing", D),
    Mistake(f"{D}/entrypoint", GONE, "missing", D),
    Mistake(f"{D}/entrypoint", "flow.py", "not a relative path"),
    Mistake(f"{D}/entrypoint", "/srv/flow.py:flow", "not a relative path"),
    Mistake(f"{D}/entrypoint", "../flow.py:flow", "not a relative path"),
    Mistake(f"{D}/entrypoint", "a/../../flow.py:flow", "not a relative path"),
    Mistake(f"{D}/entrypoint", "a\\flow.py:flow", "not a relative path"),
    Mistake(f"{D}/entrypoint", "flow.py:my-flow", "not a relative path"),
    Mistake(f"{D}/tags", "a", "not a list"),
    Mistake(f"{D}/tags/0", 1, "not text"),
    Mistake(f"{D}/tags/0", "a\0b", "not text"),
    Mistake(f"{D}/tags/0", "team {{ name }}", "placeholder"),
    Mistake(f"{D}/tags/0", "{{$HOME}}", "placeholder"),
    Mistake(f"{D}/tags/0", "{{ prefect.blocks.secret.key }}", "placeholder"),
    Mistake(f"{D}/enforce_parameter_schema", "yes", "neither true nor false"),
    Mistake(f"{D}/enforce_parameter_schema", GONE, "missing", D),
    Mistake(f"{D}/concurrency_limit", 2, "not a mapping"),
    Mistake(f"{D}/concurrency_limit/limit", 0, "at least 1"),
    Mistake(f"{D}/concurrency_limit/limit", True, "at least 1"),
    Mistake(f"{D}/concurrency_limit/limit", GONE, "missing", f"{D}/concurrency_limit"),
    Mistake(f"{D}/concurrency_limit/collision_strategy", "enqueue", "ENQUEUE"),
    Mistake(f"{D}/concurrency_limit/collision_strategy", "CANCEL_OLD", "CANCEL_NEW"),
    Mistake(f"{D}/concurrency_limit/collision", "ENQUEUE", "unknown"),
    Mistake(f"{D}/concurrency_limit/grace_period_seconds", 5, "60"),
    Mistake(f"{D}/schedules", SCHEDULE, "not a list"),
    Mistake(f"{S}/cron", "0 6 * *", "cron"),
    Mistake(f"{S}/cron", "0 25 * * *", "25"),
    Mistake(f"{S}/cron", "@daily", "cron"),
    Mistake(f"{S}/cron", GONE, "missing", S),
    Mistake(f"{S}/timezone", "Europe/Pari", "time zone"),
    Mistake(f"{S}/timezone", GONE, "missing", S),
    Mistake(f"{S}/slug", "My Slug", "not a slug"),
    Mistake(f"{S}/interval", 60, "unknown"),
    Mistake(f"{S}/crn", "0 6 * * *", "unknown"),
    Mistake(f"{S}/active", "true", "neither true nor false"),
    Mistake(f"{S}/parameters/model.alpha", 1, "not an argument"),
    Mistake(f"{S}/parameters/alpha", 2**70, "64 bits"),
    Mistake(f"{S}/parameters/alpha", "{{ x }}", "placeholder"),
    Mistake(f"{D}/schedules/1", SCHEDULE, "twice", f"{D}/schedules/1/slug"),
    Mistake("deployments/1", good()["deployments"][0], "twice", "deployments/1/name"),
    Mistake(f"{D}/paused", 0, "neither true nor false"),
    Mistake(f"{D}/work_pool", "batch", "not a mapping"),
    Mistake(f"{D}/work_pool", GONE, "missing", D),
    Mistake(f"{D}/work_pool/name", GONE, "missing", f"{D}/work_pool"),
    Mistake(f"{D}/work_pool/name", "a&b", "not a name"),
    Mistake(f"{D}/work_pool/queue", "slow", "unknown"),
    Mistake(f"{D}/work_pool/work_queue_name", 1, "not a name"),
    Mistake(f"{D}/work_pool/job_variables", [], "not a mapping"),
    Mistake(
        f"{D}/work_pool/job_variables/env",
        {"A": "{{ a }}"},
        "placeholder",
        f"{D}/work_pool/job_variables/env/A",
    ),
)
VARIABLES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("process", {"image": "x"}),
    ("process", {"working_dir": 1}),
    ("process", {"env": {"a b": "c"}}),
    ("process", {"env": {"A": 1}}),
    ("docker", {"mem_limit": "4 GB"}),
    ("docker", {"memory_limit": "4Gi"}),
    ("docker", {"volumes": ["data"]}),
    ("docker", {"image_pull_policy": "always"}),
    ("docker", {"auto_remove": "no"}),
    ("kubernetes", {"mem_limit": "4g"}),
    ("kubernetes", {"service_account": "me"}),
    ("kubernetes", {"namespace": "My Space"}),
    ("kubernetes", {"finished_job_ttl": "1h"}),
)
"""Job variables that a pool does not know, or not so."""
