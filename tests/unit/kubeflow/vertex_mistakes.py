"""Mistakes in a spec for Vertex AI and in a schedule, each with where it is found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shipway_exporters.kubeflow.vertex.rules import RULES
from tests.unit.kubeflow.more_mistakes import MISTAKES as OF_A_CLUSTER
from tests.unit.kubeflow.rule_mistakes import LOAD, MAIN, TRAIN, Mistake, mistake
from tests.unit.kubeflow.rule_samples import Change, Documents, all_of, at
from tests.unit.kubeflow.vertex_samples import good, good_schedule

RESOURCES = f"{TRAIN}/resources"
DEVICE = f"{RESOURCES}/accelerator"
RETRIES = f"{MAIN}/train/retryPolicy"


@dataclass(frozen=True)
class VertexMistake(Mistake):
    """A change of the good spec for Vertex AI."""

    def documents(self) -> Documents:
        documents = good()
        self.change(documents)
        return documents


def of(item: Mistake) -> VertexMistake:
    return VertexMistake(item.rule, item.path, item.change)


def put(rule: str, place: str, value: Any, below: str = "") -> VertexMistake:
    return of(mistake(rule, at(place, value), place, below))


def both(old: str, new: str, amount: float, text: str) -> Change:
    return all_of(at(f"{RESOURCES}/{old}", amount), at(f"{RESOURCES}/{new}", text))


def more_documents(documents: Documents) -> None:
    documents.append({"platforms": {"kubernetes": {}}})


_PLATFORM = Mistake("one_document", "", more_documents)
OWN: tuple[VertexMistake, ...] = (
    of(_PLATFORM),
    put("known_keys", f"{RESOURCES}/cpuRequest", 0.5),
    put("known_keys", f"{RESOURCES}/resourceCpuRequest", "500m"),
    put("known_keys", f"{RESOURCES}/resourceMemoryRequest", "16G"),
    put("known_keys", f"{RESOURCES}/machineType", "n1-standard-4"),
    put("known_keys", f"{DEVICE}/acceleratorType", "NVIDIA_TESLA_T4"),
    put("known_keys", f"{TRAIN}/timeout", "3600s"),
    put("known_keys", "0/labels", {"team": "shop"}),
    put("run_names", "0/pipelineInfo/name", "2shop"),
    put("run_names", "0/pipelineInfo/name", "s" * 114),
    put("roots", "0/defaultPipelineRoot", "s3://shop/runs"),
    put("roots", "0/defaultPipelineRoot", "minio://mlpipeline"),
    put("roots", "0/defaultPipelineRoot", "/gcs/shop/runs"),
    put("roots", "0/defaultPipelineRoot", "gs://"),
    put("pauses", f"{RETRIES}/backoffMaxDuration", "2597580s"),
    put("pauses", f"{RETRIES}/backoffDuration", "3601s"),
    put("pauses", f"{RETRIES}/backoffMaxDuration", ...),
    put("pauses", f"{RETRIES}/backoffFactor", ...),
    put("pauses", f"{RETRIES}/backoffFactor", 0.5),
    put("variables", f"{TRAIN}/env/1/name", "LEVEL"),
    put("variables", f"{TRAIN}/env/0/name", "2 x"),
    put("machines", f"{RESOURCES}/cpuLimit", 5.0),
    put("machines", f"{RESOURCES}/cpuLimit", ...),
    put("machines", f"{RESOURCES}/resourceCpuLimit", ...),
    put("machines", f"{RESOURCES}/resourceMemoryLimit", "16Gi"),
    put("machines", f"{RESOURCES}/resourceMemoryLimit", "sixteen"),
    put("machines", f"{RESOURCES}/memoryLimit", 16_000_000_000.0),
    of(
        mistake(
            "machines",
            both("cpuLimit", "resourceCpuLimit", 97.0, "97"),
            RESOURCES,
            ".resourceCpuLimit",
        )
    ),
    of(
        mistake(
            "machines",
            both("memoryLimit", "resourceMemoryLimit", 625.0, "625G"),
            RESOURCES,
            ".resourceMemoryLimit",
        )
    ),
    of(
        mistake(
            "machines",
            both("cpuLimit", "resourceCpuLimit", 0.0, "0"),
            RESOURCES,
            ".resourceCpuLimit",
        )
    ),
    put("accelerators", f"{DEVICE}/resourceType", "nvidia.com/gpu"),
    put("accelerators", f"{DEVICE}/resourceType", "NVIDIA_TESLA_T5"),
    put("accelerators", f"{DEVICE}/resourceType", "NVIDIA_TESLA_K80"),
    put("accelerators", f"{DEVICE}/resourceCount", "0"),
    put("accelerators", f"{DEVICE}/resourceCount", "1.5"),
    of(mistake("accelerators", at(f"{DEVICE}/type", "NVIDIA_L4"), DEVICE)),
    of(mistake("accelerators", at(f"{DEVICE}/count", ...), DEVICE)),
    put("expansions", f"{TRAIN}/args/0", "$(LEVEL)"),
    put("expansions", f"{TRAIN}/args/0", "costs $$5"),
    put("expansions", f"{LOAD}/command/0", "/opt/$(HOME)/python"),
    put("expansions", f"{TRAIN}/env/0/value", "$(EMPTY)info"),
)
"""Those of Vertex AI's own rules."""
_OWN_RULES = {item.rule for item in OWN}
_OTHERS = {rule.__name__ for rule in RULES} - _OWN_RULES
SHARED: tuple[VertexMistake, ...] = tuple(
    of(item)
    for item in OF_A_CLUSTER
    if item.rule in _OTHERS and not item.path.startswith("platforms")
)
"""Those of the rules that a cluster has as well."""

