"""What looks like a secret, and what of a URL may be kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipway.secrecy import (
    holds_credentials,
    looks_secret,
    strip_credentials,
    without_credentials,
)

SECRET_NAMES = """
    password dbPassword DB_PASSWORD PASSWORD passwords password1 passwd pwd passphrase
    secret client_secret aws_secret_access_key token authToken HF_TOKEN access-token
    api_key apiKey APIKey ApiKey APIKEY api_keys private_key access_key AccountKey sshKey
    credential gcp_credentials bearer
""".split()
PLAIN_NAMES = """
    max_tokens tokens tokenizer n_keys key primary_key sort_keys monkey passenger compass
    secretary keyboard api apis private access learning_rate author
""".split()


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_a_name_with_a_secret_word_looks_secret(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize("name", PLAIN_NAMES)
def test_a_name_that_only_contains_such_letters_does_not(name: str) -> None:
    assert not looks_secret(name)


@pytest.mark.parametrize(
    "value",
    [
        "postgresql://user:hunter2@db.acme/sales",
        "redis://:hunter2@cache:6379/0",
        "mongodb+srv://user:hun/ter2@cluster",
        "s3://AKIA:wJalr/XUtn@bucket/data.csv",
        "https://ghp_sometoken@github.com/acme/shop",
        "https://host/file?token=hunter2",
        "https://acme.blob.core.windows.net/c/f.csv?sv=1&sig=hunter2",
        "https://bucket/f?X-Amz-Signature=hunter2",
        "Server=db;User Id=sa;Password=hunter2;",
        "Server=db; pwd = hunter2",
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=hunter2==;",
        ["plain", {"deep": ["x", "ftp://u:hunter2@h/f"]}],
    ],
)
def test_a_value_with_credentials_is_found(value: object) -> None:
    assert holds_credentials(value)


@pytest.mark.parametrize(
    "value",
    [
        "plain text",
        "someone@example.com",
        "a = b",
        "https://host:8080/users/a@b",
        "https://host/list?page=2&sort=name",
        "s3://bucket/team@acme/file.csv",
        "the token is = ",
        12,
        None,
        {"url": "gs://bucket/x"},
    ],
)
def test_a_value_without_is_not(value: object) -> None:
    assert not holds_credentials(value)


@pytest.mark.parametrize(
    ("url", "kept"),
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
        ("data/what?/a@b#1.csv", "data/what?/a@b#1.csv"),
        ("/abs/a.csv", "/abs/a.csv"),
    ],
)
def test_a_url_keeps_all_but_its_credentials(url: str, kept: str) -> None:
    assert without_credentials(url) == kept


_PART = st.text("abcXYZ019-_/+=.", min_size=1, max_size=20)


@given(scheme=st.sampled_from(["s3", "gs", "https", "sftp"]), user=_PART, path=_PART)
def test_no_password_survives(scheme: str, user: str, path: str) -> None:
    url = f"{scheme}://{user.replace('/', '')}:hunter2/{'Q' * 5}@bucket/{path}"
    assert "hunter2" not in without_credentials(url)
    assert "QQQQQ" not in without_credentials(url)


@given(st.text())
def test_any_text_can_be_judged(text: str) -> None:
    holds_credentials(text)
    assert without_credentials(without_credentials(text)) == without_credentials(text)


@pytest.mark.parametrize("text", ["://" * 20_000 + "=", "word " * 20_000 + "=", "a:" * 50_000])
def test_a_long_text_is_judged_at_once(text: str) -> None:
    assert not holds_credentials(text)  # a regex that backtracks takes minutes here


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
