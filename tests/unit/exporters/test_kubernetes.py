"""What a CronJob says, and what is refused instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from shipway.compiler import Compiled, Selection, compile_all, settings_for
from shipway.errors import PlanError, ShipwayError, UnsupportedError
from shipway.model import Dataset, Project
from shipway.runtime.fields import KINDS, READERS
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from shipway_exporters.containers.kubernetes_job import HOPELESS
from tests.unit.planner.build_ir import node, project, said

CATCHUP = {"cron": "0 6 * * *", "start": "2026-01-31", "catchup": True}
IMAGE = {"image": "shop:1"}
REMOTE = [Dataset(name=name, kind="remote", location=f"s3://b/{name}") for name in ("x", "y", "z")]
CHAIN = project(
    node("a", "raw params:p", "x"),
    node("b", "x", "y"),
    node("c", "x", "z"),
    parameters={"p": 1},
    datasets=REMOTE,
)


def artifact(
    of: Project = CHAIN,
    options: Mapping[str, Any] = IMAGE,
    selection: Selection | None = None,
    **content: Any,
) -> Compiled:
    values = {"targets": {"kubernetes": dict(options)}, "pipelines": {"__default__": content}}
    exporter = find("kubernetes")
    settings = settings_for(SettingsSource(values=values), [exporter])
    (result,) = compile_all(of, settings, exporter, selection or Selection())
    return result


def text(*args: Any, **content: Any) -> str:
    (file,) = artifact(*args, **content).files
    assert file.path == "shop.yaml"
    return file.text


def manifest(*args: Any, **content: Any) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(text(*args, **content))
    return document


def job(*args: Any, **content: Any) -> dict[str, Any]:
    result: dict[str, Any] = manifest(*args, **content)["spec"]["jobTemplate"]["spec"]
    return result


def pod(*args: Any, **content: Any) -> dict[str, Any]:
    result: dict[str, Any] = job(*args, **content)["template"]["spec"]
    return result


def container(*args: Any, **content: Any) -> dict[str, Any]:
    (result,) = pod(*args, **content)["containers"]
    assert isinstance(result, dict)
    return result


def refusal(kind: type[ShipwayError], *args: Any, **content: Any) -> str:
    with pytest.raises(kind) as error:
        text(*args, **content)
    return said(error.value)


def test_the_least_that_it_says() -> None:
    assert manifest()["metadata"] == {"name": "shop"}
    assert manifest()["spec"].keys() == {"schedule", "suspend", "jobTemplate"}
    assert job().keys() == {"backoffLimit", "template"}
    assert job()["backoffLimit"] == 0, "without it, a job tries seven times"
    assert pod().keys() == {"restartPolicy", "containers"}
    assert container().keys() == {"name", "image", "command", "args", "env"}


def test_all_nodes_run_in_one_container() -> None:
    args = container()["args"]
    (nodes,) = (arg for arg in args if arg.startswith("--nodes="))
    assert all(f'"{name}":' in nodes for name in "abc")
    assert container()["command"] == ["python", "-m", "shipway.runtime"]
    assert not any(arg.startswith("--defaults") for arg in args), "nobody sets a parameter"


@pytest.mark.parametrize(
    ("content", "selection", "place"),
    [
        ({"group_by": "chain"}, Selection(), "pipelines.__default__.group_by"),
        ({"groups": {"ab": ["a", "b"]}}, Selection(), "pipelines.__default__.groups"),
        ({}, Selection(group_by="namespace"), "`--group-by namespace`"),
    ],
)
def test_a_grouping_that_it_does_not_follow_is_noted(
    content: Mapping[str, Any], selection: Selection, place: str
) -> None:
    result = artifact(selection=selection, **content)
    assert len(result.plan.tasks) == 1
    (note,) = (note for note in result.plan.notes if "share one task here" in note)
    assert place in note


@pytest.mark.parametrize("group_by", ["none", "pipeline"])
def test_a_grouping_that_changes_nothing_is_not_noted(group_by: str) -> None:
    notes = artifact(group_by=group_by).plan.notes
    assert not any("share one task here" in note for note in notes)


def test_images_that_differ_are_refused() -> None:
    content = {"nodes": {"a": {"image": "one:1"}, "b": {"image": "two:1"}}}
    message = refusal(PlanError, **content)
    assert "`a`" in message
    assert "`b`" in message


def test_a_schedule_has_a_zone_and_is_not_suspended() -> None:
    spec = manifest(schedule={"cron": "0 6 * * *", "timezone": "Europe/Paris"})["spec"]
    assert (spec["schedule"], spec["timeZone"]) == ("0 6 * * *", "Europe/Paris")
    assert "suspend" not in spec
    assert "timeZone" in manifest(schedule={"cron": "0 6 * * *"})["spec"], "UTC, and not the node's"


def test_without_a_schedule_it_waits_for_a_hand() -> None:
    content = text()
    assert "kubectl create job --from=cronjob/shop shop-$(date +%s)\n" in content
    assert "The clock starts no run" in content
    assert manifest()["spec"]["suspend"] is True
    of_team = text(kubernetes={"namespace": "team"})
    assert "kubectl create job -n team --from=cronjob/shop" in of_team


def test_options_of_the_target() -> None:
    options = {
        **IMAGE,
        "suspend": True,
        "deadline": "5h",
        "starting_deadline": "90s",
        "successful_jobs": 1,
        "failed_jobs": 0,
        "keep_jobs": "1d",
    }
    document = manifest(CHAIN, options, schedule={"cron": "0 6 * * *"})
    spec = dict(document["spec"])
    assert spec.pop("jobTemplate")["spec"]["activeDeadlineSeconds"] == 5 * 3600
    assert job(CHAIN, options)["ttlSecondsAfterFinished"] == 86400
    assert spec == {
        "schedule": "0 6 * * *",
        "timeZone": "UTC",
        "suspend": True,
        "startingDeadlineSeconds": 90,
        "successfulJobsHistoryLimit": 1,
        "failedJobsHistoryLimit": 0,
    }


def test_retries_stop_at_what_no_retry_can_mend() -> None:
    document = job(retries=2)
    assert document["backoffLimit"] == 2
    (rule,) = document["podFailurePolicy"]["rules"]
    assert rule["action"] == "FailJob"
    assert rule["onExitCodes"]["values"] == [*HOPELESS] == [2, 7]


def test_a_try_has_the_time_of_all_its_nodes() -> None:
    assert pod(timeout="90s")["activeDeadlineSeconds"] == 3 * 90
    assert pod(timeout=0.1)["activeDeadlineSeconds"] == 1, "0 would be no time at all"
    assert "activeDeadlineSeconds" not in pod(nodes={"a": {"timeout": "1h"}}), "others may take any"


def test_the_run_is_known_by_the_name_of_its_job() -> None:
    first, *others = container(env={"A": "b"})["env"]
    assert first["name"] == "SHIPWAY_RUN_ID"
    field = first["valueFrom"]["fieldRef"]["fieldPath"]
    assert field == "metadata.labels['batch.kubernetes.io/job-name']"
    assert others == [{"name": "A", "value": "b"}]
    args = container(run_parameters={"day": "logical_date", "run": "run_id"})["args"]
    for word in ("--run-id=", "--created=", "--moment=day=", "--text=run="):
        assert f"{word}$(SHIPWAY_RUN_ID)" in args


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("shop-29497320", "2026-01-31T06:00:00+00:00"),  # what the clock's job is called
        ("shop-1769839207", "2026-01-31T06:00:07+00:00"),  # what the header proposes
        ("2026-01-31T06:00:00Z", "2026-01-31T06:00:00+00:00"),
    ],
)
def test_the_moment_of_a_run_is_in_its_name(name: str, moment: str) -> None:
    assert READERS["created"](name).isoformat() == moment
    assert KINDS["moment"](name) == moment


@pytest.mark.parametrize(
    "name",
    ["shop", "shop-manual", "shop-1", "shop-20260131", "shop-2026013106", "shop-17698392070"],
)
def test_digits_of_a_day_are_no_moment(name: str) -> None:
    with pytest.raises(ValueError, match=r"nor a name that ends in one, as `run-\$\(date \+%s\)`"):
        READERS["created"](name)


@pytest.mark.parametrize("text_of_user", ["$(HOME)", "$$", "a$(b", "{{ x }}"])
def test_texts_arrive_as_they_are(text_of_user: str) -> None:
    words = container(command_prefix=["echo", text_of_user])["command"]
    escape = text_of_user.replace("$(", "$$(").replace("$$", "$$$") if "$$" in text_of_user else ""
    assert words[1] == (escape or text_of_user.replace("$(", "$$("))


def test_what_people_read_of_it() -> None:
    document = manifest(description="What it is for.", owner="ann", labels={"team": "a"})
    assert document["metadata"] == {
        "name": "shop",
        "labels": {"team": "a"},
        "annotations": {"kubernetes.io/description": "What it is for.", "owner": "ann"},
    }
    assert job(labels={"team": "a"})["template"]["metadata"] == {"labels": {"team": "a"}}


def test_very_many_nodes_are_told_by_name() -> None:
    far = [Dataset(name=f"out{i}", kind="remote", location=f"s3://b/{i}") for i in range(1500)]
    nodes = [node(f"n{i:04}", f"in_{'x' * 90}", f"out{i}") for i in range(1500)]
    args = container(project(*nodes, datasets=far))["args"]
    (names,) = (arg for arg in args if arg.startswith("--nodes="))
    assert names.startswith('--nodes=["n0000", ')
    long = [node(f"{'n' * 90}{i:04}", "raw") for i in range(1500)]
    message = refusal(UnsupportedError, project(*long))
    assert "1500 nodes in one container" in message
    assert "`--tags`" in message


@pytest.mark.parametrize(
    ("content", "words", "where"),
    [
        ({"concurrency": {"runs": 3}}, "or any number, but not 3", "concurrency"),
        ({"schedule": {"cron": "0 6 * * 7"}}, "Sunday as 0, not as 7", "schedule"),
        ({"schedule": {"cron": "0 6 * * 5-7"}}, "Sunday as 0, not as 7", "schedule"),
        ({"retries": 1, "retry_delay": "1m"}, "waits 10 s, 20 s, 40 s", "retry_delay"),
        ({"schedule": CATCHUP}, "starts the last alone", "schedule"),
        ({"parameters": ["p"]}, "no form to fill in", "parameters"),
        ({"notify": {"on_failure": [{"email": ["a@b.example"]}]}}, "tells nobody", "notify"),
        ({"labels": {"team": "a b"}}, "takes no label", "labels"),
        ({"kubernetes": {"namespace": "a.b"}}, "takes no namespace", "kubernetes.namespace"),
        ({"kubernetes": {"labels": {"job-name": "a"}}}, "to find its pods", "kubernetes.labels"),
        ({"run_on": "docker"}, "Everything is a pod here", "run_on"),
    ],
)
def test_what_it_cannot_express_is_refused(
    content: Mapping[str, Any], words: str, where: str
) -> None:
    message = refusal(UnsupportedError, **content)
    assert words in message
    assert f"pipelines.__default__.{where}" in message


@pytest.mark.parametrize(
    ("content", "place"), [({"env": {"A": "\ud800"}}, "env.A"), ({"owner": "\ud800"}, "owner")]
)
def test_half_a_character_is_refused_where_it_is_set(
    content: Mapping[str, Any], place: str
) -> None:
    message = refusal(UnsupportedError, **content)
    assert "Kubernetes cannot hold" in message
    assert f"pipelines.__default__.{place}" in message


def test_nul_is_refused() -> None:
    with pytest.raises(ShipwayError):
        text(labels={"a": "b"}, owner="a\0b")


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("backoffLimit", 3, "Set `retries` for a task"),
        ("ttlSecondsAfterFinished", 60, "Set `keep_jobs`"),
        ("starting_deadline", "9s", "Set it to `10s` or more"),
        ("failed_jobs", 2**31, "more than 2,147,483,647, the most that servers keep"),
        ("keep_jobs", "30000d", "more than 68 years"),
    ],
)
def test_options_out_of_reach_are_refused(option: str, value: Any, words: str) -> None:
    assert words in refusal(ShipwayError, options={**IMAGE, option: value})


def test_all_mistakes_are_told_at_once() -> None:
    content = {"concurrency": {"runs": 3}, "labels": {"team": "a b"}}
    message = refusal(UnsupportedError, schedule={"cron": "0 6 * * 7"}, **content)
    for words in ("but not 3", "Sunday as 0", "takes no label"):
        assert words in message


def test_parameters_by_default_are_no_error() -> None:
    assert artifact(parameters="none").files
    assert artifact().plan.parameters, "the plan offers what the target then leaves"


def test_a_local_file_needs_a_volume() -> None:
    of = project(
        node("a", "raw", "x"), datasets=[Dataset(name="x", kind="local", location="data/x")]
    )
    assert "volume" in refusal(PlanError, of)
    volumes = [{"claim": "data", "mount": "/app/data"}]
    assert container(of, {**IMAGE, "volumes": volumes})["volumeMounts"] == [
        {"name": "claim-data", "mountPath": "/app/data"}
    ]


def test_no_image_is_refused_with_its_place() -> None:
    assert "targets.kubernetes.image, which is not set" in refusal(UnsupportedError, CHAIN, {})


@pytest.mark.parametrize(
    ("deadline", "is_idle"), [("30m", True), ("6h", True), ("6h1s", False), (None, False)]
)
def test_a_time_out_that_the_deadline_comes_before_is_told(
    deadline: str | None, is_idle: bool
) -> None:
    """The time-outs of nodes that run in one try are added up."""
    options = {**IMAGE, "deadline": deadline} if deadline else IMAGE
    notes = [
        note for note in artifact(options=options, timeout="2h").plan.notes if "effect" in note
    ]
    assert len(notes) == is_idle
    for note in notes:
        assert note.startswith(
            "`pipelines.__default__.timeout` has no effect on `__default__`: one"
        )
        assert "take 21,600 s, and `targets.kubernetes.deadline` ends all of them" in note
