"""What keeps a pod from starting, as a cluster would put it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tests.containers.podman import Podman

from .environment import ConfigMissing, variables_of
from .objects import Key, Object
from .states import pending, unschedulable
from .store import Store
from .volumes import MountFailed, Volume, volumes_of

# distribution/reference, without a digest: the path of an image is in lower case.
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_IMAGE = re.compile(
    rf"(?:[A-Za-z0-9.-]+(?::\d+)?/)?{_PART}(?:/{_PART})*(?::[\w][\w.-]{{0,127}})?(?:@sha256:[0-9a-f]{{64}})?"
)


class Obstacle(Exception):
    """A pod stays Pending, for now.

    Args:
        status: of the pod, in the meantime.
        event: the reason of the event that tells it.
    """

    def __init__(self, message: str, status: Object, event: str) -> None:
        super().__init__(message)
        self.message, self.status, self.event = message, status, event


def check_claims(pod: Object, store: Store) -> None:
    """Check that the claims are there; without them no node takes the pod.

    Raises:
        Obstacle: one is not.
    """
    for volume in pod["spec"].get("volumes") or []:
        name = (volume.get("persistentVolumeClaim") or {}).get("claimName")
        key = Key("persistentvolumeclaims", pod["metadata"]["namespace"], name or "")
        if name and store.find(key) is None:
            # Kubernetes, pkg/scheduler/framework/plugins/volumebinding
            message = f'0/1 nodes are available: persistentvolumeclaim "{name}" not found'
            raise Obstacle(message, unschedulable(message), "FailedScheduling")


def mounted(
    pod: Object, store: Store, folder: Path, claims: Mapping[str, Path]
) -> dict[str, Volume]:
    """Prepare the volumes.

    Raises:
        Obstacle: a secret or a config map for one is absent; the containers are not made.
    """
    try:
        return volumes_of(pod, store, folder, claims)
    except MountFailed as reason:
        status = pending(pod["spec"], "ContainerCreating", "")
        raise Obstacle(str(reason), status, "FailedMount") from None


def check_images(pod: Object, podman: Podman, tried: bool) -> None:
    """Check that the images are there.

    Args:
        tried: whether that has failed before: a kubelet then backs off.

    Raises:
        Obstacle: one is not, or its name is none.
    """
    for container in pod["spec"]["containers"]:
        image, policy = container["image"], container.get("imagePullPolicy")
        if not _IMAGE.fullmatch(image):
            reason, message = "InvalidImageName", f'Failed to apply default image tag "{image}"'
        elif podman.has_image(image):
            continue
        elif policy == "Never":
            reason = "ErrImageNeverPull"
            message = f'Container image "{image}" is not present with pull policy of Never'
        elif tried:
            reason, message = "ImagePullBackOff", f'Back-off pulling image "{image}"'
        else:
            reason, message = "ErrImagePull", f'failed to pull image "{image}": not found'
        raise Obstacle(message, pending(pod["spec"], reason, message), "Failed")


def variables(container: Object, pod: Object, store: Store) -> dict[str, str]:
    """Return the variables of a container.

    Raises:
        Obstacle: a secret or a config map for one is absent.
    """
    try:
        return variables_of(container, pod, store)
    except ConfigMissing as reason:
        status = pending(pod["spec"], "CreateContainerConfigError", str(reason))
        raise Obstacle(str(reason), status, "Failed") from None
