"""Vertex AI Pipelines: Google Cloud's own server of pipeline specs.

It makes a custom job of each task, and shows nothing of Kubernetes: no platform document, no
secrets as variables, no volumes but Cloud Storage. Sources: Vertex AI documentation, "Migrate from
Kubeflow Pipelines to Vertex AI Pipelines"; googleapis, `google/cloud/aiplatform/v1`.
"""

from __future__ import annotations

from typing import Any

from shipway_exporters.kubeflow.profile import Profile, Reading
from shipway_exporters.kubeflow.vertex import machine, readback, schedule
from shipway_exporters.kubeflow.vertex.capabilities import CAPABILITIES
from shipway_exporters.kubeflow.vertex.checks import check, check_document
from shipway_exporters.kubeflow.vertex.names import TARGET
from shipway_exporters.kubeflow.vertex.retries import retries_of
from shipway_exporters.kubeflow.vertex.rules import RULES
from shipway_exporters.kubeflow.vertex.rules_schedule import faults
from shipway_exporters.kubeflow.vertex.start import start_of
from shipway_exporters.kubeflow.vertex.storage import volumes_in
from shipway_exporters.kubeflow.vertex.surroundings import surroundings
from shipway_exporters.kubeflow.vertex.timeouts import arguments_of


def _no_pod(*_: Any) -> dict[str, Any]:
    return {}


VERTEX = Profile(
    target=TARGET,
    versions="API v1 (pipeline spec 2.1.0)",
    limited="the runs of a schedule",
    capabilities=CAPABILITIES,
    idle={
        "argo": "Vertex AI runs no Argo",
        "max_workflow_size": "Vertex AI runs no Argo",
        "timezone": "Vertex AI reads the zone of each schedule",
    },
    check=check,
    check_document=check_document,
    volumes=volumes_in,
    arguments=arguments_of,
    resources=machine.resources,
    retries=retries_of,
    pod=_no_pod,
    pod_of_cleanup=_no_pod,
    pod_on_exit=_no_pod,
    head=schedule.root_of,
    start=start_of,
    schedule=schedule.schedule_of,
    surroundings=surroundings,
    reading=Reading(
        rules=RULES,
        keys=readback.KEYS,
        schedule_keys=readback.SCHEDULE_KEYS,
        container=machine.container_in,
        timeout=readback.timeout_in,
        schedule=readback.schedule_in,
        schedule_faults=faults,
    ),
)
