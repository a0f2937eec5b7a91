"""Checked settings: all mistakes at once, no secret in a message, and precedence."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import settings as fuzz
from hypothesis import strategies as st

from shipway.errors import SettingsError
from shipway.model import Node
from shipway.schemas.shapes import Anything
from shipway.settings.schema import PIPELINE
from shipway.settings.settings import Settings, load
from shipway.settings.source import SettingsSource
from shipway.targets import registry
from tests.targets import WITH_IMAGES
from tests.unit.settings.examples import findings, node, settings, shapes

FREE = ("labels", "annotations", "node_selector")
"""What Kubernetes is told of a pod by free keys."""
LAYERS = """
defaults: {retries: 0, image: d, env: {A: d, B: d}, resources: {cpu: 1, memory: 1Gi}}
pipelines:
  __default__:
    retries: 1
    env: {B: p}
    tags: {t: {retries: 2, resources: {cpu: 2}}, u: {image: u}}
    namespaces:
      x: {retries: 3, image: x}
      x.y: {retries: 4}
      x.yy: {retries: 9}
    nodes: {n: {retries: 5, env: {A: n}}}
  other: {retries: 8}
"""


def _values(document: Settings, of: Node) -> dict[str, Any]:
    layer = document.node("__default__", of)
    return {key: getattr(s.value, "text", s.value) for key, s in layer.items()}


@pytest.mark.parametrize(
    ("of", "retries", "image"),
    [
        (node("other"), 1, "d"),
        (node("other", tags=("t",)), 2, "d"),
        (node("other", tags=("t", "u")), 2, "u"),
        (node("other", tags=("t", "u"), namespace="x"), 3, "x"),
        (node("other", tags=("t",), namespace="x.y"), 4, "x"),
        (node("other", namespace="x.y.z"), 4, "x"),
        (node("other", namespace="xy"), 1, "d"),
        (node("n", tags=("t",), namespace="x.y"), 5, "x"),
    ],
)
def test_precedence(of: Node, retries: int, image: str) -> None:
    values = _values(settings(LAYERS), of)
    assert (values["retries"], values["image"]) == (retries, image)


def test_env_and_resources_merge_key_by_key() -> None:
    values = _values(settings(LAYERS), node("n", tags=("t",)))
    assert {key: value for key, value in values.items() if "." in key} == {
        "env.A": "n",
        "env.B": "p",
        "resources.cpu": "2",
        "resources.memory": "1Gi",
    }


def test_each_value_knows_its_line() -> None:
    layer = settings(LAYERS).node("__default__", node("n", namespace="x"))
    assert layer["image"].place == "deploy.yml:9: pipelines.__default__.namespaces.x.image"
    assert layer["env.B"].place == "deploy.yml:6: pipelines.__default__.env.B"


def test_a_pipeline_as_a_whole() -> None:
    document = settings(
        "defaults: {owner: us, labels: {a: d, b: d}}\n"
        "pipelines:\n  p: {labels: {b: p}, concurrency: {runs: 1}}\n"
    )
    content = document.pipeline("p")
    assert content.labels == {"a": "d", "b": "p"}
    assert content.runs == 1
    assert content.parallel_tasks is None
    assert content.place("owner") == "deploy.yml:1: defaults.owner"
    assert content.place("concurrency.runs") == "deploy.yml:3: pipelines.p.concurrency"
    assert content.place("store") == "pipelines.p.store, which is not set"


TAGS = """
pipelines:
  __default__:
    tags: {a: {retries: 1, image: x}, b: {retries: 2, image: y}, c: {retries: 1}}
    namespaces: {s: {image: z}}
    nodes: {n: {retries: 3}}
"""


def test_tags_that_disagree() -> None:
    with pytest.raises(SettingsError) as error:
        settings(TAGS).node("__default__", node("m", tags=("a", "b", "c")))
    job = [finding.what for finding in error.value.findings]
    assert any("`retries`" in text for text in job)
    assert any("`image`" in text for text in job)
    assert "deploy.yml:4: pipelines.__default__.tags.a.retries" in str(error.value.findings)


def test_a_node_has_the_last_word_when_tags_disagree() -> None:
    """The remedy that the message names."""
    of = node("n", tags=("a", "b"), namespace="s")
    assert _values(settings(TAGS), of) == {"retries": 3, "image": "z"}


def test_tags_that_agree() -> None:
    assert _values(settings(TAGS), node("m", tags=("a", "c")))["retries"] == 1


def test_all_mistakes_at_once_each_at_its_line() -> None:
    text = """defaults:
  retries: many
  env:
    yes: on
pipelines:
  p:
    schedule:
      cron: daily
    nodes:
      n: {imagge: x}
