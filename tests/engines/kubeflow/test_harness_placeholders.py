"""Which placeholders kfp.local resolves, and where; a server differs, as said beside each."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import rendering, samples
from .env import KubeflowEnv
from .host import HostRun, run_on_host
from .samples import Step, parameter

pytestmark = pytest.mark.engine

# A server resolves these nowhere but in a task's input: a constant that is exactly the
# placeholder. In a command they stay as they are.
RESOLVED = {
    "{{$.pipeline_job_name}}": "sample-",
    "{{$.pipeline_job_uuid}}": "",
    "{{$.pipeline_task_name}}": "show",
    "{{$.pipeline_task_uuid}}": "",
}
# A server resolves these too, in the same place; kfp.local breaks down.
BREAKING = (
    "{{$.pipeline_job_resource_name}}",
    "{{$.pipeline_job_create_time_utc}}",
    "{{$.pipeline_job_schedule_time_utc}}",
)


def show(env: KubeflowEnv, folder: Path, step: Step) -> HostRun:
    return run_on_host(env, samples.write(folder, samples.spec({"show": step})))


def test_what_is_resolved_in_commands_and_constants(kubeflow: KubeflowEnv, tmp_path: Path) -> None:
    constants = {f"p{index}": text for index, text in enumerate(RESOLVED)}
    step = Step(
        command=("echo",),
        args=[*RESOLVED, *map(parameter, constants)],
        inputs=dict.fromkeys(constants, "STRING"),
        constants=constants,
    )
    _, *words = show(kubeflow, tmp_path, step).ok().task("show").command
    assert words[:4] == words[4:]
    assert not any("{{" in word for word in words)
    assert all(
        word.startswith(start) for word, start in zip(words, RESOLVED.values(), strict=False)
    )
    assert all(words)


@pytest.mark.parametrize("placeholder", BREAKING)
def test_what_breaks_kfp_local(placeholder: str, kubeflow: KubeflowEnv, tmp_path: Path) -> None:
    process = show(kubeflow, tmp_path, Step(command=("echo",), args=[placeholder]))
    assert (process.succeeded, process.names) == (False, ())
    assert "IndexError: list index out of range" in str(process.error)


def test_what_is_not_resolved(kubeflow: KubeflowEnv, tmp_path: Path) -> None:
    """Variables of a container are taken as they are, on a server too."""
    variables = {"NAME": "{{$.pipeline_job_name}}", "X": parameter("x")}
    step = Step(
        command=("echo", "{{workflow.uid}}"),
        env=variables,
        inputs={"x": "STRING"},
        constants={"x": "1"},
    )
    task = show(kubeflow, tmp_path, step).ok().task("show")
    assert task.env == variables
    assert task.command == ("echo", "{{workflow.uid}}")


def test_an_unknown_input_is_null(kubeflow: KubeflowEnv, tmp_path: Path) -> None:
    """On a server the task fails."""
    process = show(kubeflow, tmp_path, Step(command=("echo",), args=[parameter("nobody")])).ok()
    assert process.task("show").command == ("echo", "null")


def test_a_value_is_resolved_in_its_turn(kubeflow: KubeflowEnv, tmp_path: Path) -> None:
    """So data that looks like a placeholder does not arrive as it was given."""
    step = Step(
        command=("echo",),
        args=[parameter("x")],
        inputs={"x": "STRING", "y": "STRING"},
        constants={"x": f"<{parameter('y')}>", "y": "inner"},
    )
    process = show(kubeflow, tmp_path, step).ok()
    assert process.task("show").command == ("echo", "<inner>")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.0, "2"),
        (-2, "-2"),
        (0.5, "0.5"),
        (123456.5, "123456.5"),
        (1234567.5, "1.2345675e+06"),
        (1234567.0, "1234567"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (1e19, "1e+19"),
        (True, "true"),
        (None, ""),
        ([1.0, 0.5, None, "a"], '[1,0.5,null,"a"]'),
        ([1e-7, 1e21, 1e20], "[1e-7,1e+21,100000000000000000000]"),
        ({"b": {}, "a": "<é&>"}, '{"a":"\\u003cé\\u0026\\u003e","b":{}}'),
    ],
)
def test_how_a_server_renders(value: object, text: str) -> None:
    assert rendering.server(value) == text
