"""The status of a pod, as a kubelet reports it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from .objects import Object, now

ENDED = ("Succeeded", "Failed")


def container_status(container: Object, state: Object) -> Object:
    """Return the status of one container."""
    running = "running" in state
    return {
        "name": container["name"],
        "image": container["image"],
        "imageID": "" if "waiting" in state else container["image"],
        "ready": running,
        "started": running,
        "restartCount": 0,
        "state": state,
        "lastState": {},
    }


def waiting(reason: str, message: str = "") -> Object:
    """Return the state of a container that has not started."""
    return {"waiting": {"reason": reason, **({"message": message} if message else {})}}


def running() -> Object:
    """Return the state of a container that has just started."""
    return {"running": {"startedAt": now()}}


def terminated(inspected: Mapping[str, Any]) -> Object:
    """Return the state of an ended container, from what podman says about it."""
    state = inspected["State"]
    code = state["ExitCode"]
    reason = "Error" if code else "Completed"
    return {
        "terminated": {
            "exitCode": code,
            "reason": "OOMKilled" if state["OOMKilled"] else reason,
            "startedAt": _seconds(state["StartedAt"]),
            "finishedAt": _seconds(state["FinishedAt"]),
            "containerID": f"podman://{inspected['Id']}",
        }
    }


def not_started(message: str) -> Object:
    """Return the state of a container whose command cannot be run."""
    time = now()
    times = {"startedAt": time, "finishedAt": time}
    return {"terminated": {"exitCode": 128, "reason": "StartError", "message": message, **times}}


def pending(spec: Object, reason: str, message: str) -> Object:
    """Return the status of a pod on its node whose containers all wait for the same."""
    state = waiting(reason, message)
    statuses = [container_status(each, state) for each in spec["containers"]]
    return {
        "phase": "Pending",
        "conditions": conditions(ready=False),
        "containerStatuses": statuses,
    }


def unschedulable(message: str) -> Object:
    """Return the status of a pod that no node takes."""
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
    moment = {"lastTransitionTime": now(), "message": message}
    return {"phase": "Pending", "conditions": [{**condition, **moment}]}


def conditions(*, ready: bool, ended: bool = False) -> list[Object]:
    """Return the conditions of a pod on its node."""
    states = {"PodScheduled": True, "Initialized": True, "ContainersReady": ready, "Ready": ready}
    more = {"reason": "PodCompleted"} if ended else {}
    return [
        {"type": kind, "status": str(state), "lastTransitionTime": now(), **({} if state else more)}
        for kind, state in states.items()
    ]


def _seconds(time: str) -> str:
    # podman writes nanoseconds, and the offset of the machine's zone
    moment = datetime.fromisoformat(re.sub(r"\.\d+", "", time).replace("Z", "+00:00"))
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
