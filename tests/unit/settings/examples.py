"""Settings that are right and settings that are wrong, one mistake each."""

from __future__ import annotations

from typing import Any

import yaml

from shipway.errors import Finding, SettingsError
from shipway.model import Node
from shipway.schemas.shapes import Shape
from shipway.settings.settings import Settings, load
from shipway.settings.source import SettingsSource, find_places
from shipway.targets.registry import every

SCHEDULE = "pipelines: {__default__: {schedule: %s}}"

GOOD: dict[str, str] = {
    "nothing": "{}",
    "every task setting": """
        defaults:
          run_on: kubernetes
          image: ghcr.io/acme/shop:1.4.0
          command_prefix: [/usr/bin/tini, --]
          retries: 0
          retry_delay: 1h30m
          retry_backoff: 1
          timeout: 90
          resources:
            cpu: 500m
            memory: 1.5Gi
            gpu: 1
            gpu_type: nvidia.com/gpu
            ephemeral_storage: 10Gi
            limits: {cpu: 2, memory: 3Gi, ephemeral_storage: 20Gi}
          env: {A: "1", _B: 2}
          secrets: {DB_PASSWORD: {name: warehouse, key: password}}
          env_from: [{secret: warehouse}, {config_map: regions}]
          volumes:
          - {claim: data, mount: /app/data}
          - {config_map: regions, mount: /etc/regions, read_only: true}
          - {secret: warehouse, key: cert, mount: /etc/cert.pem}
          - {host_path: /mnt/models, mount: /models}
          - {empty_dir: {medium: Memory, size: 1Gi}, mount: /dev/shm}
          - {empty_dir: {}, mount: /scratch}
          service_account: runner
          kubernetes:
            namespace: forecasting
            node_selector: {pool: ml}
            tolerations: [{key: gpu}, {key: team, value: a, effect: NoExecute, seconds: 60}]
            labels: {app.kubernetes.io/part-of: shop}
            annotations: {owner: us}
            image_pull_policy: Always
            image_pull_secrets: [ghcr]
            priority_class: batch
          runner: ThreadRunner
          targets: {airflow: {pool: heavy}}
        """,
    "every shared setting": """
        defaults:
          concurrency: {runs: 1, tasks: 8}
          group_by: namespace:2
          memory: fuse
          store: s3://bucket/folder
          keep_store: true
          load_versions: {model: 2026-01-01T00.00.00.000Z}
          parameters: [a, b.c]
          project_dir: /app
          conf_source: conf.tar.gz
          run_with: kedro
          owner: us
          labels: {team: ml}
          notify:
            on_failure: [{email: [team@acme.example]}, {webhook: {name: alerts}}]
            on_success: []
        """,
    "a pipeline": """
        pipelines:
          __default__:
            name: shop
            description: "*All* of it"
            run_parameters: {day: logical_date}
            groups: {both: [a, b]}
            tags: {etl: {retries: 1}}
            namespaces: {x.y: {retries: 2}}
            nodes: {a: {retries: 3}}
        """,
    "jobs": """
        pipelines: {p: {schedule: none, tags: {t: {retries: 1}}}}
        jobs:
          a: {}
          b.2:
            pipeline: p
            params: {x: 1, y.z: [1, {w: null}], "m": {n: 0.5}, q: null}
            tags: [t, u]
            nodes: [n]
            from_nodes: [n]
            to_nodes: [n]
            from_inputs: [raw]
            to_outputs: [x]
            namespaces: [a.b]
            schedule: {cron: "0 6 * * *"}
            retries: 1
          c:
            pipeline: p
            tags: {t: {retries: 2}}
            nodes: {n: {image: x}}
            namespaces: {a.b: {timeout: 5m}}
            name: nightly
            group_by: chain
        """,
    "what a node takes back": """
        pipelines: {p: {nodes: {n: {command_prefix: [], resources: {gpu: 0}}}}}
        """,
    "versions as numbers": "targets: {airflow: {version: 3.1}, kubeflow: {argo: 4.1}}",
    "a webhook by its name": "defaults: {notify: {on_failure: [{webhook: alerts}]}}",
    "a clock": SCHEDULE % "{cron: '0 6 * * MON-FRI', timezone: Europe/Paris}",
    "datasets": SCHEDULE % "{datasets: [raw]}",
    "no schedule": SCHEDULE % "none",
    "catchup from a day on": SCHEDULE
    % "{cron: '@', catchup: true, start: '2026-01-31'}".replace("@", "0 0 1 1 0"),
    "no catchup": SCHEDULE % "{cron: '* * * * *', catchup: false}",
    "a target": "targets: {airflow: {version: '3', run_on: local, root: {env: SHOP}}}",
    "tags to group by": "defaults: {group_by: 'tag:etl,ml'}",
    "all parameters": "defaults: {parameters: all}",
}

