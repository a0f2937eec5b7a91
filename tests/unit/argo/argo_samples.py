"""Files for the tests of what checks them: a pipeline with every setting that Argo can express."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from shipway.compiler import Selection, compile_all, settings_for
from shipway.model import Dataset, Project
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from tests.unit.planner.build_ir import node, project

OPTIONS: Mapping[str, Any] = {
    "image": "shop:1",
    "volumes": [{"claim": "data", "mount": "/app/data"}],
    "on_exit": {"command": ["notify"], "secrets": {"URL": {"name": "alerts", "key": "url"}}},
    "pod_gc": "OnPodSuccess",
    "ttl": {"completion": "7d"},
    "starting_deadline": "10m",
}
SETTINGS: Mapping[str, Any] = {
    "command_prefix": ["tini", "--"],
    "retries": 3,
    "retry_delay": "30s",
    "retry_backoff": 2,
    "timeout": "5m",
    "resources": {"cpu": "500m", "memory": "1Gi", "gpu": 1, "limits": {"memory": "2Gi"}},
    "env": {"MODE": "fast $(HOME)", "B": "1"},
    "secrets": {"PASSWORD": {"name": "warehouse", "key": "password"}},
    "env_from": [{"secret": "more"}, {"config_map": "flags"}],
    "volumes": [
        {"claim": "data", "mount": "/app/data"},
        {"secret": "keys", "mount": "/keys", "key": "id", "read_only": True},
        {"empty_dir": {"medium": "Memory", "size": "1Gi"}, "mount": "/scratch"},
    ],
    "service_account": "runner",
    "kubernetes": {
        "node_selector": {"pool": "ml"},
        "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}],
        "labels": {"tier": "batch"},
        "annotations": {"note": "by hand"},
        "image_pull_policy": "Always",
        "image_pull_secrets": ["ghcr"],
        "priority_class": "batch",
    },
    "schedule": {"cron": "0 6 * * *", "timezone": "Europe/Paris", "parameters": {"n": 2}},
    "concurrency": {"runs": 2, "tasks": 4},
    "memory": "store",
    "store": "s3://bucket/runs",
    "owner": "ann",
    "labels": {"team": "shop"},
    "description": "What it is for.",
    "run_parameters": {"day": "logical_date"},
    "nodes": {"b": {"retries": 0, "timeout": "1h"}},
}
OF: Project = project(
    node("a", "raw params:n params:title", "x"),
    node("b", "x params:names", "y"),
    node("c", "x y", "z"),
    parameters={"n": 1, "title": "a title", "names": ["a", "b"]},
    datasets=[Dataset(name="x", kind="local", versioned=True, location="data/x")],
    memory="y",
)


def file_of(
    of: Project = OF,
    settings: Mapping[str, Any] = SETTINGS,
    options: Mapping[str, Any] = OPTIONS,
) -> list[Any]:
    """Return the objects of the file of a pipeline."""
    values = {"targets": {"argo": dict(options)}, "pipelines": {"__default__": dict(settings)}}
    exporter = find("argo")
    types = settings_for(SettingsSource(values=values), [exporter])
    (result,) = compile_all(of, types, exporter, Selection())
    return list(yaml.safe_load_all(result.files[0].text))


@cache
def whole_text() -> str:
    """The file with everything, as text."""
    return yaml.safe_dump_all(file_of())


def whole() -> list[Any]:
    """The file with everything, afresh."""
    return list(yaml.safe_load_all(whole_text()))
