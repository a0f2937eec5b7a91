"""The one node of the cluster, as far as its pods see it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.containers.podman import Podman

from .objects import Key, Object
from .store import Store


@dataclass(frozen=True, kw_only=True)
class Node:
    """What all pods share.

    Args:
        folder: holds volumes and logs.
        claims: the folder of each claim, by namespace and name.
        network: of the containers: `none`, or `host` for that of this machine.
        patience: for how many seconds an ended pod may go on, at most; a cluster gives it those of
            its spec, and by default 30.
    """

    podman: Podman
    store: Store
    folder: Path
    claims: dict[tuple[str, str], Path]
    network: str
    patience: int

    def claims_of(self, namespace: str) -> dict[str, Path]:
        """Return the folders of a namespace's claims."""
        return {name: path for (space, name), path in self.claims.items() if space == namespace}

    def pod_folder(self, key: Key) -> Path:
        """Return the folder of what a pod alone needs on this machine."""
        return self.folder / key.namespace / key.name

    def log(self, key: Key, container: str) -> Path:
        """Return the file that a container prints to."""
        return self.pod_folder(key) / f"{container}.log"

    def create(self, key: Key, container: str, words: list[str]) -> None:
        """Make a container, which does not start yet.

        Raises:
            PodmanError: podman cannot.
        """
        name = container_name(key, container)
        self.podman.output("create", "--replace", f"--name={name}", *words)

    def start(self, key: Key, container: str) -> str | None:
        """Start a container; return why that cannot be done."""
        done = self.podman.call("start", container_name(key, container))
        return done.stderr.strip() if done.returncode else None

    def waiter(self, key: Key, container: str) -> subprocess.Popen[bytes]:
        """Return a process that ends with a container."""
        words = ("wait", "--interval=100ms", container_name(key, container))
        return subprocess.Popen(
            self.podman.command(*words),
            env=dict(self.podman.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def inspect(self, key: Key, container: str) -> dict[str, Any] | None:
        """Return what podman knows of a container; None if it is gone."""
        done = self.podman.call("container", "inspect", container_name(key, container))
        if done.returncode:
            return None
        (result,) = json.loads(done.stdout)
        assert isinstance(result, dict)
        return result

    def stop(self, key: Key, spec: Object) -> None:
        """End the containers of a pod by SIGTERM, and after its time by SIGKILL."""
        seconds = spec.get("terminationGracePeriodSeconds")
        patience = self.patience if seconds is None else min(self.patience, seconds)
        self.podman.call("stop", "--ignore", f"--time={patience}", *container_names(key, spec))

    def remove(self, key: Key, spec: Object) -> None:
        """Remove the containers of a pod."""
        self.podman.remove(*container_names(key, spec))


def container_name(key: Key, container: str) -> str:
    """Return the name of a pod's container for podman."""
    return f"{key.namespace}.{key.name}.{container}"


def container_names(key: Key, spec: Object) -> list[str]:
    """Return the names of a pod's containers for podman."""
    return [container_name(key, container["name"]) for container in spec["containers"]]
