"""A flow and its deployment of another day's project, read without the plan that gave them."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import yaml

from shipway.artifacts.readback import Contents
from shipway.artifacts.stand_in import stand_in
from shipway.planner.plan import Plan, digest
from shipway.settings.values import RunSettings
from shipway_exporters.prefect.compute_readback import compute_of_run
from shipway_exporters.prefect.job_template import NAME
from shipway_exporters.prefect.readback import flow_contents
from shipway_exporters.values.tags import labels_of

_OWNER = "owner:"


def contents_of(plan: Plan, files: Mapping[str, str]) -> Contents:
    """Return what the files of a pipeline say, whole.

    What a run's container has counts as the run's, since of which tasks it is the sum, no file
    says.

    Args:
        plan: that of the same pipeline today.
    """
    by_name = {path.rpartition("/")[2]: text for path, text in files.items()}
    document = yaml.safe_load(by_name["prefect.yaml"])
    deployment = document["deployments"][0]
    is_owned = any(tag.startswith(_OWNER) for tag in deployment.get("tags", ()))
    run = RunSettings(owner=_OWNER if is_owned else None)
    other = stand_in(plan, {}, name=plan.name, run=run)
    contents = flow_contents(other, ast.parse(by_name["flow.py"]), document)
    pool = dict(_of_pool(deployment["work_pool"], by_name.get(NAME)))
    labels = {"labels": labels_of(tuple(contents.run.get("labels", ())))}
    return replace(contents, run={**contents.run, **labels, **pool})


def _of_pool(work_pool: Mapping[str, Any], template: str | None) -> Iterator[tuple[str, Any]]:
    yield "work_pool", work_pool.get("name")
    yield from compute_of_run(work_pool.get("job_variables", {})).items()
    if template:
        # A digest: it is one thing that the pool is made from, and longer than all the rest.
        halves = json.loads(template)
        yield "job_template", digest([halves["job_configuration"], halves["variables"]])
