"""The keys that the two objects may have, and the kind of value of each.

Source: Argo 4.1, `pkg/apis/workflow/v1alpha1`, WorkflowSpec, Template and CronWorkflowSpec.
"""

from __future__ import annotations

from shipway.schemas.shapes import Choice, ListOf, Text, Whole
from shipway.schemas.strict import strict_record
from shipway.settings.units import CRON
from shipway.settings.zones import TIMEZONE
from shipway_exporters.argo.options import POD_GC, TTL
from shipway_exporters.containers import pod_schema

_TEXT, _WHOLE = Text(), Whole()
_NAMED = ("name",)
_ENTRY = strict_record({"name": _TEXT, "value": _TEXT, "description": _TEXT}, "a parameter", _NAMED)
_PARAMETERS = strict_record({"parameters": ListOf(_ENTRY)}, "these parameters")
_TASK = strict_record(
    {"name": _TEXT, "depends": _TEXT, "template": _TEXT, "arguments": _PARAMETERS},
    "a task",
    required=("name", "template"),
)
_RETRIES = strict_record(
    {
        "limit": _WHOLE,
        "retryPolicy": Choice(("Always",)),
        "expression": _TEXT,
        "backoff": strict_record({"duration": _TEXT, "factor": Whole(1)}, "a pause", ("duration",)),
    },
    "`retryStrategy`",
    required=("limit", "retryPolicy"),
)
_TEMPLATE = strict_record(
    {
        "name": _TEXT,
        "inputs": _PARAMETERS,
        "dag": strict_record({"tasks": ListOf(_TASK, least=1)}, "a DAG", ("tasks",)),
        "retryStrategy": _RETRIES,
        "activeDeadlineSeconds": Whole(1),
        **pod_schema.SCHEDULING,
        "metadata": pod_schema.METADATA,
        "volumes": pod_schema.VOLUMES,
        "container": pod_schema.CONTAINER,
    },
    "a template",
    _NAMED,
)
_LABELS = strict_record({"labels": pod_schema.TEXTS}, "labels")
_SPEC = strict_record(
    {
        "entrypoint": _TEXT,
        "onExit": _TEXT,
        "parallelism": Whole(1),
        "synchronization": strict_record(
            {
                "mutexes": ListOf(strict_record({"name": _TEXT}, "a mutex", _NAMED)),
                "semaphores": ListOf(strict_record({"configMapKeyRef": pod_schema.KEY}, "a lock")),
            },
            "a lock",
        ),
        "podGC": strict_record({"strategy": Choice(POD_GC)}, "`podGC`"),
        "ttlStrategy": strict_record(dict.fromkeys(TTL.values(), _WHOLE), "`ttlStrategy`"),
        "imagePullSecrets": pod_schema.REFERENCES,
        "workflowMetadata": _LABELS,
        "podMetadata": _LABELS,
        "arguments": _PARAMETERS,
        "templates": ListOf(_TEMPLATE, least=2),
    },
    "the spec of a WorkflowTemplate",
    required=("entrypoint", "templates"),
)
_CRON = strict_record(
    {
        "schedules": ListOf(CRON, least=1),
        "timezone": TIMEZONE,
        "concurrencyPolicy": Choice(("Allow", "Forbid", "Replace")),
        "startingDeadlineSeconds": _WHOLE,
        "workflowSpec": strict_record(
            {"workflowTemplateRef": strict_record({"name": _TEXT}), "arguments": _PARAMETERS},
            "the spec of a run",
            required=("workflowTemplateRef",),
        ),
    },
    "the spec of a CronWorkflow",
    required=("schedules", "workflowSpec"),
)
_API = "argoproj.io/v1alpha1"
OBJECTS = {
    "WorkflowTemplate": pod_schema.object_of("WorkflowTemplate", _API, "spec", _SPEC),
    "CronWorkflow": pod_schema.object_of("CronWorkflow", _API, "spec", _CRON),
    "ConfigMap": pod_schema.object_of("ConfigMap", "v1", "data", pod_schema.TEXTS),
}
"""The objects of a file, by their kind."""
