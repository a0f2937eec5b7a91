"""Pods of the small Kubernetes API: what ends well, and what must fail as on a cluster."""

from __future__ import annotations

from typing import Any

import pytest

from .kubernetes.api import KubernetesApi
from .podman import Podman
from .pods import pod, shell

pytestmark = pytest.mark.engine

OUT_OF_MEMORY = "x = bytearray(200 * 2**20)"


def state_of(status: dict[str, Any], kind: str = "terminated") -> dict[str, Any]:
    """Return the state of the only container."""
    (container,) = status["containerStatuses"]
    state: dict[str, Any] = container["state"][kind]
    return state


def test_a_pod_succeeds_and_its_log_can_be_read(kubernetes_api: KubernetesApi) -> None:
    kubernetes_api.create("pods", shell("well", "echo out; echo err >&2"))
    status = kubernetes_api.ended("well")
    assert (status["phase"], state_of(status)["reason"]) == ("Succeeded", "Completed")
    assert sorted(kubernetes_api.log("well").split()) == ["err", "out"]
    reasons = [reason for reason, _ in kubernetes_api.events("well")]
    assert reasons == ["Scheduled", "Pulled", "Created", "Started"]


def test_an_exit_code_fails_the_pod(kubernetes_api: KubernetesApi) -> None:
    kubernetes_api.create("pods", shell("ill", "exit 3"))
    status = kubernetes_api.ended("ill")
    assert (status["phase"], state_of(status)["exitCode"]) == ("Failed", 3)


def test_a_command_that_is_not_there_fails_the_pod(kubernetes_api: KubernetesApi) -> None:
    kubernetes_api.create("pods", pod("nothing", "/bin/nothing"))
    status = kubernetes_api.ended("nothing")
    assert (status["phase"], state_of(status)["reason"]) == ("Failed", "StartError")


def test_memory_has_its_limit(kubernetes_api: KubernetesApi) -> None:
    limits = {"limits": {"memory": "64Mi", "cpu": "500m"}}
    command = ("/usr/bin/env", "python3", "-c", OUT_OF_MEMORY)
    kubernetes_api.create("pods", pod("large", *command, resources=limits))
    status = kubernetes_api.ended("large")
    state = state_of(status)
    assert status["phase"] == "Failed"
    assert (state["exitCode"], state["reason"]) == (137, "OOMKilled")


def test_memory_without_a_limit_suffices(kubernetes_api: KubernetesApi) -> None:
    kubernetes_api.create("pods", pod("large", "/usr/bin/env", "python3", "-c", OUT_OF_MEMORY))
    assert kubernetes_api.ended("large")["phase"] == "Succeeded"


def test_a_deadline_ends_the_pod(kubernetes_api: KubernetesApi) -> None:
    spec = {"activeDeadlineSeconds": 1, "terminationGracePeriodSeconds": 0}
    kubernetes_api.create("pods", pod("late", "/bin/sleep", "60", spec=spec))
    status = kubernetes_api.ended("late")
    assert (status["phase"], status["reason"]) == ("Failed", "DeadlineExceeded")
    assert state_of(status)["exitCode"] == 137
    assert "DeadlineExceeded" in dict(kubernetes_api.events("late"))


def test_a_deadline_ends_a_pod_that_never_started(kubernetes_api: KubernetesApi) -> None:
    late = pod("late", "/bin/true", image="localhost/none:1", spec={"activeDeadlineSeconds": 1})
    kubernetes_api.create("pods", late)
    assert kubernetes_api.ended("late")["reason"] == "DeadlineExceeded"


def test_a_test_may_kill_a_container(kubernetes_api: KubernetesApi) -> None:
    kubernetes_api.create("pods", pod("victim", "/bin/sleep", "60"))
    kubernetes_api.wait_for("victim", "Running")
    kubernetes_api.kill("victim")
    status = kubernetes_api.ended("victim")
    state = state_of(status)
    assert (status["phase"], state["exitCode"], state["reason"]) == ("Failed", 137, "Error")


@pytest.mark.parametrize(
    ("image", "policy", "reasons"),
    [
        ("localhost/none:1", "IfNotPresent", {"ErrImagePull", "ImagePullBackOff"}),
        ("localhost/none:1", "Never", {"ErrImageNeverPull"}),
        ("localhost/None:1", "IfNotPresent", {"InvalidImageName"}),
    ],
)
def test_an_absent_image_leaves_the_pod_pending(
    image: str, policy: str, reasons: set[str], kubernetes_api: KubernetesApi
) -> None:
    kubernetes_api.create("pods", pod("none", "/bin/true", image=image, imagePullPolicy=policy))
    status = kubernetes_api.wait_for_obstacle("none")
    assert status["phase"] == "Pending"
    assert state_of(status, "waiting")["reason"] in reasons


def test_two_pods_run_at_once(kubernetes_api: KubernetesApi) -> None:
    data = kubernetes_api.claim("data")
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
    mounts = [{"name": "data", "mountPath": "/data"}]
    for own, other in (("a", "b"), ("b", "a")):
        script = f"touch /data/{own}; until test -e /data/{other}; do sleep 0.05; done"
        both = shell(own, script, spec={"volumes": [volume]}, volumeMounts=mounts)
        kubernetes_api.create("pods", both)
    assert [kubernetes_api.ended(name)["phase"] for name in "ab"] == ["Succeeded"] * 2
    assert sorted(file.name for file in data.iterdir()) == ["a", "b"]


def test_a_pod_of_two_containers_ends_with_both(kubernetes_api: KubernetesApi) -> None:
    two = shell("two", "echo first")
    second = {**two["spec"]["containers"][0], "name": "other", "args": []}
    second["command"] = ["/bin/sh", "-c", "sleep 0.5; exit 4"]
    two["spec"]["containers"].append(second)
    kubernetes_api.create("pods", two)
    status = kubernetes_api.ended("two")
    codes = [each["state"]["terminated"]["exitCode"] for each in status["containerStatuses"]]
    assert (status["phase"], codes) == ("Failed", [0, 4])


def test_a_command_replaces_what_an_image_starts(
    podman: Podman, kubernetes_api: KubernetesApi
) -> None:
    image = podman.image("localhost/own:1", entrypoint=["/bin/echo", "of the image"])
    kubernetes_api.create("pods", pod("args", image=image, args=["and", "more"]))
    kubernetes_api.create("pods", pod("both", "/bin/echo", image=image, args=["own"]))
    kubernetes_api.create("pods", pod("command", "/bin/echo", image=image))
    for name in ("args", "both", "command"):
        assert kubernetes_api.ended(name)["phase"] == "Succeeded"
    printed = [kubernetes_api.log(name).strip() for name in ("args", "both", "command")]
    assert printed == ["of the image and more", "own", ""]


def test_a_pod_has_the_network_of_the_machine_if_it_asks(kubernetes_api: KubernetesApi) -> None:
    script = f"import urllib.request as r; print(r.urlopen('{kubernetes_api.url}/version').status)"
    command = ("/usr/bin/env", "python3", "-c", script)
    kubernetes_api.create("pods", pod("asks", *command, spec={"hostNetwork": True}))
    kubernetes_api.create("pods", pod("none", *command))
    assert kubernetes_api.ended("asks")["phase"] == "Succeeded", kubernetes_api.log("asks")
    assert kubernetes_api.ended("none")["phase"] == "Failed"
