"""CronJobs in the small Kubernetes API: jobs by the clock and by hand, with real containers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime, timezone
from typing import Any

import pytest

from shipway.runtime.version import version_of
from tests.containers.kubernetes.api import KubernetesApi
from tests.containers.podman import Podman
from tests.projects import KedroProject, copy_example, make_project, text_file
from tests.written import persisted

from .exported import export, provide

pytestmark = pytest.mark.engine

MOMENT = datetime(2026, 1, 31, 6, tzinfo=timezone.utc)
BY_HAND = int(MOMENT.timestamp()) + 7
NODES = """
import os
import time
from pathlib import Path


def make():
    return "made"


def fail_once(text):
    if not Path("failed").exists():
        Path("failed").touch()
        raise RuntimeError("the next try may be lucky")
    return f"{text}, in the end"


def fail(*parts):
    raise RuntimeError("this node fails on purpose")


def meet(alpha):
    # So that both runs are there before either saves.
    Path(f"here-{os.environ['SHIPWAY_RUN_ID']}").touch()
    end = time.monotonic() + 60
    while len(list(Path().glob("here-*"))) < 2 and time.monotonic() < end:
        time.sleep(0.1)
    return f"{alpha} of {os.environ['SHIPWAY_RUN_ID']}"


def sleep():
    print("asleep", flush=True)
    time.sleep(600)


def tell(day, run):
    return f"{day} {run} {os.environ['WORD']} {os.environ['SECOND']}"
