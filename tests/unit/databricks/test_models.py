"""The table of fields is that of the pinned `databricks-bundles`, and its shapes say the same."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from databricks.bundles.jobs import Job
from scripts.databricks_models import TABLE, document

from shipway.schemas.strict import problems_in
from shipway_exporters.databricks.models import Model
from tests.unit.databricks.rule_samples import GOOD

WRONG: tuple[Any, ...] = ("x", 1, True, [1], {"x": 1})


def test_the_table_is_that_of_the_models() -> None:
    assert TABLE.read_text(encoding="utf-8") == document()


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
@pytest.mark.parametrize("field", ["max_concurrent_runs", "queue", "tags", "tasks", "schedule"])
def test_what_the_models_refuse_the_shapes_refuse(field: str, wrong: Any) -> None:
    job = {**copy.deepcopy(GOOD), field: wrong}
    try:
        Job.from_dict(job)  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 - its models raise several types
        assert problems_in(job, Model("Job"))


def test_a_variable_of_the_bundle_stands_for_any_value() -> None:
    job = {**copy.deepcopy(GOOD), "max_concurrent_runs": "${var.runs}"}
    assert not problems_in(job, Model("Job"))
    assert Job.from_dict(job).max_concurrent_runs  # type: ignore[arg-type]
