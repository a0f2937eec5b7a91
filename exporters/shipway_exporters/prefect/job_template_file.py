"""The job template as a file, for a plan that needs it.

JSON has no comments: what other files say in theirs stands in a list of its own, which Prefect
keeps and does not read (`prefect.server.schemas.actions.validate_base_job_template`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shipway.artifacts.descriptions import export_command, title
from shipway.artifacts.files import seal_placeholder
from shipway.planner.plan import Plan
from shipway.targets.exporter import Rendering
from shipway_exporters.prefect.job_template import DEVICES, NAME, job_template
from shipway_exporters.prefect.job_variables import device_in_template, has_own_template
from shipway_exporters.prefect.process_place import Place


def job_template_file(plan: Plan, variables: Mapping[str, Any]) -> list[Rendering]:
    """Return the file; nothing for a plan that needs none.

    Args:
        variables: those that the deployment sets.
    """
    if not has_own_template(plan, variables):
        return []
    device = device_in_template(plan, Place(plan))
    template = job_template(device)
    context = {
        "serves": json.dumps(_serves(device)),
        "seal": seal_placeholder(),
        "title": json.dumps(title(plan)),
        "command": json.dumps(export_command(plan, "prefect")),
        **{half: _indented(content) for half, content in template.items()},
    }
    return [Rendering(template=f"prefect/{NAME}.j2", path=path_of(plan), context=context)]


def path_of(plan: Plan) -> str:
    """Return where the job template of a flow stands."""
    return f"{plan.name}/{NAME}"


def _indented(content: Any) -> str:
    """Return JSON below a key, at the first indent."""
    return json.dumps(content, indent=2).replace("\n", "\n  ")


def _serves(device: str | None) -> str:
    """Return which pipelines a pool with this template can run; only a device makes it another."""
    pipelines = "any pipeline of the project"
    if device and device not in DEVICES:
        pipelines = f"pipelines of the project with `{device}` or common devices"
    return f"The job template of a kubernetes pool, for {pipelines}."
