"""The rule check of a schedule's file: what Vertex AI's API would refuse, or read otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from shipway.schemas.document import mapping, text, value_at
from shipway.schemas.problems import Problem
from shipway.schemas.shapes import Flag, MapOf, Text, Whole
from shipway.schemas.strict import problems_in, strict_record
from shipway.settings.zones import is_zone
from shipway_exporters.containers.go_cron import is_read
from shipway_exporters.kubeflow.vertex.names import MOST_LABELS, is_label_key, is_label_value

_TEXT = Text()
_ROOT = Text(r"gs://[a-z0-9][a-z0-9._-]+[a-z0-9](?:/.*)?", "a folder of Cloud Storage")
_PARENT = Text(r"projects/[a-z0-9.:-]+/locations/[a-z0-9-]+", "a location of a project")
_RUNTIME = strict_record(
    {"gcsOutputDirectory": _ROOT}, "`runtimeConfig`", required=("gcsOutputDirectory",)
)
_JOB = strict_record(
    {
        "displayName": _TEXT,
        "labels": MapOf(_TEXT),
        "serviceAccount": Text(r"[a-z0-9-]+@[a-z0-9.-]+", "the address of a service account"),
        "runtimeConfig": _RUNTIME,
    },
    "`pipelineJob`",
    required=("runtimeConfig",),
)
_SCHEDULE = strict_record(
    {
        "displayName": _TEXT,
        "cron": _TEXT,
        "startTime": _TEXT,
        "maxConcurrentRunCount": Whole(1),
        "maxConcurrentActiveRunCount": Whole(1),
        "allowQueueing": Flag(),
        "createPipelineJobRequest": strict_record(
            {"parent": _PARENT, "pipelineJob": _JOB}, required=("parent", "pipelineJob")
        ),
    },
    "the schedule",
    required=("displayName", "cron", "maxConcurrentRunCount", "createPipelineJobRequest"),
)
_CRON = re.compile(r"TZ=(?P<zone>\S+)(?P<fields>( \S+){5})")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_LONGEST_NAME = 128


def faults(schedule: Any) -> Iterator[Problem]:
    """Find everything that is wrong with the file of a schedule."""
    yield from problems_in(schedule, _SCHEDULE)
    document = mapping(schedule)
    yield from _cron(text(document.get("cron")))
    if "startTime" in document:
        yield from _moment(text(document["startTime"]))
    if not 0 < len(text(document.get("displayName"))) <= _LONGEST_NAME:
        yield Problem(("displayName",), f"A name has 1 to {_LONGEST_NAME} characters.")
    if not document.get("allowQueueing"):
        yield Problem(("allowQueueing",), "Without this, runs beyond the limit are skipped.")
    job = ("createPipelineJobRequest", "pipelineJob", "labels")
    labels = mapping(value_at(document, *job))
    for key, value in labels.items():
        if not (is_label_key(str(key)) and is_label_value(text(value))):
            yield Problem((*job, key), f"Google Cloud takes no label `{key}: {value}`.")
    if len(labels) > MOST_LABELS:
        yield Problem(job, f"A run has {MOST_LABELS} labels at most.")


def _cron(cron: str) -> Iterator[Problem]:
    """`google/cloud/aiplatform/v1/schedule.proto`, cron: a zone of the IANA's, and five fields."""
    match = _CRON.fullmatch(cron)
    if not match:
        yield Problem(("cron",), f"`{cron}` is no zone and five fields (`TZ=UTC 0 6 * * *`).")
    elif not is_zone(match["zone"]):
        yield Problem(("cron",), f"`{match['zone']}` is no time zone.")
    elif not is_read(match["fields"]):
        yield Problem(("cron",), "Sunday is 0.")


def _moment(moment: str) -> Iterator[Problem]:
    # A moment of the calendar, in the form that RFC 3339 has for UTC.
    try:
        is_one = bool(_MOMENT.fullmatch(moment) and datetime.fromisoformat(moment[:-1]))
    except ValueError:
        is_one = False
    if not is_one:
        yield Problem(("startTime",), f"`{moment}` is no moment in UTC.")
