"""Texts and values that carry a secret, and those that only look so."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipway.secrecy import holds_credentials, names_a_secret
from shipway.secrecy.forms import KEYS, TOKENS
from tests.unit.secrecy.made_up import BASIC, HEX, LETTERS, UUID
from tests.unit.secrecy.made_up import TOKENS as MADE_UP

CARRIERS = [
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
    "Endpoint=sb://x;SharedAccessKeyName=a;SharedAccessKey=hunter2",
    "//user:hunter2@host/share",
    "user:hunter2@host:5432/db",
    "jdbc:oracle:thin:scott/hunter2@db:1521:orcl",
    "jdbc:oracle:thin:scott/hunter2@//db:1521/orcl",
    "jdbc:oracle:oci:scott/hunter2@db",
    "scott/hunter2@db:1521/orcl",
    "sqlplus -s scott/hunter2@orcl",
    "jdbc:mysql://db/x?user=u&password=hunter2",
    "jdbc:sqlserver://db;user=u;password=hunter2",
    f"Authorization: Basic {BASIC}",
    f"Basic {BASIC}",
    "authorization: hunter2",
    "Authorization: Token hunter2hunter2",
    "Authorization: Bearer canary-hunter2",
    "Bearer hunter2hunter2",
    "X-Api-Key: hunter2",
    "Cookie: session=hunter2; a=b",
    "PRIVATE-TOKEN: hunter2",
    "run --password hunter2",
    "run --db-password 'hunter2'",
    "run --token=hunter2",
    "java -password hunter2",
    "curl -u user:hunter2 https://host",
    "curl -s https://host --user 'user:hunter2'",
    "wget --password hunter2 https://host",
    "http -a user:hunter2 host",
    "mysql -u root -phunter2 shop",
    "sshpass -p hunter2 ssh host",
    "docker login -u me -p hunter2",
    "redis-cli -h host -a hunter2",
    "PGPASSWORD=hunter2 psql",
    "export API_TOKEN=hunter2",
    '{"password": "hunter2"}',
    "{'password': 'hunter2'}",
    '{\\"password\\": \\"hunter2\\"}',
    "{user: u, password: hunter2}",
    "user: u\npassword: hunter2\n",
    "Loads from the shop; password: hunter2",
    "The password is hunter2, as ever.",
    "Reads `postgres://user:hunter2@host/db` each night.",
    "${oc.env:DB_PASSWORD, hunter2}",
    "postgres://u:${oc.env:PW, hunter2}@host",
]
PLAIN = [
    "plain text",
    "someone@example.com",
    "a = b",
    "https://host:8080/users/a@b",
    "https://host/list?page=2&sort=name",
    "s3://bucket/team@acme/file.csv",
    "the token is = ",
    "max_tokens=5",
    "postgresql://{user}:{password}@host/db",
    "postgresql://user:${oc.env:PW}@host/db",
    "postgresql://user:\ue000oc.env:PW\ue001@host/db",
    "postgresql://user:$PASSWORD@host/db",
    "postgresql://user:***@host/db",
    "https://host/x?token={token}",
    "password=<password>",
    "run --password $PASSWORD",
    "--password {{ prefect.blocks.secret.db }}",
    "curl -u {user}:{password} https://host",
    "docker run --user 1000:1000 -p 8080:80 image",
    "jdbc:oracle:thin:@db:1521:orcl",
    "password: str, that of the user",
    "token: the part of a text that a model reads",
    "The token is a part of a text.",
    "Bearer instruments are no tokens.",
    "Basic statistics of the orders",
    "mailto:me@example.com/x",
    "user:jane@acme.com",
    "serviceAccount:job@proj.iam.gserviceaccount.com",
    "ghcr.io/acme/shop:1.4@sha256:" + HEX,
    "acme/shop@v1.2",
    "sklearn.ensemble.RandomForestClassifier",
    "sk-learn-contrib-and-its-many-friends",
    "meta-llama/Llama-3.1-8B-Instruct",
    "gs://bucket/x",
    "npm_and_yarn",
    "hf_hub",
    "pat-na1",
    "(?u)\\b\\w\\w+\\b",
    HEX[:32],
    HEX[:40],
    HEX,
    UUID,
    "sha256-" + LETTERS[:43] + "=",
    "https://host/docs/webhooks/getting-started-with-them",
    "https://github.com/acme/pre-commit-hooks",
    "SELECT customer_id, token_count FROM t WHERE a = 1",
    "^(?P<scheme>postgresql|mysql):\\/\\/(?:(?P<user>[^:]+):(?P<password>[^@]+)@)?(?P<host>[^:]+)",
    r"((http|ftp)s?:\/\/|www.)[\w/\-?=%.:@]+\.[\w/\-&?=%.,':;~!@#$*()]+",
    "(//|\\\\\\\\|>=|:=|[!#%&@|+/=>*$<])",
    "//svg:*[@id]",
    ".//{http://www.w3.org/2000/svg}tspan[@style]",
    "escape tokens within text, give token=None otherwise",
    ":type tokens: CommonTokenStream",
    "The client private key is encrypted, password is required",
    "Signature: 8a477f597d28d172789f06886806bc55",
    "Use --overwrite-signature to overwrite",
    "The default of read_sas is deprecated",
    "test_all_npm_projects_are_covered",
    "password=None",
    "{name}/lookup?string={name}&autocomplete=False",
]


@pytest.mark.parametrize("text", [*CARRIERS, *MADE_UP.values()])
@pytest.mark.parametrize("around", ["{}", "see {} for more", "- {}\n- x"])
def test_a_text_with_a_secret_is_found(text: str, around: str) -> None:
    assert holds_credentials(text)
    assert holds_credentials(around.replace("{}", text))
    assert holds_credentials(["plain", {"deep": ["x", text]}])


@pytest.mark.parametrize("text", PLAIN)
def test_a_text_without_is_not(text: str) -> None:
    assert not holds_credentials(text)
    assert not holds_credentials({"deep": [text]})


@pytest.mark.parametrize(
    "value",
    [
        {"name": "password", "value": "hunter2"},
        [{"name": "DB_PASSWORD", "value": "hunter2"}],
        {"key": "api_key", "default": "hunter2"},
        {"value": 12345, "name": "token"},
        {"header": "Authorization", "content": "hunter2"},
        ["run", "--password", "hunter2"],
        ["curl", "-u", "user:hunter2", "https://host"],
        ["run", "--header", "Authorization: Bearer hunter2x"],
    ],
)
def test_a_name_beside_its_secret_is_found(value: Any) -> None:
    assert holds_credentials(value)
    assert holds_credentials({"x": [value]})


@pytest.mark.parametrize(
    "value",
    [
        {"name": "token", "type": "string"},
        {"name": "max_tokens", "value": 5},
        {"name": "DB_PASSWORD", "value": "{{ prefect.blocks.secret.db }}"},
        {"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
        {"name": "db-password", "key": "password"},
        ["--password", "--verbose"],
        ["run", "--password", "$PASSWORD"],
        ["-1", "0", "1"],
        12,
        None,
        {"url": "gs://bucket/x"},
    ],
)
def test_a_name_beside_something_else_is_not(value: Any) -> None:
    assert not holds_credentials(value)
    assert not names_a_secret(value)


def test_a_checksum_is_no_key() -> None:
    digest = MADE_UP["Fernet key"]
    assert holds_credentials(digest, "value")
    for name in ("sha256", "data_hash", "checksum", "ETag", "md5", "fileDigest"):
        assert not holds_credentials(digest, name)
    assert holds_credentials(MADE_UP["GitHub"], "checksum")


def test_each_form_that_is_known_has_its_source_and_is_tried() -> None:
    untried = [
        form.pattern
        for form in (*TOKENS, KEYS)
        if not any(list(form.spans(text)) for text in MADE_UP.values())
    ]
    assert all(form.source for form in TOKENS)
    assert untried == []


@given(st.text())
def test_any_text_can_be_judged(text: str) -> None:
    holds_credentials(text)


@pytest.mark.parametrize(
    "text",
    [
        "://" * 20_000 + "=",
        "word " * 20_000 + "=",
        "a:" * 50_000,
        "https://x/hook/" * 20_000,
        "${a:" * 50_000,
        "curl " * 20_000 + "-u",
        "password: a b\n" * 10_000,
        "A1b" * 50_000 + "=",
        "- a@b" * 20_000,
    ],
)
def test_a_long_text_is_judged_at_once(text: str) -> None:
    assert not holds_credentials(text)  # a regex that backtracks takes minutes here
