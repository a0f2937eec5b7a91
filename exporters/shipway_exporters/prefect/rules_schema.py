"""The keys and values that `prefect.yaml` may hold.

Sources: Prefect 3.9, `cli.deploy._models` (keys), `client.schemas.schedules` and
`client.schemas.objects` (values), `types.names` (names), `deployments.steps.pull` (steps); the
base job templates of `prefect.workers.process`, prefect-docker 0.7 and prefect-kubernetes 0.8.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.problems import shown
from shipway.settings.schema import PLAIN
from shipway.settings.units import CRON, TIMEZONE
from shipway.shapes import (
    Choice,
    Either,
    Field,
    Flag,
    ListOf,
    MapOf,
    Parsed,
    Record,
    Shape,
    Text,
    Whole,
    anything,
)

_STEPS = "prefect.deployments.steps"
_IDENTIFIER = r"[^\W\d]\w*"
_SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_NAME = Text(r"[^/%&><\n\0]+", "a name without / % & > <")
_TEXT = Text(r"[^\0]+", "text")
_FLAG = Flag()


def _grace(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 60 <= value <= 86400:
        return value
    raise ValueError(f"{shown(value)} is no number of seconds from 60 to 86400.")


def _has(key: str) -> Any:
    return lambda value: isinstance(value, Mapping) and key in value


def _fields(*required: str, **shapes: Shape[Any]) -> dict[str, Field]:
    return {name: Field(shape, required=name in required) for name, shape in shapes.items()}


_CLONE = Record(
    _fields(
        "repository",
        id=Text(_SLUG, "an id"),
        repository=_TEXT,
        branch=_TEXT,
        access_token=Text(
            rf"\{{\{{ prefect\.blocks\.secret\.{_SLUG} \}}\}}", "a reference to a secret block"
        ),
    ),
    "`git_clone`",
)
_MOVE = Record(_fields("directory", directory=_TEXT), "`set_working_directory`")
_STEP = Either(
    (
        (
            _has(f"{_STEPS}.git_clone"),
            Record({f"{_STEPS}.git_clone": Field(_CLONE, required=True)}, "the step"),
        ),
        (
            anything,
            Record({f"{_STEPS}.set_working_directory": Field(_MOVE, required=True)}, "the step"),
        ),
    )
)
_SCHEDULE = Record(
    _fields(
        "cron",
        "timezone",
        "slug",
        cron=CRON,
        timezone=TIMEZONE,
        slug=Text(_SLUG, "a slug"),
        active=_FLAG,
        parameters=MapOf(PLAIN, _IDENTIFIER, "an argument of the flow"),
    ),
    "the schedule",
)
_CONCURRENCY = Record(
    _fields(
        "limit",
        "collision_strategy",
        limit=Whole(1),
        collision_strategy=Choice(("ENQUEUE", "CANCEL_NEW")),
        grace_period_seconds=Parsed(_grace, {}),
    ),
    "`concurrency_limit`",
)
_COMMON = _fields(
    name=_NAME,
    env=MapOf(_TEXT, r"[A-Za-z_][A-Za-z0-9_]*", "the name of an environment variable"),
    labels=MapOf(_TEXT),
    command=_TEXT,
    stream_output=_FLAG,
)
JOB_VARIABLES: Mapping[str, Record] = {
    "process": Record({**_COMMON, **_fields(working_dir=_TEXT)}, "a process pool's job variables"),
    "docker": Record(
        {
            **_COMMON,
            **_fields(
                image=Text(r"\S+", "an image reference"),
                registry_credentials=PLAIN,
                image_pull_policy=Choice(("IfNotPresent", "Always", "Never")),
                networks=ListOf(_TEXT),
                network_mode=_TEXT,
                auto_remove=_FLAG,
                volumes=ListOf(Text(r"[^:\0]+:[^:\0]+(:\w+)?", "a volume like name:/path")),
                mem_limit=Text(r"\d+[bkmg]?", "an amount of memory like 4g"),
                memswap_limit=Text(r"-1|\d+[bkmg]?", "an amount of memory like 4g"),
                privileged=_FLAG,
                container_create_kwargs=MapOf(PLAIN),
            ),
        },
        "a docker pool's job variables",
    ),
    "kubernetes": Record(
        {
            **_COMMON,
            **_fields(
                image=Text(r"\S+", "an image reference"),
                annotations=MapOf(_TEXT),
                namespace=Text(_SLUG, "a namespace"),
                service_account_name=_TEXT,
                image_pull_policy=Choice(("IfNotPresent", "Always", "Never")),
                backoff_limit=Whole(0),
                finished_job_ttl=Whole(0),
                job_watch_timeout_seconds=Whole(0),
                pod_watch_timeout_seconds=Whole(0),
                cluster_config=PLAIN,
                cpu_request=_TEXT,
                cpu_limit=_TEXT,
                memory_request=_TEXT,
                memory_limit=_TEXT,
            ),
        },
        "a kubernetes pool's job variables",
    ),
}
_WORK_POOL = Record(
    _fields("name", name=_NAME, work_queue_name=_NAME, job_variables=MapOf(PLAIN)),
    "`work_pool`",
)
_DEPLOYMENT = Record(
    _fields(
        "name",
        "version",
        "entrypoint",
        "enforce_parameter_schema",
        "work_pool",
        name=_NAME,
        version=_TEXT,
        entrypoint=Text(
            rf"(?!.*(?:^|/)\.\.?/)[^/\\:\0][^\\:\0]*\.py:{_IDENTIFIER}",
            "a relative path and a function, like flows/flow.py:flow",
        ),
        tags=ListOf(_TEXT),
        enforce_parameter_schema=_FLAG,
        concurrency_limit=_CONCURRENCY,
        schedules=ListOf(_SCHEDULE),
        paused=_FLAG,
        work_pool=_WORK_POOL,
    ),
    "the deployment",
)
DOCUMENT = Record(
    _fields(
        "pull", "deployments", pull=ListOf(_STEP, least=1), deployments=ListOf(_DEPLOYMENT, least=1)
    ),
    "the document",
)
