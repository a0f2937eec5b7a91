"""The job variables that each kind of pool knows: a pool passes over all others in silence."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from shipway.schemas.records import Either, Record
from shipway.schemas.shapes import Choice, Flag, ListOf, MapOf, Shape, Text, Whole, anything
from shipway.schemas.strict import strict_record
from shipway.settings.images import IMAGE
from shipway.settings.value_shapes import ENV_NAME, PLAIN, PULL_POLICIES
from shipway_exporters.prefect.docker_arguments import DOCKER_ARGUMENTS
from shipway_exporters.prefect.job_template import DEVICES, device_variable
from shipway_exporters.prefect.references import has_reference

_SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_TEXT = Text(r"[^\0]+", "text")
_TEXTS = MapOf(Text(r"[^\0]*", "text"))
_FLAG = Flag()
_OBJECTS = ListOf(MapOf(PLAIN))
_AMOUNT = Text(r"\d+[bkmg]?", "an amount of memory like 4g")
_COMMON: Mapping[str, Shape[Any]] = {
    "name": _TEXT,
    "env": MapOf(_TEXT, ENV_NAME, "the name of an environment variable"),
    "labels": _TEXTS,
    "command": _TEXT,
    "stream_output": _FLAG,
}
_IN_IMAGE: Mapping[str, Shape[Any]] = {
    **_COMMON,
    "image": IMAGE,
    "image_pull_policy": Choice(PULL_POLICIES),
}
_PROCESS: Mapping[str, Shape[Any]] = {**_COMMON, "working_dir": _TEXT}
_DOCKER: Mapping[str, Shape[Any]] = {
    **_IN_IMAGE,
    "registry_credentials": PLAIN,
    "networks": ListOf(_TEXT),
    "network_mode": _TEXT,
    "auto_remove": _FLAG,
    "volumes": ListOf(Text(r"[^:\0]+:[^:\0]+(:r[ow])?", "a volume like name:/path")),
    "mem_limit": _AMOUNT,
    "memswap_limit": Text(r"-1|\d+[bkmg]?", "an amount of memory like 4g"),
    "privileged": _FLAG,
    "container_create_kwargs": DOCKER_ARGUMENTS,
}
_KUBERNETES: Mapping[str, Shape[Any]] = {
    **_IN_IMAGE,
    "annotations": _TEXTS,
    "namespace": Text(_SLUG, "a namespace"),
    "service_account_name": _TEXT,
    "backoff_limit": Whole(0),
    "finished_job_ttl": Whole(0),
    "job_watch_timeout_seconds": Whole(0),
    "pod_watch_timeout_seconds": Whole(0),
    "cluster_config": PLAIN,
    "cpu_request": _TEXT,
    "cpu_limit": _TEXT,
    "memory_request": _TEXT,
    "memory_limit": _TEXT,
    # Of the job template that is written beside the deployment.
    "env_from": _OBJECTS,
    "ephemeral_storage_limit": _TEXT,
    "ephemeral_storage_request": _TEXT,
    "image_pull_secrets": _OBJECTS,
    "node_selector": _TEXTS,
    "pod_annotations": _TEXTS,
    "priority_class_name": _TEXT,
    "tolerations": _OBJECTS,
    "volume_mounts": _OBJECTS,
    "volumes": _OBJECTS,
}
_BY_POOL: Mapping[str, Mapping[str, Shape[Any]]] = {
    "process": _PROCESS,
    "docker": _DOCKER,
    "kubernetes": _KUBERNETES,
}


def job_variable_rules(
    pool: str, device: str | None = None, further: Collection[str] = ()
) -> Record:
    """Return the shape of all variables that a pool of a type knows.

    Args:
        device: the one that a deployment asks for, beside those that are always known.
        further: names of those that only the pool's own job template knows.
    """
    known = [*DEVICES, *([device] if device else [])] if pool == "kubernetes" else []
    devices = {device_variable(name): _TEXT for name in known}
    fields = {**dict.fromkeys(further, PLAIN), **_BY_POOL[pool], **devices}
    # What a reference stands for, only the server knows.
    shapes = {
        name: Either(((has_reference, PLAIN), (anything, shape))) for name, shape in fields.items()
    }
    return strict_record(shapes, f"a {pool} pool's job variables")
