"""Run by Prefect's python: which of the documents on stdin Prefect takes without a word.

Reads a JSON list of documents; writes, for each, `null` or what Prefect says.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from prefect.cli.deploy._config import _format_validation_error
from prefect.cli.deploy._models import PrefectYamlModel
from prefect.cli.deploy._schedules import _schedule_config_to_deployment_schedule
from prefect.client.schemas.objects import ConcurrencyOptions
from prefect.deployments.runner import RunnerDeployment
from pydantic import ValidationError


def said(document: Any) -> str | None:
    """Return the first complaint of what `prefect deploy` does before it asks a server."""
    try:
        model = PrefectYamlModel.model_validate(document)
        for deployment in model.deployments:
            check(deployment.model_dump(exclude_unset=True, mode="json"))
    except ValidationError as error:
        return str(_format_validation_error(error, {}))
    except Exception as error:  # noqa: BLE001 - whatever it is, Prefect has spoken
        return f"{type(error).__name__}: {error}"
    return None


def check(config: dict[str, Any]) -> None:
    """Make the objects that are sent to a server."""
    for schedule in config.get("schedules") or ():
        _schedule_config_to_deployment_schedule(schedule)
    limit = config.get("concurrency_limit")
    if isinstance(limit, dict):
        ConcurrencyOptions(collision_strategy=limit["collision_strategy"])
    RunnerDeployment(
        name=config["name"],
        flow_name="flow",
        entrypoint=config["entrypoint"],
        tags=config.get("tags") or [],
        version=config.get("version"),
        paused=config.get("paused"),
        work_pool_name=config["work_pool"]["name"],
        job_variables=config["work_pool"].get("job_variables") or {},
    )


json.dump([said(document) for document in json.load(sys.stdin)], sys.stdout)