"""
REGISTRY = """
return {
    "__default__": pipeline([]),
    "unlucky": pipeline([
        node(f.make, None, "first", name="first"),
        node(f.fail_once, "first", "second", name="second"),
    ]),
    "hopeless": pipeline([node(f.make, None, "drifted", name="drift")]),
    "failing": pipeline([
        node(f.make, None, "before", name="before"),
        node(f.fail, "before", "failed", name="fail"),
        node(f.make, None, "after", name="z_after"),
    ]),
    "meeting": pipeline([node(f.meet, "params:alpha", "met", name="meet")]),
    "asleep": pipeline([node(f.sleep, None, "slept", name="sleep")]),
    "told": pipeline([node(f.tell, ["params:day", "params:run"], "told", name="tell")]),
}
"""
VERSIONED = ("first", "second", "met")
SETTINGS: dict[str, Any] = {
    "pipelines": {
        "unlucky": {"retries": 1, "schedule": {"cron": "0 6 * * *"}},
        "hopeless": {"retries": 3},
        "failing": {"retries": 1},
        "meeting": {"schedule": {"cron": "0 6 * * *"}, "concurrency": {"runs": 1}},
        "asleep": {"retries": 1, "timeout": "2s"},
        "told": {
            "schedule": {"cron": "0 7 * * *", "timezone": "Europe/Paris"},
            "run_parameters": {"day": "logical_date", "run": "run_id"},
            "secrets": {"WORD": {"name": "words", "key": "first"}},
            "env": {"SECOND": "$(WORD) $$ {{ x }}"},
            "command_prefix": ["env", "THIRD=$(WORD)"],
        },
    }
}


@pytest.fixture(scope="module")
def cluster(podman: Podman) -> Iterator[KubernetesApi]:
    with KubernetesApi(podman) as api:
        api.secret("words", {"first": "a world"})
        yield api


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, cluster: KubernetesApi) -> KedroProject:
    names = ("drifted", "before", "failed", "after", "slept", "told")
    catalog = {name: text_file(f"{name}.txt") for name in names}
    catalog |= {name: text_file(f"{name}.txt", versioned=True) for name in VERSIONED}
    project = make_project(
        tmp_path_factory.mktemp("kubernetes"),
        REGISTRY,
        nodes=NODES,
        catalog=catalog,
        parameters={"alpha": 0.5, "day": "none", "run": "none"},
    )
    provide(cluster, project)
    return project


@pytest.fixture(scope="module")
def cron_jobs(project: KedroProject, cluster: KubernetesApi) -> dict[str, str]:
    """The names of the CronJobs by the name of their pipeline; all are taken in."""
    start = project.package.replace("_", "-")
    words = [word for name in SETTINGS["pipelines"] for word in ("--pipeline", name)]
    for manifest in export(project, *words, settings=SETTINGS):
        if manifest["metadata"]["name"].endswith("hopeless"):
            _change_digest(manifest)
        cluster.create("cronjobs", manifest)
    return {name: f"{start}-{name}" for name in SETTINGS["pipelines"]}


def _change_digest(manifest: dict[str, Any]) -> None:
    """As if another pipeline had been exported than the one that is installed."""
    args = _container(manifest)["args"]
    args[:] = ["--digest=another" if arg.startswith("--digest=") else arg for arg in args]


def _container(manifest: dict[str, Any]) -> dict[str, Any]:
    (container,) = manifest["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert isinstance(container, dict)
    return container


def _log(cluster: KubernetesApi, job: str) -> str:
    names = [pod["metadata"]["name"] for pod in cluster.pods_of(job)]
    return "\n".join(cluster.log(name)[-3000:] for name in names)


def _by_hand(cluster: KubernetesApi, cron_job: str, number: int = 0) -> tuple[str, dict[str, Any]]:
    job = f"{cron_job}-{BY_HAND + number}"
    cluster.start(cron_job, job)
    return job, cluster.finished(job)


def test_the_example_makes_what_kedro_run_makes(
    cluster: KubernetesApi, energy_by_kedro: dict[str, bytes], tmp_path: Any
) -> None:
    example = copy_example(tmp_path / "energy")
    provide(cluster, example)
    daily = {"pipelines": {"__default__": {"schedule": {"cron": "0 6 * * *"}}}}
    (manifest,) = export(example, "--pipeline", "__default__", settings=daily)
    cluster.create("cronjobs", manifest)
    job = cluster.tick("energy", MOMENT)
    assert job == f"energy-{int(MOMENT.timestamp()) // 60}"
    status = cluster.finished(job, patience=400)
    assert status["conditions"][0]["type"] == "Complete", _log(cluster, job)
    assert persisted(example) == energy_by_kedro


def test_a_retry_keeps_the_version_of_its_run(
    cluster: KubernetesApi, project: KedroProject, cron_jobs: dict[str, str]
) -> None:
    job = cluster.tick(cron_jobs["unlucky"], MOMENT)
    assert job
    status = cluster.finished(job)
    assert (status["succeeded"], status["failed"]) == (1, 1), _log(cluster, job)
    for name in ("first", "second"):
        (folder,) = (project.path / "data" / f"{name}.txt").iterdir()
        assert folder.name == version_of(MOMENT, *_ids(cluster, job)), "the minute is in it"
        assert folder.name.startswith("2026-01-31T06.00.00.000Z-")
    (file,) = project.path.glob("data/second.txt/*/second.txt")
    assert file.read_text() == "made, in the end"


def _ids(cluster: KubernetesApi, job: str) -> tuple[str, ...]:
    args = dict(
        word[2:].partition("=")[::2]
        for word in cluster.pods_of(job)[0]["spec"]["containers"][0]["args"]
    )
    return args["package"], args["flow"], job


def test_a_failing_node_fails_the_job_after_its_tries(
    cluster: KubernetesApi, project: KedroProject, cron_jobs: dict[str, str]
) -> None:
    job, status = _by_hand(cluster, cron_jobs["failing"])
    assert status["conditions"][0]["reason"] == "BackoffLimitExceeded"
    assert status["failed"] == 2
    assert "this node fails on purpose" in _log(cluster, job)
    assert not (project.path / "data" / "failed.txt").exists()


def test_what_no_retry_can_mend_is_tried_once(
    cluster: KubernetesApi, cron_jobs: dict[str, str]
) -> None:
    job, status = _by_hand(cluster, cron_jobs["hopeless"])
    assert status["conditions"][0]["reason"] == "PodFailurePolicy", _log(cluster, job)
    assert len(cluster.pods_of(job)) == 1


def test_a_run_whose_name_holds_no_moment_says_how_to_name_it(
    cluster: KubernetesApi, cron_jobs: dict[str, str]
) -> None:
    name = cron_jobs["hopeless"]
    for job in (f"{name}-again", f"{name}-20260131"):
        cluster.start(name, job)
        status = cluster.finished(job)
        assert status["conditions"][0]["reason"] == "PodFailurePolicy"
        assert "nor a name that ends in one, as `run-$(date +%s)` does" in _log(cluster, job)


def test_two_runs_at_once_have_versions_of_their_own(
    cluster: KubernetesApi, project: KedroProject, cron_jobs: dict[str, str]
) -> None:
    name = cron_jobs["meeting"]
    first = cluster.tick(name, MOMENT)
    assert first
    other = f"{name}-{BY_HAND}"
    cluster.start(name, other)
    assert cluster.tick(name, MOMENT.replace(hour=7)) is None, "the clock's own come one by one"
    for job in (first, other):
        assert cluster.finished(job)["succeeded"] == 1, _log(cluster, job)
    texts = {file.read_text() for file in project.path.glob("data/met.txt/*/met.txt")}
    assert texts == {f"0.5 of {first}", f"0.5 of {other}"}


def test_control_without_a_limit_the_clock_starts_another(
    cluster: KubernetesApi, cron_jobs: dict[str, str]
) -> None:
    manifest = deepcopy(cluster.get("cronjobs", cron_jobs["meeting"]))
    del manifest["spec"]["concurrencyPolicy"]
    manifest = {**manifest, "metadata": {"name": "unlimited"}}
    _container(manifest).update(command=["sleep"], args=["30"])
    cluster.create("cronjobs", manifest)
    jobs = [cluster.tick("unlimited", MOMENT.replace(hour=hour)) for hour in (6, 7)]
    assert None not in jobs
    for job in jobs:
        cluster.delete("jobs", str(job))


def test_a_try_that_takes_too_long_is_ended_and_tried_again(
    cluster: KubernetesApi, cron_jobs: dict[str, str]
) -> None:
    start = time.monotonic()
    job, status = _by_hand(cluster, cron_jobs["asleep"])
    assert status["conditions"][0]["reason"] == "BackoffLimitExceeded"
    assert time.monotonic() - start < 60
    phases = [pod["status"].get("reason") for pod in cluster.pods_of(job)]
    assert phases == ["DeadlineExceeded"] * 2


def test_a_deadline_ends_a_run_with_all_its_tries(
    cluster: KubernetesApi, cron_jobs: dict[str, str]
) -> None:
    manifest = deepcopy(cluster.get("cronjobs", cron_jobs["asleep"]))
    job_spec = manifest["spec"]["jobTemplate"]["spec"]
    job_spec["activeDeadlineSeconds"] = 3
    del job_spec["template"]["spec"]["activeDeadlineSeconds"]
    cluster.create("cronjobs", {**manifest, "metadata": {"name": "overdue"}})
    _, status = _by_hand(cluster, "overdue")
    assert status["conditions"][0]["reason"] == "DeadlineExceeded"


def test_facts_of_a_run_and_values_of_others_arrive(
    cluster: KubernetesApi, project: KedroProject, cron_jobs: dict[str, str]
) -> None:
    job = cluster.tick(cron_jobs["told"], MOMENT)
    assert job
    assert cluster.finished(job)["succeeded"] == 1, _log(cluster, job)
    text = (project.path / "data" / "told.txt").read_text()
    assert text == f"2026-01-31T06:00:00+00:00 {job} a world $(WORD) $$ {{{{ x }}}}"
    scheduled = cluster.get("jobs", job)["metadata"]["annotations"]
    assert scheduled == {
        "batch.kubernetes.io/cronjob-scheduled-timestamp": "2026-01-31T07:00:00+01:00"
    }


def test_a_suspended_one_waits_for_a_hand(
    cluster: KubernetesApi, cron_jobs: dict[str, str]
) -> None:
    assert cluster.tick(cron_jobs["failing"], MOMENT) is None
