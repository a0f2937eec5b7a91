"""Whether the volumes of a run's pod and what its container mounts belong together.

Kubernetes refuses a pod that mounts a volume which it does not have (`ValidateVolumeMounts`). A
list among the target's `job_variables` takes the place of the one that the settings come to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.errors import Finding, UnsupportedError
from shipway.schemas.document import mapping
from shipway_exporters.prefect.options import TARGET


def check_pod_volumes(variables: Mapping[str, Any]) -> None:
    """Check that a container mounts what its pod has.

    Args:
        variables: those of the target's options together with what the settings come to.

    Raises:
        UnsupportedError: it mounts something else; one finding for each.
    """
    if findings := list(_findings(variables)):
        raise UnsupportedError(*findings)


def _findings(variables: Mapping[str, Any]) -> Iterator[Finding]:
    volumes = {mapping(item).get("name") for item in variables.get("volumes", ())}
    for mount in map(mapping, variables.get("volume_mounts", ())):
        if mount.get("name") not in volumes:
            yield Finding(
                what=f"The pod has no volume `{mount.get('name')}`, which its container mounts at "
                f"{mount.get('mountPath')}.",
                where=TARGET.option("job_variables.volumes"),
                remedy="Name it there as well, or say all in the setting `volumes`.",
            )
