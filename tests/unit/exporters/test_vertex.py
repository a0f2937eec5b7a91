"""Kubeflow's specs for Vertex AI: their forms, their schedules, and what is refused."""

from __future__ import annotations

import re
from typing import Any

import jsonschema
import pytest
import yaml

from shipway.artifacts.readback import differences
from shipway.compiler import Selection, compile_all, settings_for
from shipway.errors import PlanError, SettingsError, ShipwayError, UnsupportedError
from shipway.model import Dataset
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from tests.targets import IMAGE
from tests.targets import VERTEX as PLACE
from tests.unit.exporters.kubeflow_artifacts import (
    CHAIN,
    CHAIN_OF_ONE,
    REMOTE,
    args_of,
    artifact,
    container_of,
    files,
    refusal,
    spec,
)
from tests.unit.planner.build_ir import node, project

VERTEX = {"image": IMAGE, **PLACE}
MOUNT = {"claim": "c", "mount": "/app/data"}
KEY = {"name": "b", "key": "c"}
DAILY = {"schedule": {"cron": "0 6 * * *", "timezone": "Europe/Paris"}}


def without(*options: str) -> dict[str, Any]:
    return {key: value for key, value in VERTEX.items() if key not in options}


def schedule(**content: Any) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(files(CHAIN, VERTEX, **content)["shop.schedule.yaml"])
    return document


def test_a_spec_is_one_document_with_its_root() -> None:
    text = files(CHAIN, VERTEX)["shop.yaml"]
    (document,) = yaml.safe_load_all(text)
    assert document["defaultPipelineRoot"] == "gs://acme/runs"
    assert "platforms" not in text
    assert "defaultPipelineRoot" not in files(CHAIN, without("pipeline_root"))["shop.yaml"]


def test_a_machine_is_said_twice_in_the_units_of_the_documentation() -> None:
    resources = {"cpu": "500m", "memory": "16Gi", "gpu": 2, "gpu_type": "NVIDIA_TESLA_T4"}
    (document, _) = spec(CHAIN_OF_ONE, VERTEX, nodes={"a": {"resources": resources}})
    assert container_of(document, "a")["resources"] == {
        "cpuLimit": 0.5,
        "resourceCpuLimit": "500m",
        "memoryLimit": 17.179869184,
        "resourceMemoryLimit": "17179869184",
        "accelerator": {
            "type": "NVIDIA_TESLA_T4",
            "count": "2",
            "resourceType": "NVIDIA_TESLA_T4",
            "resourceCount": "2",
        },
    }


@pytest.mark.parametrize(
    ("setting", "text", "number"),
    [
        ("16G", "16G", 16.0),
        ("1500M", "1500M", 1.5),
        ("2.5G", "2500M", 2.5),
        ("2500k", "2500K", 0.0025),
        ("1Ti", "1099511627776", 1099.511627776),
    ],
)
def test_memory(setting: str, text: str, number: float) -> None:
    try:
        (document, _) = spec(CHAIN_OF_ONE, VERTEX, nodes={"a": {"resources": {"memory": setting}}})
    except UnsupportedError:
        assert number > 624
        return
    resources = container_of(document, "a")["resources"]
    assert resources == {"memoryLimit": number, "resourceMemoryLimit": text}


@pytest.mark.parametrize(
    ("setting", "text", "number"), [("2", "2", 2.0), ("1.5", "1500m", 1.5), ("0.5", "500m", 0.5)]
)
def test_cores(setting: str, text: str, number: float) -> None:
    (document, _) = spec(CHAIN_OF_ONE, VERTEX, nodes={"a": {"resources": {"cpu": setting}}})
    resources = container_of(document, "a")["resources"]
    assert resources == {"cpuLimit": number, "resourceCpuLimit": text}


def test_retries_pause_an_hour_at_most_and_grow_by_any_factor() -> None:
    settings = {"retries": 3, "retry_delay": "10m", "retry_backoff": 1.5, "timeout": "2h"}
    (document, _) = spec(CHAIN_OF_ONE, VERTEX, **settings)
    assert document["root"]["dag"]["tasks"]["a"]["retryPolicy"] == {
        "maxRetryCount": 3,
        "backoffDuration": "600s",
        "backoffFactor": 1.5,
        "backoffMaxDuration": "3600s",
    }


