"""Clusters that have no workers, and whose one machine is not told to work.

Source: Databricks CLI, `bundle/config/validate/single_node_cluster.go`, which warns likewise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.planner.plan import Plan
from shipway.schemas.document import mapping, text
from shipway_exporters.databricks.compute import CLUSTER, profiles_in_use
from shipway_exporters.databricks.options import COMPUTE

_REMEDY = (
    "set `spark_conf: {spark.databricks.cluster.profile: singleNode, spark.master: 'local[*]'}` "
    "and `custom_tags: {ResourceClass: SingleNode}` there"
)


def without_workers(plan: Plan) -> Iterator[str]:
    """Yield a note for each cluster in use that would run no job of Spark's."""
    for name, profile in profiles_in_use(plan).items():
        if _runs_no_spark(mapping(profile.get(CLUSTER))):
            yield (
                f"The cluster of targets.databricks.{COMPUTE}.{name} has no workers, so that it "
                f"starts and runs no job of Spark's: {_REMEDY}, or give it workers."
            )


def _runs_no_spark(cluster: Mapping[str, Any]) -> bool:
    if cluster.get("num_workers") != 0 or cluster.get("is_single_node") or "policy_id" in cluster:
        return False  # a policy may set them
    conf, tags = mapping(cluster.get("spark_conf")), mapping(cluster.get("custom_tags"))
    return not (
        conf.get("spark.databricks.cluster.profile") == "singleNode"
        and text(conf.get("spark.master")).startswith("local")
        and tags.get("ResourceClass") == "SingleNode"
    )
