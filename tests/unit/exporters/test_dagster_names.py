"""Owners, pools and keys as Dagster takes them, and a job that no process can be handed."""

from __future__ import annotations

import ast
import re

import pytest

from shipway.errors import ShipwayError
from shipway.model import Project
from shipway_exporters.dagster.names import asset_keys
from shipway_exporters.dagster.parsed_file import ParsedFile
from tests.unit.exporters.test_dagster import CHAIN, artifact, parsed, refusal, spec, text


@pytest.mark.parametrize(
    "owner",
    ["root@localhost", "Ann <ann@acme.example>", "a@x.example, b@x.example", "@data", "team:"],
)
def test_an_owner_that_is_no_address_and_no_team_is_refused(owner: str) -> None:
    words = refusal(owner=owner)
    assert repr(owner) in words
    assert "owner" in words
    assert "ann@acme.example" in words


@pytest.mark.parametrize("owner", ["data", "team:data"])
def test_a_team_is_one_with_its_prefix_or_without(owner: str) -> None:
    assert spec(parsed(owner=owner), "a")["owners"] == ["team:data"]


@pytest.mark.parametrize("pool", ["my pool", "", "two\n", "a\u00a0b"])
def test_a_pool_is_called_without_spaces(pool: str) -> None:
    with pytest.raises(ShipwayError) as error:
        artifact(CHAIN, {"task": {"pool": pool}})
    assert "without spaces" in str(error.value.findings)


def test_the_assets_of_an_environment_are_below_its_name() -> None:
    facts = {name: getattr(CHAIN, name) for name in CHAIN.__dataclass_fields__}
    (source,) = artifact(Project(**{**facts, "env": "prod"})).files
    file = ParsedFile(ast.parse(source.text))
    assert spec(file, "a")["key"] == ["prod", "x"]
    assert spec(file, "b")["key"] == ["prod", "area", "y"]
    assert spec(file, "b")["deps"] == [["prod", "x"]]
    assert [one.args[0] for one in file.sources] == [["prod", "raw"]]
    assert file.constants["KEYS"]["x"] == "prod.x"
    assert "dataset" not in spec(file, "a")["metadata"]
    assert spec(parsed(), "a")["key"] == "x"


def test_an_environment_of_any_name_is_one_part_of_a_key() -> None:
    keys = [asset_keys(["x"], env)["x"] for env in ("a b", "a/b", "a.b", "größe", "my-env", None)]
    assert all(re.fullmatch(r"[\w-]+", part, re.ASCII) for key in keys for part in key)
    assert len({*keys}) == len(keys)
    assert keys[-2:] == [("my-env", "x"), ("x",)]


def test_a_job_too_long_for_a_process_names_the_longest_value() -> None:
    source = text()
    assert "LONGEST = 131059" in source
    assert "if len(text) > LONGEST:" in source
