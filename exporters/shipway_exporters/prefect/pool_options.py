"""Whether the options of `targets.prefect` fit the type of the work pool."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from shipway.schemas.document import mapping, texts
from shipway.schemas.problems import DocumentPath, Problem
from shipway.schemas.strict import problems_in
from shipway.settings.reserved_variables import reserved
from shipway_exporters.prefect.references import has_placeholder, has_stray, stray
from shipway_exporters.prefect.rules_variables import job_variable_rules

_IN_CONTAINERS = ("image", "volumes")
_COMMAND = "The worker has to start `prefect flow-run execute`, or no task runs."


def option_problems(options: Mapping[str, Any], path: DocumentPath) -> Iterator[Problem]:
    """Yield what a pool of the type would not carry out, or would do instead of the flow."""
    work_pool = options.get("work_pool", {})
    pool = work_pool.get("type", "process")
    if pool == "process":
        yield from _of_containers(options, path)
    yield from _placeholders(options, path)
    yield from _clone(options, path)
    variables = options.get("job_variables", {})
    start = (*path, "job_variables")
    yield from _variables(variables, pool, work_pool.get("variables", ()), start)
    yield from _of_worker(variables, start)


def _clone(options: Mapping[str, Any], path: DocumentPath) -> Iterator[Problem]:
    if "git" in options and str(options.get("project_dir", "")).startswith("/"):
        what = "`git` clones the project for each run, so tasks would run other code there."
        remedy = "Name the project's folder in the repository, such as `.`, or leave `git` out."
        yield Problem((*path, "project_dir"), what, remedy)


def _variables(
    variables: Mapping[str, Any], pool: str, own: Collection[str], path: DocumentPath
) -> Iterator[Problem]:
    """What a pool does not know, or takes in another form.

    Args:
        own: names of variables that only the pool's own job template knows.
    """
    rules = job_variable_rules(pool, further=[*own, *_devices(pool, variables)])
    for problem in problems_in(variables, rules):
        yield Problem((*path, *problem.path), problem.what, _remedy(problem))


def _of_worker(variables: Mapping[str, Any], path: DocumentPath) -> Iterator[Problem]:
    """What the worker, or `shipway.runtime`, sets or reads itself."""
    if "command" in variables:
        yield Problem((*path, "command"), _COMMAND, "Leave it out; see `command_prefix`, too.")
    for name, why, remedy in reserved(mapping(variables.get("env"))):
        yield Problem((*path, "env", name), why, remedy)
    for name in mapping(variables.get("labels")):
        if is_own_label(name):
            what = f"Prefect needs the label `{name}` for itself, to find its runs."
            yield Problem((*path, "labels", name), what, "Give the label another name.")


def is_own_label(name: str) -> bool:
    """Tell whether the worker sets a label itself, which a deployment's own would replace.

    Source: `prefect.workers.base`, prepare_for_flow_run; `prefect_docker.worker` turns the name
    around.
    """
    return name.startswith(("prefect.io/", "io.prefect."))


def _placeholders(options: Mapping[str, Any], path: DocumentPath) -> Iterator[Problem]:
    """What stands in the deployment, where only job variables may refer to something."""
    in_flow_alone = ("python", "root")
    for name, option in options.items():
        is_stray = has_stray if name == "job_variables" else has_placeholder
        for place, text in () if name in in_flow_alone else texts(option, (*path, name)):
            if is_stray(text):
                yield stray(place, text)


def _of_containers(options: Mapping[str, Any], path: DocumentPath) -> Iterator[Problem]:
    for option in _IN_CONTAINERS:
        if option in options:
            what = f"`{option}` has no effect: a process pool runs tasks on the worker itself."
            remedy = "Set `work_pool: {type: docker}` or `{type: kubernetes}`, or leave it out."
            yield Problem((*path, option), what, remedy)


def _devices(pool: str, variables: Mapping[str, Any]) -> list[str]:
    """Those of accelerators; which there are is known with the tasks."""
    return [name for name in variables if pool == "kubernetes" and name.startswith("devices_")]


def _remedy(problem: Problem) -> str | None:
    if len(problem.path) == 1 and "is unknown" in problem.what:
        own = "Or name it in `work_pool.variables`, if a job template of your own knows it."
        return f"{problem.remedy} {own}"
    return problem.remedy
