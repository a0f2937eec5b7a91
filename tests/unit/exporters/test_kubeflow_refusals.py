"""What Kubeflow cannot be told, and what a cluster or its server would refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from shipway.compiler import Selection, compile_all, settings_for
from shipway.errors import PlanError, UnsupportedError
from shipway.model import Project
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from tests.unit.exporters.kubeflow_artifacts import (
    CHAIN,
    CHAIN_OF_ONE,
    HOSTILE,
    IMAGE,
    REMOTE,
    args_of,
    artifact,
    files,
    many,
    nodes_of,
    refusal,
    spec,
)
from tests.unit.planner.build_ir import node, pipeline, project, said


@pytest.mark.parametrize(
    ("of", "content"),
    [
        (CHAIN_OF_ONE, {"env": {"A": "{{workflow.name}}"}}),
        (CHAIN_OF_ONE, {"description": "see {{$.inputs}}"}),
        (CHAIN_OF_ONE, {"owner": "{{owner}}"}),
    ],
)
def test_text_that_looks_like_a_placeholder_is_refused(
    of: Project, content: dict[str, Any]
) -> None:
    assert "would fill in `{{` in" in refusal(UnsupportedError, of, **content)


def test_text_that_kubernetes_would_expand_is_escaped() -> None:
    document, _ = spec(CHAIN_OF_ONE, env={"A": "$(id) $$ $HOME ${x}"})
    container = document["deploymentSpec"]["executors"]["exec-a"]["container"]
    assert container["env"] == [{"name": "A", "value": "$$(id) $$$ $HOME ${x}"}]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_a_default_that_no_argument_can_hold_stays_in_the_configuration(value: Any) -> None:
    """And a run has it all the same: of the others, a task is told those that were set."""
    read = node("a", "raw params:p params:q", "x")
    of = project(read, datasets=REMOTE, parameters={"p": value, "q": 1})
    plan = artifact(of).plan
    assert [parameter.name for parameter in plan.parameters] == ["q"]
    (note,) = plan.notes
    assert note.startswith("The parameter `p` cannot be set when a run is triggered: ")
    (document, _) = spec(of)
    assert list(document["root"]["inputDefinitions"]["parameters"]) == ["q"]
    assert args_of(document, "a")[-2:] == [
        '--defaults={"q": 1}',
        "--json=q={{$.inputs.parameters['q']}}",
    ]


def test_one_that_is_listed_is_an_error_with_its_place_and_the_pipelines_that_have_it() -> None:
    first = pipeline(node("a", "raw params:p", "x"), name="first")
    of = project(first, pipeline(node("b", "raw", "y"), name="second"), parameters={"p": "{{ x }}"})
    values = {
        "targets": {"kubeflow": {**IMAGE, "volumes": [{"claim": "data", "mount": "/app/data"}]}},
        "pipelines": {"first": {"parameters": ["p"]}},
    }
    exporter = find("kubeflow")
    settings = settings_for(SettingsSource(values=values), [exporter])
    with pytest.raises(PlanError) as error:
        list(compile_all(of, settings, exporter, Selection(all_pipelines=True)))
    (finding,) = error.value.findings
    assert finding.where == "pipeline `first`: pipelines.first.parameters"
    assert "`p` may not be exported: `{{` in its default would be taken" in finding.what


def test_a_task_of_very_many_nodes_is_told_their_names_alone() -> None:
    """Linux takes no argument above 128 KiB, and the server hands over a container as one."""
    few, _ = spec(many(300), group_by="pipeline")
    assert '"features.region_0000.weekly": "raw_0000 -> weekly_0000"' in nodes_of(few)
    of = many(1_500, "params:weeks", "params:scale")
    document, _ = spec(of, group_by="pipeline")
    assert json.loads(nodes_of(document)) == [one.name for one in of.pipelines[0].nodes]
    (executor,) = document["deploymentSpec"]["executors"].values()
    assert len(json.dumps(executor)) < 128 * 1024


@pytest.mark.parametrize(
    ("of", "options", "content", "what", "remedy"),
    [
        (many(4_000), {}, {"group_by": "pipeline"}, "The container of 4000 nodes takes", "fewer"),
        (many(500), {}, {}, "A DAG of 500 tasks takes", "argo: '4.1'"),
        (
            many(1_000),
            {"argo": "4.1"},
            {},
            "bytes at least, and the cluster stores 1,048,576",
            "max_workflow_size",
        ),
        (
            project(
                node("a", "raw parameters", "x"),
                datasets=REMOTE,
                parameters={f"p{n}": "x" * 60_000 for n in range(3)},
            ),
            {},
            {},
            "What the task `a` is given for its parameters takes 180,",
            "List under `parameters`",
        ),
    ],
    ids=["container", "dag", "workflow", "inputs"],
)
def test_what_a_cluster_does_not_take_is_refused_with_its_size(
    of: Project, options: dict[str, Any], content: dict[str, Any], what: str, remedy: str
) -> None:
    said = refusal(UnsupportedError, of, {**IMAGE, **options}, **content)
    assert what in said
    assert remedy in said


def test_a_cluster_that_takes_more_gets_more() -> None:
    assert spec(many(1_000), {**IMAGE, "argo": "4.1", "max_workflow_size": "4Mi"})


def test_what_the_server_would_refuse_is_refused() -> None:
    image = {"image": "argostub/createpvc"}
    assert "shop.yaml: " in refusal(UnsupportedError, CHAIN_OF_ONE, image)


def test_what_a_run_has_not_is_refused() -> None:
    text = refusal(UnsupportedError, CHAIN_OF_ONE, run_parameters={"q": "interval_start"})
    assert "no interval that could fill `q`" in text
    assert "Plain `kedro run`" in refusal(UnsupportedError, CHAIN_OF_ONE, run_with="kedro")
    assert "takes no label" in refusal(UnsupportedError, CHAIN_OF_ONE, labels={"a b": "ü"})


def test_the_recurring_run_stands_beside_the_spec() -> None:
    content = {"cron": "30 6 * * MON-FRI", "start": "2026-01-31", "catchup": True}
    result = files(CHAIN_OF_ONE, schedule=content, concurrency={"runs": 2})
    text = result["shop.schedule.yaml"]
    assert yaml.safe_load(text) == {
        "display_name": "shop",
        "trigger": {
            "cron_schedule": {"cron": "0 30 6 * * MON-FRI", "start_time": "2026-01-31T00:00:00Z"}
        },
        "max_concurrency": 2,
        "no_catchup": False,
    }
    assert "kfp recurring-run create --job-name shop" in text
    assert "--cron-expression '0 30 6 * * MON-FRI'" in text
    assert "start no other by hand" in result["shop.yaml"]
    assert list(files(CHAIN_OF_ONE)) == ["shop.yaml"]


@pytest.mark.parametrize(
    ("schedule", "says"),
    [
        ({"cron": "0 6 * * *", "timezone": "Europe/Paris"}, "reads cron in its own zone, here UTC"),
        ({"cron": "0 6 * * 5-7"}, "Sunday as 0"),
        ({"cron": "0 6 * * 7"}, "Sunday as 0"),
    ],
)
def test_a_schedule_that_the_server_would_read_otherwise_is_refused(
    schedule: dict[str, str], says: str
) -> None:
    assert says in refusal(UnsupportedError, CHAIN_OF_ONE, schedule=schedule)


def test_the_zone_of_the_server_can_be_said() -> None:
    schedule = {"cron": "0 6 * * */7", "timezone": "Europe/Paris"}
    assert files(CHAIN_OF_ONE, {**IMAGE, "timezone": "Europe/Paris"}, schedule=schedule)
    assert files(CHAIN_OF_ONE, IMAGE, schedule={**schedule, "timezone": "Etc/UTC"})


def test_pods_get_what_the_settings_say() -> None:
    options = {
        **IMAGE,
        "config_maps": {"REGION": {"name": "places", "key": "region"}},
        "volumes": [{"claim": "data", "mount": "/app/data"}],
    }
    content: dict[str, Any] = {
        "kubernetes": {
            "image_pull_policy": "Always",
            "image_pull_secrets": ["registry"],
            "node_selector": {"disk": "ssd"},
            "tolerations": [{"key": "gpu", "effect": "NoExecute", "seconds": 60}],
            "labels": {"tier": "batch"},
            "annotations": {"note": "for Ada"},
        },
        "resources": {"cpu": "500m", "memory": "1Gi", "gpu": 2},
        "secrets": {"PASSWORD": {"name": "warehouse", "key": "password"}},
        "labels": {"team": "data"},
        "owner": "Ada",
        "env": {"LEVEL": "info"},
    }
    document, platform = spec(CHAIN_OF_ONE, options, **content)
    container = document["deploymentSpec"]["executors"]["exec-a"]["container"]
    assert container["env"] == [{"name": "LEVEL", "value": "info"}]
    assert container["resources"] == {
        "resourceCpuRequest": "500m",
        "resourceCpuLimit": "500m",
        "resourceMemoryRequest": "1Gi",
        "resourceMemoryLimit": "1Gi",
        "accelerator": {"resourceType": "nvidia.com/gpu", "resourceCount": "2"},
    }
    pod = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]["exec-a"]
    assert pod["imagePullPolicy"] == "Always"
    assert pod["imagePullSecret"][0]["secretName"] == "registry"
    assert pod["nodeSelector"] == {"labels": {"disk": "ssd"}}
    assert pod["tolerations"] == [
        {"key": "gpu", "effect": "NoExecute", "operator": "Exists", "tolerationSeconds": 60}
    ]
    assert pod["pvcMount"][0]["constant"] == "data"
    assert pod["podMetadata"] == {
        "labels": {"team": "data", "tier": "batch"},
        "annotations": {"note": "for Ada", "owner": "Ada"},
    }
    assert pod["secretAsEnv"][0]["keyToEnv"] == [{"secretKey": "password", "envVar": "PASSWORD"}]
    assert pod["configMapAsEnv"][0]["keyToEnv"] == [{"configMapKey": "region", "envVar": "REGION"}]


@pytest.mark.parametrize(
    "toleration",
    [
        {"key": "gpu", "seconds": 60},
        {"key": "gpu", "operator": "Exists", "value": "a"},
        {"operator": "Equal", "value": "a"},
    ],
)
def test_a_toleration_that_kubernetes_refuses_is_refused(toleration: dict[str, object]) -> None:
    kubernetes = {"tolerations": [toleration]}
    text = refusal(UnsupportedError, CHAIN_OF_ONE, kubernetes=kubernetes)
    assert "takes no such toleration" in text
    assert "pipelines.__default__.kubernetes.tolerations" in text


def test_the_last_task_is_told_how_the_run_has_ended() -> None:
    document, _ = spec(CHAIN, {**IMAGE, "on_exit": {"command": ["notify", "--all"]}})
    tasks = document["root"]["dag"]["tasks"]
    assert list(tasks) == ["all-tasks", "on-exit"]
    assert tasks["on-exit"]["triggerPolicy"] == {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"}
    assert tasks["on-exit"]["inputs"]["parameters"] == {
        "status": {"taskFinalStatus": {"producerTask": "all-tasks"}}
    }
    assert args_of(document, "on-exit") == ["{{$.inputs.parameters['status']}}"]
    inside = document["components"]["comp-all-tasks"]["dag"]["tasks"]
    assert inside["b"]["dependentTasks"] == ["a"]


def test_pipelines_that_other_datasets_start_are_refused() -> None:
    of = project(
        pipeline(node("a", "raw", "x"), name="__default__"),
        pipeline(node("b", "z", "y"), name="other"),
        datasets=REMOTE,
    )
    with pytest.raises(UnsupportedError) as error:
        files(of, schedule={"datasets": ["z"]})
    assert "cannot express `schedule.datasets`" in said(error.value)


def test_a_name_with_two_braces_stays_what_it_is() -> None:
    """Found by random pipelines: braces of a name were set apart like those of JSON around it."""
    of = project(node("a {{ x }} }}", "raw", "x"), datasets=REMOTE)
    document = spec(of)[0]
    ((name, executor),) = document["deploymentSpec"]["executors"].items()
    (message,) = (word for word in executor["container"]["args"] if word.startswith("--nodes="))
    assert "{{" not in message
    assert "}}" not in message
    assert json.loads(message.partition("=")[2]) == {"a {{ x }} }}": "raw -> x"}, name


def test_growing_pauses_stay_within_what_a_duration_can_hold() -> None:
    """Found by random pipelines: 31665934880265120s is no duration of protobuf."""
    document = spec(CHAIN, retries=60, retry_delay="2h", retry_backoff=3, timeout="2h")[0]
    policy = document["root"]["dag"]["tasks"]["a"]["retryPolicy"]
    assert int(policy["backoffMaxDuration"].removesuffix("s")) == 10 * 365 * 86400
