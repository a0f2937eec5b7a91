"""The pods of steps read back, as settings of their tasks."""

from __future__ import annotations

from typing import Any

from shipway.planner.plan import Plan
from shipway.schemas.document import mapping
from shipway.settings.values import TaskSettings
from shipway_exporters.containers.container_readback import without_options
from shipway_exporters.containers.pod_readback import settings_in
from shipway_exporters.dagster.parsed_file import ParsedFile, ParsedTask
from shipway_exporters.dagster.pods import TAG, parts_of


def settings_of_pod(plan: Plan, name: str, task: ParsedTask, file: ParsedFile) -> dict[str, Any]:
    """Return what the pod of a task says of its settings; nothing where it has none.

    Args:
        name: of the task.
    """
    if not file.in_pods:
        return {}
    container, spec, metadata = parts_of(mapping(file.tags_of_op(task)).get(TAG))
    metadata["namespace"] = file.executor_config.get("job_namespace")
    own = plan.task_by_name.get(name)
    settings = settings_in(own.settings if own else TaskSettings(), metadata, spec, container)
    # Where steps run is compared with nothing but another artifact.
    settings |= {"run_on.kubernetes": "kubernetes"}
    return without_options(plan, name, settings) if own else settings