def test_pauses_are_alike_unless_the_settings_say_otherwise() -> None:
    """Without a factor, Vertex AI doubles each."""
    (document, _) = spec(CHAIN_OF_ONE, VERTEX, retries=1)
    policy = document["root"]["dag"]["tasks"]["a"]["retryPolicy"]
    assert (policy["backoffDuration"], policy["backoffFactor"]) == ("0s", 1.0)


@pytest.mark.parametrize(("timeout", "word"), [("90s", "90"), ("1.5s", "1.5"), ("7d", "604800")])
def test_the_process_keeps_the_time(timeout: str, word: str) -> None:
    (document, _) = spec(CHAIN_OF_ONE, VERTEX, timeout=timeout)
    assert f"--timeout={word}" in args_of(document, "a")


def test_a_schedule_is_what_the_api_takes() -> None:
    content = {**DAILY, "concurrency": {"runs": 2}, "owner": "ann", "labels": {"team": "shop"}}
    content["schedule"] = {**DAILY["schedule"], "start": "2026-07-01"}
    assert schedule(**content) == {
        "displayName": "shop",
        "cron": "TZ=Europe/Paris 0 6 * * *",
        "startTime": "2026-06-30T22:00:00Z",
        "maxConcurrentRunCount": 2,
        "maxConcurrentActiveRunCount": 2,
        "allowQueueing": True,
        "createPipelineJobRequest": {
            "parent": "projects/acme-energy/locations/europe-west1",
            "pipelineJob": {
                "displayName": "shop",
                "labels": {"owner": "ann", "team": "shop"},
                "runtimeConfig": {"gcsOutputDirectory": "gs://acme/runs"},
            },
        },
    }


def test_a_schedule_says_only_what_was_set() -> None:
    result = schedule(schedule={"cron": "0 6 * * *"})
    assert result["cron"] == "TZ=UTC 0 6 * * *"
    assert result.keys() == {
        *("displayName", "cron", "maxConcurrentRunCount", "createPipelineJobRequest"),
    }
    assert "serviceAccount" not in result["createPipelineJobRequest"]["pipelineJob"]


def test_runs_run_as_the_account_of_the_options() -> None:
    account = "runner@acme-energy.iam.gserviceaccount.com"
    texts = files(CHAIN, {**VERTEX, "service_account": account}, **DAILY)
    job = yaml.safe_load(texts["shop.schedule.yaml"])["createPipelineJobRequest"]["pipelineJob"]
    assert job["serviceAccount"] == account
    assert f'job.submit(service_account="{account}")' in texts["shop.yaml"]


def test_the_header_starts_a_run_with_its_labels() -> None:
    text = files(CHAIN, VERTEX, labels={"team": "shop"})["shop.yaml"]
    header = "\n".join(line[6:] for line in text.splitlines() if line.startswith("#     "))
    assert 'labels={"team": "shop"}' in header
    code = header[header.index("from ") :]
    compile(code, "header", "exec")
    assert code.endswith("job.submit()")


def test_without_a_schedule_there_is_none() -> None:
    assert [*files(CHAIN, VERTEX)] == ["shop.yaml"]


@pytest.mark.parametrize("option", ["project", "location", "pipeline_root"])
def test_a_schedule_needs_a_place(option: str) -> None:
    text = refusal(UnsupportedError, CHAIN, without(option), **DAILY)
    assert f"A schedule of Vertex AI needs `{option}`." in text
    assert f"targets.kubeflow.{option}, which is not set" in text
    assert files(CHAIN, without(option))


