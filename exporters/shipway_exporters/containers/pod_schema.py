"""The keys of a pod that a target may write, and the kind of value of each.

A cluster drops unknown keys of a custom resource in silence (Kubernetes, Custom Resources, field
pruning). Keys that no exported file needs are refused too: no rule knows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.schemas.records import Either, Record
from shipway.schemas.shapes import Choice, Flag, ListOf, MapOf, Shape, Text, Whole, anything
from shipway.schemas.strict import strict_record
from shipway.settings.value_shapes import EFFECTS, OPERATORS

TEXT, _FLAG = Text(), Flag()
TEXTS = MapOf(TEXT)
_NAMED = strict_record({"name": TEXT}, "a reference", required=("name",))
KEY = strict_record({"name": TEXT, "key": TEXT}, "a reference", required=("name", "key"))
_FIELD = strict_record({"fieldPath": TEXT}, "a field", required=("fieldPath",))
_BYTES = Whole(most=2**63 - 1)
_QUANTITY = Either(((lambda value: isinstance(value, int), _BYTES), (anything, TEXT)))
_SOURCES = {
    "persistentVolumeClaim": strict_record({"claimName": TEXT}, "a claim", ("claimName",)),
    "configMap": strict_record({"name": TEXT}, "a config map", ("name",)),
    "secret": strict_record({"secretName": TEXT}, "a secret", ("secretName",)),
    "hostPath": strict_record({"path": TEXT}, "a folder", ("path",)),
    "emptyDir": strict_record({"medium": TEXT, "sizeLimit": _QUANTITY}, "an empty folder"),
}
VOLUMES = ListOf(strict_record({"name": TEXT, **_SOURCES}, "a volume", required=("name",)))
_MOUNT = strict_record(
    {"name": TEXT, "mountPath": TEXT, "subPath": TEXT, "readOnly": _FLAG},
    "a mount",
    required=("name", "mountPath"),
)
_VARIABLE = strict_record(
    {
        "name": TEXT,
        "value": TEXT,
        "valueFrom": strict_record(
            {"secretKeyRef": KEY, "configMapKeyRef": KEY, "fieldRef": _FIELD}, "a source"
        ),
    },
    "a variable",
    required=("name",),
)
CONTAINER = strict_record(
    {
        "name": TEXT,
        "image": TEXT,
        "command": ListOf(TEXT, least=1),
        "args": ListOf(TEXT),
        "env": ListOf(_VARIABLE),
        "envFrom": ListOf(
            strict_record({"secretRef": _NAMED, "configMapRef": _NAMED}, "a source of variables")
        ),
        "resources": strict_record({"requests": MapOf(_QUANTITY), "limits": MapOf(_QUANTITY)}),
        "volumeMounts": ListOf(_MOUNT),
        "imagePullPolicy": Choice(("Always", "IfNotPresent", "Never")),
    },
    "a container",
    required=("image", "command"),
)
TOLERATIONS = ListOf(
    strict_record(
        {
            "key": TEXT,
            "operator": Choice(tuple(OPERATORS)),
            "value": TEXT,
            "effect": Choice(tuple(EFFECTS)),
            "tolerationSeconds": Whole(),
        },
        "a toleration",
    )
)
REFERENCES = ListOf(_NAMED)
SCHEDULING: Mapping[str, Shape[Any]] = {
    "nodeSelector": TEXTS,
    "tolerations": TOLERATIONS,
    "priorityClassName": TEXT,
    "serviceAccountName": TEXT,
}
"""Where a pod runs, and as whom."""
_LABELS: Mapping[str, Shape[Any]] = {"labels": TEXTS, "annotations": TEXTS}
METADATA = strict_record(_LABELS, "metadata")
POD = strict_record(
    {
        "restartPolicy": Choice(("Never",)),
        "activeDeadlineSeconds": Whole(1),
        **SCHEDULING,
        "imagePullSecrets": REFERENCES,
        "containers": ListOf(CONTAINER, least=1),
        "volumes": VOLUMES,
    },
    "the pod",
    {"restartPolicy", "containers"},
)
"""The shape of a pod's spec."""


def object_of(kind: str, api: str, key: str, content: Shape[Any]) -> Record:
    """Return the shape of an object that a file brings to a cluster.

    Args:
        key: of what is in it, which has the shape `content`.
    """
    metadata: dict[str, Shape[Any]] = {"name": TEXT, "namespace": TEXT, **_LABELS}
    fields: dict[str, Shape[Any]] = {
        "apiVersion": Choice((api,)),
        "kind": Choice((kind,)),
        "metadata": strict_record(metadata, "the metadata", ("name",)),
        key: content,
    }
    return strict_record(fields, f"a {kind}", fields)
