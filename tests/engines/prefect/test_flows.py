"""What a flow does: order, retries, deadlines, parameters, names.

Its end, and a run that goes on after one of its tasks was killed, are looked at on the embedded
server, which is the flow's own; all else on one that they share.
"""

from __future__ import annotations

import ast
import builtins
import json
import keyword
import signal
import subprocess
import sys
import time
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from shipway.settings.source import overlay
from tests.engines.hopeless import hopeless_project, of_another_pipeline
from tests.engines.processes import Processes, is_alive
from tests.engines.stand_in import stand_in
from tests.projects import KedroProject, make_project, text_file
from tests.written import written

from .env import PrefectEnv
from .exported import export, run, run_env, run_on
from .server import PrefectServer

pytestmark = pytest.mark.engine

FAN = """
import time


def slow():
    time.sleep(12)
    return "slow"


def quick():
    return "quick"


def join(*parts):
    return "+".join(parts)
"""
FAN_REGISTRY = """
slow = [node(f.slow, None, f"s{n}", name=f"slow_{n}") for n in range(2)]
waits = [node(f.join, ["s0", "s1"], f"w{n}", name=f"waits_{n}") for n in range(6)]
quick = [node(f.quick, None, f"q{n}", name=f"quick_{n}") for n in range(8)]
return {"__default__": pipeline([*slow, *waits, *quick])}
"""
STUBBORN = """
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

CHILD = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


def late():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if Path("late").exists():
        return "in time"
    child = subprocess.Popen([sys.executable, "-c", CHILD], start_new_session=True)
    Path("late.part").write_text(f"{os.getpid()} {child.pid}")
    Path("late.part").rename("late")
    print("one line", "another line", sep="\\n", flush=True)
    time.sleep(600)


def hit():
    if not Path("hit").exists():
        Path("hit").touch()
        os.kill(os.getpid(), signal.SIGTERM)  # as a machine short of memory does
    return "tried again"


def after(text):
    left = subprocess.Popen([sys.executable, "-c", CHILD], start_new_session=True)
    Path("left").write_text(str(left.pid))
    return text
"""
STUBBORN_REGISTRY = """
return {"__default__": pipeline([
    node(f.late, None, "done", name="late"),
    node(f.after, "done", "end", name="after"),
    node(f.hit, None, "hit", name="hit"),
])}
"""
HARD = """
import json
import os


def show(*given):
    return json.dumps(given, sort_keys=True)


def environment():
    return os.environ["SAID"]
"""
HARD_REGISTRY = """
names = ["Größe.x-1", "class", "run", None]
shown = [node(f.show, ["parameters"], f"x{n}", name=name) for n, name in enumerate(names)]
told = node(f.environment, None, "told", name="told", tags=["a.b", "ü"])
return {"__default__": pipeline([*shown, told])}
"""
KINDS: tuple[Any, ...] = ("text", 1, 1.5, True, None, [1], [], {})
NAMES = sorted({*dir(builtins), *keyword.kwlist, "self", "cls", "schema", "copy"})
HARD_PARAMETERS = {
    **{name: KINDS[n % 8] for n, name in enumerate(NAMES) if not name.startswith("_")},
    "model": {"validate": True, "dump": {"mode": "json"}},
    "run": {"json": [1, 2.5], "x": None},
    "text": "{{ flow_run.id }} $HOME $(id) 'x' \"y\" \\ \n ü",
    "model_config": True,
    "big": 2**70,
}


def fan(folder: Path) -> KedroProject:
    names = [*("s0", "s1"), *(f"w{n}" for n in range(6)), *(f"q{n}" for n in range(8))]
    catalog = {name: text_file(f"{name}.txt") for name in names}
    return make_project(folder, FAN_REGISTRY, nodes=FAN, catalog=catalog)


def test_independent_tasks_start_at_once_although_others_wait(
    server: PrefectServer, tmp_path: Path
) -> None:
    """Ten tasks at once: two slow ones, and eight that need nothing; six wait for the slow ones."""
    project = fan(tmp_path)
    content = {"defaults": {"concurrency": {"tasks": 10}}}
    with stand_in() as python:
        folder = export(project, settings=content, options={"python": str(python)})
        process = run_on(server, project, folder / project.package / "flow.py")
    assert process.code == 0, process.output
    starts = {name: task.start for name, task in process.run.tasks.items() if task.start}
    first = min(starts.values())
    slow_end = min(t.end for n, t in process.run.tasks.items() if n.startswith("slow") and t.end)
    at_once = {n for n, start in starts.items() if start - first < timedelta(seconds=3)}
    assert at_once == {n for n in starts if not n.startswith("waits")}
    assert all(starts[n] >= slow_end for n in starts if n.startswith("waits"))


