"""Jobs in the settings: what holds for one, and what is wrong with one."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from shipway.errors import SettingsError
from shipway.settings.check import check_names
from shipway.settings.settings import Settings, load
from shipway.settings.source import SettingsSource, overlay
from tests.unit.planner.build_ir import node, pipeline, project
from tests.unit.settings.examples import findings, settings, shapes

LAYERS = """
defaults: {retries: 0, image: d, owner: d, labels: {a: d}, env: {A: d, B: d, C: d}}
pipelines:
  scoring:
    name: nightly
    retries: 1
    env: {B: p, C: p}
    owner: p
    labels: {b: p}
    schedule: {cron: "0 6 * * *", timezone: Europe/Paris, parameters: {country: de, n: 1}}
    run_parameters: {day: logical_date, model.seed: run_id}
    tags: {heavy: {retries: 2, timeout: 1h}}
    namespaces: {eu: {retries: 3}}
    nodes: {train: {retries: 4, env: {B: n}}}
jobs:
  fr:
    pipeline: scoring
    params: {country: fr, model.seed: 7}
    tags: [heavy]
    from_nodes: [train, load]
    retries: 10
    env: {C: j}
    namespaces: {eu: {image: eu}}
    nodes: {train: {timeout: 5m}}
  it:
    pipeline: scoring
    tags: {heavy: {retries: 20}}
    schedule: {datasets: [table]}
    labels: {b: j}
    run_parameters: {day: run_id}
  plain: {}
