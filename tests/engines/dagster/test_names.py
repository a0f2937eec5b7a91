"""What Dagster's own code takes for an owner, and what its resources have names for already."""

from __future__ import annotations

import json

import pytest

from shipway_exporters.dagster.names import fields
from shipway_exporters.dagster.owners import is_address

from .env import DagsterEnv

pytestmark = pytest.mark.engine

SCRIPT = """
import inspect
import json
import sys
import dagster as dg
from dagster._core.utils import is_valid_email

kinds = dg.ConfigurableResource.__mro__
makers = [kind.__init__ for kind in kinds if inspect.isfunction(kind.__init__)]
named = [
    one.name
    for maker in makers
    for one in inspect.signature(maker).parameters.values()
    if one.kind not in (one.POSITIONAL_ONLY, one.VAR_POSITIONAL, one.VAR_KEYWORD)
]
names = [name for name in {*dir(dg.ConfigurableResource), *named} if not name.startswith("_")]
emails = {text: is_valid_email(text) for text in json.load(sys.stdin)}
print(json.dumps([names, emails]))
"""
ADDRESSES = (
    *("ann@acme.example", "ann.b+c@mail.acme.example", "_a@acme.example", "a%b@x.museum"),
    *("root@localhost", "Jane Doe <jane@acme.example>", "a@x.example, b@x.example", "@data-team"),
    *("o'hara@acme.example", "müller@acme.example", "ann@größe.example", ".a@x.example"),
    *("-a@x.example", "%a@x.example", "a@x.technology", "a@x.e", "a@x", "a@x.example\n", "a@@x.de"),
)


def test_names_and_owners_are_what_dagster_takes(dagster: DagsterEnv) -> None:
    outcome = dagster.run(dagster.home(), ["-c", SCRIPT], text=json.dumps(ADDRESSES))
    assert outcome.returncode == 0, outcome.stderr[-4000:]
    names, emails = json.loads(outcome.stdout)
    assert {"self", "process_config_and_initialize", "model_dump"} <= {*names}
    assert [name for name in names if fields([name])[name] == name] == []
    assert {text: is_address(text) for text in ADDRESSES} == emails
    assert {*emails.values()} == {True, False}
