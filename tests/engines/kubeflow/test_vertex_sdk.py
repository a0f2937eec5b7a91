"""What Google Cloud's SDK makes of files for Vertex AI: the headers' programs, run as they stand.

No call reaches Google Cloud: what the SDK would have sent is looked at.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from shipway.artifacts.files import write
from shipway_exporters.kubeflow.vertex.names import ACCELERATORS
from shipway_exporters.kubeflow.vertex.rules_schedule import faults
from tests.targets import IMAGE
from tests.targets import VERTEX as PLACE
from tests.unit.exporters.kubeflow_artifacts import CHAIN, artifact
from tests.unit.kubeflow.vertex_mistakes import OF_SCHEDULES, wrong_schedule
from tests.unit.kubeflow.vertex_samples import good_schedule

from .env import KubeflowEnv

pytestmark = pytest.mark.engine

ACCOUNT = "runner@acme-energy.iam.gserviceaccount.com"
SETTINGS: dict[str, Any] = {
    "schedule": {"cron": "0 6 * * *", "timezone": "Europe/Paris", "start": "2026-07-01"},
    "concurrency": {"runs": 2},
    "owner": "ann",
    "labels": {"team": "shop"},
    "retries": 3,
    "resources": {"cpu": 2, "memory": "4G", "gpu": 1, "gpu_type": "NVIDIA_L4"},
}
PARENT = "projects/acme-energy/locations/europe-west1"
LABELS = {"owner": "ann", "team": "shop"}
CAUGHT = frozenset(
    {
        ("maxConcurrentRuns", "2"),
        ("createPipelineJobRequest.pipelineJob.runtimeConfig.failurePolicy", "'fast'"),
        ("startTime", "'2026-02-30T00:00:00Z'"),
        ("startTime", "'2026-01-31'"),
    }
)
"""The mistakes that the SDK's own messages refuse: they know each field, and what is a moment."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    options = {"image": IMAGE, **PLACE, "service_account": ACCOUNT}
    write(artifact(CHAIN, options, **SETTINGS).files, tmp_path)
    return tmp_path


def spec_in(folder: Path) -> Any:
    """The spec as protobuf holds it, where each number is a double."""
    text = (folder / "shop.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def calls(vertex: KubeflowEnv, *files: Path) -> list[list[Any]]:
    answer, _ = vertex.call("vertex_calls", {"files": list(map(str, files))})
    result: list[list[Any]] = answer["calls"]
    return result


def test_the_header_of_a_spec_starts_a_run(vertex: KubeflowEnv, folder: Path) -> None:
    (((call),),) = calls(vertex, folder / "shop.yaml")
    job = call["message"]
    assert call["parent"] == PARENT
    assert job["displayName"] == "shop"
    assert job["labels"] == LABELS
    assert job["serviceAccount"] == ACCOUNT
    assert job["runtimeConfig"]["gcsOutputDirectory"] == "gs://acme/runs"
    assert job["pipelineSpec"] == spec_in(folder)


def test_the_header_of_a_schedule_creates_it(vertex: KubeflowEnv, folder: Path) -> None:
    ((call,),) = calls(vertex, folder / "shop.schedule.yaml")
    schedule, request = call["message"], call["message"]["createPipelineJobRequest"]
    assert (call["parent"], request["parent"]) == (PARENT, PARENT)
    assert call["host"].startswith("europe-west1-aiplatform.googleapis.com")
    assert schedule["cron"] == "TZ=Europe/Paris 0 6 * * *"
    assert schedule["startTime"] == "2026-06-30T22:00:00Z"
    # 64 bits are texts in JSON.
    assert schedule["maxConcurrentRunCount"] == schedule["maxConcurrentActiveRunCount"] == "2"
    assert schedule["allowQueueing"] is True
    job = request["pipelineJob"]
    assert (job["labels"], job["serviceAccount"]) == (LABELS, ACCOUNT)
    assert job["runtimeConfig"]["gcsOutputDirectory"] == "gs://acme/runs"
    assert job["pipelineSpec"] == spec_in(folder)


def test_control_another_spec_is_another_message(vertex: KubeflowEnv, folder: Path) -> None:
    before = spec_in(folder)
    file = folder / "shop.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("maxRetryCount: 3", "maxRetryCount: 2"), encoding="utf-8")
    ((call,),) = calls(vertex, folder / "shop.schedule.yaml")
    assert call["message"]["createPipelineJobRequest"]["pipelineJob"]["pipelineSpec"] != before


def test_the_rules_catch_what_the_messages_let_pass(vertex: KubeflowEnv) -> None:
    mistakes = [wrong_schedule(path, value) for path, value in OF_SCHEDULES]
    question = {"schedules": [good_schedule(), *copy.deepcopy(mistakes)]}
    answer, _ = vertex.call("vertex_calls", question)
    good, *errors = answer["errors"]
    assert good is None, "the control"
    result = {
        (path, repr(value))
        for (path, value), error in zip(OF_SCHEDULES, errors, strict=True)
        if error
    }
    assert result == CAUGHT
    assert all(list(faults(document)) for document in mistakes)


def test_the_kinds_of_accelerators_are_those_of_the_api(vertex: KubeflowEnv) -> None:
    answer, _ = vertex.call("vertex_calls", {})
    gone = {"ACCELERATOR_TYPE_UNSPECIFIED", "NVIDIA_TESLA_K80"}
    assert set(answer["accelerators"]) - gone == set(ACCELERATORS)
