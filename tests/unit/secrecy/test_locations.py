"""What of a location is kept: all that tells files apart, and nothing that is a secret."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipway.secrecy import holds_credentials, strip_credentials, without_credentials
from tests.unit.secrecy.made_up import LETTERS, TOKENS, UUID


@pytest.mark.parametrize(
    ("url", "rest"),
    [
        ("s3://key:secret@bucket/a.csv", "s3://bucket/a.csv"),
        ("s3://key:se/cr/et@bucket/a.csv", "s3://bucket/a.csv"),
        ("s3://key:se/cr@et@bucket/a.csv", "s3://bucket/a.csv"),
        ("s3://bucket/a@b/c.csv", "s3://bucket/a@b/c.csv"),
        ("simplecache::s3://key:secret@bucket/a.csv", "simplecache::s3://bucket/a.csv"),
        ("https://token@host/a.csv", "https://host/a.csv"),
        ("https://host:8080/a@b.csv?token=x#y", "https://host:8080/a@b.csv"),
        ("abfs://container@acme.dfs/a.csv?sig=x", "abfs://container@acme.dfs/a.csv"),
        ("abfs://key:secret@acme.dfs/a.csv", "abfs://acme.dfs/a.csv"),
        ("http://[broken/a.csv", "http://[broken/a.csv"),
        ("data/x.csv?sig=hunter2", "data/x.csv"),
        ("data/x.csv?sv=2024&sp=r&sig=hunter2#t", "data/x.csv"),
        ("//user:hunter2@host/share/x.csv", "//host/share/x.csv"),
        ("\\\\user:hunter2@host\\share", "\\\\host\\share"),
        ("s3:key:hunter2@bucket/x.csv", "s3:bucket/x.csv"),
        ("s3:/key:hunter2@bucket/x.csv", "s3:/bucket/x.csv"),
        ("simplecache::s3:key:hunter2@bucket/x.csv", "simplecache::s3:bucket/x.csv"),
        ("key:hunter2@bucket/x.csv", "bucket/x.csv"),
        ("S3://key:hunter2@bucket/x.csv", "S3://bucket/x.csv"),
        ("s3://key:hun ter2@bucket/x.csv", "s3://bucket/x.csv"),
        ("s3://key:hunter2?x@bucket/x.csv", "s3://bucket/x.csv"),
        ("https://host/x;token=hunter2/x.csv", "https://host/x/x.csv"),
        ("https://host/x;a=1;token=hunter2?b=2", "https://host/x;a=1?b=2"),
        ("https://host/x.csv#access_token=hunter2", "https://host/x.csv"),
        ("https://host/x?code=hunter2hunter", "https://host/x"),
        (f"https://host/x?q={LETTERS[:24]}", "https://host/x"),
        ("abfs://key%3Ahunter2@acme.dfs/a.csv", "abfs://acme.dfs/a.csv"),
        ("simplecache::abfs://box@acme.dfs/a.csv", "simplecache::abfs://box@acme.dfs/a.csv"),
        ("data/token=hunter2/x.csv", "data/…/x.csv"),
        (f"https://host/{TOKENS['GitHub']}/x.csv", "https://host/…/x.csv"),
        (f"https://api.telegram.org/bot{TOKENS['Telegram']}/f", "https://api.telegram.org/…/f"),
        ("Server=h;Password=hunter2", "Server=h"),
        ("https://host/x?page=2&sort=name", "https://host/x?page=2&sort=name"),
        (f"s3://bucket/x?versionId={LETTERS[:24]}", f"s3://bucket/x?versionId={LETTERS[:24]}"),
        (f"https://host/x?id={UUID}", f"https://host/x?id={UUID}"),
        ("s3://{user}:{password}@bucket/x.csv", "s3://bucket/x.csv"),
        ("data/a;b@c.csv", "data/a;b@c.csv"),
        ("data/12:30@home.csv", "data/12:30@home.csv"),
        ("12:30@home/x.csv", "12:30@home/x.csv"),
        ("data/region=eu/day=1/x.csv", "data/region=eu/day=1/x.csv"),
        ("data/what?a=1&b=2.csv", "data/what?a=1&b=2.csv"),
        ("data/{name}@{day}.csv", "data/{name}@{day}.csv"),
        ("C:\\data\\a@b.csv", "C:\\data\\a@b.csv"),
        ("gs://bucket/${oc.env:DAY, latest}/x", "gs://bucket/${oc.env:DAY, latest}/x"),
        ("gs://bucket/\ue000oc.env:DAY, a?b\ue001/x", "gs://bucket/\ue000oc.env:DAY, a?b\ue001/x"),
        ("gs://${oc.env:PW, hunter2}@bucket/x", "gs://bucket/x"),
        ("gs://bucket/${token=hunter2}", "gs://bucket/${…}"),
        ("gs://bucket/${decrypt:hunter2}", "gs://bucket/${decrypt:…}"),
        ("gs://bucket/${oc.env:TOKEN, hunter2}/x", "gs://bucket/${oc.env:…}/x"),
        ("gs://bucket/\ue000oc.env:TOKEN, hunter2\ue001", "gs://bucket/\ue000oc.env:…\ue001"),
        ("data/what?/a@b#1.csv", "data/what?/a@b#1.csv"),
        ("/abs/a.csv", "/abs/a.csv"),
    ],
)
def test_a_url_keeps_all_but_its_credentials(url: str, rest: str) -> None:
    assert without_credentials(url) == rest


_PART = st.text("abcXYZ019-_/+=.", min_size=1, max_size=20)


@given(scheme=st.sampled_from(["s3", "gs", "https", "sftp"]), user=_PART, path=_PART)
def test_no_password_survives(scheme: str, user: str, path: str) -> None:
    url = f"{scheme}://{user.replace('/', '')}:hunter2/{'Q' * 5}@bucket/{path}"
    assert "hunter2" not in without_credentials(url)
    assert "QQQQQ" not in without_credentials(url)


_SIGNS = st.text("abT019 :/@?#&;=.-_${}%\\\ue000\ue001,", max_size=40)
_WORDS = st.lists(
    st.sampled_from(
        ["token", "=", "s3", "://", ":", "u", "@", "h", "/", ";", "?", "sig", "${", "}"]
    ),
    max_size=14,
).map("".join)


@given(st.one_of(st.text(), _SIGNS, _WORDS))
def test_a_clean_location_stays_and_carries_nothing(text: str) -> None:
    clean = without_credentials(text)
    assert without_credentials(clean) == clean
    assert not holds_credentials(clean)


@pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS)
@pytest.mark.parametrize("around", ["{}", "data/{}/x.csv", "https://host/x?a={}", "s3://{}@b/x"])
def test_no_token_survives_anywhere(token: str, around: str) -> None:
    clean = without_credentials(around.format(token))
    secret = re.split("[/=]", token.rstrip("="))[-1] if "://" in token else token
    assert not any(secret[place : place + 12] in clean for place in range(max(1, len(secret) - 12)))


def test_credentials_are_stripped_at_any_depth() -> None:
    entry = {
        "type": "PartitionedDataset",
        "credentials": "one",
        "dataset": {"type": "x", "credentials": {"key": "two"}},
        "layers": [{"credentials": "three", "kept": 1}],
    }
    assert strip_credentials(entry) == {
        "type": "PartitionedDataset",
        "dataset": {"type": "x"},
        "layers": [{"kept": 1}],
    }
