"""Every pod of the cluster, each in a thread."""

from __future__ import annotations

import contextlib
import threading

from .node import Node
from .objects import Key, Object, Refused, now
from .pod_run import PodRun
from .states import ENDED


class Kubelet:
    """Starts and removes pods."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self._pods: dict[Key, tuple[PodRun, threading.Thread]] = {}

    def start(self, key: Key) -> None:
        """Run a pod that has just been stored."""
        run = PodRun(self.node, key)
        thread = threading.Thread(target=run.run, name=f"pod {key.name}", daemon=True)
        self._pods[key] = run, thread
        thread.start()

    def wait_for_start(self, key: Key, patience: float) -> None:
        """Wait until a pod has started, or lacks something; so many seconds at most."""
        run, _ = self._pods[key]
        run.settled.wait(patience)

    def delete(self, key: Key) -> Object:
        """Begin to remove a pod, and return it as it is until then.

        Raises:
            Refused: it is not there.
        """

        def mark(item: Object) -> None:
            item["metadata"].setdefault("deletionTimestamp", now())

        item = self.node.store.update(key, mark)
        if item["status"]["phase"] in ENDED:
            self._remove(key, item)
        else:
            threading.Thread(target=self._remove, args=(key, item), daemon=True).start()
        return item

    def close(self) -> None:
        """Remove all pods; the store is closed."""
        for key in list(self._pods):
            run, thread = self._pods[key]
            # Whoever removes a pod at the same time, such as a job that has expired, may be first.
            with contextlib.suppress(Refused):
                self.node.store.get(key)
                run.remove()
                self.node.store.remove(key)
            thread.join(10)

    def _remove(self, key: Key, item: Object) -> None:
        run, thread = self._pods[key]
        if item["status"]["phase"] == "Running":
            self.node.stop(key, item["spec"])
            thread.join(10)
        try:
            run.remove()
        except Refused:  # by another request
            return
        self.node.store.remove(key)
