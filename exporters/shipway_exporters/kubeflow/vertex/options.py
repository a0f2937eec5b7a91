"""The options of `targets.kubeflow` that are for Vertex AI alone: references, no credentials."""

from __future__ import annotations

from collections.abc import Mapping

from shipway.schemas.records import Field
from shipway.schemas.shapes import Text

_PROJECT = r"(?:[a-z][a-z0-9.-]*:)?[a-z][a-z0-9-]{4,28}[a-z0-9]|[0-9]{6,20}"
_BUCKET = r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]"
OPTIONS: Mapping[str, Field] = {
    "project": Field(
        Text(_PROJECT, "a project of Google Cloud"),
        "for Vertex AI: the project that runs and schedules belong to",
    ),
    "location": Field(
        Text(r"[a-z]+(?:-[a-z]+)+[0-9]+", "a region of Google Cloud, such as europe-west1"),
        "for Vertex AI: the region",
    ),
    "pipeline_root": Field(
        Text(rf"gs://{_BUCKET}(?:/[A-Za-z0-9._/=-]*)?", "a folder of Cloud Storage (gs://…)"),
        "for Vertex AI: the folder in which it keeps what it knows of a run",
    ),
    "service_account": Field(
        Text(r"[a-z0-9-]+@[a-z0-9.-]+", "the address of a service account"),
        "for Vertex AI: the account that runs run as",
    ),
}
