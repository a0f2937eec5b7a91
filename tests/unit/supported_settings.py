"""Settings of every kind, and a project that has them, for the tests of what targets support."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from shipway.model import Dataset
from shipway.planner.plan import Plan
from shipway.targets.capabilities import CAPABILITIES, support_table
from shipway.targets.exporter import Exporter
from shipway.targets.support import check
from tests.unit.planner.build_ir import node, project

FACTS = ("logical_date", "run_id", "interval_start", "interval_end")


EVERYTHING: Mapping[str, Any] = {
    "run_on": "kubernetes",
    "image": "i",
    "command_prefix": ["/entry"],
    "retries": 1,
    "retry_delay": "5m",
    "retry_backoff": 2,
    "timeout": "1h",
    "resources": {
        "cpu": "1",
        "memory": "1Gi",
        "gpu": 1,
        "gpu_type": "g",
        "ephemeral_storage": "1Gi",
        "limits": {"cpu": "2", "memory": "2Gi", "ephemeral_storage": "2Gi"},
    },
    "env": {"A": "1"},
    "secrets": {"P": {"name": "n", "key": "k"}},
    "env_from": [{"secret": "s"}, {"config_map": "m"}],
    "volumes": [
        {"claim": "c", "mount": "/m"},
        {"config_map": "c", "mount": "/c"},
        {"secret": "s", "mount": "/s", "key": "k", "read_only": True},
        {"host_path": "/h", "mount": "/h"},
        {"empty_dir": {"medium": "Memory", "size": "1Gi"}, "mount": "/e"},
    ],
    "service_account": "s",
    "kubernetes": {
        "namespace": "n",
        "node_selector": {"pool": "ml"},
        "tolerations": [{"key": "gpu"}],
        "labels": {"a": "b"},
        "annotations": {"a": "b"},
        "image_pull_policy": "Always",
        "image_pull_secrets": ["s"],
        "priority_class": "batch",
    },
    "schedule": {
        "cron": "0 6 * * *",
        "start": "2026-01-01",
        "catchup": True,
        "parameters": {"p": 2},
    },
    "concurrency": {"runs": 1, "tasks": 2},
    "parameters": ["p"],
    "run_parameters": {f"q.{fact}": fact for fact in FACTS},
    "owner": "o",
    "labels": {"a": "b"},
    "description": "d",
    "memory": "store",
    "store": "s3://bucket",
    "notify": {
        "on_failure": [{"email": ["a@b.example"]}, {"webhook": {"name": "alerts"}}],
        "on_success": [{"email": ["a@b.example"]}, {"webhook": {"name": "alerts"}}],
    },
}


NODES = (node("a", "raw params:p params:q", "x"), node("b", "x", "y"))


OF = project(*NODES, parameters={"p": 1})


STORED = project(*NODES, parameters={"p": 1}, memory="x")


NOT_OF_A_SETTING = {"schedule.datasets", "run_with", "local_files", "run_on.local", "run_on.docker"}


class Target:
    """A target that cannot express some settings."""

    name, title = "orchestra", "Orchestra"

    def __init__(self, **unsupported: str) -> None:
        names = {key.replace("__", "."): how for key, how in unsupported.items()}
        native = dict.fromkeys(CAPABILITIES.keys() - names, "")
        self.capabilities = support_table(native=native, unsupported=names)


def checked(output: Plan, *lossy: str, **unsupported: str) -> tuple[str, ...]:
    return tuple(map(str, check(output, cast(Exporter, Target(**unsupported)), lossy)))


LOCAL = project(
    node("a", "raw", "x"),
    node("b", "x", "y"),
    datasets=[
        Dataset(name="x", kind="local", location="data/x"),
        Dataset(name="y", kind="remote", location="s3://bucket/y"),
    ],
)


ALONE = project(node("a", "params:p"), parameters={"p": 1})


READ_ONLY = [{"claim": "c", "mount": "/srv/data", "read_only": True}]


SCRATCH = {"empty_dir": {}, "mount": "/scratch"}
