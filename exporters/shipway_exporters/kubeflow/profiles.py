"""The servers that take a spec, by the name of each in the options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.targets.orchestrators import Orchestrator
from shipway_exporters.kubeflow.cluster import CLUSTER
from shipway_exporters.kubeflow.profile import Profile
from shipway_exporters.kubeflow.vertex import VERTEX

DEFAULT = "kubernetes"
PROFILES: Mapping[str, Profile] = {DEFAULT: CLUSTER, "vertex": VERTEX}

ORCHESTRATORS = tuple(
    Orchestrator(
        title=profile.target.title,
        versions=profile.versions,
        capabilities=profile.capabilities,
        options={} if name == DEFAULT else {"platform": name},
    )
    for name, profile in PROFILES.items()
)


def profile_of(options: Mapping[str, Any]) -> Profile:
    """Return the server that the options of the target name."""
    return PROFILES[options.get("platform", DEFAULT)]
