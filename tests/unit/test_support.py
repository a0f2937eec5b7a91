from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest

from shipway.errors import InternalError, PlanError, UnsupportedError, UsageError
from shipway.locations import kind_of, normal
from shipway.model import Dataset
from shipway.planner.plan import Plan
from shipway.targets import registry
from shipway.targets.capabilities import CAPABILITIES, Support, support_table
from shipway.targets.exporter import Exporter
from shipway.targets.support import Requirement, check, requirements
from tests.unit.planner.build_ir import node, pipeline, plan, project, said, settings

FACTS = ("logical_date", "run_id", "interval_start", "interval_end")

EVERYTHING: Mapping[str, Any] = {
    "run_on": "kubernetes",
    "image": "i",
    "command_prefix": ["/entry"],
    "retries": 1,
    "retry_delay": "5m",
    "retry_backoff": 2,
    "timeout": "1h",
    "resources": {
        "cpu": "1",
        "memory": "1Gi",
        "gpu": 1,
        "gpu_type": "g",
        "ephemeral_storage": "1Gi",
        "limits": {"cpu": "2", "memory": "2Gi", "ephemeral_storage": "2Gi"},
    },
    "env": {"A": "1"},
    "secrets": {"P": {"name": "n", "key": "k"}},
    "env_from": [{"secret": "s"}, {"config_map": "m"}],
    "volumes": [
        {"claim": "c", "mount": "/m"},
        {"config_map": "c", "mount": "/c"},
        {"secret": "s", "mount": "/s", "key": "k", "read_only": True},
        {"host_path": "/h", "mount": "/h"},
        {"empty_dir": {"medium": "Memory", "size": "1Gi"}, "mount": "/e"},
    ],
    "service_account": "s",
    "kubernetes": {
        "namespace": "n",
        "node_selector": {"pool": "ml"},
        "tolerations": [{"key": "gpu"}],
        "labels": {"a": "b"},
        "annotations": {"a": "b"},
        "image_pull_policy": "Always",
        "image_pull_secrets": ["s"],
        "priority_class": "batch",
    },
    "schedule": {
        "cron": "0 6 * * *",
        "start": "2026-01-01",
        "catchup": True,
        "parameters": {"p": 2},
    },
    "concurrency": {"runs": 1, "tasks": 2},
    "parameters": ["p"],
    "run_parameters": {f"q.{fact}": fact for fact in FACTS},
    "owner": "o",
    "labels": {"a": "b"},
    "description": "d",
    "memory": "store",
    "store": "s3://bucket",
    "notify": {
        "on_failure": [{"email": ["a@b.example"]}, {"webhook": {"name": "alerts"}}],
        "on_success": [{"email": ["a@b.example"]}, {"webhook": {"name": "alerts"}}],
    },
}
NODES = (node("a", "raw params:p params:q", "x"), node("b", "x", "y"))
OF = project(*NODES, parameters={"p": 1})
STORED = project(*NODES, parameters={"p": 1}, memory="x")
NOT_OF_A_SETTING = {"schedule.datasets", "run_with", "local_files", "run_on.local", "run_on.docker"}


class Target:
    """A target that cannot express some settings."""

    name, title = "orchestra", "Orchestra"

    def __init__(self, **unsupported: str) -> None:
        names = {key.replace("__", "."): how for key, how in unsupported.items()}
        native = dict.fromkeys(CAPABILITIES.keys() - names, "")
        self.capabilities = support_table(native=native, unsupported=names)


def checked(output: Plan, *lossy: str, **unsupported: str) -> tuple[str, ...]:
    return tuple(map(str, check(output, cast(Exporter, Target(**unsupported)), lossy)))


def test_every_capability_is_asked_when_its_setting_is_given() -> None:
    result = [item.capability for item in requirements(plan(STORED, EVERYTHING))]
    assert list(dict.fromkeys(result)) == [k for k in CAPABILITIES if k not in NOT_OF_A_SETTING]


