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


def texts_with(value: str) -> dict[str, str]:
    """Texts of innocent names that hold a secret."""
    return {
        "basic": f"https://user:{value}@host/x",
        "nameless": f"redis://:{value}@host:6379/0",
        "chained": f"simplecache::s3://key:{value}@bucket/x",
        "query": f"https://host/x?a=1&access_token={value}",
        "sas": f"https://acc.blob.example/c/x?sv=2024&sp=r&sig={value}",
        "signed": f"https://bucket.example/x?X-Amz-Credential=a&X-Amz-Signature={value}",
        "dsn": f"Server=host;Uid=user;Password={value}",
        "libpq": f"host=h user=u password={value}",
        "azure": f"AccountName=a;AccountKey={value};EndpointSuffix=x",
        "slash": f"postgres://user:pass/{value}@host/db",
        "share": f"//user:{value}@host/share",
        "bare": f"user:{value}@host:5432/db",
        "oracle": f"jdbc:oracle:thin:user/{value}@host:1521:x",
        "basic_header": f"Authorization: Basic {base64.b64encode(value.encode()).decode()} {value}",
        "header": f"X-Api-Key: {value}",
        "flag": f"run --password {value}",
        "curl": f"curl -u user:{value} https://host",
        "mapping": f"{{user: u, password: {value}}}",
        **{kind: f"{token} {value}" for kind, token in TOKENS.items()},
    }


def labelled_with(value: str) -> list[Any]:
    """Values of innocent names in which a name stands beside its secret."""
    return [
        {"name": "password", "value": value},
        {"key": "api_key", "default": value},
        ["run", "--password", value],
        ["curl", "-u", f"user:{value}"],
    ]


def _pod_with(value: str) -> str:
    """Settings of a pod, each of which holds a secret."""
    url = f"'https://u:{value}@host'"
    volumes = f"{{claim: {url}, mount: /a}}, {{secret: a, key: {url}, mount: /b}}"
    kubernetes = ", ".join(
        (
            f"namespace: {url}, priority_class: {url}, image_pull_secrets: [{url}]",
            f"labels: {{api_key: {value}}}, annotations: {{password: {value}, note: {url}}}",
            f"node_selector: {{token: {value}}}, tolerations: [{{key: api_key, value: {value}}}]",
        )
    )
    return (
        f"command_prefix: [run, --password, {value}], volumes: [{volumes}], "
        f"env_from: [{{secret: {url}}}], resources: {{gpu: 1, gpu_type: {url}}}, "
        f"service_account: {url}, kubernetes: {{{kubernetes}}}"
    )


def mistakes_in_settings(value: str) -> dict[str, tuple[str, int]]:
    """Settings that hold a secret and are refused, with the exit code; by what is wrong."""
    url = f"https://u:{value}@host"
    node = f"nodes: {{first: {{env: {{API_TOKEN: {value}}}}}}}"
    pod = f"nodes: {{first: {{{_pod_with(value)}}}}}"
    scheduled = f"cron: '0 6 * * *', parameters: {{model.api_key: {value}}}"
    return {
        "unknown key": (f"defaults: {{api_key: {value}}}", 2),
        "unknown at the top": (f"password: {value}", 2),
        "unknown in a secret": (f"defaults: {{secrets: {{D: {{name: x, value: {value}}}}}}}", 2),
        "unknown option": (f"targets: {{airflow: {{password: {value}}}}}", 2),
        "no reference": (f"defaults: {{secrets: {{DB: {value}}}}}", 2),
        "no mapping": (f"defaults: {{env: 'API_TOKEN={value}'}}", 2),
        "a list": (f"defaults: {{env: ['API_TOKEN={value}']}}", 2),
        "variable": (f"defaults: {{env: {{API_TOKEN: {value}}}}}", 2),
        "variable of a node": (f"pipelines: {{__default__: {{{node}}}}}", 2),
        "number": (f"defaults: {{retries: '{url}'}}", 2),
        "parsed": (f"defaults: {{timeout: '{url}'}}", 2),
        "choice": (f"defaults: {{memory: '{url}'}}", 2),
        "store": (f"defaults: {{memory: store, store: 's3://k:{value}@b'}}", 2),
        "image": (f"defaults: {{image: '{url}/x:1'}}", 2),
        "label": (f"defaults: {{labels: {{api_key: {value}}}}}", 2),
        "pod": (f"defaults: {{{_pod_with(value)}}}", 2),
        "pod of a node": (f"pipelines: {{__default__: {{{pod}}}}}", 2),
        "description": (f"pipelines: {{__default__: {{description: '[x]({url})'}}}}", 2),
        "scheduled": (f"pipelines: {{__default__: {{schedule: {{{scheduled}}}}}}}", 4),
        "constant of a job": (f"jobs: {{j: {{params: {{model.api_key: {value}}}}}}}", 2),
        "value in a constant": (f"jobs: {{j: {{params: {{place: '{url}/x'}}}}}}", 2),
        "of another type": (f"jobs: {{j: {{params: 'token={value}'}}}}", 2),
        "variable of a job": (f"jobs: {{j: {{env: {{API_TOKEN: {value}}}}}}}", 2),
        "variable of a job's node": (f"jobs: {{j: {{{node}}}}}", 2),
        "key of a job": (f"jobs: {{j: {{password: {value}}}}}", 2),
        "unsupported": (f"defaults: {{image: x}} # {value}", 5),
        "interpolated": (f"defaults: {{env: {{MODE: '${{oc.env:DB,{value}}}'}}}}", 2),
        "broken": (f"defaults: {{env: {{API_TOKEN: {value}}}\nother: [", 2),
        "escape": (f'defaults: {{env: {{API_TOKEN: "\\{value}"}}}}', 2),
        "key twice": (f"env: {{API_TOKEN: {value}, API_TOKEN: {value}}}", 2),
        "alias": (f"defaults: {{env: {{API_TOKEN: *{value}}}}}", 2),
        "tag": (f"defaults:\n  env:\n    API_TOKEN: !{value}", 2),
        "number by tag": (f"defaults: {{env: {{API_TOKEN: !!int {value}}}}}", 2),
        "date by tag": (f"defaults: {{env: {{API_TOKEN: !!timestamp {value}}}}}", 2),
    }


def mistakes_in_configuration(value: str) -> dict[str, str]:
    """The same for files that Kedro reads, whatever section they are of."""
    return {
        "broken": f"out: {{type: x, password: {value}, y: [",
        "text": f"out: 'https://u:{value}@host'",
        "no type": f"out: {{password: {value}}}",
        "environment": "out: {type: x, password: '${oc.env:DB_PASSWORD}'}",
        "default": f"out: {{type: x, password: '${{oc.env:NONE,{value}}}'}}",
        "interpolation": f"out: {{type: x, password: '{value}${{'}}",
        "pattern": f"'{{a}}_up': {{type: x, filepath: '{{b}}', password: '{value}{{c}}'}}",
        "key twice": f"out: {{type: x, password: {value}, password: {value}}}",
        "unknown class": f"out: {{type: nowhere.Dataset, password: {value}, credentials: {value}}}",
        "alias": f"out:\n  password: *{value}",
        "tag": f"out:\n  password: !{value}",
        "number by tag": f"out: {{password: !!int {value}}}",
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
