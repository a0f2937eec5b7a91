"""Tasks of Airflow in pods: those of its operator, and those of the KubernetesExecutor."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from shipway.errors import PlanError, SettingsError, UnsupportedError
from shipway.model import Dataset
from tests.unit.exporters.test_airflow_docker import CHAIN, FAR, compiled, differ, refusal, text_of
from tests.unit.planner.build_ir import node, project

IMAGE = {"image": "shop:1", "run_on": "kubernetes"}
DATA = {"claim": "shop", "mount": "/app/data"}
SECRET = {"secrets": {"db_password": {"name": "warehouse", "key": "word"}}}
EVERYTHING: Mapping[str, Any] = {
    **SECRET,
    "timeout": "90s",
    "env": {"A": "1", "B": "{{ x }} $(A) $$"},
    "env_from": [{"secret": "all"}, {"config_map": "regions"}],
    "resources": {
        "cpu": "500m",
        "memory": "1Gi",
        "gpu": 1,
        "gpu_type": "amd.com/gpu",
        "ephemeral_storage": "1Gi",
        "limits": {"cpu": "2", "memory": "2Gi", "ephemeral_storage": "3Gi"},
    },
    "volumes": [
        DATA,
        {"config_map": "regions", "mount": "/etc/regions"},
        {"secret": "cert", "key": "cert.pem", "mount": "/etc/cert.pem", "read_only": True},
        {"empty_dir": {"medium": "Memory", "size": "1Gi"}, "mount": "/dev/shm"},
    ],
    "service_account": "runner",
    "kubernetes": {
        "node_selector": {"pool": "ml", "node-role.kubernetes.io/gpu": ""},
        "tolerations": [
            {"key": "gpu"},
            {"key": "a", "value": "b", "effect": "NoExecute"},
            {"key": "b", "value": ""},
        ],
        "labels": {"team": "a", "tier": ""},
        "annotations": {"note": "for {{ x }}\n"},
        "image_pull_policy": "Always",
        "image_pull_secrets": ["ghcr"],
        "priority_class": "batch",
    },
}
OF_AN_OPERATOR: Mapping[str, Any] = {
    **EVERYTHING,
    "command_prefix": ["tini", "--"],
    "kubernetes": {**EVERYTHING["kubernetes"], "namespace": "forecasting"},
}


def test_a_secret_keeps_the_name_of_its_variable() -> None:
    """The provider's own class for secrets writes it in capitals."""
    text = text_of(CHAIN, {**IMAGE, **SECRET})
    assert re.search(r'V1EnvVar\(\s+name="db_password"', text)
    assert "Secret(" not in text


def test_the_pod_ends_before_airflow_ends_it() -> None:
    text = text_of(CHAIN, {**IMAGE, "timeout": "90s"}, {"startup_timeout": "10m"})
    assert '"active_deadline_seconds": 90' in text
    assert '"execution_timeout": timedelta(seconds=690)' in text
    assert '"startup_timeout_seconds": 600' in text
    assert '"execution_timeout": timedelta(seconds=210)' in text_of(CHAIN, {**IMAGE, "timeout": 90})


@pytest.mark.parametrize(
    ("options", "argument"),
    [
        ({"keep_failed_pods": True}, '"on_finish_action": "delete_succeeded_pod"'),
        ({"deferrable": True}, '"deferrable": True'),
        ({"container": {"python": "/opt/python"}}, '"cmds": ["/opt/python", "-m"'),
        ({"container": {"project_dir": "/srv"}}, '"--project=/srv"'),
    ],
)
def test_options_are_arguments_only_when_set(options: Mapping[str, Any], argument: str) -> None:
    assert argument in text_of(CHAIN, IMAGE, options)
    assert argument not in text_of(CHAIN, IMAGE)


def test_connections_stay_out_of_the_file() -> None:
    text = text_of(CHAIN, {**IMAGE, **OF_AN_OPERATOR})
    for word in ("conn_id", "config_file", "in_cluster", "cluster_context"):
        assert word not in text


