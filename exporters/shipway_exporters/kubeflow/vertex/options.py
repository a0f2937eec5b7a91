"""The options of `targets.kubeflow` that are for Vertex AI alone: references, no credentials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.schemas.problems import DocumentPath, Problem
from shipway.schemas.records import Field
from shipway.schemas.shapes import Text

_PROJECT = r"(?:[a-z][a-z0-9.-]*:)?[a-z][a-z0-9-]{4,28}[a-z0-9]|[0-9]{6,20}"
_BUCKET = r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]"
OPTIONS: Mapping[str, Field] = {
    "project": Field(
        Text(_PROJECT, "the id of a project of Google Cloud, such as acme-energy"),
        "for Vertex AI: the project that runs and schedules belong to",
    ),
    "location": Field(
        Text(r"[a-z]+(?:-[a-z]+)+[0-9]+", "a region of Google Cloud, such as europe-west1"),
        "for Vertex AI: the region",
    ),
    "pipeline_root": Field(
        Text(
            rf"gs://{_BUCKET}(?:/[A-Za-z0-9._/=-]*)?",
            "a folder of Cloud Storage, such as gs://acme-energy/runs",
        ),
        "for Vertex AI: the folder in which it keeps what it knows of a run",
    ),
    "service_account": Field(
        Text(
            r"[a-z0-9-]+@[a-z0-9.-]+",
            "the address of a service account (NAME@PROJECT.iam.gserviceaccount.com)",
        ),
        "for Vertex AI: the account that runs run as",
    ),
}
OTHER_NAMES: Mapping[str, str] = {
    **dict.fromkeys(("project_id", "gcp_project"), "project"),
    "region": "location",
    **dict.fromkeys(("root", "bucket", "gcs_root", "staging_bucket"), "pipeline_root"),
}
"""What the options are called elsewhere, such as in kedro-vertexai and Google Cloud's SDK."""
_NONE: Mapping[str, str] = {
    "volumes": (
        "Give datasets a URL (gs://BUCKET/…) or a path (/gcs/BUCKET/…), or set `project_dir` to a "
        "folder below /gcs/BUCKET. Where other settings have the option, set `volumes: []` over it."
    ),
    "config_maps": (
        "List the variables under `env`. Where other settings have the option, set "
        "`config_maps: {}` over it."
    ),
}
"""Options of a cluster that have no counterpart, each with what to do instead."""
_NO_SECRETS = {"properties": {"secrets": {"maxProperties": 0}}}
SCHEMA: Mapping[str, Any] = {
    "if": {"properties": {"platform": {"const": "vertex"}}, "required": ["platform"]},
    "then": {
        "properties": {
            "volumes": {"maxItems": 0},
            "config_maps": {"maxProperties": 0},
            "on_exit": _NO_SECRETS,
        }
    },
}
"""What `problems_in` says, as JSON Schema."""


def problems_in(options: Mapping[str, Any], path: DocumentPath) -> Iterator[Problem]:
    """Yield what a cluster has, and Vertex AI has not."""
    for option, remedy in _NONE.items():
        if options.get(option):
            what = f"Vertex AI has no {option.replace('_', ' ')} of Kubernetes."
            yield Problem((*path, option), what, remedy)
    on_exit = options.get("on_exit")
    if isinstance(on_exit, Mapping) and on_exit.get("secrets"):
        what = "Vertex AI fills no variable from a secret."
        remedy = "Let the command read it from Secret Manager."
        yield Problem((*path, "on_exit", "secrets"), what, remedy)
