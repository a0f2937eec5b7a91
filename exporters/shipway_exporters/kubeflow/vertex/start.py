"""Programs that start a run and create a schedule, with Google Cloud's own SDK.

They stand in the headers of the files: no command of `gcloud` does either.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from shipway.artifacts.python_literals import Call, literal
from shipway.planner.plan import Plan
from shipway_exporters.kubeflow.schedule import path_of
from shipway_exporters.kubeflow.vertex.labels import labels_of


def start_of(plan: Plan) -> list[str]:
    """Return the lines that start a run by hand."""
    arguments: dict[str, Any] = {"display_name": plan.name, "template_path": f"{plan.name}.yaml"}
    if labels := labels_of(plan):
        arguments["labels"] = labels
    arguments |= {key: plan.options[key] for key in ("project", "location") if key in plan.options}
    call = literal(Call("PipelineJob", kwargs=tuple(arguments.items())), before=len("job = "))
    account = plan.options.get("service_account")
    return [
        "from google.cloud.aiplatform import PipelineJob",
        *f"job = {call}".splitlines(),
        f"job.submit({f'service_account={json.dumps(account)}' if account else ''})",
    ]


def create_of(plan: Plan) -> Iterator[str]:
    """Yield the lines that create a schedule: of its file, with the spec in its place."""
    endpoint = f"{plan.options['location']}-aiplatform.googleapis.com"
    yield "import json, yaml"
    yield "from google.cloud.aiplatform_v1 import Schedule, ScheduleServiceClient"
    yield f"schedule = yaml.safe_load(open({json.dumps(path_of(plan))}))"
    yield 'request = schedule["createPipelineJobRequest"]'
    spec = json.dumps(f"{plan.name}.yaml")
    yield f'request["pipelineJob"]["pipelineSpec"] = yaml.safe_load(open({spec}))'
    yield f'client = ScheduleServiceClient(client_options={{"api_endpoint": "{endpoint}"}})'
    yield "message = Schedule.from_json(json.dumps(schedule))"
    yield 'client.create_schedule(parent=request["parent"], schedule=message)'
