"""The harness itself: kfp's own orchestrator runs spec files on the host."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from . import samples
from .env import KubeflowEnv, ScriptFailed
from .host import HostRun, run_on_host
from .samples import Step, parameter

pytestmark = pytest.mark.engine

PRINT = ["python", "-c", "import json, sys; print(json.dumps(sys.argv[1:]))"]
FAIL = ("sh", "-c", "echo broken; exit 3")
TYPES = {
    "text": "STRING",
    "count": "NUMBER_INTEGER",
    "rate": "NUMBER_DOUBLE",
    "flag": "BOOLEAN",
    "items": "LIST",
    "table": "STRUCT",
}
VALUES = {
    "text": "2",
    "count": 2,
    "rate": 2.0,
    "flag": True,
    "items": [1, "a"],
    "table": {"n": 2, "x": 0.5, "a": "<é>"},
}


def run(
    env: KubeflowEnv,
    folder: Path,
    steps: Mapping[str, Step],
    inputs: Mapping[str, dict[str, Any]] | None = None,
    arguments: Mapping[str, Any] | None = None,
    **options: Any,
) -> HostRun:
    file = samples.write(folder, samples.spec(steps, inputs))
    defaults: dict[str, Any] = {"folder": folder, "replace": {"python": sys.executable}}
    return run_on_host(env, file, arguments, **defaults | options)


def declaration(**types: str) -> dict[str, dict[str, Any]]:
    return {name: {"parameterType": kind} for name, kind in types.items()}


def test_a_chain_runs_in_order(kubeflow: KubeflowEnv, tmp_path: Path) -> None:
    append = ("sh", "-c", 'echo "$0" >> order')
    steps = {
        "third": Step(command=append, args=["3"], after=["second"]),
        "first": Step(command=append, args=["1"]),
        "second": Step(command=append, args=["2"], after=["first"]),
    }
    process = run(kubeflow, tmp_path, steps).ok()
    assert process.names == ("first", "second", "third")
    assert (tmp_path / "order").read_text().split() == ["1", "2", "3"]
    assert all(a.end <= b.start for a, b in zip(process.tasks, process.tasks[1:], strict=False))
    assert {task.exit_code for task in process.tasks} == {0}


def test_a_failure_fails_the_run_and_stops_what_depends_on_it(
    kubeflow: KubeflowEnv, tmp_path: Path
) -> None:
    steps = {
        "before": Step(),
        "broken": Step(command=FAIL, after=["before"]),
        "after": Step(command=("touch", "ran"), after=["broken"]),
    }
    process = run(kubeflow, tmp_path, steps)
    assert (process.succeeded, process.failed, process.error) == (False, ("broken",), None)
    assert process.names == ("before", "broken")
    assert (process.task("broken").exit_code, process.task("broken").output) == (3, "broken\n")
    assert not (tmp_path / "ran").exists()
    with pytest.raises(AssertionError, match="broken"):
        process.ok()


@pytest.mark.parametrize(
    "command", [("no-such-program",), ("sh", "-c", "kill -9 $$")], ids=["missing", "killed"]
)
def test_what_cannot_start_or_is_killed_fails(
    command: tuple[str, ...], kubeflow: KubeflowEnv, tmp_path: Path
) -> None:
    process = run(kubeflow, tmp_path, {"broken": Step(command=command)})
    assert (process.succeeded, process.failed) == (False, ("broken",))
    assert process.task("broken").exit_code in {127, -9}


def test_branches_both_run_between_fork_and_join(kubeflow: KubeflowEnv, tmp_path: Path) -> None:
    steps = {
        "join": Step(after=["left", "right"]),
        "left": Step(after=["fork"]),
        "right": Step(after=["fork"]),
        "fork": Step(),
    }
    names = run(kubeflow, tmp_path, steps).ok().names
    assert (names[0], set(names[1:3]), names[3]) == ("fork", {"left", "right"}, "join")


@pytest.mark.parametrize("wrapper", [False, True])
def test_a_branch_beside_a_failure_runs_only_where_dags_are_nested(
    wrapper: bool, kubeflow: KubeflowEnv, tmp_path: Path
) -> None:
    """The order of what does not depend on each other is anyone's guess."""
    steps = {"a": Step(command=FAIL), "b": Step(command=FAIL), "c": Step(after=["a", "b"])}
    process = run(kubeflow, tmp_path, {"main": Step(steps=steps)} if wrapper else steps)
    if wrapper:
        assert set(process.names) == {"main/a", "main/b"}
        assert set(process.failed) == {"a", "b", "main"}
    else:
        assert process.names == process.failed
        assert set(process.names) < {"a", "b"}