"""
PROJECT = project(
    pipeline(
        node("train", "table", "model", namespace="eu", tags=("heavy",)),
        node("load", "model", "page"),
        name="scoring",
    ),
    pipeline(node("load", "model", "page")),
)


def values(name: str, of: Any) -> dict[str, Any]:
    return {key: s.value for key, s in settings(LAYERS).node(name, of).items()}


@pytest.mark.parametrize(
    ("job", "of", "retries"),
    [
        # The pipeline's < the job's < tags < namespaces < nodes.
        ("scoring", node("a"), 1),
        ("fr", node("a"), 10),
        ("fr", node("a", tags=("heavy",)), 2),
        ("it", node("a", tags=("heavy",)), 20),
        ("it", node("a", tags=("heavy",), namespace="eu"), 3),
        ("fr", node("train", tags=("heavy",), namespace="eu"), 4),
        ("plain", node("a"), 0),
    ],
)
def test_precedence_of_task_settings(job: str, of: Any, retries: int) -> None:
    assert values(job, of)["retries"] == retries


def test_sections_of_a_job_lie_over_those_of_its_pipeline_key_by_key() -> None:
    of_node = values("fr", node("train", namespace="eu"))
    assert (of_node["env.A"], of_node["env.B"], of_node["env.C"]) == ("d", "n", "j")
    assert (of_node["image"], of_node["timeout"]) == ("eu", 300)


def test_a_value_of_a_job_knows_its_line() -> None:
    layer = settings(LAYERS).node("fr", node("a"))
    assert layer["retries"].place == "deploy.yml:21: jobs.fr.retries"
    assert settings(LAYERS).pipeline("fr").place("memory").startswith("jobs.fr.memory, which is")


def test_what_a_pipeline_says_as_a_whole_holds_for_its_jobs() -> None:
    document = settings(LAYERS)
    fr, it, plain = map(document.pipeline, ("fr", "it", "plain"))
    assert (fr.pipeline, fr.job, fr.owner) == ("scoring", "fr", "p")
    assert (plain.pipeline, plain.job, plain.owner) == ("__default__", "plain", "d")
    assert fr.schedule is not None
    assert (fr.schedule.cron, fr.schedule.timezone) == ("0 6 * * *", "Europe/Paris")
    assert it.labels == {"a": "d", "b": "j"}
    assert document.pipeline("scoring").job is None


def test_a_job_starts_in_one_way_alone() -> None:
    schedule = settings(LAYERS).pipeline("it").schedule
    assert schedule is not None
    assert (schedule.cron, schedule.datasets, schedule.parameters) == (None, ("table",), {})


def test_no_job_takes_over_the_name_of_its_pipeline() -> None:
    assert settings(LAYERS).pipeline("fr").name is None
    assert settings(LAYERS).pipeline("scoring").name == "nightly"


def test_a_constant_goes_over_what_the_pipeline_fills() -> None:
    document = settings(LAYERS)
    fr = document.pipeline("fr")
    assert fr.schedule is not None
    assert fr.schedule.parameters == {"n": 1}
    assert fr.run_parameters == {"day": "logical_date"}
    assert document.pipeline("scoring").run_parameters["model.seed"] == "run_id"


def test_a_list_chooses_and_a_mapping_sets() -> None:
    jobs = settings(LAYERS).jobs
    assert jobs["fr"].conditions == {"tags": ("heavy",), "from_nodes": ("train", "load")}
    assert jobs["it"].conditions == {}


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ("{a.b: 1, a: {c: 2}}", {"a": {"b": 1, "c": 2}}),
        ("{a: {b: [1, {c: d}]}}", {"a": {"b": [1, {"c": "d"}]}}),
        ("{a: {'x.y': 1}}", {"a": {"x.y": 1}}),
        ("{a: {}}", {"a": {}}),
        ("{a: null, b: {c: null}}", {"a": None, "b": {"c": None}}),
        ("{}", {}),
    ],
)
def test_constants_are_nested(params: str, expected: dict[str, Any]) -> None:
    assert settings(f"jobs: {{j: {{params: {params}}}}}").jobs["j"].params == expected


def test_an_environment_says_only_what_differs() -> None:
    base = "jobs: {j: {pipeline: p, params: {a: 1, b: {c: 2}}, retries: 1, tags: [x]}}"
    prod = "jobs: {j: {params: {b: {d: 3}}, tags: [y]}, k: {pipeline: p}}"
    raw: Any = {}
    for text in (base, prod):
        raw = overlay(raw, yaml.safe_load(text))
    document = load(SettingsSource(values=raw), shapes())
    assert document.jobs["j"].params == {"a": 1, "b": {"c": 2, "d": 3}}
    assert document.jobs["j"].conditions == {"tags": ("y",)}
    assert document.pipeline("j").pipeline == document.pipeline("k").pipeline == "p"


@pytest.mark.parametrize(
    ("job", "where", "what", "remedy"),
    [
        ("{pipelin: p}", "pipelin", "unknown", "`pipeline`"),
        ("{pipelines: p}", "pipelines", "unknown", "Did you mean `pipeline`"),
        ("{train: {retries: 1}}", "train", "unknown", "`nodes: {train: …}`"),
        ("{retires: 1}", "retires", "unknown", "`retries`"),
        ("{from_node: [a]}", "from_node", "unknown", "`from_nodes`"),
        ("{tags: []}", "tags", "empty", ""),
        ("{tags: heavy}", "tags", "not a list", "`[…]`"),
        ("{jobs: {}}", "jobs", "unknown", "It stands at the top"),
        ("{parameters: {a: 1}}", "parameters", "not among the choices", "`params`"),
        ("{schedule: null}", "schedule", "no value", "`schedule: none`"),
        ("{from_nodes: a}", "from_nodes", "not a list", "[…]"),
        ("{params: [a]}", "params", "not a mapping", ""),
        ("{params: {api_key: x}}", "params.api_key", "looks like a secret", "environment"),
        ("{params: {db: {password: x}}}", "params.db.password", "looks like a secret", ""),
        ("{params: {url: 'https://u:p@h/x'}}", "params.url", "credentials", ""),
        ("{params: {a: '${b}'}}", "params.a", "interpolate", "Write the value out"),
        ("{params: {a: {1: x}}}", "params.a", "no text", "quotes"),
        ("{params: {a..b: 1}}", "params.a..b", "no name", ""),
        ("{params: {.a: 1}}", "params..a", "no name", ""),
        ("{params: {a: 1, a.b: 2}}", "params.a.b", "set twice", "Leave one"),
        ("{params: {a: .nan}}", "params.a", "JSON", ""),
        (
            "{params: {a: {b: 1}}, run_parameters: {a: run_id}}",
            "run_parameters.a",
            "both a constant",
            "Leave it out",
        ),
        ("{env: {DB_PASSWORD: x}}", "env.DB_PASSWORD", "secret", "secrets"),
        ("{nodes: {a: {env: {SHIPWAY_JOB: x}}}}", "nodes.a.env.SHIPWAY_JOB", "", ""),
    ],
)
def test_mistakes_in_a_job(job: str, where: str, what: str, remedy: str) -> None:
    all_findings = findings(f"jobs:\n  j: {job}\n")
    wheres = [str(finding.where) for finding in all_findings]
    assert f"deploy.yml:2: jobs.j.{where}" in wheres, wheres
    finding = all_findings[wheres.index(f"deploy.yml:2: jobs.j.{where}")]
    assert what in finding.what
    assert remedy in str(finding.remedy)


def test_a_name_that_is_none_is_told_once() -> None:
    all_findings = findings('jobs: {j: {params: {"": 1, .a: 2, a.: 3}}}\n')
    assert len(all_findings) == 3
    assert all("is no name of a parameter" in finding.what for finding in all_findings)


@pytest.mark.parametrize("name", ["a b", "a,b", "-a", "größe", "a/b", '"', "{{x}}"])
def test_a_name_of_a_job_is_plain(name: str) -> None:
    (finding,) = findings(f"jobs:\n  {name!r}: {{}}\n")
    assert "is not a name of a job" in finding.what
    assert "letters of ASCII" in str(finding.remedy)


@pytest.mark.parametrize(
    ("job", "what", "remedy"),
    [
        ("scoring: {pipeline: scoring}", "name of a registered pipeline", "otherwise"),
        ("j: {pipeline: scorin}", "no pipeline `scorin`", "`scoring`"),
        ("j: {pipeline: scoring, nodes: {trian: {retries: 1}}}", "no node `trian`", "`train`"),
        ("j: {pipeline: scoring, tags: {hevy: {}}}", "no tag `hevy`", "`heavy`"),
        ("j: {nodes: {train: {}}}", "no node `train`", ""),
        ("j: {pipeline: scoring, schedule: {datasets: [page]}}", "start itself", "another"),
        ("j: {schedule: {datasets: [tabel]}}", "persisted dataset `tabel`", "`table`"),
        ("j: {load_versions: {model: x}}", "no versioned dataset `model`", ""),
    ],
)
def test_what_a_job_names_exists(job: str, what: str, remedy: str) -> None:
    with pytest.raises(SettingsError) as caught:
        check_names(PROJECT, settings(f"jobs:\n  {job}"))
    (finding,) = caught.value.findings
    assert what in finding.what
    assert remedy in str(finding.remedy)
    assert str(finding.where).startswith("deploy.yml:2: jobs.")


def test_known_names_of_a_job() -> None:
    check_names(PROJECT, settings(LAYERS.replace("day: logical_date, ", "")))


def test_no_settings_have_no_jobs() -> None:
    assert Settings().jobs == {}
    assert Settings().registered("scoring") == "scoring"
