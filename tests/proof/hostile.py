"""Texts that some language or template would take for more than text; mistakes with a secret in."""

from __future__ import annotations

import base64
from typing import Any

from tests.unit.secrecy.made_up import LETTERS, TOKENS

TEXTS: tuple[str, ...] = (
    "it's",
    'say "hi"',
    '""" + str(__import__("os").system("touch pwned")) + """',
    "''' ; touch pwned ; '''",
    "back \\ slash \\n \\x41 \\",
    "two\nlines\r\nand a tab\t",
    "{ braces } }} {",
    "{{ x }}",
    "{{ $HOME }}",
    "{{ prefect.blocks.secret.key }}",
    "{{ ti.xcom_pull() }}",
    "{% raw %}{% endraw %}{# gone #}",
    "{{$.inputs.parameters['run_id']}}",
    "{{workflow.name}}",
    "$HOME",
    "$(touch pwned)",
    "$$(touch pwned)",
    "`touch pwned`",
    "; touch pwned",
    "| touch pwned",
    "&& touch pwned",
    "> pwned",
    "\u2028line\u2029paragraph\u0085next",
    "\u202eright to left",
    "Größe 数据 \U0001f600",
    "\ufeffmark",
    "- a: b",
    "!!python/object/apply:os.system ['touch pwned']",
    "*alias",
    "&anchor",
    "<<: *x",
    "yes",
    "null",
    "1e3",
    "0x10",
    "2026-01-31",
    "a: b # c",
    "# comment */ --> <!--",
    "%(x)s %s",
    "x" * 3000,
    " blanks around ",
)
NUL = "nul \0 byte"
LONE = "lone \ud800 surrogate"

SECRET_NAMES = (
    "api_key apiKey APIKEY password dbPassword passwd pwd passphrase token sas_token client_secret "
    "aws_secret_access_key private_key signing_key bearer credentials access-key auth_token "
    "pass db_pass dbPass auth basic_auth authorization cookie cookies jwt pat github_pat creds sas "
    "sas_url tokens master_key masterKey storage_key shared_key hmac_key client_key fernet_key "
    "openai_key connection_string connStr slack_webhook webhook_url csrf otp"
).split()
"""Of parameters."""


def texts_with(held: str) -> dict[str, str]:
    """Texts of innocent names that hold a secret."""
    return {
        "basic": f"https://user:{held}@host/x",
        "nameless": f"redis://:{held}@host:6379/0",
        "chained": f"simplecache::s3://key:{held}@bucket/x",
        "query": f"https://host/x?a=1&access_token={held}",
        "sas": f"https://acc.blob.example/c/x?sv=2024&sp=r&sig={held}",
        "signed": f"https://bucket.example/x?X-Amz-Credential=a&X-Amz-Signature={held}",
        "dsn": f"Server=host;Uid=user;Password={held}",
        "libpq": f"host=h user=u password={held}",
        "azure": f"AccountName=a;AccountKey={held};EndpointSuffix=x",
        "slash": f"postgres://user:pass/{held}@host/db",
        "share": f"//user:{held}@host/share",
        "bare": f"user:{held}@host:5432/db",
        "oracle": f"jdbc:oracle:thin:user/{held}@host:1521:x",
        "basic_header": f"Authorization: Basic {base64.b64encode(held.encode()).decode()} {held}",
        "header": f"X-Api-Key: {held}",
        "flag": f"run --password {held}",
        "curl": f"curl -u user:{held} https://host",
        "mapping": f"{{user: u, password: {held}}}",
        **{kind: f"{token} {held}" for kind, token in TOKENS.items()},
    }


def labelled_with(held: str) -> list[Any]:
    """Values of innocent names in which a name stands beside its secret."""
    return [
        {"name": "password", "value": held},
        {"key": "api_key", "default": held},
        ["run", "--password", held],
        ["curl", "-u", f"user:{held}"],
    ]


