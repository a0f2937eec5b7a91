"""What the API answers to a request."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from . import logs
from .addresses import Address, discovery, parse
from .cluster import Cluster
from .objects import KINDS, Key, Object, Refused, key_of
from .selectors import by_fields, by_labels
from .states import ENDED
from .store import Change

# As long as a server keeps a watch open at least: --min-request-timeout.
WATCH = 1800.0


@dataclass(frozen=True, kw_only=True)
class Stream:
    """An answer that comes bit by bit."""

    type: str
    parts: Iterator[str]


Answer = Object | list[str] | Stream


def answer(cluster: Cluster, method: str, path: str, body: object) -> Answer:
    """Do what is asked, and return an object, or lines of text, or a stream.

    Raises:
        Refused: it is not to be done.
    """
    if (known := _known(cluster, path)) is not None:
        return known
    address = parse(path)
    if method == "GET":
        return _read(cluster, address)
    if address.part and not (address.part == "status" and method in ("PATCH", "PUT")):
        text = f"the API of the tests does not carry out {method} of {address.part}"
        raise Refused(501, "NotImplemented", text)
    if method == "POST":
        return _create(cluster, address, body)
    if method == "DELETE" and address.name:
        return cluster.delete(address.key)
    if method in ("PATCH", "PUT") and address.name:
        return cluster.patch(address.key, body)
    raise Refused(405, "MethodNotAllowed", f"{method} {path}")


def _create(cluster: Cluster, address: Address, body: object) -> Object:
    dry = address.says("dryRun")
    item = cluster.create(address.resource, address.namespace or "", body, dry=dry)
    if address.resource == "pods" and not dry:
        # A client may look every 5 s alone (Airflow does), so this node is quicker than its answer.
        cluster.kubelet.wait_for_start(key_of("pods", item), patience=10)
    return item


def _known(cluster: Cluster, path: str) -> Object | None:
    if path.rstrip("/") == "/version":
        major, minor = cluster.version.split(".")
        return {"major": major, "minor": minor, "gitVersion": f"v{cluster.version}.0"}
    return discovery(path)


def _read(cluster: Cluster, address: Address) -> Answer:
    if address.part == "log":
        return _log(cluster, address)
    if address.name:
        return cluster.store.get(address.key)
    if address.says("watch"):
        return Stream(type="application/json", parts=_watch(cluster, address))
    version = cluster.store.version
    items = cluster.store.all_of(address.resource, address.namespace)
    kind = KINDS[address.resource]
    return {
        "apiVersion": kind.api,
        "kind": f"{kind.name}List",
        "metadata": {"resourceVersion": str(version)},
        "items": [item for item in items if _is_selected(item, address)],
    }


def _is_selected(item: Object, address: Address) -> bool:
    labels, fields = (address.query.get(f"{kind}Selector", "") for kind in ("label", "field"))
    name = address.name
    named = name is None or item["metadata"]["name"] == name
    return named and by_labels(labels, item) and by_fields(fields, item)


def _watch(cluster: Cluster, address: Address) -> Iterator[str]:
    store = cluster.store
    since = int(address.query.get("resourceVersion") or 0)
    if not since:
        since = store.version
        for item in store.all_of(address.resource, address.namespace):
            if _is_selected(item, address):
                yield _event("ADDED", item)
    end = time.monotonic() + float(address.query.get("timeoutSeconds") or WATCH)
    while not store.closed and (rest := end - time.monotonic()) > 0:
        for change in store.changes(since, min(rest, 1)):
            since = change.version
            if _is_watched(change.key, address):
                yield from _told(change, address)


def _told(change: Change, address: Address) -> Iterator[str]:
    """Yield what a watch says of a change: an object that is selected no more is gone for it.

    It is then as it was, with the version of the change: convertToWatchEvent in Kubernetes,
    apiserver/pkg/storage/cacher/cache_watcher.go.
    """
    was = change.before is not None and _is_selected(change.before, address)
    if change.type != "DELETED" and _is_selected(change.item, address):
        yield _event("MODIFIED" if was else "ADDED", change.item)
    elif change.before is not None and was:
        meta = {**change.before["metadata"], "resourceVersion": str(change.version)}
        yield _event("DELETED", {**change.before, "metadata": meta})


def _is_watched(key: Key, address: Address) -> bool:
    return key.resource == address.resource and address.namespace in (None, key.namespace)


def _event(kind: str, item: Object) -> str:
    return json.dumps({"type": kind, "object": item}) + "\n"


def _log(cluster: Cluster, address: Address) -> Answer:
    pod, query = cluster.store.get(address.key), address.query
    names = [container["name"] for container in pod["spec"]["containers"]]
    name = query.get("container") or names[0]
    if name not in names:
        raise Refused(400, "BadRequest", f"container {name} is not valid for pod {address.name}")
    if _state(pod, name) == "waiting":
        text = f'container "{name}" in pod "{address.name}" is waiting to start'
        raise Refused(400, "BadRequest", text)
    file, since = cluster.node.log(address.key, name), _since(query.get("sinceSeconds"))
    stamps = address.says("timestamps")
    if not address.says("follow"):
        lines = logs.written(file, timestamps=stamps, since=since)
        most = query.get("tailLines")
        return lines if most is None else lines[max(0, len(lines) - int(most)) :]

    def ended() -> bool:
        return _has_ended(cluster, address.key, name)

    lines_to_come = logs.followed(file, ended, timestamps=stamps, since=since)
    return Stream(type="text/plain", parts=lines_to_come)


def _has_ended(cluster: Cluster, key: Key, container: str) -> bool:
    pod = cluster.store.find(key)
    if cluster.store.closed or pod is None or pod["status"]["phase"] in ENDED:
        return True
    return _state(pod, container) == "terminated"


def _state(pod: Object, container: str) -> str:
    for status in pod["status"].get("containerStatuses") or []:
        if status["name"] == container:
            (state,) = status["state"]
            return str(state)
    return "waiting"


def _since(seconds: str | None) -> datetime | None:
    if seconds is None:
        return None
    moment = datetime.now(timezone.utc) - timedelta(seconds=int(seconds))
    return moment.replace(microsecond=0)
