"""The reader and the JSON Schema accept and refuse the same settings."""

from __future__ import annotations

import pytest
import yaml
from jsonschema import Draft202012Validator

from shipway.cli.schema import settings_schema
from shipway.settings.schema import PIPELINE, TASK
from tests.unit.settings.examples import BAD, BEYOND_SCHEMA, GOOD, findings


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = settings_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("name", GOOD)
def test_good_settings(name: str, validator: Draft202012Validator) -> None:
    assert findings(GOOD[name]) == ()
    assert list(validator.iter_errors(yaml.safe_load(GOOD[name]))) == []


@pytest.mark.parametrize("name", BAD)
def test_bad_settings(name: str, validator: Draft202012Validator) -> None:
    text, message = BAD[name]
    (finding,) = findings(text)
    assert message in f"{finding.what} {finding.remedy}"
    assert finding.where is not None
    assert finding.where.startswith("deploy.yml:1: ")
    assert validator.is_valid(yaml.safe_load(text)) == (name in BEYOND_SCHEMA)


def test_every_task_setting_has_an_example() -> None:
    options = yaml.safe_load(GOOD["every task setting"])["defaults"]
    assert options.keys() == TASK.keys()


def test_every_setting_of_a_pipeline_has_an_example() -> None:
    options = set(TASK) | {"schedule"}
    options |= yaml.safe_load(GOOD["every shared setting"])["defaults"].keys()
    options |= yaml.safe_load(GOOD["a pipeline"])["pipelines"]["__default__"].keys()
    assert options == PIPELINE.fields.keys()


def test_every_key_says_what_it_means() -> None:
    properties = settings_schema()["properties"]["pipelines"]["additionalProperties"]["properties"]
    assert all(shape.get("description") for shape in properties.values())


def test_private_keys_are_for_anchors() -> None:
    assert Draft202012Validator(settings_schema()).is_valid({"_anchors": [1], "x-a": {}})


def test_a_file_of_an_environment_may_drop_a_job(validator: Draft202012Validator) -> None:
    """Laid over another; alone, it is half-written (`test_job_overlays`)."""
    assert validator.is_valid({"jobs": {"a": None}})
    assert not validator.is_valid({"pipelines": {"a": None}})
