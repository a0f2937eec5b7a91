"""Runs beside Google Cloud's SDK: what the headers of files ask of it.

The transport alone is replaced: the SDK reads the files, makes its messages and checks them.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock


def program(text: str) -> str:
    """The program in the header of a file: the lines that are indented there."""
    header = text.partition("\n\n")[0].splitlines()
    lines = [line.removeprefix("#     ") for line in header if line.startswith("#     ")]
    first = next(i for i, line in enumerate(lines) if line.startswith(("from ", "import ")))
    return "\n".join(lines[first:])


def calls_of(file: Path) -> list[Any]:
    """What a file's header asks of Vertex AI, as JSON of its messages."""
    from google.cloud.aiplatform_v1 import PipelineJob, Schedule

    calls: list[Any] = []
    code = compile(program(file.read_text(encoding="utf-8")), file.name, "exec")
    os.chdir(file.parent)
    with _recorded(calls):
        exec(code, {})
    types = {"PipelineJob": PipelineJob, "Schedule": Schedule}
    return [
        {**call, "message": json.loads(types[call["type"]].to_json(call["message"]))}
        for call in calls
    ]


@contextlib.contextmanager
def _recorded(calls: list[Any]) -> Iterator[None]:
    """Put a list in the place of Google Cloud."""
    import google.auth
    from google.auth.credentials import AnonymousCredentials
    from google.cloud.aiplatform.utils import gcs_utils
    from google.cloud.aiplatform_v1 import (
        PipelineJob,
        PipelineServiceClient,
        Schedule,
        ScheduleServiceClient,
    )

    def create_job(_: Any, *, parent: str, pipeline_job: Any, **_more: Any) -> Any:
        calls.append({"type": "PipelineJob", "parent": parent, "message": pipeline_job})
        return PipelineJob(name=f"{parent}/pipelineJobs/1")

    def create_schedule(client: Any, *, parent: str, schedule: Any, **_more: Any) -> Any:
        host = client.transport.host
        calls.append({"type": "Schedule", "parent": parent, "message": schedule, "host": host})
        return Schedule(name=f"{parent}/schedules/1")

    def anonymous(*_: Any, **_more: Any) -> Any:
        return AnonymousCredentials(), "nobody"

    bucket = "create_gcs_bucket_for_pipeline_artifacts_if_it_does_not_exist"
    with (
        mock.patch.object(google.auth, "default", anonymous),
        mock.patch.object(gcs_utils, bucket),
        mock.patch.object(PipelineServiceClient, "create_pipeline_job", create_job),
        mock.patch.object(ScheduleServiceClient, "create_schedule", create_schedule),
    ):
        yield


def schedule_error(document: Any) -> str | None:
    """Why a schedule is none to the messages of the SDK, which know each field."""
    from google.cloud.aiplatform_v1 import Schedule
    from google.protobuf.json_format import ParseError

    try:
        Schedule.from_json(json.dumps(document))
    except ParseError as error:
        return str(error)
    return None


def accelerators() -> list[str]:
    """The kinds of accelerators that the API knows."""
    from google.cloud.aiplatform_v1 import AcceleratorType

    return [kind.name for kind in AcceleratorType]


def main(request: str, answer: str) -> None:
    """Answer a request."""
    question = json.loads(Path(request).read_text(encoding="utf-8"))
    result = {
        "calls": [calls_of(Path(file)) for file in question.get("files", ())],
        "errors": [schedule_error(document) for document in question.get("schedules", ())],
        "accelerators": accelerators(),
    }
    Path(answer).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