@pytest.mark.parametrize("version", ["2.11", "3"])
def test_everything_is_read_back(version: str) -> None:
    one = compiled(CHAIN, {**IMAGE, **OF_AN_OPERATOR}, {"version": version})
    assert not differ(one, one.files[0].text)


@pytest.mark.parametrize("run_with", ["shipway", "kedro"])
def test_everything_of_a_worker_s_pod_is_read_back(run_with: str) -> None:
    settings = {"image": "airflow:1", **EVERYTHING, "run_with": run_with}
    one = compiled(CHAIN, settings, {"executor": "kubernetes"})
    text = one.files[0].text
    assert 'k8s.V1Container(\n                            name="base"' in text
    assert '"env": {"A": "1", "B": "{{ x }} $(A) $$"}' in text, "the process's own: as it is"
    assert not differ(one, text)
    assert differ(one, text.replace('"pool": "ml"', '"pool": "mm"'))
    assert differ(one, text.replace('image="airflow:1"', 'image="airflow:2"'))


def test_a_worker_s_pod_is_left_alone_where_nothing_is_set() -> None:
    nodes = {"b": {"resources": {"memory": "4Gi"}}}
    text = text_of(CHAIN, {"env": {"A": "1"}, "nodes": nodes}, {"executor": "kubernetes"})
    assert text.count("executor_config") == 1
    assert "kubernetes" not in text_of(CHAIN, {"env": {"A": "1"}}, {"executor": "kubernetes"})


def test_workers_in_pods_share_no_disk() -> None:
    of = project(node("a", "raw", "x"), node("b", "x", "y"))
    message = refusal(PlanError, of, {"project_dir": "/app"}, {"executor": "kubernetes"})
    assert "no volume of `a`, `b` holds it" in message
    settings = {"project_dir": "/app", "volumes": [DATA]}
    assert text_of(of, settings, {"executor": "kubernetes"})


@pytest.mark.parametrize(
    ("pattern", "instead"),
    [
        (r'"shop:1"', '"shop:2"'),
        (r'"forecasting"', '"other"'),
        (r'"team": "a"', '"team": "b"'),
        (r"u007b x", "u007b y"),
        (r'name="A", value="1"', 'name="A", value="2"'),
        (r'name="db_password"', 'name="DB_PASSWORD"'),
        (r'name="warehouse"', 'name="other"'),
        (r'V1SecretEnvSource\(name="all"\)', 'V1SecretEnvSource(name="none")'),
        (r'"cpu": "500m"', '"cpu": "600m"'),
        (r'"memory": "2Gi"', '"memory": "3Gi"'),
        (r'"amd.com/gpu": "1"', '"amd.com/gpu": "2"'),
        (r'claim_name="shop"', 'claim_name="other"'),
        (r'mount_path="/app/data"', 'mount_path="/data"'),
        (r'sub_path="cert.pem",\s+', ""),
        (r'medium="Memory", ', ""),
        (r'size_limit="1Gi"', 'size_limit="2Gi"'),
        (r'"pool": "ml"', '"pool": "mm"'),
        (r'effect="NoExecute"', 'effect="NoSchedule"'),
        (r'"runner"', '"other"'),
        (r'"Always"', '"Never"'),
        (r'"ghcr"', '"docker"'),
        (r'"batch"', '"rush"'),
        (r'"active_deadline_seconds": 90', '"active_deadline_seconds": 91'),
        (r"timedelta\(seconds=210\)", "timedelta(seconds=90)"),
        (r'"tini", "--", ', ""),
        (r"--run-id=\{\{ run_id \}\}", "--run-id={{ ds }}"),
        (r' \| replace\(\\?"\$\\?", \\?"\$\$\\?"\)', ""),
    ],
)
def test_each_change_of_a_pod_is_seen(pattern: str, instead: str) -> None:
    one = compiled(CHAIN, {**IMAGE, **OF_AN_OPERATOR})
    text = re.sub(pattern, instead, one.files[0].text)
    assert text != one.files[0].text
    assert differ(one, text)


