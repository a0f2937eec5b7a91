"""What Flyte keeps when no file has it any more: an active schedule goes on starting runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from shipway_exporters.flyte.parsed import Module


def removals(path: str, text: str) -> Mapping[str, str]:
    """Return how to end the schedule of a module, if it has one; a workflow starts nothing itself.

    Source: flytectl reference, `update launchplan`.
    """
    module = Module(text)
    if "schedule" not in module.launch_plan:
        return {}
    name = f"{PurePosixPath(path).stem}.{module.workflow.name}"
    command = f"flytectl update launchplan {name} --deactivate -p PROJECT -d DOMAIN"
    return {f"the schedule of the launch plan `{name}`": command}
