"""The settings of a task's pod below `kubernetes`."""

from __future__ import annotations

from shipway.schemas.shapes import Choice, ListOf, MapOf
from shipway.settings.task_setting import TaskSetting, as_dict
from shipway.settings.value_shapes import (
    MAYBE_EMPTY,
    PULL_POLICIES,
    TEXT,
    TOLERATION,
    to_toleration,
)

KUBERNETES_SETTINGS: tuple[TaskSetting, ...] = (
    TaskSetting(
        name="kubernetes.namespace",
        attribute="namespace",
        shape=TEXT,
        about="the namespace of the pod; default that of the orchestrator's connection",
        capability="namespace of a pod",
    ),
    TaskSetting(
        name="kubernetes.node_selector",
        attribute="node_selector",
        shape=MapOf(MAYBE_EMPTY),
        about="labels of the machines that may run it",
        by_key=True,
        artifact=as_dict("node_selector"),
        capability="choice of machines by label",
    ),
    TaskSetting(
        name="kubernetes.tolerations",
        attribute="tolerations",
        shape=ListOf(TOLERATION),
        about="taints of machines that it tolerates",
        typed=lambda items: tuple(map(to_toleration, items)),
        capability="tolerance of taints",
    ),
    TaskSetting(
        name="kubernetes.labels",
        attribute="pod_labels",
        shape=MapOf(MAYBE_EMPTY),
        about="labels of the pod, besides those of the pipeline",
        merge="alike where set",
        by_key=True,
        artifact=as_dict("pod_labels"),
        capability="labels of a pod",
    ),
    TaskSetting(
        name="kubernetes.annotations",
        attribute="annotations",
        shape=MapOf(MAYBE_EMPTY),
        about="annotations of the pod",
        merge="alike where set",
        by_key=True,
        artifact=as_dict("annotations"),
        capability="annotations of a pod",
    ),
    TaskSetting(
        name="kubernetes.image_pull_policy",
        attribute="image_pull_policy",
        shape=Choice(PULL_POLICIES),
        about="when the image is pulled",
        capability="when an image is pulled",
    ),
    TaskSetting(
        name="kubernetes.image_pull_secrets",
        attribute="image_pull_secrets",
        shape=ListOf(TEXT),
        about="secrets for pulling the image",
        typed=tuple,
        capability="secrets for pulling an image",
    ),
    TaskSetting(
        name="kubernetes.priority_class",
        attribute="priority_class",
        shape=TEXT,
        about="the pod's priority class",
        capability="priority class of a pod",
    ),
)
