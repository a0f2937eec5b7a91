"""What Google Cloud takes as a name."""

from __future__ import annotations

import re

from shipway_exporters.containers.target import Target

TARGET = Target(name="kubeflow", title="Vertex AI")
LONGEST_LABEL = 63
MOST_LABELS = 64
ACCELERATORS = (
    *("NVIDIA_TESLA_P100", "NVIDIA_TESLA_V100", "NVIDIA_TESLA_P4", "NVIDIA_TESLA_T4"),
    *("NVIDIA_TESLA_A100", "NVIDIA_A100_80GB", "NVIDIA_L4", "NVIDIA_H100_80GB"),
    *("NVIDIA_H100_MEGA_80GB", "NVIDIA_H200_141GB", "NVIDIA_B200", "NVIDIA_GB200"),
    *("NVIDIA_RTX_PRO_6000", "TPU_V2", "TPU_V3", "TPU_V4_POD", "TPU_V5_LITEPOD"),
)
"""`google/cloud/aiplatform/v1/accelerator_type.proto`, without those that have gone."""
_RESERVED = frozenset({"vertex-ai-pipelines-run-billing-id"})


def is_pipeline(name: str) -> bool:
    """Tell whether a pipeline can have a name: that of a run is made of it.

    Source: python-aiplatform, `constants/pipeline.py`, _VALID_NAME_PATTERN; `pipeline_jobs.py`
    adds a dash and fourteen digits.
    """
    return re.fullmatch(r"[a-z][-a-z0-9]{0,112}", name) is not None


def is_bucket(name: str) -> bool:
    """Tell whether a bucket can have a name (Cloud Storage, "About buckets", Bucket names)."""
    parts = name.split(".")
    is_address = re.fullmatch(r"[0-9]+(\.[0-9]+){3}", name) is not None
    return (
        re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]", name) is not None
        and all(0 < len(part) <= LONGEST_LABEL for part in parts)
        and not (is_address or name.startswith("goog") or "google" in name or "g00gle" in name)
    )


def is_label_key(key: str) -> bool:
    """Tell whether a label can have a key (Resource Manager, "Requirements for labels")."""
    return key[:1].isalpha() and is_label_value(key) and key not in _RESERVED


def is_label_value(value: str) -> bool:
    """Tell whether a label can have a value: letters of any script, none of them a capital."""
    # `\w` knows letters of all scripts, among them those that are neither small nor capital.
    pattern = rf"[\w-]{{0,{LONGEST_LABEL}}}"
    return re.fullmatch(pattern, value) is not None and value == value.lower()
