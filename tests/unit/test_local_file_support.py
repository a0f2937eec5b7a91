"""Local files and the volumes that they stand on: what is refused, and what is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from shipway.errors import PlanError, UnsupportedError
from shipway.locations import kind_of, normal
from shipway.model import Dataset
from shipway.targets import registry
from shipway.targets.exporter import MountsVolumes
from shipway.targets.support import check
from tests.targets import OF_PODS, OF_TASKS, VERTEX
from tests.unit.planner.build_ir import node, plan, project, said
from tests.unit.supported_settings import (
    ALONE,
    LOCAL,
    READ_ONLY,
    SCRATCH,
    checked,
)


def test_a_local_file_is_refused_where_tasks_share_no_disk() -> None:
    assert checked(plan(LOCAL)) == ()
    with pytest.raises(PlanError) as error:
        checked(plan(LOCAL), local_files="")
    text = said(error.value)
    assert "`x`, data/x, would not reach the next task: no volume of `a`, `b` holds it, and" in text
    assert "tasks share no disk on Orchestra" in text
    assert "(`volumes`)" in text


def test_a_local_file_may_stand_on_a_volume_of_all_its_tasks() -> None:
    content = {"project_dir": "/srv", "volumes": [{"claim": "c", "mount": "/srv/data"}]}
    assert checked(plan(LOCAL, content), local_files="") == ()


@pytest.mark.parametrize("target", [*OF_PODS, "airflow"])
@pytest.mark.parametrize(
    "mount", ["/opt", "/opt/shop", "/opt/shop/src", "/opt/shop/src/shop", "/opt/shop/conf"]
)
def test_a_volume_over_the_project_is_refused(target: str, mount: str) -> None:
    options: dict[str, Any] = {"run_on": "kubernetes", "image": "shop:1"}
    content: dict[str, Any] = {
        "project_dir": "/opt/shop",
        "volumes": [{"config_map": "code", "mount": mount}],
    }
    with pytest.raises(UnsupportedError) as error:
        check(plan(ALONE, content, options=options), registry.find(target), ())
    (finding,) = error.value.findings
    assert f"The volume at {mount} would hide /opt/shop" in said(error.value)
    assert finding.where == "pipelines.__default__.volumes"
    options |= {"volumes": content.pop("volumes")}
    with pytest.raises(UnsupportedError) as error:
        check(plan(ALONE, content, options=options), registry.find(target), ())
    assert f"`volumes` under targets.{target}" in said(error.value)


@pytest.mark.parametrize("target", [*OF_PODS, "airflow"])
def test_a_file_cannot_be_written_to_a_volume_for_reading(target: str) -> None:
    options: dict[str, Any] = {"run_on": "kubernetes", "image": "shop:1"}
    content: dict[str, Any] = {"project_dir": "/srv", "volumes": READ_ONLY}
    with pytest.raises(PlanError) as error:
        check(plan(LOCAL, content, options=options), registry.find(target), ())
    text = said(error.value)
    assert "`a` cannot write the local file of `x`, /srv/data/x: the volume at /srv/data" in text
    content["nodes"] = {"a": {"volumes": [{"claim": "c", "mount": "/srv/data"}]}}
    # Who only reads needs no more.
    assert check(plan(LOCAL, content, options=options), registry.find(target), ()) == ()


@pytest.mark.parametrize("volume", [*READ_ONLY, {"secret": "c", "mount": "/srv/data"}])
@pytest.mark.parametrize("target", [t for t in (*OF_PODS, "prefect") if t in OF_TASKS])
def test_a_store_is_a_folder_that_can_be_written_to(target: str, volume: dict[str, Any]) -> None:
    far = [Dataset(name="y", kind="remote", location="s3://bucket/y")]
    of = project(node("a", "raw", "x"), node("b", "x", "y"), memory="x", datasets=far)
    pool: dict[str, Any] = {"work_pool": {"type": "kubernetes"}} if target == "prefect" else {}
    content = {"memory": "store", "store": "/srv/data/s", "image": "shop:1", "volumes": [volume]}
    exporter = registry.find(target)

    def export() -> None:
        output = plan(of, content, options=pool)
        check(output, exporter, ())
        exporter.lower(output)

    with pytest.raises(PlanError) as error:
        export()
    (finding,) = error.value.findings
    assert finding.where == "pipelines.__default__.store"
    assert "he store, /srv/data/s" in finding.what
    content["volumes"] = [{"claim": "c", "mount": "/srv/data"}]
    export()


@pytest.mark.parametrize(
    "location", [f"{start}/srv/out/x" for start in ("local://", "file://", "local:")]
)
def test_a_url_of_the_machines_own_disk_is_a_local_file(location: str) -> None:
    of = project(
        node("a", "raw", "x"),
        node("b", "x", "y"),
        datasets=[
            Dataset(name="x", kind=kind_of(location), location=normal(location)),
            Dataset(name="y", kind="remote", location="s3://bucket/y"),
        ],
    )
    content = {"project_dir": "/srv", "volumes": [{"claim": "c", "mount": "/srv/data"}]}
    with pytest.raises(PlanError) as error:
        checked(plan(of, content), local_files="")
    assert "/srv/out/x, would not reach the next task" in said(error.value)


def test_a_claim_of_kubernetes_is_no_volume_of_docker() -> None:
    volumes = [{"claim": "c", "mount": "/srv/data"}]
    content: dict[str, Any] = {"project_dir": "/srv", "volumes": volumes, "image": "shop:1"}
    options: dict[str, Any] = {"run_on": "kubernetes"}
    exporter = registry.find("airflow")
    assert check(plan(LOCAL, content, options=options), exporter, ()) == (), "the control"
    content["nodes"] = {"b": {"run_on": "docker"}}
    with pytest.raises(PlanError, match="would not reach the next task"):
        check(plan(LOCAL, content, options=options), exporter, ())


def test_a_claim_belongs_to_its_namespace() -> None:
    volumes = [{"claim": "c", "mount": "/srv/data"}]
    content: dict[str, Any] = {"project_dir": "/srv", "volumes": volumes, "image": "shop:1"}
    options: dict[str, Any] = {"run_on": "kubernetes"}
    exporter = registry.find("airflow")
    content["kubernetes"] = {"namespace": "batch"}
    assert check(plan(LOCAL, content, options=options), exporter, ()) == (), "the control"
    content["nodes"] = {"b": {"kubernetes": {"namespace": "ml"}}}
    with pytest.raises(PlanError) as error:
        check(plan(LOCAL, content, options=options), exporter, ())
    assert "`a`, `b` mount different volumes, or claims of different namespaces" in said(
        error.value
    )


def test_in_the_pod_of_a_worker_somebody_must_say_where_the_project_stands() -> None:
    content: dict[str, Any] = {"volumes": [{"claim": "c", "mount": "/app/data"}]}
    options: dict[str, Any] = {"executor": "kubernetes", "image": "shop:1"}
    exporter = registry.find("airflow")
    with pytest.raises(PlanError) as error:
        check(plan(LOCAL, content, options=options), exporter, ())
    assert "Set `project_dir` to the project's folder in the image" in said(error.value)
    content["project_dir"] = "/app"
    assert check(plan(LOCAL, content, options=options), exporter, ()) == ()


@pytest.mark.parametrize("target", [*OF_PODS, "airflow"])
def test_an_input_on_a_volume_that_is_empty_is_refused(target: str) -> None:
    raw = Dataset(name="raw", kind="local", location="/scratch/raw.txt")
    of = project(node("a", "raw"), node("b", "raw"), datasets=[raw])
    options: dict[str, Any] = {"run_on": "kubernetes", "image": "shop:1"}
    exporter = registry.find(target)
    with pytest.raises(PlanError) as error:
        check(plan(of, {"volumes": [SCRATCH]}, options=options), exporter, ())
    (finding,) = error.value.findings
    assert finding.what == (
        "`a`, `b` cannot read the local file of `raw`, /scratch/raw.txt: the volume at /scratch is "
        "empty when a task starts."
    )
    assert finding.where == "catalog entry `raw`"
    # One that holds something, one deeper in it, and words that may fetch the file first.
    claim = {"claim": "c", "mount": "/scratch"}
    for content in (
        {"volumes": [claim]},
        {"volumes": [{**SCRATCH, "mount": "/scratch/tmp"}]},
        {"volumes": [SCRATCH, {"config_map": "c", "key": "raw.txt", "mount": "/scratch/raw.txt"}]},
        {"volumes": [SCRATCH], "command_prefix": ["/fetch"]},
    ):
        assert check(plan(of, content, options=options), exporter, ()) == ()


@pytest.mark.parametrize(
    ("target", "options", "mounts"),
    [
        ("databricks", {}, ("/Volumes/main/shop/raw", "/Volumes/main/shop/out")),
        ("kubeflow", VERTEX, ("/gcs/raw", "/gcs/out")),
    ],
)
def test_where_each_task_finds_all_volumes_it_mounts_those_of_its_own_files(
    target: str, options: Mapping[str, Any], mounts: tuple[str, str]
) -> None:
    # Also of a thousand tasks: to look at the files of all for each took minutes.
    files = (("raw", f"{mounts[0]}/raw.csv"), ("x", f"{mounts[1]}/x.csv"))
    datasets = [Dataset(name=name, kind="local", location=place) for name, place in files]
    of = plan(project(node("a", "raw"), node("b", "", "x"), datasets=datasets), options=options)
    exporter = registry.find(target)
    assert isinstance(exporter, MountsVolumes)
    assert [[v.mount for v in exporter.volumes(of, task)] for task in of.tasks] == [
        [mounts[0]],
        [mounts[1]],
    ]


def test_a_claim_may_hold_the_project_itself() -> None:
    content = {"project_dir": "/opt/shop", "volumes": [{"claim": "code", "mount": "/opt/shop"}]}
    assert check(plan(ALONE, content), registry.find("kubeflow"), ()) == ()


@pytest.mark.parametrize("mount", ["/opt/shop/data", "/opt/shop2", "/opt/sho"])
def test_a_volume_beside_or_below_the_project_hides_nothing_of_it(mount: str) -> None:
    content = {"project_dir": "/opt/shop", "volumes": [{"claim": "data", "mount": mount}]}
    assert check(plan(ALONE, content), registry.find("kubeflow"), ()) == ()
