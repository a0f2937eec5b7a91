"""What becomes of an object that a client creates, changes or deletes."""

from __future__ import annotations

import base64
import random
import threading
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from .admission import admit
from .fields import check_fields
from .jobs import Jobs
from .kubelet import Kubelet
from .node import Node
from .objects import KINDS, Key, Object, Refused, key_of
from .patches import apply

# Kubernetes, apiserver/pkg/storage/names/generate.go
_GENERATED, _ALPHABET = 5, "bcdfghjklmnpqrstvwxz2456789"
_LONGEST_BASE = 63 - _GENERATED


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """What a client asked to create.

    Args:
        body: as it was received.
        refusal: why it was refused, if it was.
    """

    resource: str
    namespace: str
    body: Object
    refusal: str | None = None


class Cluster:
    """The objects with all that happens to them.

    Args:
        version: of Kubernetes, whose schemas count.
        dropped: unknown fields that are dropped in silence, as a server does which is not asked to
            be strict, by their paths, such as `spec.template.spec.completions`.
    """

    def __init__(self, node: Node, version: str, dropped: Sequence[str]) -> None:
        self.node, self.version, self.dropped = node, version, dropped
        self.store = node.store
        self.arrivals: list[Arrival] = []
        self.kubelet = Kubelet(node)
        self.jobs = Jobs(store=self.store, create_pod=self._create_pod, delete_pod=self._delete_pod)
        self._lock = threading.Lock()

    def create(self, resource: str, namespace: str, body: object, *, dry: bool = False) -> Object:
        """Take in an object, and start what it describes.

        Args:
            dry: whether it is only checked.

        Raises:
            Refused: it is not to be.
        """
        if not isinstance(body, dict):
            raise Refused(400, "BadRequest", "the body is no object")
        try:
            item = self._create(resource, namespace, deepcopy(body), dry=dry)
        except Refused as reason:
            self._arrived(resource, namespace, body, str(reason))
            raise
        self._arrived(resource, namespace, body, None)
        return item

    def delete(self, key: Key) -> Object:
        """Delete an object, and return it as it was.

        Raises:
            Refused: it is not there.
        """
        if key.resource == "pods":
            return self.kubelet.delete(key)
        if key.resource == "jobs":
            return self.jobs.delete(key)
        item = self.store.get(key)
        self.store.remove(key)
        return item

    def patch(self, key: Key, patch: object) -> Object:
        """Change an object.

        Raises:
            Refused: it is not there, or would then be wrong.
        """

        def change(item: Object) -> None:
            apply(item, patch)
            admit(key.resource, item, self.version)
            _complete(item)

        return self.store.update(key, change)

    def close(self) -> None:
        """End all pods."""
        self.store.close()
        self.kubelet.close()

    def _arrived(self, resource: str, namespace: str, body: Object, refusal: str | None) -> None:
        arrival = Arrival(
            resource=resource, namespace=namespace, body=deepcopy(body), refusal=refusal
        )
        with self._lock:
            self.arrivals.append(arrival)

    def _create(self, resource: str, namespace: str, item: Object, *, dry: bool) -> Object:
        set_names(resource, namespace, item)
        for path in self.dropped:
            _drop(item, path.split("."))
        admit(resource, item, self.version)
        check_fields(resource, item)
        _complete(item)
        if dry:
            return item
        if resource in ("pods", "jobs", "cronjobs"):
            item["status"] = {"phase": "Pending"} if resource == "pods" else {}
        self._provide(key_of(resource, item))
        stored = self.store.add(resource, item)
        self._start(key_of(resource, stored))
        return stored

    def _provide(self, key: Key) -> None:
        """Make the folder of a claim that has none yet."""
        if key.resource == "persistentvolumeclaims":
            folder = self.node.folder / "claims" / key.namespace / key.name
            if self.node.claims.setdefault((key.namespace, key.name), folder) == folder:
                folder.mkdir(parents=True, exist_ok=True)

    def _start(self, key: Key) -> None:
        if key.resource == "pods":
            self.kubelet.start(key)
        if key.resource == "jobs":
            self.jobs.start(key)

    def _create_pod(self, namespace: str, pod: Object) -> Object:
        return self._create("pods", namespace, pod, dry=False)

    def _delete_pod(self, key: Key) -> object:
        return self.kubelet.delete(key) if self.store.find(key) else None


def set_names(resource: str, namespace: str, item: Object) -> None:
    """Set the names of an object that may have none; the address of the request counts."""
    kind = KINDS[resource]
    expected = {"apiVersion": kind.api, "kind": kind.name}
    for field, value in expected.items():
        if item.setdefault(field, value) != value:
            raise Refused(400, "BadRequest", f"{field} {item[field]!r} is not that of {resource}")
    meta: dict[str, Any] = item.get("metadata") or {}
    item["metadata"] = meta
    if not meta.get("name") and meta.get("generateName"):
        end = "".join(random.choices(_ALPHABET, k=_GENERATED))
        meta["name"] = meta["generateName"][:_LONGEST_BASE] + end
    if not meta.get("name"):
        raise Refused(422, "Invalid", "metadata.name: Required value: name or generateName")
    if namespace and (meta.get("namespace") or namespace) != namespace:
        text = "the namespace of the provided object does not match the namespace sent"
        raise Refused(400, "BadRequest", text)
    if namespace:
        meta["namespace"] = namespace


def _complete(item: Object) -> None:
    """Put the texts of a secret where they are kept (pkg/registry/core/secret/strategy.go)."""
    texts = item.pop("stringData", None) or {}
    if texts:
        encoded = {key: base64.b64encode(text.encode()).decode() for key, text in texts.items()}
        item["data"] = {**(item.get("data") or {}), **encoded}


def _drop(item: object, path: Sequence[str]) -> None:
    first, *rest = path
    if isinstance(item, dict) and rest:
        _drop(item.get(first), rest)
    elif isinstance(item, dict):
        item.pop(first, None)
