"""Variables, secrets, config maps and volumes of pods."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .kubernetes.api import KubernetesApi
from .pods import pod, shell

pytestmark = pytest.mark.engine


def printed(api: KubernetesApi, body: dict[str, Any]) -> list[str]:
    """Run a pod, which must succeed, and return the lines that it prints."""
    api.create("pods", body)
    name = body["metadata"]["name"]
    status = api.ended(name)
    assert status["phase"] == "Succeeded", (status, api.log(name))
    return api.log(name).splitlines()


def mounted(source: dict[str, Any], script: str, **mount: Any) -> dict[str, Any]:
    """Return a pod that sees one volume at /v."""
    spec = {"volumes": [{"name": "v", **source}]}
    mounts = [{"name": "v", "mountPath": "/v", **mount}]
    return shell("reader", script, spec=spec, volumeMounts=mounts)


def test_variables_of_all_kinds(kubernetes_api: KubernetesApi) -> None:
    kubernetes_api.secret("warehouse", {"password": "s3cret", "USER": "me"})
    kubernetes_api.config_map("settings", {"LEVEL": "INFO", "USER": "nobody"})
    reference = {"secretKeyRef": {"name": "warehouse", "key": "password"}}
    optional = {"configMapKeyRef": {"name": "settings", "key": "absent", "optional": True}}
    body = shell(
        "reader",
        'echo "$LEVEL $A_USER $USER $PASSWORD $TWO $NAME ${ABSENT-none}"',
        envFrom=[
            {"configMapRef": {"name": "settings"}},
            {"secretRef": {"name": "warehouse"}, "prefix": "A_"},
        ],
        env=[
            {"name": "PASSWORD", "valueFrom": reference},
            {"name": "ABSENT", "valueFrom": optional},
            {"name": "USER", "value": "own"},
            {"name": "TWO", "value": "$(USER)+$(LEVEL)+$$(USER)+$(NONE)"},
            {"name": "NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        ],
    )
    (line,) = printed(kubernetes_api, body)
    assert line == "INFO me own s3cret own+INFO+$(USER)+$(NONE) reader none"


def test_a_command_is_expanded(kubernetes_api: KubernetesApi) -> None:
    words = ["%s\n", "$(LEVEL)", "$$(LEVEL)", "$(NONE)", "$$$(LEVEL)", "$LEVEL", "$(", "a  b\nc"]
    body = pod("reader", "$(TOOL)", args=words)
    body["spec"]["containers"][0]["env"] = [
        {"name": "TOOL", "value": "/usr/bin/printf"},
        {"name": "LEVEL", "value": "INFO"},
    ]
    wanted = ["INFO", "$(LEVEL)", "$(NONE)", "$INFO", "$LEVEL", "$(", "a  b", "c"]
    assert printed(kubernetes_api, body) == wanted


def test_a_secret_as_files(kubernetes_api: KubernetesApi) -> None:
    kubernetes_api.secret("keys", {"a.json": "A", "b.json": "B"})
    source = {"secret": {"secretName": "keys"}}
    script = "cat /v/a.json /v/b.json; echo; touch /v/x 2>/dev/null || echo read-only"
    assert printed(kubernetes_api, mounted(source, script)) == ["AB", "read-only"]


def test_one_key_of_a_secret_by_its_item(kubernetes_api: KubernetesApi) -> None:
    kubernetes_api.secret("keys", {"a": "A", "b": "B"})
    items = [{"key": "b", "path": "in/b.txt", "mode": 0o400}]
    source = {"secret": {"secretName": "keys", "items": items}}
    body = mounted(source, "cd /v; find * -type f; stat -c %a in/b.txt")
    assert printed(kubernetes_api, body) == ["in/b.txt", "400"]


def test_one_key_of_a_config_map_beside_other_files(kubernetes_api: KubernetesApi) -> None:
    kubernetes_api.config_map("settings", {"a.yml": "A: 1", "b.yml": "B: 2"})
    mount = {"mountPath": "/etc/passwd", "subPath": "a.yml"}
    body = mounted({"configMap": {"name": "settings"}}, "cat /etc/passwd; echo; ls /v", **mount)
    body["spec"]["containers"][0]["command"][2] = "cat /etc/passwd"
    assert printed(kubernetes_api, body) == ["A: 1"]


def test_a_claim_is_the_folder_that_a_test_names(
    kubernetes_api: KubernetesApi, tmp_path: Path
) -> None:
    (tmp_path / "in.txt").write_text("from the test")
    kubernetes_api.claim("data", tmp_path)
    source = {"persistentVolumeClaim": {"claimName": "data"}}
    script = "cd '/v, 1'; cat in.txt; echo from the pod > out.txt"
    body = mounted(source, script, mountPath="/v, 1")
    assert printed(kubernetes_api, body) == ["from the test"]
    assert (tmp_path / "out.txt").read_text() == "from the pod\n"


def test_a_folder_of_the_machine_may_be_read_only(
    kubernetes_api: KubernetesApi, tmp_path: Path
) -> None:
    source = {"hostPath": {"path": str(tmp_path / "new"), "type": "DirectoryOrCreate"}}
    body = mounted(source, "touch /v/x 2>/dev/null || echo read-only", readOnly=True)
    assert printed(kubernetes_api, body) == ["read-only"]
    assert list((tmp_path / "new").iterdir()) == []


@pytest.mark.parametrize("medium", [{}, {"medium": "Memory", "sizeLimit": "8Mi"}])
def test_an_empty_folder(medium: dict[str, str], kubernetes_api: KubernetesApi) -> None:
    script = "ls /v | wc -l; echo x > /v/x; stat -f -c %T /v; df --output=size -B1 /v | tail -n 1"
    count, kind, size = printed(kubernetes_api, mounted({"emptyDir": medium}, script))
    assert count == "0"
    if medium:
        assert (kind, int(size)) == ("tmpfs", 8 * 2**20)


OF_SECRET = {"secret": {"secretName": "absent"}}
OF_CLAIM = {"persistentVolumeClaim": {"claimName": "absent"}}


@pytest.mark.parametrize(
    ("body", "event", "reason"),
    [
        (shell("w", "", envFrom=[{"secretRef": {"name": "absent"}}]), "Failed", True),
        (shell("w", "", envFrom=[{"configMapRef": {"name": "absent"}}]), "Failed", True),
        (mounted(OF_SECRET, ""), "FailedMount", False),
        (mounted({"configMap": {"name": "absent"}}, ""), "FailedMount", False),
        (mounted(OF_CLAIM, ""), "FailedScheduling", False),
    ],
    ids=["secret", "config map", "secret as files", "config map as files", "claim"],
)
def test_what_is_absent_leaves_a_pod_pending(
    body: dict[str, Any], event: str, reason: bool, kubernetes_api: KubernetesApi
) -> None:
    name = body["metadata"]["name"]
    kubernetes_api.create("pods", body)
    status = kubernetes_api.wait_for_obstacle(name)
    assert status["phase"] == "Pending"
    assert "absent" in dict(kubernetes_api.events(name))[event]
    waiting = [each["state"]["waiting"] for each in status.get("containerStatuses", [])]
    assert ("CreateContainerConfigError" in {each["reason"] for each in waiting}) is reason


def test_a_pod_starts_once_its_secret_is_there(kubernetes_api: KubernetesApi) -> None:
    kubernetes_api.create("pods", mounted(OF_SECRET, "cat /v/key"))
    kubernetes_api.wait_for_obstacle("reader")
    kubernetes_api.secret("absent", {"key": "at last"})
    assert kubernetes_api.ended("reader")["phase"] == "Succeeded"
    assert kubernetes_api.log("reader").strip() == "at last"
