"""The schema of `deploy.yml`: every key, its shape and its meaning, in one place."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from shipway.schemas.problems import shown
from shipway.schemas.shapes import (
    Choice,
    Either,
    Field,
    Flag,
    ListOf,
    MapOf,
    Number,
    Parsed,
    Record,
    Shape,
    Text,
    Whole,
    anything,
    is_list,
    is_mapping,
)
from shipway.secrecy import looks_secret
from shipway.settings.units import CRON, DURATION, QUANTITY, TIMEZONE
from shipway.tasks.limits import LONGEST_ARGUMENT

RUN_FACTS = ("logical_date", "run_id", "interval_start", "interval_end")
"""What an orchestrator knows of a run and can hand over as a parameter."""

GROUPINGS = ("none", "namespace", "tag", "chain", "pipeline")

_LONGEST_VALUE = LONGEST_ARGUMENT - 1_000  # its name is part of it
ENV_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_GROUP_BY = re.compile(r"none|chain|pipeline|namespace(:[1-9]\d*)?|tag(:[\w.-]+(,[\w.-]+)*)?")


def _group_by(value: Any) -> str:
    if isinstance(value, str) and _GROUP_BY.fullmatch(value):
        return value
    raise ValueError(
        f"{shown(value)} is no grouping.\n"
        f"Write {', '.join(GROUPINGS)}, `namespace:2` for a depth, or `tag:etl,ml` for some tags."
    )


def _env_value(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(f"{shown(value)} is no text.\nPut it in quotes.")
    if (size := len(value.encode(errors="surrogatepass"))) > _LONGEST_VALUE:
        raise ValueError(f"A variable of {size:,} bytes: no process starts with so much.")
    return value


def _no_nul(value: Any) -> str:
    if isinstance(value, str) and value and "\0" not in value:
        return value
    raise ValueError(f"{shown(value)} is no text.")


def _date(value: Any) -> str:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        day = date.min
    if 1970 <= day.year < 9999 and day.isoformat() == value:  # others overflow in other zones
        return str(value)
    raise ValueError(f"{shown(value)} is no date since 1970.\nWrite one like `2026-01-31`.")


def _plain(value: Any) -> Any:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        raise ValueError(f"{shown(value)} has no form in JSON.") from None
    return value


PLAIN = Parsed(_plain, {})
TEXT = Parsed(_no_nul, {"type": "string", "minLength": 1})
ENV_VALUE = Parsed(_env_value, {"type": ["string", "integer"], "maxLength": _LONGEST_VALUE})
RUNNER = Text(
    rf"(Sequential|Thread|Parallel)Runner|{ENV_NAME}(\.{ENV_NAME})+",
    "`SequentialRunner`, `ThreadRunner`, `ParallelRunner` or the path of a class",
)
GROUP_BY = Parsed(_group_by, {"type": "string", "pattern": f"^({_GROUP_BY.pattern})$"})

SECRET = Record(
    {
        "name": Field(TEXT, "the secret's name in the orchestrator's store", required=True),
        "key": Field(TEXT, "the key in that secret", required=True),
    },
    "a secret",
)
VOLUME = Record(
    {
        "claim": Field(TEXT, "the name of the volume claim", required=True),
        "mount": Field(
            Text(r"/.*", "an absolute path in the container"), "where it stands", required=True
        ),
    },
    "a volume",
)
RESOURCES = Record(
    {
        "cpu": Field(QUANTITY, "cores: `500m`, `2`"),
        "memory": Field(QUANTITY, "bytes: `512Mi`, `16Gi`"),
        "gpu": Field(Whole(1), "number of devices"),
        "gpu_type": Field(TEXT, "resource name of the device, such as `nvidia.com/gpu`"),
    },
    "`resources`",
)
SCHEDULE = Record(
    {
        "cron": Field(CRON, "five-field cron expression; its day must be in one of its months"),
        "timezone": Field(TIMEZONE, "IANA zone of the cron expression; default UTC"),
        "datasets": Field(
            ListOf(TEXT, least=1), "run when all these datasets have been written anew"
        ),
        "start": Field(
            Parsed(_date, {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
            "first day on which the schedule holds",
        ),
        "catchup": Field(Flag(), "also run what was missed since `start`; default false"),
        "parameters": Field(MapOf(PLAIN), "values that scheduled runs get, by dotted name"),
    },
    "a schedule",
    one_of=("cron", "datasets"),
    needs=(
        ("catchup", "start"),
        ("catchup", "cron"),
        ("timezone", "cron"),
        ("parameters", "cron"),
    ),
)
CONCURRENCY = Record(
    {
        "runs": Field(Whole(1), "runs of this pipeline at once"),
        "tasks": Field(Whole(1), "tasks of one run at once"),
    },
    "`concurrency`",
)

TASK: Mapping[str, Field] = {
    "image": Field(Text(r"\S+", "an image reference"), "container image that holds the project"),
    "retries": Field(Whole(0), "how often a failed task is tried again"),
    "retry_delay": Field(DURATION, "pause before the first retry"),
    "retry_backoff": Field(Number(1), "factor by which each further pause grows"),
    "timeout": Field(DURATION, "how long one try may take"),
    "resources": Field(RESOURCES, "compute of one task"),
    "env": Field(
        MapOf(ENV_VALUE, ENV_NAME, "the name of an environment variable"),
        "environment variables, plain text",
    ),
    "secrets": Field(
        MapOf(SECRET, ENV_NAME, "the name of an environment variable"),
        "environment variables filled from secrets, by reference",
    ),
    "volumes": Field(ListOf(VOLUME), "volumes that all tasks share"),
    "service_account": Field(TEXT, "the account that the task runs as"),
    "runner": Field(RUNNER, "Kedro's runner for a task of several nodes; default SequentialRunner"),
}

_PARAMETERS: Shape[Any] = Either(
    ((is_list, ListOf(TEXT)), (anything, Choice(("all", "none")))),
)
_SCHEDULE: Shape[Any] = Either(((is_mapping, SCHEDULE), (anything, Choice(("none",)))))

SHARED: Mapping[str, Field] = {
    **TASK,
    "concurrency": Field(CONCURRENCY, "how much may run at once"),
    "group_by": Field(GROUP_BY, "which nodes share a task; default `none`"),
    "memory": Field(
        Choice(("fuse", "store")), "what happens to in-memory datasets between tasks; default fuse"
    ),
    "store": Field(TEXT, "URL (fsspec) under which `memory: store` keeps such datasets"),
    "keep_store": Field(Flag(), "keep them when the run has succeeded; default false"),
    "load_versions": Field(
        MapOf(TEXT), "versions of datasets to load instead of the run's own and the latest"
    ),
    "parameters": Field(_PARAMETERS, "which may be set when a run is triggered; default all"),
    "project_dir": Field(TEXT, "where the project stands where tasks run"),
    "conf_source": Field(
        TEXT, "configuration folder or archive where tasks run; default the project's own"
    ),
    "run_with": Field(
        Choice(("shipway", "kedro")),
        "what a task calls: `shipway.runtime` or plain `kedro run`; default shipway",
    ),
    "owner": Field(TEXT, "who answers for the pipeline"),
    "labels": Field(MapOf(TEXT), "labels of the pipeline, key and value"),
}
"""Keys that both `defaults` and a pipeline may hold."""

PIPELINE = Record(
    {
        **SHARED,
        "name": Field(TEXT, "the pipeline's name on the orchestrator"),
        "description": Field(TEXT, "what the pipeline is for, in Markdown"),
        "schedule": Field(_SCHEDULE, "when it runs; default none"),
        "run_parameters": Field(
            MapOf(Choice(RUN_FACTS)), "parameters that the orchestrator fills at each run"
        ),
        "groups": Field(MapOf(ListOf(TEXT)), "tasks named here, each with its nodes"),
        "tags": Field(MapOf(Record(TASK, "a tag's settings")), "task settings by tag"),
        "namespaces": Field(
            MapOf(Record(TASK, "a namespace's settings")), "task settings by namespace"
        ),
        "nodes": Field(MapOf(Record(TASK, "a node's settings")), "task settings by node"),
    },
    "a pipeline's settings",
)

DEFAULTS = Record(SHARED, "`defaults`")


def document(targets: Mapping[str, Shape[Any]]) -> Record:
    """Return the shape of the whole file, given the options of each known target."""
    sections = {name: Field(shape) for name, shape in targets.items()}
    return Record(
        {
            "defaults": Field(DEFAULTS, "what holds unless said otherwise"),
            "pipelines": Field(MapOf(PIPELINE), "settings by registered pipeline"),
            "targets": Field(Record(sections, "`targets`"), "options of each target"),
        },
        "the settings",
    )


def secret_in_env(env: Mapping[str, str]) -> list[str]:
    """Return the variables of `env` whose names say that they hold a secret."""
    return sorted(name for name, value in env.items() if looks_secret(name, value))