BAD: dict[str, tuple[str, str]] = {
    "unknown section": ("default: {}", "`defaults`"),
    "unknown default": ("defaults: {retry: 1}", "`retries`"),
    "schedule is no default": ("defaults: {schedule: none}", "unknown"),
    "unknown in a pipeline": ("pipelines: {p: {shedule: none}}", "`schedule`"),
    "unknown of a job": ("jobs: {j: {shedule: none}}", "`schedule`"),
    "unknown of a job's node": ("jobs: {j: {nodes: {n: {imagge: x}}}}", "`image`"),
    "a name of no job": ("jobs: {a b: {}}", "letters of ASCII"),
    "nobody chosen": ("jobs: {j: {nodes: []}}", "empty"),
    "unknown of a node": ("pipelines: {p: {nodes: {n: {imagge: x}}}}", "`image`"),
    "unknown of a tag": ("pipelines: {p: {tags: {n: {owner: x}}}}", "unknown"),
    "unknown of a namespace": ("pipelines: {p: {namespaces: {n: {name: x}}}}", "unknown"),
    "unknown in resources": ("defaults: {resources: {cpus: 1}}", "`cpu`"),
    "unknown in a secret": ("defaults: {secrets: {A: {name: x, key: y, kay: z}}}", "`key`"),
    "unknown in a volume": ("defaults: {volumes: [{claim: c, mount: /m, at: 1}]}", "unknown"),
    "unknown in a schedule": (SCHEDULE % "{cron: '* * * * *', zone: UTC}", "unknown"),
    "unknown in concurrency": ("defaults: {concurrency: {run: 1}}", "`runs`"),
    "unknown target": ("targets: {airflo: {}}", "`airflow`"),
    "unknown option of a target": ("targets: {airflow: {versoin: '3'}}", "`version`"),
    "unknown choice": ("targets: {airflow: {run_on: kubernets}}", "`kubernetes`"),
    "both roots": ("targets: {airflow: {root: {env: A, variable: B}}}", "either"),
    "half a secret": ("defaults: {secrets: {A: {name: x}}}", "missing"),
    "a secret's value": ("defaults: {secrets: {A: value}}", "mapping"),
    "two volumes in one": ("defaults: {volumes: [{claim: c, secret: s, mount: /m}]}", "either"),
    "a medium nobody knows": (
        "defaults: {volumes: [{empty_dir: {medium: disk}, mount: /m}]}",
        "choices",
    ),
    "unknown of a pod": ("defaults: {kubernetes: {node_selectors: {a: b}}}", "`node_selector`"),
    "unknown limit": ("defaults: {resources: {limits: {cpus: 1}}}", "`cpu`"),
    "a place nobody knows": ("defaults: {run_on: k8s}", "choices"),
    "one key of a claim": ("defaults: {volumes: [{claim: c, mount: /m, key: k}]}", "`config_map`"),
    "half a volume": ("defaults: {volumes: [{claim: c}]}", "missing"),
    "relative mount": ("defaults: {volumes: [{claim: c, mount: data}]}", "absolute"),
    "mount over everything": ("defaults: {volumes: [{claim: c, mount: /}]}", "below `/`"),
    "mount that leads up": ("defaults: {volumes: [{claim: c, mount: /a/../b}]}", "without `..`"),
    "mount at this folder": ("defaults: {volumes: [{claim: c, mount: /a/.}]}", "absolute"),
    "mount of two spellings": ("defaults: {volumes: [{claim: c, mount: /a//b}]}", "`//`"),
    "mount with a slash behind": ("defaults: {volumes: [{claim: c, mount: /a/}]}", "at its end"),
    "section is a list": ("defaults: []", "mapping"),
    "section is text": ("pipelines: all", "mapping"),
    "pipeline is text": ("pipelines: {p: daily}", "mapping"),
    "null": ("defaults: {retries: }", "no value"),
    "null section": ("defaults:", "no value"),
    "null variable": ("defaults: {env: {A: }}", "no value"),
    "half a retry": ("defaults: {retries: 1.5}", "whole number"),
    "retries as text": ("defaults: {retries: '1'}", "whole number"),
    "retries as yes": ("defaults: {retries: yes}", "whole number"),
    "fewer than no retries": ("defaults: {retries: -1}", "at least 0"),
    "shrinking pauses": ("defaults: {retry_backoff: 0.5}", "at least 1"),
    "day that never comes": (SCHEDULE % "{cron: '0 6 31 2 *'}", "never comes"),
    "no runs": ("defaults: {concurrency: {runs: 0}}", "at least 1"),
    "less than no device": ("defaults: {resources: {gpu: -1}}", "at least 0"),
    "image with a blank": ("defaults: {image: 'a b'}", "image"),
    "empty text": ("defaults: {owner: ''}", "not text"),
    "no time": ("defaults: {timeout: 0}", "positive duration"),
    "less than no time": ("defaults: {timeout: -5}", "positive duration"),
    "a duration without a unit": ("defaults: {timeout: '5'}", "not a duration"),
    "a unit nobody knows": ("defaults: {timeout: 5y}", "not a duration"),
    "a century": ("defaults: {timeout: 6000w}", "68 years"),
    "a quantity nobody knows": ("defaults: {resources: {memory: 1GB}}", "quantity"),
    "no memory": ("defaults: {resources: {memory: 0}}", "nothing"),
    "a yes for a core": ("defaults: {resources: {cpu: yes}}", "quantity"),
    "variable with a dash": ("defaults: {env: {a-b: x}}", "digits and `_`"),
    "variable with an accent": ("defaults: {env: {é: x}}", "letters of ASCII"),
    "variable that is true": ("defaults: {env: {A: true}}", "quotes"),
    "variable called yes": ("defaults: {env: {yes: x}}", "quotes"),
    "variable of a megabyte": (f"defaults: {{env: {{A: {'x' * 2**20}}}}}", "1,048,576 bytes"),
    "variable that is a list": ("defaults: {env: {A: [x]}}", "not text"),
    "secret in the open": ("defaults: {env: {API_TOKEN: x}}", "looks like a secret"),
    "a node's secret": ("pipelines: {p: {nodes: {n: {env: {PASSWORD: x}}}}}", "looks like"),
    "password in a URL": ("defaults: {env: {DB: 'pg://u:hunter2@h/db'}}", "credentials"),
    "secret of another kind": ("defaults: {env: {DB_PASS: x}}", "looks like a secret"),
    "authorization": ("defaults: {env: {HTTP_AUTH: basic}}", "looks like a secret"),
    "webhook": ("defaults: {labels: {slack_webhook: x}}", "looks like a secret"),
    "token by its form": ("defaults: {env: {MODE: 'glpat-a1b2c3d4e5f6g7h8i9j0'}}", "credentials"),
    "token as a label": ("defaults: {labels: {glpat-a1b2c3d4e5f6g7h8i9j0: x}}", "credentials"),
    "password of an owner": ("defaults: {owner: 'ops, password: hunter2'}", "credentials"),
    "notice to nobody": ("defaults: {notify: {on_failure: [{}]}}", "either"),
    "notice nobody knows": (
        "defaults: {notify: {on_failure: [{email: [a@b.example], mail: x}]}}",
        "`email`",
    ),
    "no address": ("defaults: {notify: {on_failure: [{email: [team]}]}}", "e-mail address"),
    "no end of a run": ("defaults: {notify: {on_retry: []}}", "unknown"),
    "the address of a webhook": (
        "defaults: {notify: {on_failure: [{webhook: {name: 'https://acme.example/in'}}]}}",
        "Keep its URL",
    ),
    "the address of a webhook alone": (
        "defaults: {notify: {on_failure: [{webhook: 'https://acme.example/in'}]}}",
        "Keep its URL",
    ),
    "setting of a section": ("defaults: {gpu: 1}", "`resources: {gpu: …}`"),
    "option of a section": (
        "targets: {airflow: {project_dir: /a}}",
        "`container: {project_dir: …}`",
    ),
    "one secret for several": (
        "defaults: {kubernetes: {image_pull_secrets: ghcr}}",
        "may be a secret",
    ),
    "target nobody knows": ("defaults: {targets: {airlfow: {pool: a}}}", "`airflow`"),
    "arguments of a target that takes none": (
        "defaults: {targets: {kubeflow: {pool: a}}}",
        "takes no arguments",
    ),
    "grouping nobody knows": ("defaults: {group_by: node}", "grouping"),
    "depth of none": ("defaults: {group_by: 'namespace:0'}", "grouping"),
    "parameters": ("defaults: {parameters: some}", "choices"),
    "run fact": ("pipelines: {p: {run_parameters: {d: logical_day}}}", "`logical_date`"),
    "labels": ("defaults: {labels: {team: [a]}}", "not text"),
    "groups": ("pipelines: {p: {groups: {g: node}}}", "not a list"),
    "cron and datasets": (SCHEDULE % "{cron: '* * * * *', datasets: [a]}", "either"),
    "neither": (SCHEDULE % "{start: '2026-01-31'}", "either"),
    "no datasets": (SCHEDULE % "{datasets: []}", "empty"),
    "a macro": (SCHEDULE % "{cron: '@daily'}", "five fields"),
    "a schedule as text": (SCHEDULE % "daily", "choices"),
    "zone without clock": (SCHEDULE % "{datasets: [score], timezone: UTC}", "`cron`"),
    "missed writings": (
        SCHEDULE % "{datasets: [score], start: '2026-01-31', catchup: true}",
        "`cron`",
    ),
    "catchup since when": (SCHEDULE % "{cron: '* * * * *', catchup: true}", "`start`"),
    "catchup as text": (
        SCHEDULE % "{cron: '* * * * *', start: '2026-01-31', catchup: 'no'}",
        "neither true",
    ),
    "no day": (SCHEDULE % "{cron: '* * * * *', start: tomorrow}", "not a date"),
    "a day that never was": (SCHEDULE % "{cron: '* * * * *', start: '2026-02-30'}", "not a date"),
    "the year one": (SCHEDULE % "{cron: '* * * * *', start: '0001-01-01'}", "not a date"),
    "a zone nobody knows": (SCHEDULE % "{cron: '* * * * *', timezone: Europe/Pariss}", "/Paris"),
}
"""Settings, and what the message or its remedy says."""