def test_no_more_tasks_at_once_than_the_settings_say(server: PrefectServer, tmp_path: Path) -> None:
    names = [f"q{number}" for number in range(4)]
    registry = "return {'__default__': pipeline([node(f.start, None, n, name=n) for n in NAMES])}"
    project = make_project(
        tmp_path,
        registry.replace("NAMES", str(names)),
        catalog={name: text_file(f"{name}.txt") for name in names},
    )
    content = {"defaults": {"concurrency": {"tasks": 1}}}
    with stand_in() as python:
        folder = export(project, settings=content, options={"python": str(python)})
        process = run_on(server, project, folder / project.package / "flow.py")
    assert process.code == 0, process.output
    spans = sorted((t.start, t.end) for t in process.run.tasks.values() if t.start and t.end)
    assert len(spans) == 4
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


def test_a_task_past_its_deadline_dies_and_is_tried_again(
    prefect: PrefectEnv, tmp_path: Path
) -> None:
    catalog = {name: text_file(f"{name}.txt") for name in ("done", "end", "hit")}
    project = make_project(tmp_path, STUBBORN_REGISTRY, nodes=STUBBORN, catalog=catalog)
    """Only one of the tasks has a deadline; another is hit by a signal that stops no run."""
    late = {"timeout": "8s", "retries": 1, "retry_delay": "1s"}
    content = {"pipelines": {"__default__": {"nodes": {"late": late, "hit": {"retries": 1}}}}}
    flow = export(project, settings=content, options={"jitter": 0.3}) / project.package / "flow.py"
    process = run(prefect, project, flow)
    assert process.code == 0, process.output
    assert {name: task.tries for name, task in process.run.tasks.items()} == {
        "late": 2,
        "after": 1,
        "hit": 2,
    }
    log = process.run.tasks["late"].log
    assert any("TimeoutError" in line and "not done within 8 s" in line for line in log)
    assert {"one line", "another line"} <= set(log), "a line of a node is a line of the log"
    assert written(project)["end.txt"] == b"in time"
    assert not is_alive(int((project.path / "left").read_text())), "it held the pipe, for 600 s"


def test_what_no_retry_can_mend_is_not_tried_again(server: PrefectServer, tmp_path: Path) -> None:
    """One of the pipelines is then another than the one that was exported."""
    project = hopeless_project(tmp_path)
    flow = export(project, settings={"defaults": {"retries": 1}}) / project.package / "flow.py"
    text = flow.read_text(encoding="utf-8")
    flow.write_text(of_another_pipeline(text), encoding="utf-8")
    process = run_on(server, project, flow)
    tries = {name: task.tries for name, task in process.run.tasks.items()}
    assert tries == {"drift": 1, "fail": 2}, "the control: an error of a node may be mended"
    assert any("ended with exit code 7" in line for line in process.run.tasks["drift"].log)
    assert process.run.states == {"drift": "Failed", "fail": "Failed"}
    assert "WARNING | Task run 'fail' - WARNING " in process.output


def test_control_without_a_retry_the_deadline_fails_the_run(
    server: PrefectServer, tmp_path: Path
) -> None:
    catalog = {name: text_file(f"{name}.txt") for name in ("done", "end", "hit")}
    project = make_project(tmp_path, STUBBORN_REGISTRY, nodes=STUBBORN, catalog=catalog)
    content = {"defaults": {"timeout": "8s"}}
    process = run_on(
        server, project, export(project, settings=content) / project.package / "flow.py"
    )
    assert (process.code, process.run.state) == (1, "FAILED")
    assert process.run.states == {"late": "TimedOut", "after": "NotReady", "hit": "Failed"}
    assert written(project) == {}


