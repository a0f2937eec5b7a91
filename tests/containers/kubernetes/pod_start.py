"""The containers of a pod are made: what a scheduler and a kubelet do before they start."""

from __future__ import annotations

from tests.containers.podman import PodmanError

from .container_options import create_words
from .events import record
from .node import Node
from .objects import Key, Object, now
from .obstacles import Obstacle, check_claims, check_images, mounted, variables
from .states import pending


def schedule(node: Node, key: Key, pod: Object) -> None:
    """Assign a pod to the node.

    Raises:
        Obstacle: nothing can take it.
    """
    check_claims(pod, node.store)
    status = {"startTime": now(), **pending(pod["spec"], "ContainerCreating", "")}
    node.store.update(key, lambda item: item["status"].update(status))
    record(node.store, pod, "Scheduled", f"Successfully assigned {key.namespace}/{key.name}")


def create_containers(node: Node, key: Key, pod: Object, *, tried: bool) -> None:
    """Make the containers, which do not start yet.

    Args:
        tried: whether that has failed before.

    Raises:
        Obstacle: something is not there, or podman cannot.
    """
    folder, spec = node.pod_folder(key), pod["spec"]
    folder.mkdir(parents=True, exist_ok=True)
    volumes = mounted(pod, node.store, folder / "volumes", node.claims_of(key.namespace))
    check_images(pod, node.podman, tried)
    for container in spec["containers"]:
        name, image = container["name"], container["image"]
        environ = variables(container, pod, node.store)
        words = create_words(container, pod, environ, volumes, node.log(key, name), node.network)
        record(node.store, pod, "Pulled", f'Container image "{image}" already present on machine')
        try:
            node.create(key, name, words)
        except PodmanError as error:
            status = pending(spec, "CreateContainerError", str(error))
            raise Obstacle(str(error), status, "Failed") from None
        record(node.store, pod, "Created", f"Created container {name}")