def test_a_schedule_by_datasets_is_asked_by_the_pipeline_that_waits_and_the_one_that_writes() -> (
    None
):
    of = project(pipeline(node("a", "raw", "x")), pipeline(node("b", "x", "y"), name="later"))
    content = settings({"schedule": {"datasets": ["x"]}}, name="later")
    assert [item.capability for item in requirements(plan(of, content))] == ["schedule.datasets"]


def test_nothing_is_asked_when_nothing_is_set() -> None:
    assert list(requirements(plan(OF, {"run_parameters": {"q": "run_id"}}))) == [
        Requirement("run_parameters.run_id", "pipelines.__default__.run_parameters", "q")
    ]
    assert list(requirements(plan(project(node("a", "raw"))))) == []


def test_a_setting_is_asked_once_a_place() -> None:
    content = settings(
        {"nodes": {"b": {"image": "two"}}, "run_parameters": {"q": "run_id"}},
        defaults={"image": "one"},
    )
    result = [item for item in requirements(plan(OF, content)) if item.capability == "image"]
    assert [item.place for item in result] == [
        "defaults.image",
        "pipelines.__default__.nodes.b.image",
    ]


def test_what_a_target_cannot_express_is_refused_with_place_and_remedy() -> None:
    with pytest.raises(UnsupportedError) as error:
        checked(plan(OF, EVERYTHING), image="Use a venv.", resources__cpu="")
    assert error.value.exit_code == 5
    assert said(error.value) == (
        "Orchestra cannot express `image` here. [pipelines.__default__.image] Use a venv. Leave "
        "the setting out, or accept its loss: --allow-lossy image, or in the settings "
        "`allow_lossy: [image]` under targets.orchestra.\n"
        "Orchestra cannot express `resources.cpu` here. [pipelines.__default__.resources.cpu] "
        "Leave the setting out, or accept its loss: --allow-lossy resources.cpu, or in the "
        "settings `allow_lossy: [resources.cpu]` under targets.orchestra."
    )


def test_in_memory_data_that_a_target_cannot_carry_is_refused() -> None:
    filling = {"run_parameters": {"q": "run_id"}}
    options = {"memory": "store", "store": "s3://bucket", **filling}
    for waiver in ((), ("memory",), ("memory.store",)):  # what it loses is data
        with pytest.raises(UnsupportedError) as error:
            checked(plan(OF, options), *waiver, memory__store="")
        assert "`memory.store`" in said(error.value)
        assert "Set `memory: fuse`." in said(error.value)
    assert checked(plan(OF, {**options, "memory": "fuse"}), memory__store="") == ()


def test_a_fact_that_a_run_has_not_is_refused_for_each_parameter_that_it_fills() -> None:
    facts = {"run_parameters": {"q.a": "interval_end", "q.b": "interval_end", "q.c": "run_id"}}
    output = plan(OF, {**facts, "memory": "fuse"})
    for waiver in ((), ("run_parameters",)):
        with pytest.raises(UnsupportedError) as error:
            checked(output, *waiver, run_parameters__interval_end="Use `logical_date`.")
        assert said(error.value) == "\n".join(
            f"A run of Orchestra has no interval that could fill `{name}`. "
            "[pipelines.__default__.run_parameters] Use `logical_date`. Leave it out."
            for name in ("q.a", "q.b")
        )
    assert checked(output, run_parameters__interval_start="") == ()


def test_plain_kedro_run_is_refused_where_tasks_cannot_call_it() -> None:
    output = plan(OF, {"run_with": "kedro", "run_parameters": {"q": "run_id"}})
    for waiver in ((), ("run_with",)):
        with pytest.raises(UnsupportedError) as error:
            checked(output, *waiver, run_with="It takes no parameters.")
        assert said(error.value) == (
            "Orchestra cannot express `run_with` here. [pipelines.__default__.run_with] "
            "It takes no parameters. Set `run_with: shipway`."
        )
    assert checked(output) == ()


