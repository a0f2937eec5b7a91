"""A control for each promise: a plan that breaks it must not pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from shipway.errors import InternalError
from shipway.model import Parameter, Project
from shipway.planner.plan import Handoff, Plan, Task
from shipway.planner.verify import verify
from tests.unit.planner.build_ir import node, plan, project, said

A, B, C = node("a", "raw", "m"), node("b", "m", "x"), node("c", "x", "y")
D = node("d", "x", "z")


def result() -> tuple[Project, Plan]:
    of = project(A, B, C, D, memory="m", parameters={"p": 1})
    return of, plan(of)


def task(name: str, *nodes: str, needs: tuple[str, ...] = ()) -> Task:
    settings = {n.name: n for n in (A, B, C, D)}
    return Task(
        name=name,
        label=name,
        nodes=tuple(settings.get(n, node(n)) for n in nodes),
        pipeline="__default__",
        needs=needs,
    )


AB, CT, DT = task("ab", "a", "b"), task("c", "c", needs=("ab",)), task("d", "d", needs=("ab",))
X = Handoff(dataset="x", kind="local", versioned=False, writer="ab", readers=("c", "d"))


def with_tasks(*tasks: Task, handoffs: tuple[Handoff, ...] = (X,)) -> Callable[[Plan], Plan]:
    return lambda plan: replace(plan, tasks=tasks, handoffs=handoffs)


def test_the_plan_that_all_controls_start_from_is_right() -> None:
    of, right = result()
    verify(right, of, of.pipelines[0])
    verify(with_tasks(AB, CT, DT)(right), of, of.pipelines[0])


@pytest.mark.parametrize(
    ("breaks", "message"),
    [
        (with_tasks(AB, CT), "`d` stands in 0 tasks"),
        (with_tasks(AB, CT, DT, task("e", "d", needs=("ab",))), "`d` stands in 2 tasks"),
        (with_tasks(AB, CT, replace(DT, nodes=(D, D))), "`d` stands in 2 tasks"),
        (with_tasks(AB, CT, DT, task("e", "made_up")), "`made_up` is not in the pipeline"),
        (
            with_tasks(AB, CT, replace(DT, nodes=(replace(D, tags=("other",)),))),
            "`d` is not the pipeline's own",
        ),
        (with_tasks(AB, CT, replace(DT, name="c")), "2 tasks are called `c`"),
        (with_tasks(AB, CT, replace(DT, needs=())), "`d` waits for other tasks than"),
        (with_tasks(AB, CT, replace(DT, needs=("ab", "c"))), "`d` waits for other tasks than"),
        (with_tasks(AB, CT, replace(DT, needs=("gone",))), "`d` waits for other tasks than"),
        (with_tasks(CT, AB, DT), "`c` comes before one that it waits for"),
        (
            with_tasks(replace(AB, needs=("c",)), CT, DT),
            "`ab` comes before one that it waits for",
        ),
        (
            with_tasks(
                task("a", "a"),
                task("b", "b", needs=("a",)),
                replace(CT, needs=("b",)),
                replace(DT, needs=("b",)),
            ),
            "a, b are in several tasks, but `m` passes between them in memory",
        ),
        (
            with_tasks(AB, CT, DT, handoffs=(replace(X, kind="memory"),)),
            "`x` passes between tasks in memory",
        ),
        (with_tasks(AB, CT, DT, handoffs=()), "whether `x` passes from `ab` to `c`"),
        (
            with_tasks(AB, CT, DT, handoffs=(replace(X, readers=("c",)),)),
            "whether `x` passes from `ab` to `d`",
        ),
        (
            with_tasks(AB, CT, DT, handoffs=(X, replace(X, dataset="y", writer="c"))),
            "whether `y` passes from `c` to `d`",
        ),
        (
            lambda plan: replace(plan, parameters=(Parameter(path=("p",), hidden="a secret"),)),
            "`p` would be exported, but a secret",
        ),
    ],
)
def test_a_broken_promise_is_a_bug_of_our_own(breaks: Callable[[Plan], Plan], message: str) -> None:
    of, right = result()
    with pytest.raises(InternalError) as error:
        verify(breaks(right), of, of.pipelines[0])
    assert message in said(error.value)
    assert error.value.exit_code == 70
