"""Which interpolations may be shown with their arguments."""

from __future__ import annotations

import pytest

from shipway.secrecy import may_be_shown
from tests.unit.secrecy.made_up import TOKENS

SHOWN = [
    "${year}",
    "${paths.raw}",
    "${today:}",
    "${oc.env:BUCKET}",
    "${oc.env:BUCKET, data/raw}",
    "${oc.env:DB_PASSWORD}",
    "${oc.env:DB_PASSWORD, null}",
    '${oc.env:DB_PASSWORD, ""}',
    "${oc.env:DB_PASSWORD, ${oc.env:PW}}",
    "${secret:db/password}",
    "${decrypt:${oc.env:PW}}",
    "${decrypt:…}",
    "${runtime_params:day, latest}",
    "${globals:a, 1}",
    "${oc.env:TOKENS, 5}",
]
NOT_SHOWN = [
    "${oc.env:PW, hunter2}",
    "${oc.env:DB_PASSWORD,hunter2}",
    "${oc.env:DB_PASSWORD, 'hunter2'}",
    "${oc.env:DB_PASSWORD, ${oc.env:PW, hunter2}}",
    "${oc.env:X, ${oc.env:PW, hunter2}}",
    "${runtime_params:token, hunter2}",
    "${oc.env:URL, postgres://u:hunter2@h/d}",
    "${oc.env:X, " + TOKENS["GitHub"] + "}",
    "${" + TOKENS["AWS"] + "}",
    "${decrypt:hunter2}",
    "${oc.decode:hunter2}",
    "${b64:hunter2}",
    "${decrypt:${oc.env:PW, hunter2}}",
    "${secret:db, hunter2}",
    "${oc.create:{password: hunter2}}",
    "${oc.env:X, '--password hunter2'}",
    "${a:" * 30 + "x" + "}" * 30,
]


def mark(interpolation: str) -> str:
    return interpolation.replace("${", "\ue000", 1)[:-1] + "\ue001"


@pytest.mark.parametrize("text", SHOWN)
def test_what_says_only_where_a_value_comes_from_is_shown(text: str) -> None:
    assert may_be_shown(text)
    assert may_be_shown(mark(text))


@pytest.mark.parametrize("text", NOT_SHOWN)
def test_what_holds_a_secret_itself_is_not(text: str) -> None:
    assert not may_be_shown(text)
    assert not may_be_shown(mark(text))


def test_the_name_of_a_parameter_counts() -> None:
    assert may_be_shown("${oc.env:X, hunter2}")
    assert not may_be_shown("${oc.env:X, hunter2}", "db_password")
    assert may_be_shown("${oc.env:X}", "db_password")
