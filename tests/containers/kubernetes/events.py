"""Events of pods, which say what came of them."""

from __future__ import annotations

from .objects import Object, new_uid, now
from .store import Store


def record(store: Store, item: Object, reason: str, message: str, *, warning: bool = False) -> None:
    """Record an event about an object."""
    meta, time = item["metadata"], now()
    involved = {"apiVersion": item["apiVersion"], "kind": item["kind"]}
    store.add(
        "events",
        {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"{meta['name']}.{new_uid()}", "namespace": meta["namespace"]},
            "involvedObject": {
                **involved,
                **{name: meta[name] for name in ("name", "namespace", "uid")},
            },
            "type": "Warning" if warning else "Normal",
            "reason": reason,
            "message": message,
            "count": 1,
            "firstTimestamp": time,
            "lastTimestamp": time,
            "source": {"component": "tests"},
        },
    )
