"""The harness itself: runs in one process, and under a real scheduler."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engines.processes import is_alive

from . import samples
from .control import Refused
from .env import AirflowEnv
from .forks import TO_RUN
from .inprocess import dags_test
from .samples import write_dags
from .stack import AirflowStack, StackFactory

pytestmark = pytest.mark.engine

RUNNABLE = {"chain": samples.CHAIN, "broken": samples.BROKEN, "slow": samples.SLOW}


@pytest.fixture
def dags(airflow: AirflowEnv, tmp_path: Path) -> Path:
    return write_dags(tmp_path / "dags", airflow.major, **RUNNABLE)


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    return fresh(tmp_path / "marks")


@pytest.fixture(scope="module")
def stack_marks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("marks")


@pytest.fixture(scope="module")
def stack(
    airflow_stack: StackFactory,
    airflow3: AirflowEnv,
    stack_marks: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> AirflowStack:
    bodies = RUNNABLE | {"cycle": samples.CYCLE}
    folder = write_dags(tmp_path_factory.mktemp("dags"), 3, **bodies)
    return airflow_stack(airflow3, folder, {"MARKS": str(stack_marks)})


def fresh(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for file in folder.iterdir():
        file.unlink()
    return folder


def soon(outcome: Callable[[], bool]) -> bool:
    end = time.monotonic() + 30
    while not outcome() and time.monotonic() < end:
        time.sleep(0.1)
    return outcome()


def test_in_process_success(airflow: AirflowEnv, dags: Path, marks: Path) -> None:
    conf = {"n": 2, "new": "x"}
    run = dags_test(airflow, dags, "chain", conf, {"MARKS": str(marks)})
    assert (run.state, run.exit_code) == ("success", 0), run.output
    assert run.task_states == {"write": "success", "after": "success"}
    params = json.loads((marks / "params").read_text())
    assert params == {"n": 2, "m": {"x": None}, "new": "x"}


def test_a_fork_does_what_a_process_of_its_own_does(
    airflow: AirflowEnv, dags: Path, marks: Path
) -> None:
    """Airflow reads another configuration as it is imported: no fork can do that."""
    conf = {"n": 2, "new": "x"}
    own = {"AIRFLOW__CORE__PARALLELISM": "3"}
    results = [
        dags_test(airflow, dags, "chain", conf, {"MARKS": str(fresh(marks)), **more})
        for more in ({}, own)
    ]
    of_fork, of_process = ((run.state, run.exit_code, run.task_states) for run in results)
    assert of_fork == of_process
    assert of_fork[0] == "success"
    forks = airflow.forks_with(TO_RUN[airflow.major])
    assert [forks.takes(run.home.variables) for run in results] == [True, False]


def test_in_process_failure(airflow: AirflowEnv, dags: Path, marks: Path) -> None:
    run = dags_test(airflow, dags, "broken", extra_env={"MARKS": str(marks)})
    assert (run.state, run.exit_code) == ("failed", 1), run.output
    assert run.task_states == {
        "broken": "failed",
        "downstream": "upstream_failed",
        "beside": "success",
    }
    assert "exit code 1" in run.output


def test_in_process_time_out(airflow: AirflowEnv, dags: Path, marks: Path) -> None:
    run = dags_test(airflow, dags, "late", extra_env={"MARKS": str(marks)})
    assert (run.exit_code, run.task_states) == (1, {"sleep": "failed"}), run.output
    assert (marks / "on_kill").exists()
    assert soon((marks / "terminated").exists)


def test_in_process_of_an_unknown_dag(airflow: AirflowEnv, dags: Path) -> None:
    run = dags_test(airflow, dags, "nobody")
    assert (run.state, run.exit_code, run.task_states) == (None, 1, {})
    assert "could not be found" in run.output


def test_a_run_under_the_scheduler(stack: AirflowStack, stack_marks: Path) -> None:
    fresh(stack_marks)
    run_id = stack.trigger("chain", {"n": 2.5})
    run = stack.wait("chain", run_id)
    assert (run.state, run.task_states) == ("success", {"write": "success", "after": "success"})
    write, after = run.tasks["write"], run.tasks["after"]
    assert write.end is not None
    assert after.start is not None
    assert write.end <= after.start
    assert json.loads((stack_marks / "params").read_text()) == {"n": 2.5, "m": {"x": None}}
    assert "wrote the parameters" in stack.task_log("chain", run_id, "write")


def test_a_failure_stops_what_follows_until_cleared(stack: AirflowStack, stack_marks: Path) -> None:
    fresh(stack_marks)
    run_id = stack.trigger("broken")
    run = stack.wait("broken", run_id)
    assert run.state == "failed"
    answer = {"broken": "failed", "downstream": "upstream_failed", "beside": "success"}
    assert run.task_states == answer
    assert "exit code 1" in stack.task_log("broken", run_id, "broken")

    (stack_marks / "repaired").touch()
    stack.clear("broken", run_id, ["broken"])
    run = stack.wait("broken", run_id)
    assert run.state == "success"
    assert {name: task.try_number for name, task in run.tasks.items()} == {
        "broken": 2,
        "downstream": 1,
        "beside": 1,
    }


def test_a_task_marked_failed_is_killed(stack: AirflowStack, stack_marks: Path) -> None:
    fresh(stack_marks)
    run_id = stack.trigger("slow")
    assert soon((stack_marks / "pid").exists)
    stack.mark_failed("slow", run_id, "sleep")
    assert stack.wait("slow", run_id).state == "failed"
    assert soon((stack_marks / "terminated").exists)
    assert (stack_marks / "on_kill").exists()


def test_a_time_out_kills_under_the_scheduler(stack: AirflowStack, stack_marks: Path) -> None:
    fresh(stack_marks)
    run_id = stack.trigger("late")
    assert stack.wait("late", run_id).task_states == {"sleep": "failed"}
    assert soon((stack_marks / "terminated").exists)
    assert (stack_marks / "on_kill").exists()


def test_a_value_of_the_wrong_type_is_refused(stack: AirflowStack) -> None:
    with pytest.raises(Refused, match="'many' is not of type 'number'"):
        stack.trigger("chain", {"n": "many"})


def test_import_errors_reach_the_stack(stack: AirflowStack) -> None:
    (message,) = stack.import_errors().values()
    assert "Cycle detected" in message


def test_no_process_outlives_a_stack(airflow: AirflowEnv, dags: Path, marks: Path) -> None:
    with AirflowStack(airflow, dags, {"MARKS": str(marks)}) as stack:
        stack.trigger("slow")
        assert soon((marks / "pid").exists)
        pid = int((marks / "pid").read_text())
        assert is_alive(pid)
        assert pid in stack.processes.strays()
    assert soon(lambda: not is_alive(pid))
    assert stack.processes.strays() == []
    assert all(process.returncode is not None for process in stack.processes.started.values())
