"""Rules for a module: what `pyflyte package` lets pass, and Flyte or Kubernetes would not.

flytekit looks at types. It takes six fields of cron, one name of a node twice, any quantity, and an
e-mail to nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

from shipway.errors import Finding
from shipway_exporters.flyte.parsed import Module
from shipway_exporters.flyte.rules_graph import graph_faults
from shipway_exporters.flyte.rules_launch_plan import launch_plan_faults
from shipway_exporters.flyte.rules_tasks import task_faults


def findings(module: Module, path: str) -> Iterator[Finding]:
    """Yield all that is wrong in a module, each with its line."""
    for line, what in (
        *task_faults(module),
        *graph_faults(module),
        *launch_plan_faults(module),
    ):
        yield Finding(what=what, where=f"{path}, line {line}")
