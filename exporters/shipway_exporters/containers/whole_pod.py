"""What a target can say of a task that writes the whole of its pod, each in Kubernetes' own word.

`pod_settings` writes it, `pod_readback` reads it back, and `pod_checks` looks at it before.
"""

from __future__ import annotations

from collections.abc import Mapping

CAPABILITIES: Mapping[str, str] = {
    "image": "`image`",
    "command_prefix": "the first words of `command`",
    "timeout": "`activeDeadlineSeconds` of the pod",
    "resources.cpu": "`resources.requests`",
    "resources.memory": "`resources.requests`",
    "resources.ephemeral_storage": "`resources.requests`",
    "resources.limits.cpu": "`resources.limits`",
    "resources.limits.memory": "`resources.limits`",
    "resources.limits.ephemeral_storage": "`resources.limits`",
    "resources.gpu": "`resources.limits`",
    "resources.gpu_type": "`resources.limits`",
    "env": "`env`",
    "secrets": "`secretKeyRef`",
    "env_from.secret": "`envFrom`",
    "env_from.config_map": "`envFrom`",
    "volumes.claim": "`persistentVolumeClaim`",
    "volumes.config_map": "`configMap`",
    "volumes.secret": "`secret`",
    "volumes.empty_dir": "`emptyDir`",
    "service_account": "`serviceAccountName`",
    "kubernetes.namespace": "`metadata.namespace`",
    "kubernetes.node_selector": "`nodeSelector`",
    "kubernetes.tolerations": "`tolerations`",
    "kubernetes.labels": "`metadata.labels` of the pod",
    "kubernetes.annotations": "`metadata.annotations` of the pod",
    "kubernetes.image_pull_policy": "`imagePullPolicy`",
    "kubernetes.image_pull_secrets": "`imagePullSecrets`",
    "kubernetes.priority_class": "`priorityClassName`",
    "labels": "`metadata.labels`",
}
"""The folders of a machine are not among them: pods run on several."""
