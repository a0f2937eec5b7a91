"""The job controller: a pod for each try."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

from .events import record
from .objects import Key, Object, Refused, now
from .states import ENDED
from .store import Store

PAUSE = 0.1


@dataclass(frozen=True, kw_only=True)
class Jobs:
    """Runs jobs, each in a thread; tries follow each other at once, where a cluster backs off.

    Args:
        create_pod: takes in a pod and starts it; returns it with its name.
        delete_pod: removes one.
    """

    store: Store
    create_pod: Callable[[str, Object], Object]
    delete_pod: Callable[[Key], object]

    def start(self, key: Key) -> None:
        """Run a job that has just been stored."""
        threading.Thread(target=self._run, args=(key,), daemon=True).start()

    def delete(self, key: Key) -> Object:
        """Remove a job and its pods.

        Raises:
            Refused: it is not there.
        """
        job = self.store.get(key)
        self.store.remove(key)
        for pod in self.pods(job):
            self.delete_pod(Key("pods", key.namespace, pod["metadata"]["name"]))
        return job

    def pods(self, job: Object) -> list[Object]:
        """Return the pods of a job."""
        namespace, uid = job["metadata"]["namespace"], job["metadata"]["uid"]
        pods = self.store.all_of("pods", namespace)
        return [pod for pod in pods if uid in _owners(pod)]

    def _run(self, key: Key) -> None:
        try:
            job = self.store.get(key)
            end = _end(job["spec"].get("activeDeadlineSeconds"))
            self._report(key, {"startTime": now()})
            condition = self._tries(key, job, end)
            self._report(key, condition)
            self._expire(key, job["spec"].get("ttlSecondsAfterFinished"))
        except Refused:  # the job has been removed
            return

    def _tries(self, key: Key, job: Object, end: float | None) -> Object:
        most = job["spec"].get("backoffLimit")
        most = 6 if most is None else most  # pkg/apis/batch/v1/defaults.go
        for failed in range(most + 1):
            pod = self.create_pod(key.namespace, pod_of(job))
            record(self.store, job, "SuccessfulCreate", f"Created pod: {pod['metadata']['name']}")
            self._report(key, {"active": 1, "failed": failed})
            phase = self._ended(key, Key("pods", key.namespace, pod["metadata"]["name"]), end)
            if phase == "Succeeded":
                done = {"active": 0, "succeeded": 1, "completionTime": now()}
                return {**done, **_condition("Complete", "CompletionsReached")}
            if phase == "Failed" and (why := self._hopeless(job, pod)):
                return {"active": 0, "failed": failed + 1, **_condition("Failed", why)}
            if phase == "Late":
                failure = _condition("Failed", "DeadlineExceeded")
                return {"active": 0, "failed": failed + 1, **failure}
        failure = _condition("Failed", "BackoffLimitExceeded")
        return {"active": 0, "failed": most + 1, **failure}

    def _ended(self, job: Key, pod: Key, end: float | None) -> str:
        while True:
            self.store.get(job)
            item = self.store.find(pod)
            phase = str(item["status"]["phase"]) if item else "Failed"
            if phase in ENDED:
                return phase
            if end is not None and time.monotonic() > end:
                self.delete_pod(pod)
                return "Late"
            time.sleep(PAUSE)

    def _hopeless(self, job: Object, pod: Object) -> str | None:
        """Return the reason why a job ends with a pod that has failed, if it does.

        Source: pkg/controller/job/pod_failure_policy.go, matchPodFailurePolicy.
        """
        key = Key("pods", pod["metadata"]["namespace"], pod["metadata"]["name"])
        statuses = (self.store.find(key) or {"status": {}})["status"].get("containerStatuses", [])
        codes = {s["name"]: s["state"].get("terminated", {}).get("exitCode", 0) for s in statuses}
        for rule in (job["spec"].get("podFailurePolicy") or {}).get("rules", []):
            wanted = rule["onExitCodes"]
            names = [wanted["containerName"]] if wanted.get("containerName") else [*codes]
            failures = [codes[name] for name in names if codes.get(name)]
            is_listed = [code in wanted["values"] for code in failures]
            if any(is_listed if wanted["operator"] == "In" else [not one for one in is_listed]):
                return "PodFailurePolicy"
        return None

    def _expire(self, key: Key, seconds: float | None) -> None:
        if seconds is not None:
            end = time.monotonic() + seconds
            while time.monotonic() < end and not self.store.closed:
                time.sleep(PAUSE)
            self.delete(key)

    def _report(self, key: Key, status: Object) -> None:
        self.store.update(key, lambda item: item["status"].update(status))


def pod_of(job: Object) -> Object:
    """Return the next pod of a job, as the controller asks for it."""
    meta, template = job["metadata"], deepcopy(job["spec"]["template"])
    own = template.get("metadata") or {}
    # pkg/apis/batch/types.go: each label with and without its prefix
    labels = {"job-name": meta["name"], "controller-uid": meta["uid"]}
    labels |= {f"batch.kubernetes.io/{name}": value for name, value in labels.items()}
    own["labels"] = {**(own.get("labels") or {}), **labels}
    own["generateName"] = f"{meta['name']}-"
    owner = {"apiVersion": "batch/v1", "kind": "Job", "name": meta["name"], "uid": meta["uid"]}
    own["ownerReferences"] = [{**owner, "controller": True, "blockOwnerDeletion": True}]
    return {"metadata": own, "spec": template["spec"]}


def _owners(pod: Object) -> list[str]:
    return [owner["uid"] for owner in pod["metadata"].get("ownerReferences") or []]


def _condition(kind: str, reason: str) -> Object:
    time = {"lastTransitionTime": now(), "lastProbeTime": now()}
    message = {"Complete": "Reached expected number of succeeded pods"}.get(kind, f"Job: {reason}")
    return {
        "conditions": [
            {"type": kind, "status": "True", "reason": reason, "message": message, **time}
        ]
    }


def _end(seconds: float | None) -> float | None:
    return None if seconds is None else time.monotonic() + seconds