def test_all_that_is_missing_is_said_at_once() -> None:
    options = without("project", "location", "pipeline_root")
    text = refusal(UnsupportedError, CHAIN, options, **DAILY, labels={"Team": "x"})
    assert text.count("A schedule of Vertex AI needs") == 3
    assert "Google Cloud takes no label `Team: x`." in text


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ({"resources": {"gpu": 1}}, "Vertex AI needs the kind of an accelerator."),
        (
            {"resources": {"gpu": 1, "gpu_type": "NVIDIA_TESLA_T5"}},
            "Did you mean `NVIDIA_TESLA_T4`?",
        ),
        (
            {"resources": {"gpu": 1, "gpu_type": "nvidia-tesla-t4"}},
            "Did you mean `NVIDIA_TESLA_T4`?",
        ),
        (
            {"resources": {"gpu": 1, "gpu_type": "a100"}},
            "Did you mean `NVIDIA_TESLA_A100` or `NVIDIA_A100_80GB`?",
        ),
        (
            {"resources": {"gpu": 1, "gpu_type": "nvidia.com/gpu"}},
            "no accelerator `nvidia.com/gpu`",
        ),
        ({"resources": {"cpu": "97"}}, "no machine of 97 cores"),
        ({"resources": {"memory": "1Ti"}}, "no machine of 1Ti of memory"),
        ({"resources": {"cpu": 1, "limits": {"cpu": 2}}}, "one amount"),
        ({"retries": 1, "retry_delay": "1.5s"}, "Set `retry_delay` to 2s."),
        ({"retries": 1, "retry_delay": "61m"}, "3,660 s; Vertex AI waits 3,600 at most"),
        ({"retries": 5, "retry_delay": "10m", "retry_backoff": 2}, "Vertex AI waits 3,600"),
        ({"timeout": "8d"}, "ends a task after seven days"),
        ({"env": {"A": "$(HOME)"}}, "might put a variable in place of `$(…)`"),
        ({"env": {"A": "$$"}}, "one dollar in place of two"),
        ({"env": {"A": "{{$}}"}}, "Vertex AI would fill in `{{` in"),
        ({"command_prefix": ["sh", "-c", '$(id) exec "$@"']}, "might put a variable"),
        ({"secrets": {"A": {"name": "b", "key": "c"}}}, "Secret Manager"),
        ({"volumes": [{"claim": "c", "mount": "/d"}]}, "gs://BUCKET/"),
        ({"kubernetes": {"node_selector": {"a": "b"}}}, "shows no pods"),
        ({"service_account": "runner"}, "set `service_account` under targets.kubeflow"),
        ({"run_on": "kubernetes"}, "Every task is a job of Vertex AI"),
    ],
)
def test_what_no_task_can_have_is_refused(content: dict[str, Any], what: str) -> None:
    text = refusal(UnsupportedError, CHAIN_OF_ONE, VERTEX, **content)
    assert what in text
    assert "pipelines.__default__" in text


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ({"labels": {"team": "Shop"}}, "no label `team: Shop`"),
        ({"labels": {"team": "x" * 64}}, "63 characters at most"),
        ({"labels": {f"k{n}": "x" for n in range(65)}}, "64 labels at most, not 65"),
        ({"owner": "ann@shop.example"}, "none can be `ann@shop.example`"),
        ({"owner": "ann", "labels": {"owner": "bob"}}, "Leave one of them out"),
        ({"name": "2shop"}, "Set `name` to one that begins with a letter."),
        ({"schedule": {"cron": "0 6 * * 7"}}, "Write 0, or SUN."),
        ({"schedule": {"cron": "0 6 * * *", "catchup": True, "start": "2026-01-01"}}, "resume"),
    ],
)
def test_what_no_run_can_have_is_refused(content: dict[str, Any], what: str) -> None:
    assert what in refusal(UnsupportedError, CHAIN, VERTEX, **content)


@pytest.mark.parametrize(
    ("option", "value", "what"),
    [
        ("volumes", [{"claim": "c", "mount": "/app/data"}], "has no volumes of Kubernetes"),
        ("config_maps", {"A": {"name": "b", "key": "c"}}, "has no config maps of Kubernetes"),
        (
            "on_exit",
            {"command": ["tell"], "secrets": {"A": {"name": "b", "key": "c"}}},
            "fills no variable from a secret",
        ),
        ("on_exit", {"command": ["tell", "$(HOME)"]}, "might put a variable"),
    ],
)
def test_what_no_option_can_give_is_refused(option: str, value: Any, what: str) -> None:
    text = refusal(ShipwayError, CHAIN, {**VERTEX, option: value})
    assert what in text


