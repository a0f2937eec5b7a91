"""What Kubernetes would refuse of a pod is refused at export, and nothing that it would take."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as fuzz
from hypothesis import strategies as st

from shipway.errors import UnsupportedError
from shipway.planner.plan import Plan
from shipway.settings.values import TaskSettings
from shipway.targets.capabilities import CAPABILITIES
from shipway_exporters.containers import pod_settings
from shipway_exporters.containers.place import volumes_of
from shipway_exporters.containers.pod_checks import check_pods
from shipway_exporters.containers.target import Target
from tests.containers.kubernetes.admission import admit
from tests.containers.kubernetes.objects import KINDS, Refused
from tests.unit.planner import build_ir
from tests.unit.planner.build_ir import node, project, said

TARGET = Target(name="argo", title="Argo")
OF = project(node("a", "params:p"), node("b", "params:p"), parameters={"p": 1})
VERSION = "1.37"
LONG = "a" * 64


def plan(content: dict[str, Any]) -> Plan:
    return build_ir.plan(OF, content)


def check(of: Plan) -> None:
    volumes = lambda task: volumes_of(of, task, TARGET, pod_settings.VOLUMES)  # noqa: E731
    own_labels = lambda name: name.startswith("argo/")  # noqa: E731
    check_pods(of, of.tasks, TARGET, volumes, CAPABILITIES, own_labels)


def manifest(settings: TaskSettings) -> dict[str, Any]:
    """A pod with all that the settings say of it."""
    main = {"name": "base", "image": "shop:1", **pod_settings.container(settings, settings.volumes)}
    volumes = pod_settings.volumes(settings.volumes)
    spec = {"containers": [main], **pod_settings.scheduling(settings)}
    metadata = {"name": "pod", "namespace": "default", **pod_settings.metadata(settings, {})}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {**spec, **({"volumes": volumes} if volumes else {})},
    }


def secret(name: str = "warehouse", key: str = "password") -> dict[str, Any]:
    return {"secrets": {"DB": {"name": name, "key": key}}}


def of_pod(**content: Any) -> dict[str, Any]:
    return {"kubernetes": content}


def mounted(**volume: Any) -> dict[str, Any]:
    return {"volumes": [{"mount": "/data", **volume}]}


MISTAKES: dict[str, tuple[dict[str, Any], str, str]] = {
    "secret": (secret(name="A_b"), "secrets.DB", "secret `A_b`"),
    "key of a secret": (secret(key="a b"), "secrets.DB", "key of a secret `a b`"),
    "hidden key": (secret(key="..data"), "secrets.DB", "key of a secret `..data`"),
    "env_from secret": ({"env_from": [{"secret": "-a"}]}, "env_from", "secret `-a`"),
    "env_from config map": ({"env_from": [{"config_map": "a/b"}]}, "env_from", "config map `a/b`"),
    "device": (
        {"resources": {"gpu": 1, "gpu_type": "gpu"}},
        "resources.gpu_type",
        "device `gpu`",
    ),
    "device of two dots": (
        {"resources": {"gpu": 1, "gpu_type": "a..b/gpu"}},
        "resources.gpu_type",
        "device `a..b/gpu`",
    ),
    "time of all nodes": (
        {"timeout": "20000d", "group_by": "pipeline"},
        "timeout",
        "no time-out of 3,456,000,000 seconds",
    ),
    "claim": (mounted(claim="Data"), "volumes", "claim `Data`"),
    "config map": (mounted(config_map="a_b"), "volumes", "config map `a_b`"),
    "secret as files": (mounted(secret="a."), "volumes", "secret `a.`"),
    "key of a mount": (mounted(secret="a", key="../b"), "volumes", "key `../b`"),
    "mount": (mounted(claim="a", mount="/a:b"), "volumes", "mount at `/a:b`"),
    "service account": ({"service_account": "Me"}, "service_account", "service account `Me`"),
    "namespace": (of_pod(namespace="a.b"), "kubernetes.namespace", "namespace `a.b`"),
    "long namespace": (of_pod(namespace=LONG), "kubernetes.namespace", f"namespace `{LONG[:9]}"),
    "selector": (
        of_pod(node_selector={"a b": "x"}),
        "kubernetes.node_selector.a b",
        "label of a machine `a b: x`",
    ),
    "value of a selector": (
        of_pod(node_selector={"pool": "a b"}),
        "kubernetes.node_selector.pool",
        "label of a machine `pool: a b`",
    ),
    "toleration": (
        of_pod(tolerations=[{"key": "a b"}]),
        "kubernetes.tolerations",
        "toleration: `a b` is no key",
    ),
    "seconds of a toleration": (
        of_pod(tolerations=[{"key": "a", "seconds": 1}]),
        "kubernetes.tolerations",
        "NoExecute",
    ),
    "value of a toleration": (
        of_pod(tolerations=[{"key": "a", "value": LONG}]),
        "kubernetes.tolerations",
        "is no value",
    ),
    "label": (of_pod(labels={"-a": "x"}), "kubernetes.labels.-a", "label `-a: x`"),
    "domain of a label": (
        of_pod(labels={"A.b/c": "x"}),
        "kubernetes.labels.A.b/c",
        "label `A.b/c: x`",
    ),
    "value of a label": (of_pod(labels={"a": "ü"}), "kubernetes.labels.a", "label `a: ü`"),
    "annotation": (
        of_pod(annotations={"a b": "x"}),
        "kubernetes.annotations.a b",
        "annotation `a b`",
    ),
    "annotations": (
        of_pod(annotations={"a": "x" * 262_144}),
        "kubernetes.annotations.a",
        "262,145 bytes",
    ),
    "pull secret": (
        of_pod(image_pull_secrets=["ghcr", "A"]),
        "kubernetes.image_pull_secrets",
        "secret `A`",
    ),
    "priority class": (
        of_pod(priority_class="Batch"),
        "kubernetes.priority_class",
        "priority class `Batch`",
    ),
    "label of the pipeline": ({"labels": {"team": "a b"}}, "labels", "label `team: a b`"),
    "label of a job": (
        of_pod(labels={"controller-uid": "x"}),
        "kubernetes.labels.controller-uid",
        "Kubernetes needs the label `controller-uid` for itself",
    ),
    "label of a job, of the pipeline": (
        {"labels": {"batch.kubernetes.io/job-name": "x"}},
        "labels",
        "Kubernetes needs the label `batch.kubernetes.io/job-name`",
    ),
    "label of the target": (
        of_pod(labels={"argo/x": "y"}),
        "kubernetes.labels.argo/x",
        "Argo needs the label `argo/x` for itself",
    ),
}
STRICTER = {
    "time of all nodes": "a server does, which keeps no more than 32 bits (ValidatePodSpec)",
    "mount": "Kubernetes documents that a path has no colon, and the runtime relies on it",
    "priority class": "refused as soon as it is looked up: none can have this name",
    "label of the pipeline": "as a pod's own",
    "label of a job": "the controller of jobs would take the pod for one of its own",
    "label of a job, of the pipeline": "likewise",
    "label of the target": "only the target looks for it",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_told_with_its_place_and_what_to_do(mistake: str) -> None:
    content, place, words = MISTAKES[mistake]
    with pytest.raises(UnsupportedError) as error:
        check(plan(content))
    (finding,) = error.value.findings
    assert words in finding.what
    assert finding.where == f"pipelines.__default__.{place}"
    assert finding.remedy


@pytest.mark.parametrize("mistake", sorted(MISTAKES.keys() - STRICTER.keys()))
def test_kubernetes_refuses_it_too(mistake: str) -> None:
    """The pod itself, or the object whose name it holds, which can then never exist."""
    content, _, _ = MISTAKES[mistake]
    settings = plan(content).tasks[0].settings
    with pytest.raises(Refused):
        admit_all(settings)


def admit_all(settings: TaskSettings) -> None:
    """Let the API take in a pod, and each object that it names."""
    admit("pods", manifest(settings), VERSION)
    for resource, name in objects(settings):
        kind = KINDS[resource]
        item = {"apiVersion": kind.api, "kind": kind.name, "metadata": {"name": name}}
        admit(resource, item, VERSION)


def objects(settings: TaskSettings) -> list[tuple[str, str]]:
    kinds = {"secret": "secrets", "config_map": "configmaps", "claim": "persistentvolumeclaims"}
    names = [(volume.kind, volume.source) for volume in settings.volumes]
    names += [(source.kind, source.name) for source in settings.env_from]
    names += [("secret", secret.name) for secret in settings.secrets.values()]
    names += [("secret", name) for name in settings.image_pull_secrets]
    result = [(kinds[kind], name) for kind, name in names if kind in kinds]
    return [*result, *([("namespaces", settings.namespace)] if settings.namespace else [])]


def test_all_mistakes_are_told_at_once_and_each_once() -> None:
    content = {**secret(name="A", key="a b"), **mounted(claim="B"), **of_pod(namespace="C")}
    with pytest.raises(UnsupportedError) as error:
        check(plan({**content, "labels": {"a": "b c"}}))
    assert len(error.value.findings) == 5


def test_what_a_target_does_not_write_is_not_looked_at() -> None:
    content = {**of_pod(namespace="C"), **mounted(claim="B"), "labels": {"a": "b c"}}
    of = plan(content)
    check_pods(of, of.tasks, TARGET, lambda task: task.settings.volumes, {"image"})


def test_a_volume_of_the_options_is_found_there() -> None:
    of = build_ir.plan(OF, {}, options={"volumes": [{"claim": "B", "mount": "/b"}]})
    with pytest.raises(UnsupportedError) as error:
        check(of)
    assert [finding.where for finding in error.value.findings] == ["targets.argo.volumes"]
    assert "claim `B`" in said(error.value)


_TEXT = st.text("aZ0.-_/: \n\u00fc", min_size=1, max_size=6) | st.sampled_from(
    ("a" * 63, "a" * 64, "a" * 253, "a" * 254, "a.b/" + "c" * 63, "b" * 260 + "/c", "a/b/c")
)
_PAIRS = st.dictionaries(_TEXT, _TEXT, max_size=1)
_SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "secrets": st.fixed_dictionaries(
            {"A": st.fixed_dictionaries({"name": _TEXT, "key": _TEXT})}
        ),
        "env_from": st.lists(st.fixed_dictionaries({"secret": _TEXT}), max_size=1),
        "resources": st.fixed_dictionaries({"gpu": st.just(1), "gpu_type": _TEXT}),
        "volumes": st.fixed_dictionaries(
            {"secret": _TEXT, "mount": st.just("/a")}, optional={"key": _TEXT}
        ).map(lambda volume: [volume]),
        "service_account": _TEXT,
        "kubernetes": st.fixed_dictionaries(
            {},
            optional={
                "namespace": _TEXT,
                "node_selector": _PAIRS,
                "labels": _PAIRS,
                "annotations": _PAIRS,
                "tolerations": st.lists(
                    st.fixed_dictionaries(
                        {"key": _TEXT},
                        optional={
                            "value": _TEXT,
                            "effect": st.sampled_from(("NoSchedule", "NoExecute")),
                            "operator": st.sampled_from(("Equal", "Exists")),
                            "seconds": st.just(1),
                        },
                    ),
                    max_size=1,
                ),
                "image_pull_secrets": st.lists(_TEXT, max_size=1),
                "priority_class": _TEXT,
            },
        ),
    },
)


@given(_SETTINGS)
@fuzz(max_examples=300, deadline=None)
def test_what_is_taken_kubernetes_takes_too(content: dict[str, Any]) -> None:
    of = plan(content)
    try:
        check(of)
    except UnsupportedError:
        return
    admit_all(of.tasks[0].settings)