RESERVED = {"dag_id": "a", "run_id": "b", "already_checked": "c"}


@pytest.mark.parametrize("labels", [{"labels": RESERVED}, {"kubernetes": {"labels": RESERVED}}])
def test_all_labels_by_which_airflow_finds_its_pods_are_told_at_once(labels: Any) -> None:
    message = refusal(UnsupportedError, CHAIN, {**IMAGE, **labels})
    for label in RESERVED:
        assert f"Airflow needs the label `{label}` for itself" in message
    assert message.count("for itself") == len(RESERVED), "once for all tasks"


def test_the_folder_in_an_image_has_an_option_of_its_own() -> None:
    """Where the message points, there is such an option."""
    message = refusal(UnsupportedError, CHAIN, {**IMAGE, "project_dir": "sub"})
    assert "Set `targets.airflow.container.project_dir`, such as /app." in message
    options = {"container": {"project_dir": "/app"}}
    assert text_of(CHAIN, {**IMAGE, "project_dir": "sub"}, options)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"kubernetes": {"namespace": "n"}}, "namespace of the executor"),
        ({"volumes": [{"host_path": "/srv", "mount": "/app/data"}]}, "mount a claim"),
        ({"command_prefix": ["tini"]}, "Airflow's own command"),
    ],
)
def test_a_worker_s_pod_lacks_what_it_lacks_for_its_own_reasons(settings: Any, why: str) -> None:
    message = refusal(UnsupportedError, CHAIN, settings, {"executor": "kubernetes"})
    assert why in message
    assert "It needs a container" not in message


def test_secrets_of_an_operator_are_a_setting() -> None:
    message = refusal(SettingsError, CHAIN, IMAGE, {"task": {"secrets": ["a"]}})
    assert "the setting `secrets` decides it" in message


OPTIONS = ({"run_on": "kubernetes"}, {"executor": "kubernetes"})


@pytest.mark.parametrize("options", OPTIONS, ids=["operator", "executor"])
@pytest.mark.parametrize("label", ["run_id", "airflow-worker", "airflow_version"])
def test_what_airflow_finds_its_pods_by_is_no_free_label(
    options: dict[str, Any], label: str
) -> None:
    of_a_pod = {"kubernetes": {"labels": {label: "x"}}}
    message = refusal(UnsupportedError, CHAIN, {**IMAGE, **of_a_pod}, options)
    assert f"Airflow needs the label `{label}` for itself" in message
    assert f"pipelines.__default__.kubernetes.labels.{label}" in message


def test_a_label_of_the_pipeline_is_one_of_an_operator_s_pods() -> None:
    message = refusal(UnsupportedError, CHAIN, {**IMAGE, "labels": {"run_id": "x"}})
    assert "Airflow needs the label `run_id` for itself" in message


@pytest.mark.parametrize("options", OPTIONS, ids=["operator", "executor"])
def test_all_that_kubernetes_would_refuse_is_told_at_once(options: Mapping[str, Any]) -> None:
    """One call each; what it finds, tests/unit/containers/test_pod_checks.py says."""
    settings = {
        "secrets": {"A": {"name": "A_b", "key": "k"}},
        "volumes": [{"claim": "Data", "mount": "/data"}],
        "nodes": {"b": {"kubernetes": {"labels": {"a b": "c"}}}},
    }
    message = refusal(UnsupportedError, CHAIN, settings, {"image": "shop:1", **options})
    for words in ("secret `A_b`", "claim `Data`", "label `a b: c`"):
        assert words in message
    assert message.count("Kubernetes takes no") == 3
    assert "pipelines.__default__.nodes.b.kubernetes.labels.a b" in message


def test_a_folder_of_a_machine_is_none_of_a_cluster() -> None:
    volumes = [{"host_path": "/srv", "mount": "/app/data"}]
    assert "mount a claim" in refusal(UnsupportedError, CHAIN, {**IMAGE, "volumes": volumes})


