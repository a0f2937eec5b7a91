"""The life of a pod, from its creation to its end."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
import traceback

from .events import record
from .node import Node
from .objects import Key, Object, Refused, absent
from .obstacles import Obstacle
from .pod_start import create_containers, schedule
from .states import ENDED, conditions, container_status, not_started, running, terminated

PAUSE = 0.05
RETRY = 0.3
EXPIRED = {
    "reason": "DeadlineExceeded",
    "message": "Pod was active on the node longer than the specified deadline",
}


class PodRun:
    """A pod on the node; `run` is for a thread of its own."""

    def __init__(self, node: Node, key: Key) -> None:
        self.node = node
        self.key = key
        # Whether it has started, or has been found to lack something.
        self.settled = threading.Event()
        self._began: float | None = None
        self._reason: Object = {}
        self._waiters: dict[str, subprocess.Popen[bytes]] = {}
        self._removed = False
        self._lock = threading.Lock()

    def run(self) -> None:
        """Run it to its end. What goes wrong in here is the end of the pod, with its message."""
        finished = False
        try:
            self._create_and_start()
            while self._waiters:
                self._look()
                time.sleep(PAUSE)
            finished = True
        except Refused:  # it has been removed
            finished = True
        finally:
            self.settled.set()
            for waiter in self._waiters.values():
                waiter.kill()
                waiter.wait()
            if not finished:
                self._fail(traceback.format_exc())

    def remove(self) -> None:
        """Remove its containers, and what they needed."""
        with self._lock:
            self._removed = True
            self.node.remove(self.key, self._spec())
        shutil.rmtree(self.node.pod_folder(self.key), ignore_errors=True)

    def _create_and_start(self) -> None:
        message, tried = "", False
        while True:
            pod = self.node.store.get(self.key)
            try:
                with self._lock:
                    self._check_removed()
                    return self._try(pod, tried)
            except Obstacle as obstacle:
                tried = True
                if obstacle.message != message:
                    message = obstacle.message
                    self._report(obstacle.status)
                    record(self.node.store, pod, obstacle.event, message, warning=True)
                    self.settled.set()
            if self._is_late():
                return self._report({"phase": "Failed", **EXPIRED})
            time.sleep(RETRY)

    def _try(self, pod: Object, tried: bool) -> None:
        if self._began is None:
            schedule(self.node, self.key, pod)
            self._began = time.monotonic()
        create_containers(self.node, self.key, pod, tried=tried)
        states = {each["name"]: self._started(pod, each["name"]) for each in _containers(pod)}
        statuses = [container_status(each, states[each["name"]]) for each in _containers(pod)]
        phase = {"phase": "Running", "conditions": conditions(ready=True)}
        self._report({**phase, "containerStatuses": statuses})
        self.settled.set()
        if not self._waiters:
            self._finish()

    def _started(self, pod: Object, container: str) -> Object:
        problem = self.node.start(self.key, container)
        if problem is not None:
            record(self.node.store, pod, "Failed", f"Error: {problem}", warning=True)
            return not_started(problem)
        record(self.node.store, pod, "Started", f"Started container {container}")
        self._waiters[container] = self.node.waiter(self.key, container)
        return running()

    def _look(self) -> None:
        if self._is_late() and not self._reason:
            self._reason = EXPIRED
            pod = self.node.store.get(self.key)
            record(self.node.store, pod, "DeadlineExceeded", EXPIRED["message"], warning=True)
            self.node.stop(self.key, pod["spec"])
        for name, waiter in list(self._waiters.items()):
            if waiter.poll() is not None:
                self._end(name)
                del self._waiters[name]
                if not self._waiters:
                    self._finish()

    def _end(self, name: str) -> None:
        inspected = self.node.inspect(self.key, name)
        if inspected is None:
            raise absent(self.key)
        state = terminated(inspected)

        def change(item: Object) -> None:
            for status in item["status"]["containerStatuses"]:
                if status["name"] == name:
                    status |= {"state": state, "ready": False, "started": False}

        self.node.store.update(self.key, change)

    def _finish(self) -> None:
        statuses = self.node.store.get(self.key)["status"]["containerStatuses"]
        codes = [status["state"]["terminated"]["exitCode"] for status in statuses]
        phase = "Failed" if any(codes) or self._reason else "Succeeded"
        ended = conditions(ready=False, ended=True)
        self._report({"phase": phase, "conditions": ended, **self._reason})

    def _is_late(self) -> bool:
        seconds = self._spec().get("activeDeadlineSeconds")
        return (
            seconds is not None
            and self._began is not None
            and time.monotonic() - self._began > seconds
        )

    def _fail(self, message: str) -> None:
        if self.node.store.find(self.key):
            self._report({"phase": "Failed", "reason": "TestHarness", "message": message})

    def _report(self, status: Object) -> None:
        def change(item: Object) -> None:
            if item["status"].get("phase") not in ENDED:
                item["status"] |= status

        self.node.store.update(self.key, change)

    def _check_removed(self) -> None:
        if self._removed or self.node.store.closed:
            raise absent(self.key)

    def _spec(self) -> Object:
        spec = self.node.store.get(self.key)["spec"]
        assert isinstance(spec, dict)
        return spec


def _containers(pod: Object) -> list[Object]:
    return list(pod["spec"]["containers"])
