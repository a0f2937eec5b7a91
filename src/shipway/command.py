"""The `kedro run` that a task stands for, the same on every target."""

from __future__ import annotations

from shipway.errors import Finding, PlanError
from shipway.planner.plan import Plan, Task

_FIRST_WITH_PIPELINES = (1, 2)
"""The release of Kedro that brought `--pipelines`; `--pipeline` is deprecated since."""


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
    )


def pipeline_option(plan: Plan) -> str:
    """Return the name of the option that takes a pipeline in the project's version of Kedro."""
    release = tuple(int(part) for part in plan.kedro.split(".")[:2])
    return "pipelines" if release >= _FIRST_WITH_PIPELINES else "pipeline"


def configuration_options(plan: Plan) -> tuple[str, ...]:
    """Return the options that choose the configuration; empty for the project's own default."""
    given = (("env", plan.env), ("conf-source", plan.conf_source))
    return tuple(f"--{name}={value}" for name, value in given if value is not None)


def check_words(plan: Plan) -> None:
    """Check that Kedro's command line can name all that the tasks run.

    Raises:
        PlanError: a pipeline or a node cannot be named.
    """
    for task in plan.tasks:
        run_options(plan, task)


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
