"""One verdict on a named value."""

from __future__ import annotations

from typing import Any

import pytest

from shipway.secrecy import SECRET_NAME, SECRET_VALUE, why_secret


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("api_key", "x", SECRET_NAME),
        ("db.password", "x", SECRET_NAME),
        ("token.id", "x", SECRET_NAME),
        ("passwords.server", "x", SECRET_NAME),
        ("auth.github", "x", SECRET_NAME),
        ("auth.token", "x", SECRET_NAME),
        ("webhook.url", "x", SECRET_NAME),
        ("model", {"x": [{"password": "x"}]}, SECRET_NAME),
        ("model", [{"auth": {"x": "y"}}], SECRET_NAME),
        ("url", "https://u:hunter2@host", SECRET_VALUE),
        ("vars", [{"name": "password", "value": "x"}], SECRET_VALUE),
        ("max_tokens", 5, None),
        ("tokens.max", 5, None),
        ("auth.timeout", 30, None),
        ("auth.mode", "basic", None),
        ("model", {"tokens": 5, "pad_token": "[PAD]"}, None),
        ("model", [{"use_auth": True}], None),
        ("sha256", "x", None),
        ("day", object(), None),
    ],
)
def test_names_and_values_are_judged_together(path: str, value: Any, why: str | None) -> None:
    assert why_secret(path.split("."), value) == why