pipeline: {}
"""
    result = {finding.where: finding for finding in findings(text)}
    assert {str(where).split(": ")[0] for where in result} == {
        f"deploy.yml:{line}" for line in (2, 3, 8, 10, 11)
    }
    assert result["deploy.yml:10: pipelines.p.nodes.n.imagge"].remedy == "Did you mean `image`?"
    assert result["deploy.yml:11: pipeline"].remedy == "Did you mean `pipelines`?"


@pytest.mark.parametrize(
    "section",
    ["defaults: {%s}", "pipelines: {p: {%s}}", "pipelines: {p: {nodes: {n: {%s}}}}"],
)
@pytest.mark.parametrize(
    ("variable", "setting"),
    [
        ("SHIPWAY_JOB", "env: {SHIPWAY_JOB: hello}"),
        ("SHIPWAY_RUN_ID", "secrets: {SHIPWAY_RUN_ID: {name: a, key: b}}"),
        ("KEDRO_ENV", "env: {KEDRO_ENV: prod}"),
    ],
)
def test_variables_that_something_else_fills(section: str, variable: str, setting: str) -> None:
    (finding,) = findings(section % setting)
    assert finding.what.startswith(f"`{variable}` ")
    assert finding.remedy


@pytest.mark.parametrize(
    "section",
    [
        *("defaults: {%s}", "pipelines: {p: {%s}}", "pipelines: {p: {nodes: {n: {%s}}}}"),
        *("targets: {kubeflow: {%s}}", "targets: {airflow: {%s}}"),
    ],
)
def test_two_volumes_at_one_path(section: str) -> None:
    mounts = "volumes: [{claim: a, mount: /a}, {claim: b, mount: /b}, {secret: a, mount: /a}]"
    (finding,) = findings(section % mounts)
    assert "`/a`" in finding.what
    assert str(finding.where).endswith("volumes.2.mount")
    assert finding.remedy


@pytest.mark.parametrize("path", ["/a/../b", "/..", "srv", "/a:/b", "/a\\nb"])
def test_a_folder_of_the_machine_has_one_spelling(path: str) -> None:
    section = 'defaults: {volumes: [{host_path: "%s", mount: /m}]}'
    (finding,) = findings(section % path)
    assert "without `..`, `:`" in finding.what
    assert findings(section % "/srv/data..old") == (), "the control"


@pytest.mark.parametrize("store", ["memory://x", "memory:///x"])
def test_a_store_outlives_its_process(store: str) -> None:
    (finding,) = findings(f"defaults: {{store: '{store}'}}")
    assert "is the memory of one process" in finding.what


@pytest.mark.parametrize("section", ["defaults: {%s}", "pipelines: {p: {%s}}"])
@pytest.mark.parametrize("setting", ["project_dir: ~/shop", "conf_source: ~/conf"])
def test_no_task_s_shell_expands_a_path(section: str, setting: str) -> None:
    (finding,) = findings(section % setting)
    assert "only a shell knows `~`" in finding.what


@pytest.mark.parametrize("target", WITH_IMAGES)
def test_nor_that_of_a_target_s_python(target: str) -> None:
    source = SettingsSource(values={"targets": {target: {"python": "~/venv/bin/python"}}})
    with pytest.raises(SettingsError, match="only a shell knows"):
        load(source, {target: registry.find(target).options})


def test_switches_of_the_runtime_may_be_set() -> None:
    of = settings("defaults: {env: {SHIPWAY_MLFLOW: 0, SHIPWAY_ALLOW_DRIFT: 1}}")
    assert of.values["defaults"]["env"] == {"SHIPWAY_MLFLOW": "0", "SHIPWAY_ALLOW_DRIFT": "1"}


@pytest.mark.parametrize(
    "text",
    [
        "defaults: {env: {DB_PASSWORD: hunter2}}",
        "defaults: {env: {DB_PASSWORD: [hunter2]}}",
        "defaults: {env: {DB_PASSWORD: {x: hunter2}}}",
        "defaults: {env: {X: {password: hunter2}}}",
        'defaults: {env: {API_KEY: "hunter2\\0"}}',
        "defaults: {secrets: {DB: hunter2}}",
        "defaults: {secrets: {DB: [hunter2]}}",
        "defaults: {secrets: {DB: {name: [hunter2], key: hunter2}}}",
        "defaults: {token: hunter2}",
        "defaults: {command_prefix: [run, --password, hunter2]}",
        "defaults: {command_prefix: ['https://me:hunter2@host']}",
        *(f"defaults: {{kubernetes: {{{kind}: {{api_key: hunter2}}}}}}" for kind in FREE),
        *(f"defaults: {{kubernetes: {{{kind}: {{a: 'x://me:hunter2@host'}}}}}}" for kind in FREE),
        "pipelines: {p: {nodes: {n: {kubernetes: {annotations: {db_password: hunter2}}}}}}",
        "defaults: {kubernetes: {tolerations: [{key: api_key, value: hunter2}]}}",
        "defaults: {kubernetes: {tolerations: [{key: a, value: 'x://me:hunter2@host'}]}}",
        "defaults: {kubernetes: {namespace: 'x://me:hunter2@host'}}",
        "defaults: {volumes: [{claim: 'x://me:hunter2@host', mount: /m}]}",
        "defaults: {env_from: [{secret: 'x://me:hunter2@host'}]}",
        "defaults: {image: 'https://me:hunter2@host/a b'}",
        "defaults: {store: 's3://key:hunter2@bucket'}",
        "defaults: {timeout: 'https://me:hunter2@host'}",
        "defaults: {group_by: 'https://me:hunter2@host'}",
        "pipelines: {p: {tags: {t: {env: {U: 'pg://me:hunter2@h'}}}}}",
        "targets: {airflow: {root: {env: {secret: hunter2}}}}",
    ],
)
def test_no_message_holds_a_secret(text: str) -> None:
    result = findings(text)
    assert result
    assert "hunter2" not in str(result)


@pytest.mark.parametrize(
    "options",
    [
        {"env": [{"name": "DB_PASSWORD", "value": "hunter2"}]},
        {"command": ["run", "--password", "hunter2"]},
        {"urls": {"https://u:hunter2@host": 1}},
    ],
)
def test_no_option_of_a_target_holds_a_secret(options: dict[str, Any]) -> None:
    source = SettingsSource(values={"targets": {"later": options}})
    with pytest.raises(SettingsError) as error:
        load(source, {"later": Anything()})
    (finding,) = error.value.findings
    assert "credentials" in finding.what
    assert "hunter2" not in str(finding)


@pytest.mark.parametrize(
    "env",
    [
        "{MAX_TOKENS: 4096, TOKENS: 4096, USE_AUTH: 'true', AUTH_MODE: basic, PASS: 3}",
        "{GOOGLE_APPLICATION_CREDENTIALS: /var/secrets/google/key.json}",
        "{DB_PASSWORD_FILE: /run/secrets/db, DB: 'pg://u:$PGPASSWORD@h/db'}",
    ],
)
def test_what_is_only_called_like_a_secret_is_taken(env: str) -> None:
    content = settings(f"defaults: {{env: {env}}}").values["defaults"]["env"]
    assert content.keys() == yaml.safe_load(env).keys()


def test_a_command_of_the_target_is_not_sent_to_settings_that_it_lacks() -> None:
    (finding,) = findings("targets: {kubeflow: {on_exit: {command: [a, --password, hunter2]}}}")
    assert finding.where == "deploy.yml:1: targets.kubeflow.on_exit.command"
    assert "under `secrets`" not in str(finding.remedy)
    assert "hunter2" not in str(finding)


def test_other_values_are_shown_shortened() -> None:
    (finding,) = findings(f"defaults: {{retries: {'x' * 500}}}")
    assert f"`{'x' * 56}…`" in finding.what


def test_targets_that_are_not_asked_for_are_left_alone() -> None:
    source = SettingsSource(values={"targets": {"later": {"anything": [1]}}})
    document = load(source, {"later": Anything()})
    assert document.target("later") == {"anything": [1]}
    assert document.target("never") == {}


KEYS = st.sampled_from(
    [*PIPELINE.fields, "defaults", "pipelines", "targets", "airflow", "p", "cron", "cpu", "name"]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["1h", "500m", "* * * * *", "none", "all", "2026-01-31", "UTC", "a: b"])
    | st.text(max_size=8)
    | st.dates()
    | st.binary(max_size=4)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            KEYS | LEAVES.filter(lambda key: not isinstance(key, float)), inner, max_size=5
        )
    ),
    max_leaves=25,
)
TASKS = st.dictionaries(KEYS, VALUES, max_size=5)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "defaults": TASKS | VALUES,
        "pipelines": st.dictionaries(st.just("p") | LEAVES, TASKS | VALUES, max_size=3) | VALUES,
        "targets": VALUES,
    },
)


@fuzz(max_examples=150, deadline=None)
@given(DOCUMENTS | VALUES)
def test_any_values_are_read_or_refused(values: Any) -> None:
    try:
        document = load(SettingsSource(values=values), shapes())
    except SettingsError:
        return
    assert isinstance(values, dict)
    assert document.values.keys() == values.keys()


@fuzz(max_examples=60, deadline=None)
@given(TASKS)
def test_accepted_values_survive_a_second_look(values: dict[str, Any]) -> None:
    """What is accepted stays accepted as the YAML that says it, with the same outcome."""
    try:
        first = load(SettingsSource(values={"defaults": values}), {})
    except SettingsError:
        return
    again = yaml.safe_load(yaml.safe_dump({"defaults": values}))
    assert load(SettingsSource(values=again), {}).values == first.values
