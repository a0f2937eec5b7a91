"""The command that a task stands for, the same on every target: `shipway.runtime`, `kedro run`."""

from __future__ import annotations

import json
from collections.abc import Sequence

from shipway.errors import Finding, PlanError, count
from shipway.planner.plan import Plan, Task
from shipway.tasks import task_job
from shipway.tasks.limits import LONGEST_ARGUMENT

_FIRST_WITH_PIPELINES = (1, 2)
"""The release of Kedro that brought `--pipelines`; `--pipeline` is deprecated since."""

_FIRST_WITH_DOLLAR_BRACES = (1, 3)


def runtime_options(plan: Plan, task: Task) -> tuple[str, ...]:
    """Return the options of `python -m shipway.runtime` for one task, each with its value one word.

    What only the orchestrator knows is left to the target: `--run-id` and `--created`, the folder
    of the project, and the values of the parameters that may be set.
    """
    options = {**task_job.run_options(plan), **task_job.task_options(plan, task)}
    return tuple(f"--{name}={value}" for name, value in options.items())


def run_options(plan: Plan, task: Task) -> tuple[str, ...]:
    """Return the options of `kedro run` for one task, without its parameters.

    Each option and its value are one word, so that a value may start with a dash.

    Raises:
        PlanError: Kedro's command line cannot name the pipeline or a node.
    """
    return (
        f"--{pipeline_option(plan)}={_word(task.pipeline, 'pipeline')}",
        "--nodes=" + ",".join(_word(node.name, "node") for node in task.nodes),
        *configuration_options(plan),
        *version_options(plan),
        *((f"--runner={task.settings.runner}",) if task.settings.runner else ()),
    )


def pipeline_option(plan: Plan) -> str:
    """Return the name of the option that takes a pipeline in the project's version of Kedro."""
    return "pipelines" if _release(plan) >= _FIRST_WITH_PIPELINES else "pipeline"


def takes_dollar_braces(plan: Plan) -> bool:
    """Tell whether a parameter given to `kedro run` can hold `${`.

    Kedro resolves what it is given like any configuration, so `${` must be escaped. Its earlier
    releases then lay the escaped text over the resolved one. Source: Kedro 1.2,
    `KedroContext.params`.
    """
    return _release(plan) >= _FIRST_WITH_DOLLAR_BRACES


def configuration_options(plan: Plan) -> tuple[str, ...]:
    """Return the options that choose the configuration; empty for the project's own default."""
    options = (("env", plan.env), ("conf-source", plan.configuration))
    return tuple(f"--{name}={value}" for name, value in options if value is not None)


def version_options(plan: Plan) -> tuple[str, ...]:
    """Return the option that chooses the versions to load; empty without any."""
    versions = ",".join(f"{_word(n, 'dataset')}:{v}" for n, v in plan.run.load_versions.items())
    return (f"--load-versions={versions}",) if versions else ()


def check_run(plan: Plan) -> None:
    """Check that `kedro run` can be told all that the tasks run, and what every run is given.

    Raises:
        PlanError: a pipeline or a node cannot be named, or a parameter's value not be given.
    """
    for task in plan.tasks:
        _check_length(task, run_options(plan, task))
    findings = [
        Finding(
            what=f"Kedro {plan.kedro} cannot be given the value of `{name}`: it holds `${{`.",
            where=f"the parameter `{name}`",
            remedy="Install kedro>=1.3, or leave it out of --params.",
        )
        for name, value in plan.constants.items()
        if "${" in json.dumps(value) and not takes_dollar_braces(plan)
    ]
    if findings:
        raise PlanError(*findings)


def _check_length(task: Task, options: Sequence[str]) -> None:
    longest = max(len(word.encode()) for word in options)
    if longest > LONGEST_ARGUMENT:
        raise PlanError(
            Finding(
                what=f"The command of {count(len(task.nodes), 'node')} has an argument of "
                f"{longest:,} bytes; Linux takes {LONGEST_ARGUMENT:,}.",
                where=f"the task `{task.label}`",
                remedy="Let fewer nodes share it, or set `run_with: shipway`.",
            )
        )


def _release(plan: Plan) -> tuple[int, ...]:
    return tuple(int(part) for part in plan.kedro.split(".")[:2])


def _word(name: str, kind: str) -> str:
    """Kedro splits at commas, outside square brackets, and strips blanks."""
    if name and name == name.strip() and not set(name) & set(",[]\n\0"):
        return name
    raise PlanError(
        Finding(
            what=f"`kedro run` cannot name the {kind} {name!r}: its command line splits and strips "
            "names.",
            where=f"the {kind} {name!r}",
            remedy=f"Give the {kind} a name without commas, brackets and outer blanks.",
        )
    )