def test_a_flow_that_is_terminated_leaves_no_process(prefect: PrefectEnv, tmp_path: Path) -> None:
    """Neither a node's, nor the server that Prefect has started for the run."""
    catalog = {name: text_file(f"{name}.txt") for name in ("done", "end", "hit")}
    project = make_project(tmp_path, STUBBORN_REGISTRY, nodes=STUBBORN, catalog=catalog)
    flow = export(project) / project.package / "flow.py"
    home = prefect.home()
    variables = {**prefect.variables(home), **run_env(project)}
    processes = Processes(home, variables, "PREFECT_HOME")
    try:
        processes.start("flow", [prefect.python, flow])
        processes.wait_until((project.path / "late").exists, "the node runs", 120)
        assert len(processes.strays()) >= 4, "the control: flow, server, task and node"
        flow_process = processes.started["flow"]
        flow_process.terminate()
        assert flow_process.wait(20) == 128 + signal.SIGTERM, processes.tails()
        assert processes.strays() == []
    finally:
        processes.stop()
    assert "end.txt" not in written(project)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_flow_ends_while_a_retry_pauses(
    prefect: PrefectEnv, tmp_path: Path, number: signal.Signals
) -> None:
    """In a thread that no signal wakes."""
    project = hopeless_project(tmp_path)
    settings = {"defaults": {"retries": 1, "retry_delay": "1h"}}
    flow = export(project, settings=settings) / project.package / "flow.py"
    home = prefect.home()
    processes = Processes(home, {**prefect.variables(home), **run_env(project)}, "PREFECT_HOME")
    try:
        processes.start("flow", [prefect.python, flow])
        pause = "will start 3600 second(s) from now"
        processes.wait_until(lambda: pause in processes.log("flow"), "a retry pauses", 120)
        flow_process = processes.started["flow"]
        flow_process.send_signal(number)
        assert flow_process.wait(30) == 128 + signal.SIGTERM, processes.tails()
        assert processes.strays() == []
    finally:
        processes.stop()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_flow_that_is_killed_leaves_no_node(
    prefect: PrefectEnv, tmp_path: Path, number: signal.Signals
) -> None:
    """Prefect's own server is left to `SIGKILL`, as by any flow."""
    catalog = {name: text_file(f"{name}.txt") for name in ("done", "end", "hit")}
    project = make_project(tmp_path, STUBBORN_REGISTRY, nodes=STUBBORN, catalog=catalog)
    flow = export(project) / project.package / "flow.py"
    home = prefect.home()
    processes = Processes(home, {**prefect.variables(home), **run_env(project)}, "PREFECT_HOME")
    try:
        processes.start("flow", [prefect.python, flow])
        processes.wait_until((project.path / "late").exists, "the node runs", 120)
        nodes = [int(pid) for pid in (project.path / "late").read_text().split()]
        assert all(map(is_alive, nodes)), "the control: the node, and what it has started"
        processes.started["flow"].send_signal(number)
        end = time.monotonic() + 10
        while any(map(is_alive, nodes)):
            assert time.monotonic() < end, processes.tails()
            time.sleep(0.1)
    finally:
        processes.stop()
    assert "end.txt" not in written(project)


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    catalog = {name: text_file(f"{name}.txt") for name in (*(f"x{n}" for n in range(4)), "told")}
    folder = tmp_path_factory.mktemp("hard")
    return make_project(
        folder, HARD_REGISTRY, nodes=HARD, catalog=catalog, parameters=HARD_PARAMETERS
    )


HELD = {"defaults": {"env": {"SAID": "{{ x }} $HOME $(id) 'ü'"}, "labels": {"a": "b"}}}


def test_hard_names_and_values_arrive_as_they_are(
    server: PrefectServer, hard: KedroProject
) -> None:
    process = run_on(server, hard, export(hard, settings=HELD) / hard.package / "flow.py")
    assert process.code == 0, process.output
    names = {"Größe.x-1", "class", "run", "told"}
    assert names < set(process.run.tasks)
    (unnamed,) = set(process.run.tasks) - names
    assert unnamed.startswith("show")
    assert process.run.tasks["told"].tags == {"a.b", "ü"}
    result = written(hard)
    assert json.loads(result["x0.txt"]) == [HARD_PARAMETERS]
    assert result["told.txt"].decode() == "{{ x }} $HOME $(id) 'ü'"


def test_only_prefect_and_the_standard_library(hard: KedroProject) -> None:
    text = (export(hard, settings=HELD) / hard.package / "flow.py").read_text(encoding="utf-8")
    modules = set()
    for statement in ast.walk(ast.parse(text)):
        if isinstance(statement, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom):
            modules.add(str(statement.module).partition(".")[0])
    assert modules - set(sys.stdlib_module_names) == {"prefect"}
    assert str(hard.path) not in text.replace(sys.executable, "")


@pytest.mark.parametrize("length", [88, 100])
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"retries": 3, "retry_delay": "1m", "retry_backoff": 2, "timeout": "1h"},
        {"secrets": {"PASSWORD": {"name": "warehouse", "key": "password"}}},
        {"memory": "store", "store": "s3://bucket/runs", "runner": "ThreadRunner"},
    ],
    ids=["", "retries", "secrets", "store"],
)
def test_formatters_and_linters_find_nothing(
    hard: KedroProject, length: int, more: dict[str, object]
) -> None:
    folder = export(hard, settings=overlay(HELD, {"defaults": more}))
    ruff = [sys.executable, "-m", "ruff"]
    options = ["--isolated", "--target-version=py310", f"--line-length={length}", str(folder)]
    rules = ["--select", "E4,E7,E9,F,I,UP,B", "--ignore", "B006"]  # defaults, which nobody changes
    for command in (
        [*ruff, "format", "--diff", *options],
        [*ruff, "check", "--no-cache", *rules, *options],
    ):
        process = subprocess.run(command, capture_output=True, text=True, check=False)
        assert process.returncode == 0, process.stdout + process.stderr