BEYOND_SCHEMA = frozenset(
    {
        "a century",
        "a day that never was",
        "a node's secret",
        "a zone nobody knows",
        "day that never comes",
        "authorization",
        "password of an owner",
        "secret of another kind",
        "token as a label",
        "token by its form",
        "webhook",
        "password in a URL",
        "secret in the open",
        "the year one",
        "target nobody knows",
        "arguments of a target that takes none",
        "variable called yes",  # a key in JSON is text
    }
)
"""Mistakes that a JSON Schema does not see."""


def source(text: str) -> SettingsSource:
    """The raw settings of a text, with their lines."""
    return SettingsSource(values=yaml.safe_load(text), places=find_places(text, "deploy.yml"))


def shapes() -> dict[str, Shape[Any]]:
    """The options of all targets."""
    return {exporter.name: exporter.options for exporter in every()}


def settings(text: str) -> Settings:
    """Checked settings of a text."""
    return load(source(text), shapes())


def findings(text: str) -> tuple[Finding, ...]:
    """What is wrong with the settings of a text."""
    try:
        settings(text)
    except SettingsError as error:
        return error.findings
    return ()


def node(name: str = "n", *, namespace: str | None = None, tags: tuple[str, ...] = ()) -> Node:
    """A node of which only its name, namespace and tags matter."""
    return Node(name=name, inputs=(), outputs=("o",), namespace=namespace, tags=tags)
