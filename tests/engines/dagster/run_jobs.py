"""Run jobs of files of definitions, one after another in this process.

Runs in Dagster's own environment: standard input holds a list of runs. The outcome of each goes to
standard output, as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import dagster as dg

# The folder of a script is the first where Python looks for modules.
from describe import load  # type: ignore[import-not-found]

_OWN = dict(os.environ)


def run(request: dict[str, Any], number: int) -> dict[str, Any]:
    """Run one job as it is asked for; what goes wrong in it is its outcome."""
    os.environ.clear()
    os.environ.update({**_OWN, **request["env"]})
    module = load(request["path"], f"file{number}")
    instance = dg.DagsterInstance.ephemeral()
    result = module.defs.resolve_job_def(request["job"]).execute_in_process(
        run_config=run_config(module, request["values"], request["whole_form"]),
        instance=instance,
        raise_on_error=False,
        tags=request.get("tags"),
        op_selection=request.get("ops"),
    )
    failures = [event for event in result.all_events if event.is_step_failure]
    return {
        "success": result.success,
        "run_id": result.run_id,
        "failed": {event.step_key: _why(event.step_failure_data.error) for event in failures},
        "retries": sorted(e.step_key for e in result.all_events if e.is_step_up_for_retry),
        "assets": sorted(
            event.asset_key.to_user_string() for event in result.get_asset_materialization_events()
        ),
    }


def _why(error: Any) -> list[str]:
    texts = []
    while error:
        texts.append(error.message.strip())
        error = error.cause
    return texts


def run_config(module: Any, values: dict[str, Any], whole_form: bool) -> dict[str, Any]:
    """The config that sets values by Kedro's names; a form as it is scaffolded sets them all."""
    if not hasattr(module, "PARAMETERS"):
        assert not values
        return {}
    fields = module.Parameters.model_fields
    form = {name: field.default for name, field in fields.items()} if whole_form else {}
    names = {kedro: name for name, kedro in module.NAMES.items()}
    config = {**form, **{names[kedro]: value for kedro, value in values.items()}}
    return {"resources": {module.PARAMETERS: {"config": config}}}


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    requests = json.load(sys.stdin)
    json.dump([run(request, number) for number, request in enumerate(requests)], answers)
    answers.flush()
