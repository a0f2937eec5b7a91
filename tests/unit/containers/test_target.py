"""The room of containers, as a target other than Kubeflow would use it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from shipway.artifacts.readback import run_values, task_values
from shipway.errors import ShipwayError, UnsupportedError
from shipway.model import Dataset
from shipway.planner.plan import Plan
from shipway.targets.capabilities import CAPABILITIES
from shipway.tasks import task_job
from shipway_exporters.containers import arguments, container_readback
from shipway_exporters.containers.escapes import braces_apart, escape_expansions
from shipway_exporters.containers.place import image_of, project_dir, volumes_of
from shipway_exporters.containers.pod_checks import check_pods
from shipway_exporters.containers.target import Target
from tests.unit.planner import build_ir
from tests.unit.planner.build_ir import node, project, said

TARGET = Target(name="argo", title="Argo")
PLACEHOLDERS = arguments.Placeholders(
    run_id="{{workflow.name}}",
    created="{{workflow.creationTimestamp.RFC3339}}",
    facts={"logical_date": "{{workflow.scheduledTime}}"},
    literal=lambda word: escape_expansions(braces_apart(word)),
)
OF = project(
    node("a", "raw params:p", "x"),
    node("b $(id)", "x", "y"),
    parameters={"p": 1},
    datasets=[
        Dataset(name="x", kind="local", location="data/x", versioned=True),
        Dataset(name="y", kind="remote", location="s3://b/y"),
    ],
)
VOLUME = {"claim": "data", "mount": "/app/data"}
OPTIONS = {"image": "shop:1", "volumes": [VOLUME]}


def plan(options: Mapping[str, Any] = OPTIONS, **content: Any) -> Plan:
    """A plan of the project; `held` are the settings of its pipeline."""
    return build_ir.plan(OF, content, options=options)


def test_all_tasks_begin_alike() -> None:
    of = plan(run_parameters={"day": "logical_date"})
    assert arguments.command(of, TARGET, PLACEHOLDERS) == [
        *("python", "-m", "shipway.runtime", "--project=/app"),
        *("--run-id={{workflow.name}}", "--created={{workflow.creationTimestamp.RFC3339}}"),
        *("--package=shop", "--flow=shop", "--exported=__default__"),
        "--text=day={{workflow.scheduledTime}}",
    ]


def test_the_rest_is_a_task_s_own() -> None:
    of = plan()
    assert arguments.arguments(of, of.tasks[1], PLACEHOLDERS) == [
        *("--task=b $$(id)", "--pipeline=__default__", f"--digest={of.homes['__default__']}"),
        *('--nodes={"b $$(id)": "x -> y"}', '--from-run=["x"]'),
    ]
    assert '--nodes=["b $$(id)"]' in arguments.arguments(
        of, of.tasks[1], PLACEHOLDERS, names_only=True
    )


def test_words_are_read_back() -> None:
    of = plan(runner="ThreadRunner")
    message = [
        [*arguments.command(of, TARGET, PLACEHOLDERS), *arguments.arguments(of, task, PLACEHOLDERS)]
        for task in of.tasks
    ]
    options = [container_readback.options_in(one) for one in message]
    for task, one in zip(of.tasks, options, strict=True):
        goal = task_values(of, task)
        assert task_job.task_facts(one) == {k: goal[k] for k in goal if k in task_job.KEYS}
        assert list(task_job.nodes_in(one)) == [node.name for node in task.nodes]
    goal = run_values(of)
    assert container_readback.run_facts(options) == {k: goal[k] for k in goal if k in task_job.KEYS}


def test_a_task_that_is_told_otherwise_is_not_read_as_the_others() -> None:
    assert container_readback.run_facts([{"env": "prod"}, {}]) == {"kedro_env": ["prod", None]}
    assert container_readback.run_facts([{"store": "s3://b"}, {}]) == {"memory.store": "s3://b"}


def test_the_name_of_a_parameter_is_not_expanded() -> None:
    """Kubernetes would make `a$b` of `a$$b`, and the value of a variable of `$(HOME)`."""
    message = arguments.parameter("text", "a$$b$(HOME)", "{{workflow.name}}")
    assert message == "--text=a$$$b$$(HOME)={{workflow.name}}"
    ((_, name, _),) = container_readback.parameters_in([message])
    assert name == "a$$b$(HOME)"


def test_parameters_are_read_back() -> None:
    message = arguments.parameter("json", "a.b", "{{inputs.parameters.a_b}}")
    assert list(container_readback.parameters_in([message, "--task=x", "--text=q=plain"])) == [
        ("json", "a.b", "{{inputs.parameters.a_b}}")
    ]
    assert container_readback.options_in([message, "--task=x"]) == {"task": "x"}


@pytest.mark.parametrize(
    ("kind", "of", "content", "says"),
    [
        (UnsupportedError, lambda p: image_of(p, p.tasks[0], TARGET), {}, "targets.argo.image"),
        (UnsupportedError, lambda p: project_dir(p, TARGET), {"project_dir": "x"}, "targets.argo"),
        (
            UnsupportedError,
            lambda p: check_pods(
                p, p.tasks, TARGET, lambda t: volumes_of(p, t, TARGET), CAPABILITIES
            ),
            {},
            "targets.argo.volumes",
        ),
    ],
)
def test_a_message_names_the_target_that_was_asked_for(
    kind: type[ShipwayError], of: Callable[[Plan], object], content: dict[str, Any], says: str
) -> None:
    with pytest.raises(kind) as error:
        of(plan({"volumes": [{"claim": "A", "mount": "/a"}]}, **content))
    assert says in said(error.value)
    assert "ubeflow" not in said(error.value)
