"""Tasks of Airflow in containers of Docker, and beside others on the worker."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from shipway.artifacts.readback import differences
from shipway.compiler import Compiled, Selection, compile_all, settings_for
from shipway.errors import PlanError, ShipwayError, UnsupportedError
from shipway.model import Dataset, Project
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from tests.unit.planner.build_ir import node, project, said

FAR = [Dataset(name=name, kind="remote", location=f"s3://b/{name}") for name in ("x", "y", "z")]
CHAIN = project(
    node("a", "raw params:p", "x"),
    node("b", "x", "y"),
    node("c", "y", "z"),
    parameters={"p": 1},
    datasets=FAR,
)
IMAGE = {"image": "shop:1", "run_on": "docker"}
DATA = {"claim": "shop", "mount": "/app/data"}


def compiled(
    of: Project,
    settings: Mapping[str, Any],
    options: Mapping[str, Any] | None = None,
    lossy: Sequence[str] = (),
) -> Compiled:
    """One pipeline with its settings, and the options of the target."""
    values = {"targets": {"airflow": options or {}}, "pipelines": {"__default__": settings}}
    exporter = find("airflow")
    (one,) = compile_all(
        of,
        settings_for(SettingsSource(values=values), [exporter]),
        exporter,
        Selection(lossy=lossy),
    )
    return one


def text_of(of: Project, settings: Mapping[str, Any], options: Any = None) -> str:
    return compiled(of, settings, options).files[0].text


def refusal(
    kind: type[ShipwayError],
    of: Project,
    settings: Mapping[str, Any],
    options: Any = None,
    lossy: Sequence[str] = (),
) -> str:
    with pytest.raises(kind) as error:
        compiled(of, settings, options, lossy)
    return said(error.value)


def differ(one: Compiled, text: str) -> list[str]:
    """What a text says otherwise than the plan."""
    back = find("airflow").read_back(one.plan, {one.files[0].path: text})
    return list(differences(one.plan, back.contents()))


def test_a_dag_of_containers_holds_no_class_of_its_own() -> None:
    text = text_of(CHAIN, IMAGE)
    assert "class " not in text
    assert "BaseOperator" not in text
    assert "DockerOperator" in text
    assert '"entrypoint": ["python", "-m", "shipway.runtime"]' in text
    for argument in ('"mount_tmp_dir": False', '"auto_remove": "force"', '"do_xcom_push": False'):
        assert argument in text


@pytest.mark.parametrize(
    ("settings", "pattern"),
    [
        ({"env": {"A": "1"}}, r'"environment": {"A": "1"}'),
        ({"env": {"A": "{{ x }}"}}, r'"environment": {"A": \'{{ "\\\\u007b'),
        ({"env": {"A": "x.env"}}, r"{{ \"x.env\" }}"),
        ({"resources": {"memory": "1.5Gi"}}, r'"mem_limit": "1536m"'),
        ({"resources": {"memory": "1G"}}, r'"mem_limit": 1000000000'),
        ({"resources": {"cpu": "500m"}}, r'"cpus": 0.5'),
        ({"resources": {"gpu": 2}}, r'DeviceRequest\(count=2, capabilities=\[\["gpu"\]\]\)'),
        ({"volumes": [DATA]}, r'Mount\(target="/app/data", source="shop", type="volume"\)'),
        (
            {"volumes": [{"host_path": "/srv", "mount": "/d", "read_only": True}]},
            r'Mount\(target="/d", source="/srv", type="bind", read_only=True\)',
        ),
        (
            {"volumes": [{"empty_dir": {"medium": "Memory", "size": "1Gi"}, "mount": "/dev/shm"}]},
            r'type="tmpfs",\s+tmpfs_size=1073741824',
        ),
        ({"command_prefix": ["tini", "--"]}, r'\["tini", "--", "python", "-m", "shipway'),
        ({"timeout": "1h"}, r'"--timeout=3600.0"'),
        ({"labels": {"team": "a"}}, r'"labels": {"team": "a"}'),
    ],
)
def test_a_setting_is_an_argument(settings: Mapping[str, Any], pattern: str) -> None:
    text = text_of(CHAIN, {**IMAGE, **settings})
    assert re.search(pattern, text), text


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"secrets": {"A": {"name": "n", "key": "k"}}}, "no store of secrets"),
        ({"env_from": [{"secret": "s"}]}, "no store of secrets"),
        ({"resources": {"limits": {"memory": "1Gi"}}}, "no requests"),
        ({"kubernetes": {"node_selector": {"a": "b"}}}, "run_on: kubernetes"),
        ({"volumes": [{"config_map": "c", "mount": "/c"}]}, "run_on: kubernetes"),
        ({"volumes": [{"empty_dir": {}, "mount": "/c"}]}, "a disk of its own"),
        ({"volumes": [{"claim": "a\nb", "mount": "/c"}]}, "has no volume of the name"),
        ({"volumes": [{"claim": "/srv/data", "mount": "/c"}]}, "is `host_path`"),
        ({"service_account": "s"}, "run_on: kubernetes"),
        ({"run_with": "kedro"}, "run_with: shipway"),
    ],
)
def test_what_docker_cannot_do_is_refused(settings: Mapping[str, Any], word: str) -> None:
    assert word in refusal(UnsupportedError, CHAIN, {**IMAGE, **settings})


def test_a_task_without_an_image_is_refused() -> None:
    assert "has no image to run in" in refusal(UnsupportedError, CHAIN, {"run_on": "docker"})
    assert "shop:2" in text_of(CHAIN, {}, {"run_on": "docker", "image": "shop:2"})


def test_a_container_has_no_disk_that_stays() -> None:
    of = project(node("a", "raw", "x"), node("b", "x", "y"))
    assert "end with its task" in refusal(PlanError, of, IMAGE)
    assert text_of(of, {**IMAGE, "volumes": [DATA]}), "the control: a volume holds them"
    inside = {"empty_dir": {"medium": "Memory"}, "mount": "/app/data/y"}
    assert "/app/data/y" in refusal(PlanError, of, {**IMAGE, "volumes": [DATA, inside]})


def test_one_node_may_run_on_the_worker() -> None:
    """What was set for all is meant for those in containers."""
    settings = {**IMAGE, "resources": {"memory": "1Gi"}, "env": {"A": "1"}}
    one = compiled(CHAIN, {**settings, "nodes": {"b": {"run_on": "local"}}})
    text = one.files[0].text
    assert len(re.findall(r"= DockerOperator\(", text)) == 2
    assert len(re.findall(r"= KedroOperator\(", text)) == 1
    (task,) = (task for task in one.plan.tasks if task.settings.run_on == "local")
    assert (task.settings.image, task.settings.memory) == (None, None)
    assert dict(task.settings.env) == {"A": "1"}, "the control: what it can have, it has"
    (note,) = (note for note in one.plan.notes if "`b`" in note)
    assert "`image`, `resources.memory` of more general settings do not count" in note


def test_the_way_out_where_only_one_node_runs_in_a_container() -> None:
    nodes: dict[str, Any] = {"b": {"run_on": "docker"}}
    message = refusal(UnsupportedError, CHAIN, {"image": "shop:1", "nodes": nodes})
    assert "Where only some run in one, set `run_on: local` for the others." in message
    nodes |= {name: {"run_on": "local"} for name in "ac"}
    assert text_of(CHAIN, {"image": "shop:1", "nodes": nodes}).count("= DockerOperator(") == 1
    del nodes["a"], nodes["c"]
    assert text_of(CHAIN, {"nodes": nodes}, {"image": "shop:1"}).count("= DockerOperator(") == 1


def test_what_is_set_beside_the_place_is_no_oversight() -> None:
    nodes = {"b": {"run_on": "local", "image": "shop:2"}}
    message = refusal(UnsupportedError, CHAIN, {**IMAGE, "nodes": nodes})
    assert "nodes.b.image" in message
    assert "It needs a container" in message


def test_a_file_between_a_container_and_the_worker() -> None:
    of = project(node("a", "raw", "x"), node("b", "x", "y"), datasets=FAR[1:])
    split = {**IMAGE, "nodes": {"b": {"run_on": "local"}}}
    assert "`b` has it on the worker, and `a` in a container" in refusal(PlanError, of, split)
    folder = {"volumes": [{"host_path": "/srv/shop/data", "mount": "/app/data"}]}
    container = {"container": {"project_dir": "/app"}}
    assert "on the worker" in refusal(PlanError, of, {**split, **folder}, container)
    same = {**split, **folder, "project_dir": "/srv/shop"}
    assert text_of(of, same, container), "the control: one folder of the machine"
    other = {**same, "project_dir": "/srv/other"}
    assert "on the worker" in refusal(PlanError, of, other, container)


@pytest.mark.parametrize(
    ("pattern", "instead"),
    [
        (r'"--pipeline=__default__"', '"--pipeline=other"'),
        (r'\\"a\\": \\"raw|"a": "raw', '"a": "row'),
        (r'"shop:1"', '"shop:2"'),
        (r'"1g"', '"2g"'),
        (r'"cpus": 0.5', '"cpus": 0.25'),
        (r'source="shop"', 'source="other"'),
        (r'type="volume"', 'type="bind"'),
        (r'{"A": "1"}', '{"A": "2"}'),
        (r'"run_id"|--run-id={{ run_id }}', "--run-id={{ ds }}"),
    ],
)
def test_each_change_of_a_container_is_seen(pattern: str, instead: str) -> None:
    settings = {**IMAGE, "env": {"A": "1"}, "resources": {"cpu": "500m", "memory": "1Gi"}}
    one = compiled(CHAIN, {**settings, "volumes": [DATA]})
    file = one.files[0]
    exporter = find("airflow")
    assert not list(
        differences(one.plan, exporter.read_back(one.plan, {file.path: file.text}).contents())
    )
    text = re.sub(pattern, lambda _: instead, file.text)
    assert text != file.text
    assert list(differences(one.plan, exporter.read_back(one.plan, {file.path: text}).contents()))


@pytest.mark.parametrize(
    ("option", "settings"),
    [
        ({"image": "shop:1"}, {"run_on": "docker"}),
        ({"volumes": [DATA]}, IMAGE),
        ({"container": {"python": "python3"}}, IMAGE),
        ({"network": "host"}, IMAGE),
        ({"startup_timeout": "5m"}, {**IMAGE, "run_on": "kubernetes"}),
        ({"keep_failed_pods": True}, {**IMAGE, "run_on": "kubernetes"}),
        ({"deferrable": True}, {**IMAGE, "run_on": "kubernetes"}),
        ({"executor": "kubernetes"}, {}),
        ({"python": "bin/python"}, {}),
        ({"root": {"env": "ROOT"}}, {}),
    ],
)
def test_an_option_without_effect_is_told(
    option: Mapping[str, Any], settings: Mapping[str, Any]
) -> None:
    (name,) = option
    note = f"`targets.airflow.{name}` has no effect on `__default__`: none of its tasks has"
    other = IMAGE if name in ("executor", "python", "root") else {}
    assert any(note in one for one in compiled(CHAIN, other, option).plan.notes)
    assert not any(note in one for one in compiled(CHAIN, settings, option).plan.notes)


def test_the_devices_of_docker_may_be_named_as_kubernetes_names_them() -> None:
    gpu = {"gpu": 2, "gpu_type": "nvidia.com/gpu"}
    one = compiled(CHAIN, {**IMAGE, "resources": gpu})
    text = one.files[0].text
    bare = text_of(CHAIN, {**IMAGE, "resources": {"gpu": 2}})
    assert [line for line in text.splitlines() if "shipway: " not in line] == [
        line for line in bare.splitlines() if "shipway: " not in line
    ]
    assert not differ(one, text)


@pytest.mark.parametrize("lossy", [(), ("resources.gpu_type",), ("resources",)])
@pytest.mark.parametrize("kind", ["amd.com/gpu", "nvidia.com/mig-1g.5gb"])
def test_docker_gives_no_device_of_nvidia_for_another(kind: str, lossy: Sequence[str]) -> None:
    resources = {"gpu": 1, "gpu_type": kind}
    message = refusal(UnsupportedError, CHAIN, {**IMAGE, "resources": resources}, lossy=lossy)
    assert f"Docker gives devices of NVIDIA (`nvidia.com/gpu`), and no `{kind}`." in message
    assert "resources.gpu_type" in message


def test_an_image_counts_for_the_pods_of_workers() -> None:
    options = {"image": "shop:1", "executor": "kubernetes"}
    assert not any("has no effect" in note for note in compiled(CHAIN, {}, options).plan.notes)


@pytest.mark.parametrize("target", ["airflow", "kubeflow"])
@pytest.mark.parametrize("option", [{"image": "shop:2"}, {"volumes": [DATA]}])
def test_an_option_that_each_task_has_a_setting_for_is_told(
    target: str, option: dict[str, Any]
) -> None:
    exporter = find(target)

    def notes(**content: Any) -> str:
        options = {"run_on": "docker"} if target == "airflow" else {}
        values = {
            "targets": {target: {"image": "shop:1", **options, **option}},
            "pipelines": {"__default__": content},
        }
        settings = settings_for(SettingsSource(values=values), [exporter])
        (one,) = compile_all(CHAIN, settings, exporter, Selection())
        return " ".join(one.plan.notes)

    (name,) = option
    note = f"`targets.{target}.{name}` has no effect on `__default__`: the settings of each"
    assert note in notes(image="own:1", volumes=[DATA])
    assert note not in notes()
