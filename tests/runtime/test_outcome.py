"""A task succeeds when its nodes have saved and the runtime has said so, and never otherwise."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from .tasks import HERE, Tasks, entry, own_project

NODES = """
import atexit
import os
import signal
import sys
import threading
import time


def zero():
    sys.exit(0)


def nothing():
    sys.exit()


def text():
    sys.exit("no data")


def usage():
    sys.exit(2)


def interrupt():
    raise KeyboardInterrupt


def os_zero():
    os._exit(0)


def os_drift():
    os._exit(7)


def os_usage():
    os._exit(2)


def thread():
    threading.Thread(target=os._exit, args=[0]).start()
    time.sleep(100)


def at_end_zero():
    atexit.register(os._exit, 0)
    return "done"


def at_end_seven():
    atexit.register(os._exit, 7)
    return "done"


def at_end_killed():
    atexit.register(os.kill, os.getpid(), signal.SIGKILL)
    return "done"


def at_end_raises():
    atexit.register(sys.exit, 7)
    threading.Thread(target=sys.exit, args=[7]).start()
    return "done"


def after(*parts):
    return "after"
"""
NAMES = [
    line.removeprefix("def ").partition("(")[0]
    for line in NODES.splitlines()
    if line.startswith("def ") and "after" not in line
]
REGISTRY = f"""
import os
if os.environ.get("LEAVE") == "exit":
    raise SystemExit(0)
if os.environ.get("LEAVE") == "os":
    os._exit(0)
names = {NAMES!r}
return {{"__default__": pipeline([
    *[node(getattr(f, n), None, n, name=n) for n in names],
    node(f.after, names, "after", name="after"),
])}}
"""
HOOK = """
import os
import sys

from kedro.framework.hooks import hook_impl


class Leave:
    @hook_impl
    def before_node_run(self):
        if "hook" in os.environ.get("LEAVE", ""):
            sys.exit() if os.environ["LEAVE"] == "hook" else os._exit(0)

    @hook_impl
    def after_pipeline_run(self):
        if os.environ.get("LEAVE") == "after":
            os._exit(0)


