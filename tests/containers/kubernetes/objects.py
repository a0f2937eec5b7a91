"""What the API knows: kinds of objects, and the answers to a request that it refuses."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, NamedTuple

Object = dict[str, Any]


class Kind(NamedTuple):
    """A kind of objects, by the name that it has in addresses."""

    resource: str
    api: str
    name: str


KINDS = {
    kind.resource: kind
    for kind in (
        Kind("pods", "v1", "Pod"),
        Kind("secrets", "v1", "Secret"),
        Kind("configmaps", "v1", "ConfigMap"),
        Kind("persistentvolumeclaims", "v1", "PersistentVolumeClaim"),
        Kind("events", "v1", "Event"),
        Kind("namespaces", "v1", "Namespace"),
        Kind("jobs", "batch/v1", "Job"),
        Kind("cronjobs", "batch/v1", "CronJob"),
    )
}


@dataclass(frozen=True)
class Key:
    """Which object: the namespace of a namespace is empty."""

    resource: str
    namespace: str
    name: str


class Refused(Exception):
    """The API answers a request with an error, as `Status` of Kubernetes describes it."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.code, self.reason, self.message = code, reason, message

    @property
    def status(self) -> Object:
        """The body of the answer."""
        head = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
        return {**head, "reason": self.reason, "message": self.message, "code": self.code}


def absent(key: Key) -> Refused:
    """Return the answer to a request for what is not there."""
    return Refused(404, "NotFound", f'{key.resource} "{key.name}" not found')


def key_of(resource: str, item: Object) -> Key:
    """Return the key of an object that has its names."""
    meta = item["metadata"]
    return Key(resource, meta.get("namespace", ""), meta["name"])


def now() -> str:
    """Return the time as Kubernetes writes it, to the second."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_uid() -> str:
    """Return an id for an object."""
    return str(uuid.uuid4())
