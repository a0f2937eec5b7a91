"""Settings of a pipeline beside what it computes, its jobs and its environments."""

from __future__ import annotations

from typing import Any

from tests.compliance.case import Case
from tests.projects import text_file


def _with(name: str, about: str, **settings: Any) -> Case:
    """A case of one node with more settings."""
    nodes = f'node(f.make, None, "{name}__out", name="make"),'
    return Case(name=name, about=about, nodes=nodes, settings=settings)


STEPS = """
    node(f.make, "params:country", "steps_a", name="a", tags=["early"]),
    node(f.make, "steps_a", "steps_b", name="b", tags=["early"]),
    node(f.make, "steps_b", "steps_c", name="c"),
"""
CASES = (
    _with("scheduled", "a start by the clock", schedule={"cron": "0 6 1 1 *", "timezone": "UTC"}),
    _with(
        "scheduled_values",
        "separate values for scheduled runs",
        schedule={"cron": "0 6 1 1 *", "parameters": {"country": "fr"}},
    ),
    _with("one_at_a_time", "one run at a time", concurrency={"runs": 1}),
    _with("owned", "an owner and a label", owner="Ann", labels={"team": "sales"}),
    _with("described", "a description that templates would fill in", description="It's {{ x }}."),
    _with("mail", "e-mail about a failed run", notify={"on_failure": [{"email": ["a@b.example"]}]}),
    _with("compute", "cores and memory", resources={"cpu": "100m", "memory": "256Mi"}),
    _with("prefixed", "words before the command", command_prefix=["env", "PREFIX=1"]),
    _with("plain_kedro", "plain `kedro run` as the command of tasks", run_with="kedro"),
    Case(
        name="by_dataset",
        about="a start when a dataset is written",
        nodes='node(f.make, "orders", "by_dataset__out", name="make"),',
        catalog={"orders": text_file("by_dataset/orders.txt")},
        files={"by_dataset/orders.txt": "three"},
        settings={"schedule": {"datasets": ["orders"]}},
    ),
    Case(
        name="variables",
        about="environment variables",
        nodes='node(f.variable, None, "variables__out", name="tell"),',
        settings={"env": {"WORD": "two words"}},
    ),
    Case(
        name="hard_variables",
        about="an environment variable that templates would fill in",
        nodes='node(f.variable, None, "hard_variables__out", name="tell"),',
        settings={"env": {"WORD": "{{ x }} $(HOME) it's"}},
    ),
    Case(
        name="prod",
        about="another environment: its parameters, and its catalog",
        nodes='node(f.make, "params:shop", "prod_out", name="make"),',
        parameters="shop: {name: of base, size: 1}\n",
        catalog={"prod_out": text_file("prod/of_base.txt")},
        env="prod",
    ),
    Case(
        name="prod_set",
        about="another environment, and a value set",
        nodes='node(f.make, "params:branch", "prod_set__out", name="make"),',
        parameters="branch: of base\n",
        env="prod",
        values={"branch": "set"},
    ),
    Case(
        name="job",
        about="a job: a part of a pipeline by its tags, with a constant",
        nodes=STEPS,
        parameters="country: de\n",
        catalog={
            f"steps_{one}": text_file("${runtime_params:country, steps}/" + f"{one}.txt")
            for one in "abc"
        },
        job={"pipeline": "steps", "params": {"country": "job"}, "tags": ["early"]},
    ),
    Case(
        name="job_from",
        about="a job that starts in the middle of a pipeline",
        nodes="",
        files={"job_from/a.txt": "was there"},
        job={"pipeline": "steps", "params": {"country": "job_from"}, "from_nodes": ["b"]},
    ),
)