HOOKS = (Leave(),)
"""
RAISED = {"zero": "SystemExit: 0", "nothing": "SystemExit", "text": "SystemExit: no data"}
RAISED |= {"usage": "SystemExit: 2", "interrupt": "KeyboardInterrupt"}
ENDED = {"os_zero": 0, "os_drift": 7, "os_usage": 2, "thread": 0}
RUNNERS = ("SequentialRunner", "ThreadRunner", "ParallelRunner")


def leaving(folder: Path, python: Path) -> Tasks:
    catalog = {name: entry("Plain", f"{name}.json") for name in [*NAMES, "after"]}
    project = own_project(folder, REGISTRY, nodes=NODES, catalog=catalog, settings=HOOK)
    return Tasks(project, python, {"task": "some_task"})


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Tasks:
    return leaving(tmp_path_factory.mktemp("outcome"), HERE)


def check_raised(tasks: Tasks, node: str, runner: str) -> None:
    finish = tasks.attempt(node, runner=runner)
    assert finish.code == 1, finish.output
    head, place, *_, last = finish.from_last("shipway: ")
    assert head == f"shipway: task `some_task`: the node `{node}` failed"
    assert place.startswith("  at src/own/functions.py:")
    assert last == f"  {RAISED[node]}"


@pytest.mark.parametrize(
    ("node", "runner"),
    [*((node, RUNNERS[0]) for node in RAISED), *(("zero", runner) for runner in RUNNERS[1:])],
)
def test_a_node_that_exits_has_failed(tasks: Tasks, node: str, runner: str) -> None:
    check_raised(tasks, node, runner)


@pytest.mark.parametrize("node", ENDED)
def test_a_node_that_ends_its_process_has_failed(tasks: Tasks, node: str) -> None:
    finish = tasks.attempt(node)
    assert finish.code == 1, finish.output
    head, place, _ = finish.from_last("shipway: ")
    assert head == (
        f"shipway: task `some_task`: its process ended with exit code {ENDED[node]} before its "
        "nodes were done"
    )
    assert place == f"  at the nodes `{node}`"


def test_so_it_is_on_each_kedro(any_kedro: Path, tmp_path: Path) -> None:
    tasks = leaving(tmp_path, any_kedro)
    check_raised(tasks, "zero", "SequentialRunner")
    assert tasks.attempt("os_zero").code == 1


@pytest.mark.parametrize("where", ["exit", "os", "hook", "os in a hook", "after"])
def test_so_it_is_where_an_import_or_a_hook_ends_the_process(tasks: Tasks, where: str) -> None:
    finish = tasks.attempt("at_end_zero", env={"LEAVE": where})
    assert finish.code == 1, finish.output
    assert finish.from_last("shipway: task `some_task`: ")


def test_control_it_succeeds_when_none_does(tasks: Tasks) -> None:
    tasks.run("at_end_zero", env={"LEAVE": ""})


def test_once_the_nodes_are_done_python_ends_as_after_kedro_run(tasks: Tasks) -> None:
    """Some libraries leave by `os._exit(0)` when they are done."""
    tasks.run("at_end_zero")
    tasks.run("at_end_raises")


def test_a_process_that_ends_badly_after_its_nodes_has_failed(tasks: Tasks) -> None:
    finish = tasks.attempt("at_end_seven")
    assert finish.code == 1
    assert "ended with exit code 7 after its nodes were done" in finish.from_last("shipway: ")[0]
    assert tasks.attempt("at_end_killed").code == 128 + signal.SIGKILL


def test_of_many_nodes_some_are_named(tasks: Tasks) -> None:
    finish = tasks.attempt(*ENDED, *RAISED, env={"LEAVE": "os in a hook"})
    assert finish.from_last("shipway: ")[1].count("`") == 2 * 5
    assert finish.from_last("shipway: ")[1].endswith(" and 4 more")


def test_what_a_node_does_to_its_streams_hides_no_last_words(tmp_path: Path) -> None:
    project = own_project(tmp_path, STREAMS_REGISTRY, nodes=STREAMS)
    for node in STREAM_NODES:
        finish = Tasks(project, HERE, {"task": "some_task"}).attempt(node)
        assert finish.code == 1, (node, finish.output)
        head, place, why = finish.from_last("shipway: ")
        assert head == f"shipway: task `some_task`: the node `{node}` failed"
        assert place.startswith("  at src/own/functions.py:")
        assert why == f"  ValueError: {node}"
        assert "Traceback (most recent call last)" in finish.output
        project.path.mkdir(exist_ok=True)


STREAM_NODES = ("close", "none", "devnull", "descriptors", "elsewhere")
STREAMS = """
import os
import sys
import tempfile


def close():
    sys.stdout.close()
    sys.stderr.close()
    raise ValueError("close")


def none():
    sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = None
    raise ValueError("none")


def devnull():
    sys.stdout = sys.stderr = open(os.devnull, "w")
    raise ValueError("devnull")


def descriptors():
    os.closerange(0, 1000)
    raise ValueError("descriptors")


def elsewhere():
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    os.rmdir(folder)
    raise ValueError("elsewhere")
"""
STREAMS_REGISTRY = f"""
names = {STREAM_NODES!r}
return {{"__default__": pipeline([node(getattr(f, n), None, n, name=n) for n in names])}}
"""


@pytest.mark.parametrize("closing", ["0<&-", "1>&-", "0<&- 1>&- 2>&-"])
def test_streams_may_be_closed_at_the_start(tmp_path: Path, closing: str) -> None:
    """Else a file that a node opens takes the number, and what is printed goes into it."""
    project = own_project(
        tmp_path,
        'return {"__default__": pipeline([node(f.loud, None, "out", name="loud")])}',
        nodes=LOUD,
        catalog={"out": entry("Plain", "out.json")},
    )
    tasks = Tasks(project)
    job = project.write("job.json", json.dumps(tasks.told("loud")))
    words = f'exec "$0" -m shipway.runtime --job {job} {closing}'
    code = f"import subprocess, sys; sys.exit(subprocess.call(['sh', '-c', {words!r}, '{HERE}']))"
    finish = tasks.call("-c", code)
    assert finish.code == 0, finish.output
    assert tasks.data("out.json") == "loud"
    assert (project.path / "own.txt").read_text() == "own"


LOUD = """
import os
import subprocess
from pathlib import Path


def loud():
    with Path("own.txt").open("w") as file:
        file.write("own")
        print("loud", flush=True)
        subprocess.run(["sh", "-c", "echo loud; cat"], check=True)
    return "loud"
"""
