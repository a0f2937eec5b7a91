"""Files that one pipeline writes and another reads: both must see the same disk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from shipway.compiler import Compiled, Selection, compile_all, settings_for
from shipway.errors import PlanError
from shipway.model import Dataset, Project
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from tests.unit.planner.build_ir import node, pipeline, project, said

FAR = [Dataset(name="done", kind="remote", location="s3://b/done")]
OF = project(
    pipeline(node("score", "raw", "scores done")),
    pipeline(node("report", "scores", "page"), name="side"),
    datasets=[*FAR, Dataset(name="page", kind="remote", location="s3://b/page")],
)
ALL = Selection(all_pipelines=True)
DATA = {"claim": "data", "mount": "/app/data"}
OTHER = {"claim": "other", "mount": "/app/data"}
ON_KUBERNETES = {"run_on": "kubernetes", "image": "shop:1", "volumes": [DATA]}
STARTED: dict[str, Any] = {"schedule": {"datasets": ["scores"]}}
PARTED: list[dict[str, Any]] = [
    {"volumes": [OTHER]},
    {"volumes": []},
    {"volumes": [{"claim": "data", "mount": "/app"}]},
    {"run_on": "docker"},
    {"kubernetes": {"namespace": "ml"}},
]


def exported(
    side: Mapping[str, Any],
    *,
    selection: Selection = ALL,
    of: Project = OF,
    target: str = "airflow",
    first: Mapping[str, Any] | None = None,
    **sections: Any,
) -> list[Compiled]:
    """The pipelines of a selection; all run on Kubernetes unless their settings say otherwise."""
    values = {
        "defaults": ON_KUBERNETES if target == "airflow" else {"volumes": [DATA]},
        "pipelines": {"side": side, "__default__": first or {}},
        **sections,
    }
    exporter = find(target)
    settings = settings_for(SettingsSource(values=values), [exporter])
    return list(compile_all(of, settings, exporter, selection))


def notes(results: list[Compiled]) -> dict[str, list[str]]:
    """What is said of files on other disks, by pipeline."""
    by_name = {one.plan.pipeline: one.plan.notes for one in results}
    return {
        name: [n for n in ns if "local file" in n and "`side`" in n] for name, ns in by_name.items()
    }


@pytest.mark.parametrize("parting", PARTED)
@pytest.mark.parametrize("start", ["scores", "done"])
def test_who_is_started_must_find_what_the_starter_has_written(
    parting: dict[str, Any], start: str
) -> None:
    schedule: dict[str, Any] = {"schedule": {"datasets": [start]}}
    assert notes(exported(schedule)) == {"__default__": [], "side": []}, "the control"
    with pytest.raises(PlanError) as error:
        exported(schedule | parting)
    (finding,) = error.value.findings
    assert "`report` would not find the local file of `scores`" in finding.what
    assert "`score` has it on the claim data (scores)" in finding.what
    assert finding.where == "pipeline `side`: pipelines.side.schedule"


def test_the_message_names_both_disks() -> None:
    with pytest.raises(PlanError) as error:
        exported(STARTED | {"volumes": [OTHER]})
    assert said(error.value) == (
        "`report` would not find the local file of `scores` when `__default__` starts `side`: "
        "`score` has it on the claim data (scores), and `report` looks on the claim other "
        "(scores). [pipeline `side`: pipelines.side.schedule] Let both mount the "
        "same volume (`volumes`), or give it a URL in the catalog (s3://…)."
    )


def test_the_worker_and_a_container_are_two_disks() -> None:
    with pytest.raises(PlanError, match=r"and `report` looks on the worker \(data/scores\)"):
        exported(STARTED, first=ON_KUBERNETES, defaults={"run_on": "local"})
    host = {"volumes": [{"host_path": "/srv/data", "mount": "/app/data"}]}
    docker = {"run_on": "docker", "image": "shop:1", **host}
    with pytest.raises(PlanError, match="looks on the worker"):
        exported(STARTED, first=docker, defaults={"run_on": "local"})
    at_home = STARTED | {"project_dir": "/srv"}
    exported(at_home, first=docker, defaults={"run_on": "local"})  # the control: one folder


@pytest.mark.parametrize("parting", PARTED)
def test_who_is_not_started_gets_a_note(parting: dict[str, Any]) -> None:
    (note,) = notes(exported(parting))["side"]
    assert note.startswith("`report` of `side` does not find the local file of `scores` that")
    assert "that `__default__` writes: `score` has it on the claim data (scores)" in note
    assert notes(exported({})) == {"__default__": [], "side": []}, "the control"


def test_kubeflow_compares_volumes_of_pipelines_as_well() -> None:
    options = {"kubeflow": {"image": "shop:1"}}
    both = exported({}, target="kubeflow", targets=options)
    assert notes(both) == {"__default__": [], "side": []}, "the control"
    (note,) = notes(exported({"volumes": [OTHER]}, target="kubeflow", targets=options))["side"]
    assert "the claim other" in note


def test_one_pipeline_alone_is_compared_with_who_starts_it() -> None:
    alone = Selection(pipelines=("side",))
    assert notes(exported(STARTED, selection=alone)) == {"side": []}, "the control"
    with pytest.raises(PlanError, match="`score` has it on the claim data"):
        exported(STARTED | {"volumes": [OTHER]}, selection=alone)
    # Nothing says that the two have to do with one another.
    assert notes(exported({"volumes": [OTHER]}, selection=alone)) == {"side": []}


def test_one_pipeline_alone_tells_of_whom_it_starts() -> None:
    side = STARTED | {"volumes": [OTHER]}
    (note,) = notes(exported(side, selection=Selection()))["__default__"]
    assert "`report` of `side` does not find the local file of `scores`" in note


TWO = project(
    *OF.pipelines,
    pipeline(node("score", "raw", "scores done"), name="again"),
    datasets=[d for d in OF.datasets if d.kind == "remote"],
)


def test_of_several_that_may_start_it_one_is_enough() -> None:
    pipelines = {"side": STARTED, "again": {"volumes": [OTHER]}, "__default__": {}}
    alone = Selection(pipelines=("side",))
    results = exported({}, of=TWO, selection=alone, pipelines=pipelines)
    (note,) = notes(results)["side"]
    assert "`again`" in note
    pipelines["__default__"] = {"volumes": [OTHER]}
    with pytest.raises(PlanError):
        exported({}, of=TWO, selection=alone, pipelines=pipelines)
    # Those that are exported with it count, and no others.
    pipelines["__default__"] = {}
    pair = Selection(pipelines=("side", "__default__"))
    assert notes(exported({}, of=TWO, selection=pair, pipelines=pipelines))["side"] == []
    with pytest.raises(PlanError):
        exported({}, of=TWO, selection=ALL, pipelines=pipelines)


def test_a_starter_that_cannot_be_planned_is_named() -> None:
    broken = project(
        pipeline(node("score", "gone", "scores")), OF.pipelines[1], memory="gone", datasets=FAR
    )
    alone = Selection(pipelines=("side",))
    (note,) = notes(exported(STARTED, of=broken, selection=alone))["side"]
    assert "`__default__`" in note
    assert "cannot be planned" in note


def test_folders_and_their_files_are_one_place() -> None:
    parts = [
        Dataset(name="scores", kind="local", location="data/scores"),
        Dataset(name="first", kind="local", location="data/scores/first.csv"),
    ]
    of = project(
        pipeline(node("score", "raw", "first")),
        pipeline(node("report", "scores"), name="side"),
        datasets=parts,
    )
    assert notes(exported({}, of=of))["side"] == [], "the control"
    (note,) = notes(exported({"volumes": [OTHER]}, of=of))["side"]
    assert "(scores/first.csv)" in note


def test_workers_whose_folder_only_the_deployment_knows_are_not_compared() -> None:
    local = {"run_on": "local"}
    results = exported(STARTED | {"project_dir": "/srv/shop"}, defaults=local)
    assert notes(results) == {"__default__": [], "side": []}
    with pytest.raises(PlanError, match="/srv/other/data/scores"):
        exported(
            STARTED | {"project_dir": "/srv/shop"},
            first={"project_dir": "/srv/other"},
            defaults=local,
        )