_REQUEST = "createPipelineJobRequest"
_JOB = f"{_REQUEST}.pipelineJob"
OF_SCHEDULES: tuple[tuple[str, Any], ...] = (
    ("cron", "0 6 * * *"),
    ("cron", "TZ=Europe/Pari 0 6 * * *"),
    ("cron", "TZ=Europe/Paris 0 0 6 * * *"),
    ("cron", "TZ=Europe/Paris 0 6 * * 7"),
    ("cron", "TZ=Europe/Paris  0 6 * *"),
    ("cron", "TZ=../../etc/localtime 0 6 * * *"),
    ("cron", ...),
    ("startTime", "2026-02-30T00:00:00Z"),
    ("startTime", "2026-01-31"),
    ("startTime", "2026-01-31T00:00:00+01:00"),
    ("displayName", ""),
    ("displayName", "s" * 129),
    ("displayName", ...),
    ("maxConcurrentRunCount", ...),
    ("maxConcurrentRunCount", 0),
    ("maxConcurrentActiveRunCount", 0),
    ("allowQueueing", ...),
    ("allowQueueing", False),
    ("catchUp", True),
    ("maxConcurrentRuns", 2),
    (f"{_REQUEST}.parent", ...),
    (f"{_REQUEST}.parent", "acme-shop/europe-west1"),
    (f"{_JOB}.runtimeConfig", ...),
    (f"{_JOB}.runtimeConfig.gcsOutputDirectory", ...),
    (f"{_JOB}.runtimeConfig.gcsOutputDirectory", "/gcs/shop/runs"),
    (f"{_JOB}.runtimeConfig.failurePolicy", "fast"),
    (f"{_JOB}.labels.Team", "shop"),
    (f"{_JOB}.labels.team", "Shop"),
    (f"{_JOB}.labels.team", "ann@shop.example"),
    (f"{_JOB}.labels.team", "x" * 64),
    (f"{_JOB}.labels.2team", "shop"),
    (f"{_JOB}.labels.vertex-ai-pipelines-run-billing-id", "1"),
    (f"{_JOB}.serviceAccount", "runner"),
    (f"{_JOB}.pipelineSpec", {}),
    (f"{_JOB}.service_account", "runner@acme-shop.iam.gserviceaccount.com"),
)
"""Where a change of a good schedule stands, and the value; an ellipsis removes it."""


def wrong_schedule(path: str, value: Any) -> dict[str, Any]:
    """The good schedule with a mistake."""
    documents = [good_schedule()]
    at(f"0/{path.replace('.', '/')}", value)(documents)
    return documents[0]