def test_a_store_that_nobody_empties_is_refused_unless_it_is_to_stay() -> None:
    content = {
        "memory": "store",
        "store": "s3://bucket",
        "run_parameters": {"q": "run_id"},
    }
    with pytest.raises(UnsupportedError) as error:
        checked(plan(STORED, content), memory__cleanup="")
    assert "Set `keep_store: true`, and empty the store yourself." in said(error.value)
    assert checked(plan(STORED, {**content, "keep_store": True}), memory__cleanup="") == ()


LOCAL = project(
    node("a", "raw", "x"),
    node("b", "x", "y"),
    datasets=[
        Dataset(name="x", kind="local", location="data/x"),
        Dataset(name="y", kind="remote", location="s3://bucket/y"),
    ],
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


ALONE = project(node("a", "params:p"), parameters={"p": 1})


@pytest.mark.parametrize("target", ["kubeflow", "airflow"])
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


READ_ONLY = [{"claim": "c", "mount": "/srv/data", "read_only": True}]


@pytest.mark.parametrize("target", ["kubeflow", "airflow"])
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
@pytest.mark.parametrize("target", ["kubeflow", "prefect"])
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


SCRATCH = {"empty_dir": {}, "mount": "/scratch"}


@pytest.mark.parametrize("target", ["kubeflow", "airflow"])
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


def test_a_claim_may_hold_the_project_itself() -> None:
    content = {"project_dir": "/opt/shop", "volumes": [{"claim": "code", "mount": "/opt/shop"}]}
    assert check(plan(ALONE, content), registry.find("kubeflow"), ()) == ()


@pytest.mark.parametrize("mount", ["/opt/shop/data", "/opt/shop2", "/opt/sho"])
def test_a_volume_beside_or_below_the_project_hides_nothing_of_it(mount: str) -> None:
    content = {"project_dir": "/opt/shop", "volumes": [{"claim": "data", "mount": mount}]}
    assert check(plan(ALONE, content), registry.find("kubeflow"), ()) == ()


@pytest.mark.parametrize("waiver", ["resources.cpu", "resources"])
def test_a_waiver_gives_a_setting_up_and_says_where_it_was(waiver: str) -> None:
    losses = checked(plan(OF, EVERYTHING), waiver, resources__cpu="")
    assert losses == ("resources.cpu (pipelines.__default__.resources.cpu)",)


def test_a_waiver_covers_nothing_else() -> None:
    with pytest.raises(UnsupportedError) as error:
        checked(plan(OF, EVERYTHING), "resources.cpu", resources__cpu="", resources__memory="")
    assert len(error.value.findings) == 1


def test_a_waiver_of_no_setting_is_wrong_usage() -> None:
    with pytest.raises(UsageError) as error:
        checked(plan(OF, EVERYTHING), "imag", "image")
    assert "There is no setting `imag`" in said(error.value)
    assert "Did you mean `image`?" in said(error.value)


def test_a_waiver_of_what_the_target_can_express_loses_nothing() -> None:
    assert checked(plan(OF, EVERYTHING), "image") == ()


def test_a_target_that_says_nothing_of_a_setting_is_refused_as_it_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exporter = registry.find("airflow")
    silent = {k: v for k, v in exporter.capabilities.items() if k != "run_with"}
    monkeypatch.setattr(type(exporter), "capabilities", silent)
    with pytest.raises(InternalError, match="differing: run_with"):
        registry.find("airflow")


def test_an_exporter_that_lacks_an_attribute_is_refused_as_it_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(type(registry.find("airflow")), "versions")
    with pytest.raises(InternalError, match="it has no versions"):
        registry.find("airflow")


def test_a_table_of_support_has_the_order_of_the_capabilities_and_each_at_its_best() -> None:
    table = support_table(
        native={"owner": "n"}, emulated={"env": "e"}, unsupported={"image": "i"}, otherwise="o"
    )
    assert list(table) == list(CAPABILITIES)
    assert {table[name] for name in ("owner", "env", "image", "labels")} == {
        Support("native", "n"),
        Support("emulated", "e"),
        Support("unsupported", "i"),
        Support("unsupported", "o"),
    }
    assert list(support_table(native={"owner": ""}, unsupported={"image": ""})) == [
        "image",
        "owner",
    ]