def test_parameters_arrive_as_text(kubeflow: KubeflowEnv, tmp_path: Path) -> None:
    words = [parameter(name) for name in TYPES]
    steps = {"show": Step(command=PRINT, args=words, inputs=TYPES)}
    for style, answer in (
        ("local", ["2", "2", "2.0", "true", '[1.0, "a"]', VALUES["table"]]),
        ("server", ["2", "2", "2", "true", '[1,"a"]', VALUES["table"]]),
    ):
        process = run(kubeflow, tmp_path, steps, declaration(**TYPES), VALUES, rendering=style).ok()
        *texts, table = json.loads(process.task("show").output)
        assert [*texts, json.loads(table)] == answer


def test_a_default_is_taken_and_a_constant_needs_none(
    kubeflow: KubeflowEnv, tmp_path: Path
) -> None:
    inputs = {"x": {"parameterType": "NUMBER_DOUBLE", "defaultValue": 0.5}}
    step = Step(
        command=PRINT,
        args=[parameter("x"), f"--y={parameter('y')}"],
        inputs={"x": "NUMBER_DOUBLE", "y": "STRING"},
        constants={"y": "fixed"},
    )
    outer = Step(steps={"show": step}, inputs={"x": "NUMBER_DOUBLE"})
    for given, display in ({}, "0.5"), ({"x": 1.5}, "1.5"):
        process = run(kubeflow, tmp_path, {"main": outer}, inputs, given).ok()
        assert json.loads(process.task("main/show").output) == [display, "--y=fixed"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, "missing 1 required argument: n"),
        ({"n": 1, "extra": 2}, 'unexpected keyword argument "extra"'),
        ({"n": "many"}, "Argument type 'STRING' is incompatible with the input type"),
        ({"n": 2.0}, "Argument type 'NUMBER_DOUBLE' is incompatible with the input type"),
        ({"n": None}, "Constant argument inputs must be one of type"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(
    arguments: dict[str, Any], error: str, kubeflow: KubeflowEnv, tmp_path: Path
) -> None:
    steps = {"show": Step(inputs={"n": "NUMBER_INTEGER"})}
    process = run(kubeflow, tmp_path, steps, declaration(n="NUMBER_INTEGER"), arguments)
    assert (process.succeeded, process.names, process.failed) == (False, (), ())
    assert error in str(process.error)


@pytest.mark.parametrize(
    "given", [{"isOptional": True}, {"defaultValue": {"a": None}}], ids=["no-value", "null-within"]
)
def test_what_only_a_server_can_pass_on(
    given: dict[str, Any], kubeflow: KubeflowEnv, tmp_path: Path
) -> None:
    steps = {"show": Step(inputs={"x": "STRUCT"})}
    process = run(kubeflow, tmp_path, steps, {"x": {"parameterType": "STRUCT"} | given})
    assert (process.succeeded, process.names) == (False, ())
    assert "ValueError" in str(process.error)


def test_retries_follow_the_policy_without_waiting(kubeflow: KubeflowEnv, tmp_path: Path) -> None:
    policy = {
        "maxRetryCount": 3,
        "backoffDuration": "30s",
        "backoffFactor": 3,
        "backoffMaxDuration": "60s",
    }
    flaky = ("sh", "-c", "echo x >> tries; test $(wc -l < tries) -ge 3")
    steps = {
        "flaky": Step(command=flaky, retry=policy),
        "last": Step(command=FAIL, retry={"maxRetryCount": 1}, after=["flaky"]),
    }
    process = run(kubeflow, tmp_path, steps)
    assert [(task.name, task.attempt, task.waited) for task in process.tasks] == [
        ("flaky", 1, 0),
        ("flaky", 2, 30),
        ("flaky", 3, 60),
        ("last", 1, 0),
        ("last", 2, 0),
    ]
    assert (process.succeeded, process.failed) == (False, ("last",))


@pytest.mark.parametrize("message", [None, "main"], ids=["untold", "told-the-status"])
@pytest.mark.parametrize("fault", [False, True])
def test_an_exit_task_runs_whatever_became_of_the_rest(
    fault: bool, message: str | None, kubeflow: KubeflowEnv, tmp_path: Path
) -> None:
    steps = {
        "a": Step(command=FAIL) if fault else Step(),
        "b": Step(after=["a"]),
    }
    notify = Step(
        command=("echo",),
        args=[parameter("status")] if message else ["over"],
        after=["main"],
        strategy=samples.COMPLETED,
        status_of=message,
    )
    process = run(kubeflow, tmp_path, {"main": Step(steps=steps), "notify": notify})
    assert process.succeeded is not fault
    assert process.names == ("main/a", *(() if fault else ("main/b",)), "notify")
    state = "FAILED" if fault else "SUCCEEDED"
    assert (state if message else "over") in process.task("notify").output


def test_a_failing_exit_task_fails_the_run(kubeflow: KubeflowEnv, tmp_path: Path) -> None:
    notify = Step(command=FAIL, after=["main"], strategy=samples.COMPLETED)
    process = run(kubeflow, tmp_path, {"main": Step(steps={"a": Step()}), "notify": notify})
    assert (process.succeeded, process.failed) == (False, ("notify",))


def test_a_task_sees_what_a_pod_would(
    kubeflow: KubeflowEnv, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEVELOPERS_OWN", "1")
    step = Step(command=("env",), env={"SPEC": "1", "BOTH": "spec"}, resources={"cpuLimit": 1})
    secrets = samples.platform({"exec-show": {"activeDeadlineSeconds": "1"}})
    file = samples.write(tmp_path, samples.spec({"show": step}), secrets)
    process = run_on_host(kubeflow, file, environment={"SECRET": "s", "BOTH": "cluster"}).ok()
    view = dict(line.split("=", 1) for line in process.task("show").output.splitlines())
    assert {"SPEC": "1", "SECRET": "s", "BOTH": "spec"}.items() <= view.items()
    assert view.keys().isdisjoint({"DEVELOPERS_OWN", "PYTHONPATH"})
    assert process.task("show").env == {"SPEC": "1", "BOTH": "spec"}


def test_programs_of_the_image_are_replaced(kubeflow: KubeflowEnv, tmp_path: Path) -> None:
    code = "import sys, yaml; print(sys.prefix)"
    steps = {
        "direct": Step(command=("/opt/venv/bin/python", "-c", code)),
        "shell": Step(command=("sh", "-c", f'python -c "{code}"')),
    }
    replace = {"/opt/venv/bin/python": sys.executable, "python": sys.executable}
    process = run(kubeflow, tmp_path, steps, replace=replace).ok()
    assert {task.output.strip() for task in process.tasks} == {sys.prefix}
    assert process.task("direct").command[0] == "/opt/venv/bin/python"


def test_a_run_that_takes_too_long_ends_with_its_tasks(
    kubeflow: KubeflowEnv, tmp_path: Path
) -> None:
    step = Step(command=("sh", "-c", "echo $$ > pid; exec sleep 100"))
    with pytest.raises(ScriptFailed, match="run_spec was killed after 8 s"):
        run(kubeflow, tmp_path, {"sleep": step}, timeout=8)
    state = Path("/proc", (tmp_path / "pid").read_text().strip(), "status")
    assert not state.exists() or "State:\tZ" in state.read_text()
