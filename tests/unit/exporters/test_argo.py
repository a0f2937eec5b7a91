"""Argo's files: templates that tasks share, values, names, and what is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from shipway.compiler import Compiled, Selection, compile_all, settings_for
from shipway.errors import ShipwayError, UnsupportedError
from shipway.model import Dataset, Project
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from shipway_exporters.argo.texts import json_text, literal
from tests.targets import OPTIONS
from tests.unit.planner.build_ir import node, pipeline, project, said

REMOTE = [
    Dataset(name=name, kind="remote", location=f"s3://bucket/{name}") for name in ("x", "y", "z")
]
CHAIN = project(
    node("a", "raw params:p", "x"), node("b", "x", "y"), datasets=REMOTE, parameters={"p": 1}
)


def artifact(
    of: Project = CHAIN, options: Mapping[str, Any] = OPTIONS["argo"], **content: Any
) -> Compiled:
    values = {"targets": {"argo": dict(options)}, "pipelines": {"__default__": content}}
    exporter = find("argo")
    settings = settings_for(SettingsSource(values=values), [exporter])
    (result,) = compile_all(of, settings, exporter, Selection())
    return result


def file(*args: Any, **content: Any) -> list[Any]:
    return list(yaml.safe_load_all(artifact(*args, **content).files[0].text))


def spec(*args: Any, **content: Any) -> dict[str, Any]:
    result: dict[str, Any] = file(*args, **content)[0]["spec"]
    return result


def templates(*args: Any, **content: Any) -> dict[str, Any]:
    return {item["name"]: item for item in spec(*args, **content)["templates"]}


def refusal(*args: Any, **content: Any) -> str:
    with pytest.raises(ShipwayError) as error:
        artifact(*args, **content)
    return said(error.value)


def with_default(value: Any) -> dict[str, str]:
    of = project(node("a", "params:p", "x"), datasets=REMOTE, parameters={"p": value})
    (entry,) = spec(of)["arguments"]["parameters"]
    return dict(entry)


def test_tasks_that_are_alike_share_a_template() -> None:
    result = templates()
    assert list(result) == ["main", "kedro"]
    assert {task["template"] for task in result["main"]["dag"]["tasks"]} == {"kedro"}


@pytest.mark.parametrize(
    "own",
    [
        {"retries": 1},
        {"timeout": "1h"},
        {"image": "shop:2"},
        {"resources": {"cpu": "1"}},
        {"env": {"A": "1"}},
        {"service_account": "me"},
        {"kubernetes": {"labels": {"a": "b"}}},
    ],
)
def test_a_task_that_differs_has_a_template_of_its_own(own: dict[str, Any]) -> None:
    result = templates(nodes={"b": own})
    assert list(result) == ["main", "kedro", "kedro-b"]
    assert [task["template"] for task in result["main"]["dag"]["tasks"]] == ["kedro", "kedro-b"]


def test_what_not_every_task_is_told_has_a_default() -> None:
    inputs = {item["name"]: item for item in templates()["kedro"]["inputs"]["parameters"]}
    assert "value" not in inputs["nodes"]
    assert inputs["defaults"]["value"] == "{}"
    assert inputs["literals"]["value"] == "{}"


def test_a_task_gets_the_values_that_its_nodes_see() -> None:
    first, second = templates()["main"]["dag"]["tasks"]
    texts = {item["name"]: item["value"] for item in first["arguments"]["parameters"]}
    value = r"{{=replace(toJson(workflow.parameters.p), `{`, `\u007b`)}}"
    assert texts["literals"] == f'{{"p": {value}}}'
    assert texts["defaults"] == '{"p": 1}'
    assert {item["name"] for item in second["arguments"]["parameters"]}.isdisjoint(
        {"inputs", "literals", "defaults"}
    )


@pytest.mark.parametrize(
    ("value", "text", "note"),
    [
        ("a b", "a b", ""),
        ("", "", ""),
        (1, "1", ", as JSON"),
        (1.0, "1.0", ", as JSON"),
        (True, "true", ", as JSON"),
        (None, "null", ", as JSON"),
        ([1, "{{x}}"], r'[1, "\u007b\u007bx\u007d\u007d"]', ", as JSON"),
        ("{{x}}", r'"\u007b\u007bx\u007d\u007d"', ", as JSON"),
        ("bell \a", '"bell \\u0007"', ", as JSON"),
    ],
)
def test_an_argument_is_a_text_or_json(value: Any, text: str, note: str) -> None:
    entry = with_default(value)
    assert entry == {"name": "p", "value": text, "description": f"params:p{note}"}
    if note:
        assert json.loads(text) == value


def test_a_parameter_called_json_is_not_all_of_them() -> None:
    of = project(node("a", "params:json", "x"), datasets=REMOTE, parameters={"json": 1})
    (entry,) = spec(of)["arguments"]["parameters"]
    assert entry["name"] != "json"


@pytest.mark.parametrize(
    "value",
    ["plain", "{{x}}", {"a": {"b": {}}}, ["$(HOME)", "$$", "${x}"], "\x7f 🚢 \x00ad", "}}{{"],
)
def test_json_arrives_through_go_and_kubernetes(value: Any) -> None:
    text = json_text(value)
    assert json.loads(text) == value
    assert "{{" not in text
    assert "$(" not in text
    assert "$$" not in text
    assert all(char.isprintable() for char in text)


def test_other_words_are_escaped_or_refused() -> None:
    assert literal("--store=s3://b/$(x)") == "--store=s3://b/$$(x)"
    for word in ("--pipeline={{x}}", "--pipeline=a\x7f"):
        with pytest.raises(UnsupportedError):
            literal(word)


def test_retries_leave_out_what_none_can_mend() -> None:
    strategy = templates(retries=2, retry_delay="30s")["kedro"]["retryStrategy"]
    assert strategy == {
        "limit": 2,
        "retryPolicy": "Always",
        "expression": "lastRetry.exitCode not in ['2', '7']",
        "backoff": {"duration": "30s"},
    }
    assert "backoff" not in templates(retries=2)["kedro"]["retryStrategy"]


@pytest.mark.parametrize(
    ("runs", "lock", "policy", "kinds"),
    [
        (None, None, "Allow", 2),
        (1, {"mutexes": [{"name": "shop"}]}, "Forbid", 2),
        (
            3,
            {"semaphores": [{"configMapKeyRef": {"name": "shop-runs", "key": "runs"}}]},
            "Allow",
            3,
        ),
    ],
)
def test_runs_at_once(runs: int | None, lock: Any, policy: str, kinds: int) -> None:
    limits = {"concurrency": {"runs": runs}} if runs else {}
    result = file(schedule={"cron": "0 6 * * *"}, **limits)
    assert result[0]["spec"].get("synchronization") == lock
    assert result[1]["spec"]["concurrencyPolicy"] == policy
    assert len(result) == kinds
    if kinds == 3:
        assert result[2]["data"] == {"runs": "3"}


def test_options_of_a_run() -> None:
    options = {
        **OPTIONS["argo"],
        "pod_gc": "OnPodSuccess",
        "ttl": {"success": "1d", "failure": "7d"},
        "starting_deadline": "10m",
        "on_exit": {"command": ["notify"], "secrets": {"URL": {"name": "alerts", "key": "url"}}},
    }
    template, cron = file(CHAIN, options, schedule={"cron": "0 6 * * *", "parameters": {"p": 2}})
    run = template["spec"]
    assert run["podGC"] == {"strategy": "OnPodSuccess"}
    assert run["ttlStrategy"] == {"secondsAfterSuccess": 86400, "secondsAfterFailure": 604800}
    (exit_template,) = (item for item in run["templates"] if item["name"] == run["onExit"])
    assert exit_template["container"]["args"] == ["{{workflow.status}}"]
    assert [item["name"] for item in exit_template["container"]["env"]] == ["URL"]
    assert cron["spec"]["startingDeadlineSeconds"] == 600
    values = cron["spec"]["workflowSpec"]["arguments"]["parameters"]
    assert values == [{"name": "p", "value": "2"}]


def test_names_keep_to_both_rules() -> None:
    nodes = [
        node(name, "raw", f"data_{n}") for n, name in enumerate(("main", "1st", "Größe", "kedro"))
    ]
    datasets = [Dataset(name=f"data_{n}", kind="remote", location=f"s3://b/{n}") for n in range(4)]
    result = templates(project(pipeline(*nodes), datasets=datasets))
    names = [task["name"] for task in result["main"]["dag"]["tasks"]]
    assert all(name[0].isalpha() and name.islower() for name in names)
    assert not {"main", "kedro", "on-exit"} & set(names)


REFUSED: Mapping[str, tuple[dict[str, Any], str]] = {
    "a placeholder in a variable": (
        {"env": {"A": "{{x}}"}},
        "would fill in `{{` in the variable `A` of 2 tasks: '{{x}}'.",
    ),
    "a placeholder of one task": ({"nodes": {"b": {"env": {"A": "{{x}}"}}}}, "`A` of `b`: '{{x}}'"),
    "a placeholder in the configuration": (
        {"conf_source": "/app/{{x}}"},
        "pipelines.__default__.conf_source",
    ),
    "a placeholder in an annotation": (
        {"kubernetes": {"annotations": {"a": "{{x}}"}}},
        "would fill in `{{` in the annotation `a` of 2 tasks",
    ),
    "a factor that is no whole number": (
        {"retries": 2, "retry_delay": "1s", "retry_backoff": 1.5},
        "whole numbers, not by 1.5",
    ),
    "a Sunday that is 7": ({"schedule": {"cron": "0 6 * * 7"}}, "Argo knows Sunday as 0"),
    "a zone that the controller's image lacks": (
        {"schedule": {"cron": "0 6 * * 1", "timezone": "CET"}},
        "Argo never starts a schedule in `CET`",
    ),
    "a zone that is the old name of a city's": (
        {"schedule": {"cron": "0 6 * * 1", "timezone": "US/Eastern"}},
        "such as `Europe/Paris` or `America/New_York`",
    ),
    "pull secrets of one task": (
        {"nodes": {"b": {"kubernetes": {"image_pull_secrets": ["ghcr"]}}}},
        "has the same `image_pull_secrets` for all its pods",
    ),
    "a label of Argo's": (
        {"kubernetes": {"labels": {"workflows.argoproj.io/workflow": "x"}}},
        "Argo Workflows needs the label",
    ),
    "a mount where Argo has one": (
        {"volumes": [{"claim": "c", "mount": "/var/run/argo"}]},
        "Argo mounts a volume of its own",
    ),
    "a name that Kubernetes does not take": (
        {"service_account": "Me"},
        "Kubernetes takes no service account",
    ),
    "a first day": ({"schedule": {"cron": "0 6 * * *", "start": "2026-01-01"}}, "schedule.start"),
    "an e-mail": ({"notify": {"on_failure": [{"email": ["a@b.example"]}]}}, "on_exit"),
    "a namespace": ({"kubernetes": {"namespace": "ml"}}, "apply the file there"),
    "an interval": ({"run_parameters": {"p": "interval_start"}}, "logical_date"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_argo_cannot_do_is_refused(name: str) -> None:
    content, words = REFUSED[name]
    assert words in refusal(**content)


def test_without_an_image() -> None:
    assert "targets.argo.image, which is not set" in refusal(CHAIN, {})


@pytest.mark.parametrize("target", ["argo", "kubeflow"])
def test_a_placeholder_has_one_finding_with_its_place(target: str) -> None:
    exporter = find(target)
    options = {**OPTIONS[target], "on_exit": {"command": ["tell", "{{x}}"]}}
    values = {"targets": {target: options}, "defaults": {"env": {"A": "{{x}}", "B": "{{"}}}
    settings = settings_for(SettingsSource(values=values), [exporter])
    with pytest.raises(UnsupportedError) as error:
        list(compile_all(CHAIN, settings, exporter, Selection()))
    places = [finding.where for finding in error.value.findings]
    assert places == [f"targets.{target}.on_exit.command", "defaults.env.A", "defaults.env.B"]


def test_a_secret_of_the_exit_that_is_none() -> None:
    secrets = {"URL": {"name": "Alerts", "key": "url"}}
    options = {**OPTIONS["argo"], "on_exit": {"command": ["x"], "secrets": secrets}}
    assert "Kubernetes takes no secret `Alerts`" in refusal(CHAIN, options)


def test_more_arguments_than_a_container_takes() -> None:
    of = project(
        node("a", "params:p params:q params:r", "x"),
        datasets=REMOTE,
        parameters=dict.fromkeys("pqr", "x" * 30000),
    )
    text = refusal(of)
    assert "Argo hands over 131,072" in text
    assert "List under `parameters`" in text


@pytest.mark.parametrize("value", ["x" * 70_000, ["x"] * 13_000])
def test_a_default_that_no_argument_holds_cannot_be_set(value: Any) -> None:
    """As a text of JSON, the list has a backslash before each quote."""
    of = project(node("a", "params:p", "x"), datasets=REMOTE, parameters={"p": value})
    assert "arguments" not in spec(of)


def test_a_run_that_the_cluster_does_not_store() -> None:
    nodes = [node(f"node_{n:04}", "raw", f"data_{n:04}") for n in range(1500)]
    datasets = [
        Dataset(name=f"data_{n:04}", kind="remote", location=f"s3://b/{n}") for n in range(1500)
    ]
    of = project(pipeline(*nodes), datasets=datasets)
    text = refusal(of)
    assert "and the cluster stores 1,048,576" in text
    assert "max_workflow_size" in text
    assert not artifact(of, {**OPTIONS["argo"], "max_workflow_size": "8Mi"}).plan.notes
    (size,) = re.findall(r"has ([\d,]+) bytes", text)
    options = {**OPTIONS["argo"], "max_workflow_size": size.replace(",", "")}
    (note,) = artifact(of, options).plan.notes
    assert f"has {size} bytes at least, of {size} that the cluster stores" in note


def test_very_many_nodes_in_one_task_are_told_by_name() -> None:
    nodes = [node(f"node_{n:04}", f"raw_{n:04} more_{n:04}", f"data_{n:04}") for n in range(2500)]
    datasets = [
        Dataset(name=f"data_{n:04}", kind="remote", location=f"s3://b/{n}") for n in range(2500)
    ]
    of = project(pipeline(*nodes), datasets=datasets)
    (task,) = templates(of, group_by="pipeline")["main"]["dag"]["tasks"]
    texts = {item["name"]: item["value"] for item in task["arguments"]["parameters"]}
    assert isinstance(json.loads(texts["nodes"]), list)
