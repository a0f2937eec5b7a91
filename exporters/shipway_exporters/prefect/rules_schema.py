"""The keys and values that `prefect.yaml` may hold.

Sources: Prefect 3.9, `cli.deploy._models` (keys), `client.schemas.schedules` and
`client.schemas.objects` (values), `types.names` (names), `deployments.steps.pull` (steps); the
base job templates of `prefect.workers.process`, prefect-docker 0.7 and prefect-kubernetes 0.8.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.schemas.problems import display
from shipway.schemas.records import Either, Record
from shipway.schemas.shapes import Choice, Flag, ListOf, MapOf, Parsed, Text, Whole, anything
from shipway.schemas.strict import strict_record
from shipway.settings.units import CRON
from shipway.settings.value_shapes import PLAIN
from shipway.settings.zones import TIMEZONE

_STEPS = "prefect.deployments.steps"
_IDENTIFIER = r"[^\W\d]\w*"
_SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
# `prefect.types.names`, BANNED_CHARACTERS.
_NAME = Text(r"[^/%&><\n\0]+", "a name without / % & > <")
_TEXT = Text(r"[^\0]+", "text")
_FLAG = Flag()
_TOKEN = Text(rf"\{{\{{ prefect\.blocks\.secret\.{_SLUG} \}}\}}", "a reference to a secret block")
_ENTRYPOINT = Text(
    # No `:` but the last, which parts the path from the function.
    rf"(?!.*(?:^|/)\.\.?/)[^/\\:\0][^\\:\0]*\.py:{_IDENTIFIER}",
    "a relative path and a function, like flows/flow.py:flow",
)


def _grace(value: Any) -> int:
    # `prefect.client.schemas.objects`, ConcurrencyOptions: `ge=60`, `le=86400`.
    if isinstance(value, int) and not isinstance(value, bool) and 60 <= value <= 86400:
        return value
    raise ValueError(f"{display(value)} is no number of seconds from 60 to 86400.")


def _step(name: str, options: Record) -> Record:
    return strict_record({name: options}, "the step", {name})


def _is_clone(value: Any) -> bool:
    return isinstance(value, Mapping) and f"{_STEPS}.git_clone" in value


_CLONE = strict_record(
    {
        "id": Text(_SLUG, "an id"),
        "repository": _TEXT,
        "branch": _TEXT,
        "access_token": _TOKEN,
    },
    "`git_clone`",
    {"repository"},
)
_MOVE = strict_record({"directory": _TEXT}, "`set_working_directory`", {"directory"})
_PULL = Either(
    (
        (_is_clone, _step(f"{_STEPS}.git_clone", _CLONE)),
        (anything, _step(f"{_STEPS}.set_working_directory", _MOVE)),
    )
)
_SCHEDULE = strict_record(
    {
        "cron": CRON,
        "timezone": TIMEZONE,
        "slug": Text(_SLUG, "a slug"),
        "active": _FLAG,
        "parameters": MapOf(PLAIN, _IDENTIFIER, "an argument of the flow"),
    },
    "the schedule",
    {"cron", "timezone", "slug"},
)
_CONCURRENCY = strict_record(
    {
        "limit": Whole(1),
        "collision_strategy": Choice(("ENQUEUE", "CANCEL_NEW")),
        "grace_period_seconds": Parsed(_grace, {}),
    },
    "`concurrency_limit`",
    {"limit", "collision_strategy"},
)
_WORK_POOL = strict_record(
    {"name": _NAME, "work_queue_name": _NAME, "job_variables": MapOf(PLAIN)},
    "`work_pool`",
    {"name"},
)
_DEPLOYMENT = strict_record(
    {
        "name": _NAME,
        "version": _TEXT,
        "entrypoint": _ENTRYPOINT,
        "tags": ListOf(_TEXT),
        "enforce_parameter_schema": _FLAG,
        "concurrency_limit": _CONCURRENCY,
        "schedules": ListOf(_SCHEDULE),
        "parameters": MapOf(PLAIN, _IDENTIFIER, "an argument of the flow"),
        "paused": _FLAG,
        "work_pool": _WORK_POOL,
    },
    "the deployment",
    {"name", "version", "entrypoint", "enforce_parameter_schema", "work_pool"},
)
DOCUMENT = strict_record(
    {"pull": ListOf(_PULL, least=1), "deployments": ListOf(_DEPLOYMENT, least=1)},
    "the document",
    {"pull", "deployments"},
)
