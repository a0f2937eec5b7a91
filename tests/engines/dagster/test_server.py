"""A web server and a daemon: runs from outside, from a failure, of single assets, by the clock."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shipway.model import Project
from shipway_exporters.dagster.starter import first_files
from tests.engines.listeners import Received, webhook
from tests.engines.processes import environments, is_alive
from tests.engines.stand_in import stand_in
from tests.projects import KedroProject, make_project, text_file
from tests.written import written

from .env import DagsterEnv
from .exported import export
from .run_all import run_env
from .server import NODES, RUNS, TERMINATE, DagsterServer

pytestmark = pytest.mark.engine

FUNCTIONS = """
from pathlib import Path
import os
import time


def first(text):
    return f"{text} {time.time_ns()}"


def second(text):
    if Path("broken").exists():
        raise RuntimeError("broken on purpose")
    return text


def sleep():
    Path("asleep").write_text(str(os.getpid()))
    time.sleep(600)
"""
REGISTRY = """
one = node(f.first, "params:text", "one", name="one")
two = node(f.second, "one", "area.two", name="two")
three = node(f.second, "area.two", "three", name="three")
return {
    "__default__": pipeline([one, two, three]),
    "part": pipeline([two, three]),
    "sleepy": pipeline([node(f.sleep, None, "slept", name="sleep")]),
    "ticking": pipeline([node(f.second, "params:text", "ticked", name="tick")]),
}
"""
SETTINGS: dict[str, Any] = {
    "defaults": {"notify": {"on_failure": [{"webhook": "UNSET"}, {"webhook": "ALERTS"}]}},
    "pipelines": {
        "__default__": {"name": "whole"},
        "part": {"name": "part", "retries": 1, "notify": {}},
        "sleepy": {"name": "sleepy", "notify": {}},
        "ticking": {
            "name": "ticking",
            "notify": {"on_success": [{"webhook": "ALERTS"}]},
            "concurrency": {"runs": 1},
            "schedule": {"cron": "* * * * *", "timezone": "Europe/Paris"},
        },
    },
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    catalog = {
        **{name: text_file(f"{name}.txt", versioned=True) for name in ("one", "area.two")},
        **{name: text_file(f"{name}.txt") for name in ("three", "slept", "ticked")},
    }
    return make_project(
        tmp_path_factory.mktemp("served"),
        REGISTRY,
        nodes=FUNCTIONS,
        catalog=catalog,
        parameters={"text": "t"},
    )


@pytest.fixture(scope="module")
def alerts() -> Iterator[Received[tuple[str, object]]]:
    with webhook() as received:
        yield received


@pytest.fixture(scope="module")
def server(
    dagster: DagsterEnv, project: KedroProject, alerts: Received[object]
) -> Iterator[DagsterServer]:
    """All pipelines in one code location, by the module that `shipway init` writes."""
    of = Project(name=project.package, kedro="1.7.0", pipelines=())
    for path, text in first_files(of, ()).items():
        project.write(path, text)
    with stand_in() as python:
        names = [f"--pipeline={name}" for name in SETTINGS["pipelines"]]
        export(project, *names, settings=SETTINGS, options={"python": str(python)})
        more = {**run_env(project), "ALERTS": f"http://127.0.0.1:{alerts.port}/alerts"}
        with DagsterServer(dagster, project.path / "definitions.py", more) as running:
            yield running


def versions(project: KedroProject, name: str) -> list[str]:
    return sorted(path.split("/")[1] for path in written(project) if path.startswith(f"{name}/"))


def test_an_asset_of_several_pipelines_stands_once(server: DagsterServer) -> None:
    nodes = {".".join(node["assetKey"]["path"]): node for node in server.ask(NODES)}
    assert {*nodes} == {"one", "area.two", "three", "slept", "ticked"}
    jobs = {name: {*node["jobNames"]} - {"__ASSET_JOB"} for name, node in nodes.items()}
    assert jobs["one"] == {"whole"}
    assert jobs["three"] == jobs["area.two"] == {"whole", "part"}


def test_a_run_from_a_failure_keeps_the_version_of_the_first(
    server: DagsterServer, project: KedroProject, alerts: Received[tuple[str, object]]
) -> None:
    (project.path / "broken").touch()
    first = server.launch("whole", values("first"))
    assert server.wait(first)["status"] == "FAILURE"
    chosen = server.launch("__ASSET_JOB", assets=[["area", "two"]])
    assert server.wait(chosen)["status"] == "FAILURE"
    (project.path / "broken").unlink()
    second = server.again(first, "FROM_FAILURE")
    run = server.wait(second)
    assert run["status"] == "SUCCESS", run
    assert {step["stepKey"] for step in run["stepStats"]} == {"whole__two", "whole__three"}
    assert versions(project, "one.txt") == versions(project, "area.two.txt")
    assert len(versions(project, "one.txt")) == 1
    assert written(project)["three.txt"].startswith(b"first ")
    whole = server.again(second, "ALL_STEPS")
    assert server.wait(whole)["status"] == "SUCCESS"
    assert len(versions(project, "one.txt")) == 2, "the control: all again is another version"
    # Also of assets from the catalog, and although another webhook could not be told.
    for failure in first, chosen:
        hear(alerts, f"whole has failed in the run {failure}")


def test_a_run_from_its_missing_assets_takes_nothing_of_another(
    server: DagsterServer, project: KedroProject
) -> None:
    (project.path / "broken").touch()
    first = server.launch("whole", values("mine"))
    assert server.wait(first)["status"] == "FAILURE"
    (project.path / "broken").unlink()
    assert server.wait(server.launch("whole", values("theirs")))["status"] == "SUCCESS"
    run = server.wait(server.again(first, "FROM_ASSET_FAILURE"))
    assert run["status"] == "SUCCESS", run
    assert {step["stepKey"] for step in run["stepStats"]} == {"whole__two", "whole__three"}
    assert written(project)["three.txt"].startswith(b"mine ")


def test_a_single_asset_is_made_of_what_is_there(
    server: DagsterServer, project: KedroProject
) -> None:
    """Of the run itself nothing has made what it reads."""
    assert server.wait(server.launch("whole", values("before")))["status"] == "SUCCESS"
    count = len(versions(project, "one.txt"))
    run = server.wait(server.launch("__ASSET_JOB", assets=[["area", "two"]]))
    assert run["status"] == "SUCCESS", run
    assert [step["stepKey"] for step in run["stepStats"]] == ["whole__two"]
    assert len(versions(project, "one.txt")) == count
    assert len(versions(project, "area.two.txt")) == count + 1
    last = versions(project, "area.two.txt")[-1]
    assert written(project)[f"area.two.txt/{last}/area.two.txt"].startswith(b"before ")


def test_two_runs_at_once_do_not_meet(server: DagsterServer, project: KedroProject) -> None:
    before = len(versions(project, "one.txt"))
    runs = [server.launch("whole", values(text)) for text in ("left", "right")]
    assert [server.wait(run)["status"] for run in runs] == ["SUCCESS", "SUCCESS"]
    own = versions(project, "one.txt")[before:]
    files = written(project)
    pairs = {(files[f"{n}.txt/{v}/{n}.txt"]) for v in own for n in ("one", "area.two")}
    assert len(own) == 2
    assert sorted(text.split()[0] for text in pairs) == [b"left", b"right"]


def test_a_part_runs_the_tasks_of_its_own_pipeline(server: DagsterServer) -> None:
    run = server.wait(server.launch("part"))
    assert run["status"] == "SUCCESS", run
    assert {step["stepKey"] for step in run["stepStats"]} == {"part__two", "part__three"}


def test_a_run_that_is_terminated_leaves_no_node_behind(
    server: DagsterServer, project: KedroProject
) -> None:
    run, node = asleep(server, project)
    server.ask(TERMINATE, id=run)
    assert server.wait(run)["status"] == "CANCELED"
    must_end(node)


def test_a_run_whose_process_is_killed_leaves_no_step_behind(
    server: DagsterServer, project: KedroProject
) -> None:
    run, node = asleep(server, project, {"execution": {"config": {"multiprocess": {}}}})
    step = parent(process_of_job(run))
    worker = parent(step)
    assert b"spawn_main" in Path(f"/proc/{worker}/cmdline").read_bytes()
    os.kill(worker, signal.SIGKILL)
    must_end(node)
    must_end(step)
    assert server.wait(run)["status"] == "FAILURE"


def test_the_clock_starts_a_schedule_of_its_own_accord(
    server: DagsterServer, project: KedroProject, alerts: Received[tuple[str, object]]
) -> None:
    end = time.monotonic() + 120
    while not (runs := server.ask(RUNS, job="ticking")["results"]):
        assert time.monotonic() < end, server.processes.tails()
        time.sleep(1)
    run = runs[-1]
    tags = {tag["key"]: tag["value"] for tag in run["tags"]}
    assert tags["dagster/schedule_name"] == "ticking_schedule"
    assert server.wait(run["runId"])["status"] == "SUCCESS"
    assert written(project)["ticked.txt"] == b"t"
    hear(alerts, f"ticking has succeeded in the run {run['runId']}")


def asleep(
    server: DagsterServer, project: KedroProject, config: dict[str, Any] | None = None
) -> tuple[str, int]:
    """Start a run, and return its id and the process of the node that sleeps in it."""
    mark = project.path / "asleep"
    mark.unlink(missing_ok=True)
    run = server.launch("sleepy", config)
    server.processes.wait_until(mark.exists, "a node sleeps", 90)
    time.sleep(0.5)
    node = int(mark.read_text())
    assert is_alive(node)
    return run, node


def must_end(process: int) -> None:
    end = time.monotonic() + 20
    while is_alive(process) and time.monotonic() < end:
        time.sleep(0.2)
    assert not is_alive(process)


def process_of_job(run: str) -> int:
    """Return the process that was handed a job of a run."""
    jobs = {
        pid: text
        for pid, variables in environments()
        for text in variables
        if text.startswith(b"SHIPWAY_JOB=")
    }
    (process,) = (pid for pid, text in jobs.items() if run.encode() in text)
    return process


def parent(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    (line,) = re.findall(r"^PPid:\t(\d+)$", status, re.MULTILINE)
    return int(line)


def hear(alerts: Received[tuple[str, object]], text: str) -> None:
    """Wait for a message; the daemon asks its sensors every half minute."""
    end = time.monotonic() + 120
    while not any(body == {"text": text} for _, body in alerts.items):
        assert time.monotonic() < end, (text, alerts.items)
        time.sleep(0.5)


def values(text: str) -> dict[str, object]:
    return {"resources": {"whole_parameters": {"config": {"text": text}}}}
