"""What an environment and a cluster must have, in the settings and in a file alike.

Sources: Jobs API 2.2, `environments`; Clusters API 2.1, create.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Lack = tuple[str, str]
"""What is wrong, and what to do."""


def environment_lacks(spec: Mapping[str, Any]) -> Iterator[Lack]:
    """Yield what an environment lacks, or has once too often."""
    if ("environment_version" in spec) == ("base_environment" in spec):
        what = "An environment has either `environment_version` or `base_environment`."
        yield what, 'Write one of them, such as `environment_version: "4"`.'


def cluster_lacks(spec: Mapping[str, Any]) -> Iterator[Lack]:
    """Yield what no cluster starts without."""
    if not {"spark_version", "policy_id"} & spec.keys():
        remedy = "Write one that the workspace has, such as `16.4.x-scala2.12`."
        yield "A cluster has a `spark_version`.", remedy
    if not {"node_type_id", "instance_pool_id", "policy_id"} & spec.keys():
        remedy = "Write a `node_type_id`, such as `i3.xlarge`, or an `instance_pool_id`."
        yield "A cluster has a `node_type_id`, or a pool.", remedy