def mistakes_in_settings(held: str) -> dict[str, tuple[str, int]]:
    """Settings that hold a secret and are refused, with the exit code; by what is wrong."""
    url = f"https://u:{held}@host"
    node = f"nodes: {{first: {{env: {{API_TOKEN: {held}}}}}}}"
    scheduled = f"cron: '0 6 * * *', parameters: {{model.api_key: {held}}}"
    return {
        "unknown key": (f"defaults: {{api_key: {held}}}", 2),
        "unknown at the top": (f"password: {held}", 2),
        "unknown in a secret": (f"defaults: {{secrets: {{D: {{name: x, value: {held}}}}}}}", 2),
        "unknown option": (f"targets: {{airflow: {{password: {held}}}}}", 2),
        "no reference": (f"defaults: {{secrets: {{DB: {held}}}}}", 2),
        "no mapping": (f"defaults: {{env: 'API_TOKEN={held}'}}", 2),
        "a list": (f"defaults: {{env: ['API_TOKEN={held}']}}", 2),
        "variable": (f"defaults: {{env: {{API_TOKEN: {held}}}}}", 2),
        "variable of a node": (f"pipelines: {{__default__: {{{node}}}}}", 2),
        "number": (f"defaults: {{retries: '{url}'}}", 2),
        "parsed": (f"defaults: {{timeout: '{url}'}}", 2),
        "choice": (f"defaults: {{memory: '{url}'}}", 2),
        "store": (f"defaults: {{memory: store, store: 's3://k:{held}@b'}}", 2),
        "image": (f"defaults: {{image: '{url}/x:1'}}", 2),
        "label": (f"defaults: {{labels: {{api_key: {held}}}}}", 2),
        "description": (f"pipelines: {{__default__: {{description: '[x]({url})'}}}}", 2),
        "scheduled": (f"pipelines: {{__default__: {{schedule: {{{scheduled}}}}}}}", 4),
        "unsupported": (f"defaults: {{image: x}} # {held}", 5),
        "interpolated": (f"defaults: {{env: {{MODE: '${{oc.env:DB,{held}}}'}}}}", 2),
        "broken": (f"defaults: {{env: {{API_TOKEN: {held}}}\nother: [", 2),
        "escape": (f'defaults: {{env: {{API_TOKEN: "\\{held}"}}}}', 2),
        "key twice": (f"env: {{API_TOKEN: {held}, API_TOKEN: {held}}}", 2),
        "alias": (f"defaults: {{env: {{API_TOKEN: *{held}}}}}", 2),
        "tag": (f"defaults:\n  env:\n    API_TOKEN: !{held}", 2),
        "number by tag": (f"defaults: {{env: {{API_TOKEN: !!int {held}}}}}", 2),
        "date by tag": (f"defaults: {{env: {{API_TOKEN: !!timestamp {held}}}}}", 2),
    }


def mistakes_in_configuration(held: str) -> dict[str, str]:
    """The same for files that Kedro reads, whatever section they are of."""
    return {
        "broken": f"out: {{type: x, password: {held}, y: [",
        "text": f"out: 'https://u:{held}@host'",
        "no type": f"out: {{password: {held}}}",
        "environment": "out: {type: x, password: '${oc.env:DB_PASSWORD}'}",
        "default": f"out: {{type: x, password: '${{oc.env:NONE,{held}}}'}}",
        "interpolation": f"out: {{type: x, password: '{held}${{'}}",
        "pattern": f"'{{a}}_up': {{type: x, filepath: '{{b}}', password: '{held}{{c}}'}}",
        "key twice": f"out: {{type: x, password: {held}, password: {held}}}",
        "unknown class": f"out: {{type: nowhere.Dataset, password: {held}, credentials: {held}}}",
        "alias": f"out:\n  password: *{held}",
        "tag": f"out:\n  password: !{held}",
        "number by tag": f"out: {{password: !!int {held}}}",
    }


SECRETS_BY_FORM = {
    "PGPASSWORD": "{}",
    "AS_JSON": '{{"password": "{}"}}',
    "SIGNED": "Endpoint=x;SharedAccessSignature={}",
    "HEADER": "Authorization: Bearer {}",
    "DB_PASS": "{}",
    "HTTP_AUTH": "{}",
    "SESSION_COOKIE": "{}",
    "STORAGE_KEY": "{}",
    "SLACK_WEBHOOK": "{}",
    "GITHUB": "{} ghp_" + LETTERS[:36],
    "HOOK": "https://hooks.slack.com/services/T00000000/B00000000/" + LETTERS[:24] + "?{}",
    "COMMAND": "run --password {}",
    "LOAD": "curl -u user:{} https://host",
    "ORACLE": "jdbc:oracle:thin:user/{}@host:1521:x",
    "PEM": "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----",
}
"""Variables whose name or value says to anybody that it is a secret."""