@pytest.mark.parametrize(
    ("options", "is_right"),
    [
        (VERTEX, True),
        ({**VERTEX, "volumes": [], "config_maps": {}}, True),
        ({**VERTEX, "volumes": [MOUNT]}, False),
        ({**VERTEX, "platform": "kubernetes", "volumes": [MOUNT]}, True),
        ({**VERTEX, "on_exit": {"command": ["tell"]}}, True),
        ({**VERTEX, "on_exit": {"command": ["tell"], "secrets": {"A": KEY}}}, False),
        ({**VERTEX, "config_maps": {"A": KEY}}, False),
    ],
)
def test_the_schema_says_the_same_of_options(options: dict[str, Any], is_right: bool) -> None:
    shape: Any = find("kubeflow").options
    assert jsonschema.Draft202012Validator(shape.schema()).is_valid(options) is is_right
    problems: list[Any] = []
    shape.read(options, (), problems)
    assert (not problems) is is_right


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("project", "x"),
        ("location", "Europe"),
        ("pipeline_root", "s3://bucket"),
        ("pipeline_root", "gs://bucket/{{x}}"),
        ("service_account", "key.json"),
        ("platform", "vertexai"),
    ],
)
def test_an_option_is_a_name_of_google_clouds(option: str, value: str) -> None:
    assert f"targets.kubeflow.{option}" in refusal(SettingsError, CHAIN, {**VERTEX, option: value})


@pytest.mark.parametrize("location", ["/gcs/bucket/x.csv", "data/x.csv", "../x.csv"])
def test_a_file_on_a_bucket_is_kept(location: str) -> None:
    of = project(
        node("a", "raw", "x"),
        node("b", "x", "y"),
        datasets=[
            Dataset(name="x", kind="local", location=location),
            Dataset(name="y", kind="remote", location="gs://bucket/y"),
        ],
    )
    assert files(of, VERTEX)


@pytest.mark.parametrize(
    "location", ["/data/x.csv", "/gcsx/bucket/x.csv", "data/x.csv", "/gcs/x.csv", "/gcs/../x/y/z"]
)
def test_a_file_elsewhere_is_refused_with_a_remedy_that_there_is(location: str) -> None:
    of = project(
        node("a", "raw", "x"),
        node("b", "x", "y"),
        datasets=[
            Dataset(name="x", kind="local", location=location),
            Dataset(name="y", kind="remote", location="gs://bucket/y"),
        ],
    )
    text = refusal(PlanError, of, {**VERTEX, "project_dir": "/app"})
    assert "(/gcs/BUCKET/…)" in text
    assert "`volumes`" not in text


@pytest.mark.parametrize("option", ["argo", "max_workflow_size", "timezone"])
def test_an_option_of_a_cluster_is_noted(option: str) -> None:
    value = {"argo": "4.1", "max_workflow_size": "2Mi", "timezone": "Europe/Paris"}[option]
    notes = artifact(CHAIN, {**VERTEX, option: value}).plan.notes
    assert any(f"targets.kubeflow.{option}` has no effect" in note for note in notes)


def test_what_a_run_needs_around_it_is_said() -> None:
    exporter: Any = find("kubeflow")
    account = "runner@acme-energy.iam.gserviceaccount.com"
    options = {**VERTEX, "service_account": account, "pipeline_root": "gs://logs/runs"}
    needs = exporter.surroundings(artifact(CHAIN, options).plan).needs
    assert [need.what for need in needs] == [
        *("the bucket `logs`", "the bucket `acme`", f"the account `{account}`"),
    ]


def test_an_option_of_vertex_is_noted_on_a_cluster() -> None:
    notes = artifact(CHAIN, {"image": IMAGE, "project": "acme-energy"}).plan.notes
    assert any("it is for `platform: vertex`" in note for note in notes)


def test_a_word_with_a_dollar_is_refused_wherever_it_comes_from() -> None:
    of = project(node("a$(id)", "raw", "x"), datasets=REMOTE)
    text = refusal(UnsupportedError, of, VERTEX)
    assert "might put a variable" in text
    assert "the task `a$(id)`" in text


