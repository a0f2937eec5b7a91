"""What the small Kubernetes API refuses, by the schema and by the rules beyond it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from .kubernetes.admission import admit
from .kubernetes.cluster import set_names
from .kubernetes.objects import Refused
from .pods import job, pod

Pod = dict[str, Any]
VERSIONS = ("1.25", "1.37")


def refusal(resource: str, body: Pod, version: str = "1.37") -> Refused | None:
    """Return why an object is refused, if it is."""
    set_names(resource, "default", body)
    try:
        admit(resource, body, version)
    except Refused as reason:
        return reason
    return None


def full() -> Pod:
    """Return a pod that says much, and nothing wrong."""
    body = pod("a-pod.v2", "/bin/true", args=["$(A)"], workingDir="/app", imagePullPolicy="Never")
    body["metadata"] |= {"labels": {"team": "a", "example.com/x": ""}, "annotations": {"A/b": "c"}}
    body["metadata"]["annotations"] = {"example.com/why": "so\nit is"}
    main = body["spec"]["containers"][0]
    main["resources"] = {
        "requests": {"cpu": "250m", "memory": "64Mi", "nvidia.com/gpu": "1"},
        "limits": {"cpu": 1, "memory": "1e9", "nvidia.com/gpu": "1"},
    }
    main["env"] = [
        {"name": "A", "value": "b"},
        {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
    ]
    main["envFrom"] = [{"secretRef": {"name": "s"}}, {"configMapRef": {"name": "c"}}]
    main["volumeMounts"] = [
        {"name": "data", "mountPath": "/data"},
        {"name": "data", "mountPath": "/data/in", "subPath": "in", "readOnly": True},
    ]
    body["spec"] |= {
        "volumes": [
            {"name": "data", "persistentVolumeClaim": {"claimName": "c"}},
            {"name": "memory", "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}},
            {"name": "keys", "secret": {"secretName": "s", "items": [{"key": "k", "path": "a/b"}]}},
        ],
        "nodeSelector": {"pool": "large"},
        "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}],
        "priorityClassName": "high",
        "imagePullSecrets": [{"name": "registry"}],
        "activeDeadlineSeconds": 60,
    }
    return body


@pytest.mark.parametrize("version", VERSIONS)
def test_a_pod_that_says_much_is_taken_in(version: str) -> None:
    assert refusal("pods", full(), version) is None
    assert refusal("jobs", job("a-job", "true", backoffLimit=0), version) is None


def main(**more: Any) -> Callable[[Pod], None]:
    """Return a change to the only container."""
    return lambda body: body["spec"]["containers"][0].update(more)


def spec(**more: Any) -> Callable[[Pod], None]:
    """Return a change to the spec."""
    return lambda body: body["spec"].update(more)


def meta(**more: Any) -> Callable[[Pod], None]:
    """Return a change to the metadata."""
    return lambda body: body["metadata"].update(more)


def resources(requests: Mapping[str, str], limits: Mapping[str, str]) -> Callable[[Pod], None]:
    """Return a change to the resources."""
    return main(resources={"requests": dict(requests), "limits": dict(limits)})


def variable(**more: Any) -> Callable[[Pod], None]:
    """Return a change to the variables."""
    return main(env=[{"name": "A", **more}])


SECRET_KEY = {"secretKeyRef": {"name": "s", "key": "k"}}
MALFORMED = {
    "unknown field of a pod": spec(nodeselector={}),
    "unknown field of a container": main(envfrom=[]),
    "number for a text": variable(value=1),
    "text for a number": spec(activeDeadlineSeconds="60"),
    "quantity with a wrong unit": resources({}, {"memory": "64Megs"}),
    "quantity with a space": resources({"cpu": "1 m"}, {}),
    "quantity of an empty folder": spec(volumes=[{"name": "v", "emptyDir": {"sizeLimit": "1GB"}}]),
    "label that is no text": meta(labels={"a": 1}),
}
INVALID: dict[str, Callable[[Pod], None]] = {
    "name in capitals": meta(name="A"),
    "name with a line": meta(name="a_b"),
    "label with a space": meta(labels={"a": "b c"}),
    "label of 64 characters": meta(labels={"a": "b" * 64}),
    "label that ends in a line": meta(labels={"a": "b-"}),
    "key of a label": meta(labels={"a b": "c"}),
    "key of an annotation": meta(annotations={"a/b/c": "d"}),
    "large annotations": meta(annotations={"a": "b" * 262_144}),
    "no spec": lambda body: body.pop("spec"),
    "no container": spec(containers=[]),
    "container's name": main(name="a.b"),
    "no image": main(image=""),
    "space around the image": main(image=" a:1"),
    "pull policy": main(imagePullPolicy="Sometimes"),
    "variable's name": main(env=[{"name": "1 A", "value": "b"}]),
    "variable with two values": variable(value="b", valueFrom=SECRET_KEY),
    "variable with no source": variable(valueFrom={}),
    "key of a secret": variable(valueFrom={"secretKeyRef": {"name": "s", "key": "a/b"}}),
    "secret without a name": variable(valueFrom={"secretKeyRef": {"name": "", "key": "k"}}),
    "variables from nothing": main(envFrom=[{}]),
    "prefix of variables": main(envFrom=[{"prefix": "=", "secretRef": {"name": "s"}}]),
    "request above the limit": resources({"memory": "2Gi"}, {"memory": "1Gi"}),
    "graphics card without a limit": resources({"nvidia.com/gpu": "1"}, {}),
    "half a graphics card": resources({}, {"nvidia.com/gpu": "500m"}),
    "unknown resource": resources({}, {"gpu": "1"}),
    "negative memory": resources({}, {"memory": "-1"}),
    "mount of nothing": main(volumeMounts=[{"name": "none", "mountPath": "/a"}]),
    "mount twice at a place": main(volumeMounts=[{"name": "data", "mountPath": "/a"}] * 2),
    "mount nowhere": main(volumeMounts=[{"name": "data", "mountPath": ""}]),
    "part of a volume above it": main(
        volumeMounts=[{"name": "data", "mountPath": "/a", "subPath": "../b"}]
    ),
    "volume twice": spec(volumes=[{"name": "a", "emptyDir": {}}] * 2),
    "volume's name": spec(volumes=[{"name": "a_b", "emptyDir": {}}]),
    "volume of nothing": spec(volumes=[{"name": "a"}]),
    "volume of two kinds": spec(volumes=[{"name": "a", "emptyDir": {}, "hostPath": {"path": "/"}}]),
    "secret without its name": spec(volumes=[{"name": "a", "secret": {}}]),
    "folder of the machine above it": spec(volumes=[{"name": "a", "hostPath": {"path": "/a/.."}}]),
    "kind of a folder": spec(volumes=[{"name": "a", "hostPath": {"path": "/", "type": "Any"}}]),
    "deadline of none": spec(activeDeadlineSeconds=0),
    "restart policy": spec(restartPolicy="Sometimes"),
    "selector of nodes": spec(nodeSelector={"pool": "very large"}),
    "toleration": spec(tolerations=[{"key": "gpu", "operator": "Exists", "value": "a"}]),
    "toleration's effect": spec(tolerations=[{"operator": "Exists", "effect": "NoStart"}]),
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("change", MALFORMED.values(), ids=MALFORMED)
def test_what_cannot_be_read_is_a_bad_request(change: Callable[[Pod], None], version: str) -> None:
    body = full()
    change(body)
    reason = refusal("pods", body, version)
    assert reason is not None
    assert (reason.code, reason.reason) == (400, "BadRequest")


@pytest.mark.parametrize("change", INVALID.values(), ids=INVALID)
def test_what_is_wrong_is_invalid(change: Callable[[Pod], None]) -> None:
    body = pod("a", "true", spec={"volumes": [{"name": "data", "emptyDir": {}}]})
    change(body)
    reason = refusal("pods", body)
    assert reason is not None
    assert (reason.code, reason.reason) == (422, "Invalid")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (job("j", "true", backoffLimit=-1), 422),
        (job("j" * 64, "true"), 422),
        (job("j", "true", retries=1), 400),
    ],
)
def test_a_wrong_job_is_refused(body: Pod, code: int) -> None:
    reason = refusal("jobs", body)
    assert reason is not None
    assert reason.code == code


def test_a_job_whose_pods_start_again_is_refused() -> None:
    body = job("j", "true")
    body["spec"]["template"]["spec"]["restartPolicy"] = "Always"
    assert "OnFailure, Never" in str(refusal("jobs", body))


@pytest.mark.parametrize("data", [{"a/b": "QQ=="}, {"a": "no base64"}, {"a": "QUFB" * 300_000}])
def test_a_wrong_secret_is_refused(data: dict[str, str]) -> None:
    assert "data" in str(refusal("secrets", {"metadata": {"name": "s"}, "data": data}))
