"""Events of pods, which say what came of them."""

from __future__ import annotations

import itertools

from .objects import Object, now
from .store import Store

# Names in the order of time, in which a list has them, as on a cluster.
_NUMBERS = itertools.count(1)


def record(store: Store, item: Object, reason: str, message: str, *, warning: bool = False) -> None:
    """Record an event about an object."""
    meta, time = item["metadata"], now()
    involved = {"apiVersion": item["apiVersion"], "kind": item["kind"]}
    store.add(
        "events",
        {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {
                "name": f"{meta['name']}.{next(_NUMBERS):016x}",
                "namespace": meta["namespace"],
            },
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