HELD: dict[str, Any] = {
    **DAILY,
    "retries": 3,
    "retry_delay": "30s",
    "retry_backoff": 2.5,
    "timeout": "5m",
    "env": {"MODE": "fast"},
    "concurrency": {"runs": 2},
    "resources": {"cpu": "1.5", "memory": "1Gi", "gpu": 1, "gpu_type": "NVIDIA_L4"},
    "command_prefix": ["nice"],
    "owner": "ann",
    "labels": {"team": "forecasting"},
    "description": "What it is for.",
    "run_parameters": {"day": "logical_date", "which": "run_id"},
}
HELD["schedule"] = {**DAILY["schedule"], "start": "2026-07-01"}


@pytest.mark.parametrize(
    ("pattern", "instead"),
    [
        (r"dependentTasks: \[a\]", "dependentTasks: []"),
        (r"maxRetryCount: 3", "maxRetryCount: 2"),
        (r'backoffDuration: "30s"', 'backoffDuration: "31s"'),
        (r"backoffFactor: 2.5", "backoffFactor: 2.0"),
        (r"--timeout=300", "--timeout=301"),
        (r'"--timeout=300"', '"--runner=x"'),
        (r'resourceCpuLimit: "?1500m"?', 'resourceCpuLimit: "2"'),
        (r'resourceMemoryLimit: "1073741824"', 'resourceMemoryLimit: "1G"'),
        (r"resourceType: NVIDIA_L4", "resourceType: NVIDIA_TESLA_T4"),
        (r'resourceCount: "1"', 'resourceCount: "2"'),
        (r"value: fast", "value: slow"),
        (r"- nice\n", "- niece\n"),
        (rf"image: {IMAGE}", "image: shop:2"),
        (r"TZ=Europe/Paris", "TZ=Europe/Rome"),
        (r"Paris 0 6", "Paris 0 7"),
        (r"2026-06-30T22", "2026-07-30T22"),
        (r"ActiveRunCount: 2", "ActiveRunCount: 3"),
        (r"maxConcurrentActiveRunCount: 2\n", ""),
        (r"owner: ann", "owner: bob"),
        (r"team: forecasting", "team: shop"),
        (r"What it is for", "What it was for"),
        (r"--text=day=", "--text=days="),
        (r"defaultValue: 1\b", "defaultValue: 2"),
    ],
)
def test_each_change_of_a_text_is_seen(pattern: str, instead: str) -> None:
    result = artifact(CHAIN, VERTEX, **HELD)
    texts = {file.path: file.text for file in result.files}
    exporter = find("kubeflow")
    assert not list(differences(result.plan, exporter.read_back(result.plan, texts).contents()))
    variant = {path: re.sub(pattern, instead, text, count=1) for path, text in texts.items()}
    assert variant != texts
    assert list(differences(result.plan, exporter.read_back(result.plan, variant).contents()))


def test_another_days_files_are_read_without_their_plan() -> None:
    result = artifact(CHAIN, VERTEX, **HELD)
    exporter: Any = find("kubeflow")
    today = artifact(CHAIN, VERTEX).plan
    contents = exporter.contents_of(today, {file.path: file.text for file in result.files})
    assert contents.run["schedule.cron"] == ("0 6 * * *", "Europe/Paris")
    assert contents.run["owner"] == "ann"
    assert contents.tasks["a"].settings["timeout"] == 300
    assert contents.tasks["a"].settings["resources.gpu_type"] == "NVIDIA_L4"


def test_a_wrong_schedule_of_an_own_template_is_a_finding() -> None:
    result = artifact(CHAIN, VERTEX, **DAILY)
    texts = {f.path: f.text.replace("TZ=", "UTC ") for f in result.files}
    (finding,) = find("kubeflow").read_back(result.plan, texts).findings
    assert "is no zone and five fields" in finding.what


def test_waived_settings_are_left_out_and_noted() -> None:
    settings = {"secrets": {"A": {"name": "b", "key": "c"}}}
    values = {"targets": {"kubeflow": dict(VERTEX)}, "pipelines": {"__default__": settings}}
    exporter = find("kubeflow")
    types = settings_for(SettingsSource(values=values), [exporter])
    (result,) = compile_all(CHAIN, types, exporter, Selection(lossy=["secrets"]))
    text = {file.path: file.text for file in result.files}["shop.yaml"]
    assert "# - pipelines.__default__.secrets.A" in text
    assert "secretAsEnv" not in text
