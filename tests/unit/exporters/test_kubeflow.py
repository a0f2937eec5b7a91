"""What a spec for Kubeflow says, and what is refused instead."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from shipway.compiler import Compiled, Selection, compile_all, settings_for
from shipway.errors import PlanError, ShipwayError, UnsupportedError
from shipway.model import Dataset, Project
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from shipway.tasks.signature import digest, signatures
from tests.unit.planner.build_ir import node, pipeline, project, said

IMAGE = {"image": "registry.example/shop:1"}
REMOTE = [
    Dataset(name=name, kind="remote", location=f"s3://bucket/{name}") for name in ("x", "y", "z")
]
CHAIN_OF_ONE = project(node("a", "raw", "x"), datasets=REMOTE)
CHAIN = project(
    node("a", "raw params:p", "x"), node("b", "x", "y"), datasets=REMOTE, parameters={"p": 1}
)


def artifact(of: Project, options: Mapping[str, Any] = IMAGE, **content: Any) -> Compiled:
    """The default pipeline, compiled; `held` are its settings."""
    values = {"targets": {"kubeflow": dict(options)}, "pipelines": {"__default__": content}}
    exporter = find("kubeflow")
    settings = settings_for(SettingsSource(values=values), [exporter])
    (result,) = compile_all(of, settings, exporter, Selection())
    return result


def files(of: Project, options: Mapping[str, Any] = IMAGE, **content: Any) -> dict[str, str]:
    """The files of the default pipeline, by path."""
    return {file.path: file.text for file in artifact(of, options, **content).files}


def spec(of: Project, options: Mapping[str, Any] = IMAGE, **content: Any) -> list[Any]:
    """The two documents of the spec; the second is empty where there is none."""
    documents = list(yaml.safe_load_all(files(of, options, **content)["shop.yaml"]))
    return [*documents, {}][:2]


def refusal(kind: type[ShipwayError], *args: Any, **content: Any) -> str:
    with pytest.raises(kind) as error:
        files(*args, **content)
    return said(error.value)


def args_of(document: Any, task: str) -> list[str]:
    args: list[str] = container_of(document, task)["args"]
    return args


def container_of(document: Any, task: str) -> dict[str, Any]:
    executor: dict[str, Any] = document["deploymentSpec"]["executors"][f"exec-{task}"]
    return dict(executor["container"])


def test_a_task_is_told_its_run_its_nodes_and_what_it_shares() -> None:
    of = project(
        node("a", "raw params:p", "x"),
        node("b", "x", "y"),
        parameters={"p": 1},
        datasets=[
            Dataset(name="x", kind="remote", location="s3://b/x", versioned=True),
            *REMOTE[1:],
        ],
    )
    document, platform = spec(of)
    tasks = document["root"]["dag"]["tasks"]
    assert platform == {}
    assert tasks["b"]["dependentTasks"] == ["a"]
    assert tasks["b"]["cachingOptions"] == {}
    binding = tasks["a"]["inputs"]["parameters"]
    assert binding["run_id"] == {"runtimeValue": {"constant": "{{$.pipeline_job_uuid}}"}}
    assert binding["p"] == {"componentInputParameter": "p"}
    assert binding["run_created"] == {
        "runtimeValue": {"constant": "{{$.pipeline_job_create_time_utc}}"}
    }
    assert container_of(document, "b")["command"] == [
        *("python", "-m", "shipway.runtime"),
        "--project=/app",
        "--run-id={{$.inputs.parameters['run_id']}}",
        "--created={{$.inputs.parameters['run_created']}}",
        "--package=shop",
        "--flow=shop",
        "--exported=__default__",
    ]
    assert container_of(document, "a")["command"] == container_of(document, "b")["command"]
    assert args_of(document, "b") == [
        "--task=b",
        "--pipeline=__default__",
        f"--digest={digest(signatures(of.pipelines[0].nodes))}",
        '--nodes={"b": "x -> y"}',
        '--from-run=["x"]',
    ]
    assert args_of(document, "a")[-2:] == [
        '--defaults={"p": 1}',
        "--json=p={{$.inputs.parameters['p']}}",
    ]
    assert tasks["b"]["inputs"]["parameters"].keys() == {"run_id", "run_created"}


def test_what_tasks_have_in_common_stands_once() -> None:
    content: dict[str, Any] = {"retries": 2, "retry_delay": "1m", "timeout": "10m", "owner": "Ada"}
    content |= {"env": {"LEVEL": "info"}, "labels": {"team": "data"}, "description": "What\nit is."}
    content |= {"resources": {"cpu": "500m", "memory": "1Gi"}, "nodes": {"b": {"timeout": "1h"}}}
    text = files(CHAIN, **content)["shop.yaml"]
    for key in ("command", "resources", "podMetadata"):
        assert f"{key}: &{key}\n" in text
        assert f"{key}: *{key}\n" in text
    assert text.count("maxRetryCount") == 2  # the longest time follows from the time-out
    assert text.count("--run-id=") == text.count("--package=shop") == 1
    assert "description: |-\n    What\n    it is.\n" in text


@pytest.mark.parametrize(
    ("value", "kind", "default", "how"),
    [
        ("text", "STRING", "text", "text"),
        (1, "NUMBER_INTEGER", 1, "json"),
        (1.0, "NUMBER_DOUBLE", 1.0, "float"),
        (-0.0, "STRING", "-0.0", "json"),
        ([1, -2], "LIST", [1, -2], "json"),
        ([0.5, -1], "STRING", "[0.5, -1]", "json"),
        ([1.0], "STRING", "[1.0]", "json"),
        (True, "BOOLEAN", True, "json"),
        ([1, "a"], "STRING", '[1, "a"]', "json"),
        ([], "STRING", "[]", "json"),
        ({}, "STRING", "{}", "json"),
        (None, "STRING", "null", "json"),
        (2**53 + 1, "STRING", "9007199254740993", "json"),
        ([1, None], "STRING", "[1, null]", "json"),
    ],
)
def test_parameters_become_typed_inputs(
    value: object, kind: str, default: object, how: str
) -> None:
    of = project(node("a", "raw params:p", "x"), datasets=REMOTE, parameters={"p": value})
    document, _ = spec(of)
    declaration = document["root"]["inputDefinitions"]["parameters"]["p"]
    assert (declaration["parameterType"], declaration["defaultValue"]) == (kind, default)
    assert args_of(document, "a")[-1] == f"--{how}=p={{{{$.inputs.parameters['p']}}}}"


def test_a_task_and_its_pipeline_are_not_called_alike_inside() -> None:
    of = project(node("shop", "raw", "x"), datasets=REMOTE)
    document, _ = spec(of)
    assert list(document["root"]["dag"]["tasks"]) == ["shop"]
    assert list(document["components"]) == ["comp-shop-task"]


@pytest.mark.parametrize("name", ["build-driver", "Build_Driver", "x-", "9lives", "ü", "all-tasks"])
def test_hard_names_become_names_that_a_server_takes(name: str) -> None:
    of = project(node(name, "raw", "x"), datasets=REMOTE)
    document, _ = spec(of, {**IMAGE, "on_exit": {"command": ["notify"]}})
    main = next(n for n in document["root"]["dag"]["tasks"] if n.startswith("all-tasks"))
    (task,) = document["components"][f"comp-{main}"]["dag"]["tasks"]
    assert not task.endswith(("-driver", "-"))
    assert task[0].isalpha()
    assert task.isascii()


def test_retries_cover_every_try() -> None:
    content: dict[str, Any] = {
        "retries": 2,
        "retry_delay": "1m",
        "retry_backoff": 2,
        "timeout": "10m",
    }
    document, platform = spec(CHAIN_OF_ONE, **content)
    policy = document["root"]["dag"]["tasks"]["a"]["retryPolicy"]
    assert policy["maxRetryCount"] == 2
    assert (policy["backoffDuration"], policy["backoffFactor"]) == ("60s", 2.0)
    assert int(policy["backoffMaxDuration"][:-1]) >= 3 * 600 + 60 + 120
    options = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]["exec-a"]
    assert options["activeDeadlineSeconds"] == 600


def test_a_pause_of_no_whole_factor_is_refused() -> None:
    text = refusal(UnsupportedError, CHAIN_OF_ONE, retries=1, retry_backoff=1.5)
    assert "whole numbers, not by 1.5" in text


@pytest.mark.parametrize("pause", [1.5, "0.5s", "1m0.25s"])
def test_a_pause_of_no_whole_seconds_is_refused(pause: Any) -> None:
    text = refusal(UnsupportedError, CHAIN_OF_ONE, retries=1, retry_delay=pause)
    assert "Argo waits whole seconds before a retry, not" in text
    assert "pipelines.__default__.retry_delay" in text
    assert spec(CHAIN_OF_ONE, retry_delay=pause), "without retries there is no pause"


def test_waiting_for_a_machine_costs_no_try() -> None:
    """The clock of retries also runs while a pod waits, which no time-out of a try limits."""
    document = spec(CHAIN_OF_ONE, retries=1, timeout="1h")[0]
    policy = document["root"]["dag"]["tasks"]["a"]["retryPolicy"]
    assert int(policy["backoffMaxDuration"][:-1]) >= 2 * 3600 + 30 * 86400


def test_a_task_without_an_image_is_refused() -> None:
    assert "has no image to run in" in refusal(UnsupportedError, CHAIN_OF_ONE, {})
    document, _ = spec(CHAIN_OF_ONE, {}, image="other:2")
    assert document["deploymentSpec"]["executors"]["exec-a"]["container"]["image"] == "other:2"


def test_a_local_file_that_no_volume_holds_is_refused() -> None:
    of = project(node("a", "raw", "x"), node("b", "x", "y"), datasets=REMOTE[1:])
    text = refusal(PlanError, of)
    assert "The local file of `x`, /app/data/x, would not reach the next task" in text
    assert "s3://" in text
    assert "`volumes`" in text
    assert "share a task" in text


def test_a_local_file_that_would_end_with_its_container_is_refused() -> None:
    of = project(node("a", "raw", "x"))
    assert "`x`, /app/data/x, would end with its container" in refusal(PlanError, of)


def test_volumes_must_hold_the_path() -> None:
    of = project(node("a", "raw", "x"), node("b", "x", "y"), datasets=REMOTE[1:])
    elsewhere = {**IMAGE, "volumes": [{"claim": "c", "mount": "/app/dat"}]}
    assert "no volume of `a`, `b` holds it" in refusal(PlanError, of, elsewhere)
    assert spec(of, {**IMAGE, "volumes": [{"claim": "c", "mount": "/app/data"}]})
    apart = {"a": {"volumes": [{"claim": "c", "mount": "/app/data"}]}}
    apart["b"] = {"volumes": [{"claim": "d", "mount": "/app/data"}]}
    assert "mount different volumes" in refusal(PlanError, of, nodes=apart)


DATA = {**IMAGE, "volumes": [{"claim": "c", "mount": "/app/data"}]}


def stands(location: str, **more: Any) -> Project:
    content = Dataset(name="x", kind="local", location=location, **more)
    return project(node("a", "raw", "x"), datasets=[content])


@pytest.mark.parametrize(
    ("location", "display"),
    [
        ("shop.duckdb", "/app/shop.duckdb"),
        ("data/../x", "/app/x"),
        ("${runtime_params:root, out}/x", "/app/out/x"),
    ],
)
def test_a_file_stands_where_its_path_leads(location: str, display: str) -> None:
    text = refusal(PlanError, stands(location, database=location), DATA)
    assert f"The local file of `x`, {display}, would end with its container" in text
    for content in ("data/shop.duckdb", "x/../data/x", "${runtime_params:root, data}/x"):
        assert spec(stands(content), DATA)


def test_every_local_file_of_an_entry_counts() -> None:
    text = refusal(PlanError, stands("data/x", files=("sql/x.sql",), database="y.db"), DATA)
    assert "/app/sql/x.sql" in text
    assert "/app/y.db" in text


def test_a_reader_by_another_name_needs_the_volume_too() -> None:
    content = [Dataset(name=n, kind="local", location="data/s") for n in ("one", "two")]
    nodes = [node("a", "raw", "one"), node("b", "two", "x")]
    of = project(*nodes, datasets=[*content, *REMOTE])
    mounts = {"a": {"volumes": [{"claim": "c", "mount": "/app/data"}]}}
    assert "would not reach the next task: no volume of `b`" in refusal(PlanError, of, nodes=mounts)


def test_a_limit_of_tasks_that_is_given_up_keeps_the_order_of_a_database() -> None:
    content = [
        Dataset(name=n, kind="local", location="data/s.db", database="data/s.db", table=n)
        for n in ("one", "two")
    ]
    of = project(node("a", "raw", "one"), node("b", "raw", "two"), datasets=content)
    exporter = find("kubeflow")
    alone = {"concurrency": {"tasks": 1, "runs": 1}}
    values = {"targets": {"kubeflow": DATA}, "pipelines": {"__default__": alone}}
    settings = settings_for(SettingsSource(values=values), [exporter])
    lossy = Selection(lossy=["concurrency.tasks", "concurrency.runs"])
    (artifact,) = compile_all(of, settings, exporter, lossy)
    assert artifact.plan.tasks[1].needs == ("a",)


def test_a_store_on_the_containers_disk_is_refused() -> None:
    of = project(node("a", "raw", "m"), node("b", "m", "y"), memory="m", datasets=REMOTE)
    text = refusal(PlanError, of, memory="store", store="data/store")
    assert "/app/data/store, would not reach the next task" in text
    document, _ = spec(of, memory="store", store="s3://bucket/store")
    assert document["root"]["dag"]["tasks"]["clean-up-store"]["dependentTasks"] == ["b"]
    assert args_of(document, "clean-up-store")[-2:] == [
        "--store=s3://bucket/store",
        "--clean-store",
    ]


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
    assert "would take `{{` in this text for a placeholder" in refusal(
        UnsupportedError, of, **content
    )


def test_text_that_kubernetes_would_expand_is_escaped() -> None:
    document, _ = spec(CHAIN_OF_ONE, env={"A": "$(id) $$ $HOME ${x}"})
    container = document["deploymentSpec"]["executors"]["exec-a"]["container"]
    assert container["env"] == [{"name": "A", "value": "$$(id) $$$ $HOME ${x}"}]


HOSTILE = ("{{ x }}", ["{{workflow.name}}"], "$(id)", ["a$$b"], {"a": "\0"}, "\ud800", "x" * 70_000)


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
    assert "`p` may not be exported: Kubeflow would take `{{` in its default" in finding.what


def many(nodes: int, *read: str) -> Project:
    """A pipeline of nodes with names and signatures as long as real ones."""
    result = (
        node(f"features.region_{n:04}.weekly", f"raw_{n:04} {' '.join(read)}", f"weekly_{n:04}")
        for n in range(nodes)
    )
    of = pipeline(*result)
    names = [name for one in of.nodes for name in (*one.datasets_in, *one.outputs)]
    content = [Dataset(name=name, kind="remote", location=f"s3://b/{name}") for name in names]
    return project(
        of, datasets=content, parameters={name.removeprefix("params:"): 1 for name in read}
    )


def test_a_task_of_very_many_nodes_is_told_their_names_alone() -> None:
    """Linux takes no argument above 128 KiB, and the server hands over a container as one."""
    few, _ = spec(many(300), group_by="pipeline")
    assert '"features.region_0000.weekly": "raw_0000 -> weekly_0000"' in nodes_of(few)
    of = many(1_500, "params:weeks", "params:scale")
    document, _ = spec(of, group_by="pipeline")
    assert json.loads(nodes_of(document)) == [one.name for one in of.pipelines[0].nodes]
    (executor,) = document["deploymentSpec"]["executors"].values()
    assert len(json.dumps(executor)) < 128 * 1024


def nodes_of(document: Any) -> str:
    (executor,) = document["deploymentSpec"]["executors"].values()
    (word,) = (word for word in executor["container"]["args"] if word.startswith("--nodes="))
    return str(word.partition("=")[2])


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
