from __future__ import annotations

from dataclasses import fields, replace

from shipway.artifacts.readback import run_values, task_values
from shipway.model import Dataset
from shipway.planner.plan import Plan
from shipway.runtime.job import Job
from shipway.tasks import task_job
from tests.unit.planner import build_ir
from tests.unit.planner.build_ir import node, project

OF = project(
    node("a", "raw params:p", "x w"),
    node("b", "x w", "y"),
    node("c", "y", "z"),
    parameters={"p": 1},
    memory="x",
    datasets=[Dataset(name="w", kind="remote", location="s3://b/w", versioned=True)],
)
SETTINGS = {"runner": "ThreadRunner", "memory": "store", "store": "s3://b", "parameters": ["p"]}


def plan() -> Plan:
    of = replace(build_ir.plan(OF, SETTINGS), env="prod", constants={"q": 3})
    assert of.stored
    assert of.from_run
    return of


def test_a_job_has_the_keys_of_the_runtime_alone() -> None:
    of, keys = plan(), {field.name for field in fields(Job)}
    for task in of.tasks:
        job = {**task_job.run_job(of), **task_job.task_job(of, task)}
        options = {**task_job.run_options(of), **task_job.task_options(of, task)}
        assert keys >= job.keys()
        assert {task_job.option(key) for key in keys} >= options.keys()


def test_a_job_is_read_back_into_what_the_plan_says() -> None:
    of = plan()
    for task in of.tasks:
        job = {**task_job.run_job(of), **task_job.task_job(of, task)}
        values = task_values(of, task)
        assert task_job.task_facts(job) == {k: values[k] for k in values if k in task_job.KEYS}
    values = run_values(of)
    facts = task_job.run_facts(task_job.run_job(of))
    assert facts == {k: values[k] for k in values if k in task_job.KEYS}


def test_nodes_are_read_back_with_their_signatures_or_as_names_alone() -> None:
    assert task_job.nodes_in({"nodes": {"a": "x -> y", "b": ""}}) == {"a": "x -> y", "b": None}
    assert task_job.nodes_in({"nodes": ["a"]}) == {"a": None}
    assert task_job.nodes_in({}) == {}