def test_three_places_in_one_dag() -> None:
    """Docker expands nothing, so that its words are others than a pod's."""
    of = project(*CHAIN.pipelines[0].nodes, parameters={"p": "$$"}, datasets=FAR)
    nodes = {"a": {"run_on": "docker"}, "b": {"run_on": "local"}}
    one = compiled(of, {**IMAGE, "env": {"A": "$(B)"}, "nodes": nodes})
    text = one.files[0].text
    for operator in ("DockerOperator", "KedroOperator", "KubernetesPodOperator"):
        assert len(re.findall(rf"= {operator}\(", text)) == 1
    assert "*RUN" in text
    assert "*POD_RUN" in text
    assert not differ(one, text)


def test_the_store_is_emptied_where_the_last_task_that_uses_it_runs() -> None:
    nodes = (node("a", "raw", "m"), node("b", "m", "y"), node("c", "y", "z"))
    of = project(*nodes, memory="m", datasets=FAR[1:])
    settings = {**IMAGE, **SECRET, "memory": "store", "store": "s3://b/runs"}
    text = text_of(of, {**settings, "nodes": {"c": {"run_on": "docker"}}})
    _, _, cleanup = text.partition('task_id="clean_up_store"')
    start = text.removesuffix(cleanup)
    assert start.endswith('KubernetesPodOperator(\n        task_id="clean_up_store"')
    assert 'arguments=[*POD_RUN, "--clean-store"]' in cleanup


@pytest.mark.parametrize("options", [{"run_on": "kubernetes"}, {"executor": "kubernetes"}])
def test_a_pod_has_a_label_of_its_tasks_name(options: Mapping[str, Any]) -> None:
    options = {**options, "image": "shop:1"}
    of = project(node("数据", "params:p"), node("é1", "params:p"), parameters={"p": 1})
    message = refusal(UnsupportedError, of, {"project_dir": "/app"}, options)
    assert "Airflow labels a pod with the name `数据`" in message
    assert "é1" not in message
    good = project(node("a", "params:p"), parameters={"p": 1})
    message = refusal(UnsupportedError, good, {"project_dir": "/app", "name": "数据"}, options)
    assert "Set a `name` for the pipeline" in message
    assert compiled(of, {}, {}).files, "a worker knows no labels"


def test_a_folder_of_the_project_that_does_not_count_is_told() -> None:
    options = {"run_on": "kubernetes", "image": "shop:1", "container": {"project_dir": "/app"}}
    notes = compiled(CHAIN, {"project_dir": "/srv"}, options).plan.notes
    assert any("`targets.airflow.container.project_dir` comes first" in note for note in notes)
    assert not compiled(CHAIN, {}, options).plan.notes


OWN = [
    Dataset(name="x", kind="other", type="shop.ds.Mine", place_unknown=True),
    Dataset(name="y", kind="other", type="redis.PickleDataset"),
    Dataset(name="z", kind="local", location="data/z"),
]


@pytest.mark.parametrize("name", ["kubernetes", "docker"])
def test_a_place_that_nobody_knows_is_named_where_tasks_share_no_disk(name: str) -> None:
    of = project(node("a", "raw", "x"), node("b", "x", "y"), node("c", "y", "z"), datasets=OWN)
    settings = {**IMAGE, "run_on": name, "volumes": [DATA]}
    (note,) = [n for n in compiled(of, settings).plan.notes if "unknown" in n]
    assert note == (
        "Where `x` keeps its data is unknown: what a container writes to its own disk ends with "
        "it. So a file must stand on a volume, the same one for all tasks that use it."
    )
    on_worker = compiled(of, {}).plan.notes
    assert not any("unknown" in n for n in on_worker), "the control"
    # Who reads on the worker does not find what a container has written, nor the other way round.
    assert note in compiled(of, {"nodes": {"b": settings}}).plan.notes
