"""Mistakes made in a file whose steps are pods: what is replaced, and by what."""

from __future__ import annotations

from tests.unit.exporters.test_dagster import CHAIN, text
from tests.unit.exporters.test_dagster_pods import ALL, PODS

_CPU = '"requests": {"cpu": "2", "memory": "1Gi"}'
_MOUNT = '"mount_path": "/app/data"'
_ACCOUNT = '"service_account_name": "runner"'
_SELECTOR = '"node_selector": {"nodePool": "big"}'
_TOLERATION = '{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}'
_KEY = '"secret_key_ref": {"name": "warehouse", "key": "password"}'
_POLICY = '"image_pull_policy": "Always"'
_LABELS = '"labels": {"team": "ml"}'
_CLAIM = '"persistent_volume_claim": {"claim_name": "data"}'
_KEEP = '"ttl_seconds_after_finished": 5400'
POD_MISTAKES: dict[str, tuple[str, str]] = {
    "an unknown section": ('"pod_spec_config": {', '"pod_config": {'),
    "an unknown field of a pod": (_ACCOUNT, '"service_acount_name": "runner"'),
    "an unknown field of a container": (_POLICY, '"pull_policy": "Always"'),
    "an unknown field of a volume": (_CLAIM, _CLAIM.replace("claim_name", "claimname")),
    "a quantity that is none": (_CPU, _CPU.replace('"2"', '"two"')),
    "a request above its limit": (_CPU, _CPU.replace('"2"', '"3"')),
    "no such policy": (_POLICY, '"image_pull_policy": "Sometimes"'),
    "a mount of no volume": ('"name": "claim-data", "mount', '"name": "claim-dat", "mount'),
    "a path that is none": (_MOUNT, '"mount_path": "/app:data"'),
    "two mounts at one path": ('"mount_path": "/scratch"', _MOUNT),
    "a selector that is none": (_SELECTOR, _SELECTOR.replace('"big"', '"b i g"')),
    "a taint that nobody has": (_TOLERATION, _TOLERATION.replace('"Exists"', '"Exist"')),
    "a secret with a blank": (_KEY, _KEY.replace("warehouse", "ware house")),
    "a secret without a key": (_KEY, '"secret_key_ref": {"name": "warehouse"}'),
    "a variable twice": ('{"name": "MODE", "value"', '{"name": "DB", "value"'),
    "a variable that is filled in": ('"$$(fast)"', '"$(fast)"'),
    "a label of Dagster": (_LABELS, '"labels": {"dagster/op": "ml"}'),
    "a label with a blank": (_LABELS, '"labels": {"team": "m l"}'),
    "a command of its own": (_POLICY, '"command": ["sleep"]'),
    "an image with a blank": ('"image": "shop:1"', '"image": "shop: 1"'),
    "another executor": ("executor_def=EXECUTOR", "executor_def=dg.in_process_executor"),
    "another executor for an asset alone": ("    executor=EXECUTOR,\n", ""),
    "an unknown field of the executor": ('"job_namespace"', '"namespace"'),
    "a namespace that is none": ('"job_namespace": "ml"', '"job_namespace": "M L"'),
    "a job that is kept as text": (_KEEP, '"ttl_seconds_after_finished": "soon"'),
    "no pods at once": ('"max_concurrent": 2', '"max_concurrent": 0'),
    "a tag of another tool": ('"dagster-k8s/config": {', '"dagster-k8/config": {'),
}


def pods_text() -> str:
    """Return a file whose steps are pods with all that they can have."""
    return text(CHAIN, {**PODS, "keep_jobs": "90m"}, **ALL, concurrency={"tasks": 2})


def with_pod_mistake(name: str, source: str) -> str:
    """Return the text of such a file with one mistake."""
    old, new = POD_MISTAKES[name]
    assert old in source, name
    return source.replace(old, new, 1)
