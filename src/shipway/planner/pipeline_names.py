"""What a pipeline is called on a target."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from shipway.errors import Finding, PlanError
from shipway.model import Project
from shipway.planner.naming import NameRules, assign, hashed_part, plain_part
from shipway.planner.plan_options import PlanOptions
from shipway.settings.settings import Settings


def name_of_jobs(project: Project, settings: Settings, name: str, rules: NameRules) -> str:
    """Name what jobs of a registered pipeline share; no pipeline, job or part is called so."""
    return _name(project, settings, name, rules, " jobs")


def pipeline_name(project: Project, settings: Settings, name: str, options: PlanOptions) -> str:
    """Name a pipeline among all that are registered, or a job among all jobs and pipelines.

    A part is never called as the whole. So a name depends on no selection, and an export of a part,
    or of an environment, replaces nothing. A `name` in the settings takes the environment's place.

    Args:
        name: of the registered pipeline, or of the job.

    Raises:
        PlanError: two of them have one name in the settings.
    """
    return _name(project, settings, name, options.pipeline_names, _cut_in_name(options))


def _name(project: Project, settings: Settings, name: str, rules: NameRules, part: str) -> str:
    # Two blanks become a doubled replacement, which no plain part holds: see `plain_part`.
    raw = _raw_names(project, settings)
    raw |= {
        job: f"{project.name}.{_single(job, rules)}"
        for job in settings.jobs
        if job not in project.pipeline_by_name and not settings.pipeline(job).name
    }
    env = f"  {plain_part(project.env, rules)}" if project.env else ""
    envs = {one: "" if settings.pipeline(one).name else env for one in raw}
    names = assign(_with_envs(raw, envs, project.pipeline_by_name), rules)
    if not part and name not in settings.jobs:
        return names[raw[name] + envs[name]]
    # What two pipelines would both be called, parts of them still are.
    plain = {one: _alone(one, rules) for one in names}
    # Jobs give way, so that no pipeline is called otherwise for a job that comes to it.
    beside = _beside(rules, *names.values(), *plain.values())
    names |= assign(_with_envs(raw, envs, settings.jobs), beside, _in_common)
    if not part:
        return names[raw[name] + envs[name]]
    own = names[raw[name]]
    # Where others come out alike, its own name tells it from them.
    full_name = (raw[name] if plain.get(raw[name]) == own else own) + part + envs[name]
    return assign([full_name], _beside(rules, *names.values()))[full_name]


@lru_cache(maxsize=4096)
def _alone(name: str, rules: NameRules) -> str:
    """Return what a name is where there is no other; asked for by each job of a project."""
    return assign([name], rules)[name]


def _single(job: str, rules: NameRules) -> str:
    """Return a job's name without the doubled sign that goes before an environment.

    The job `_prod` would otherwise be called as its project is with `--env prod`, of which an
    export without it knows nothing.
    """
    sign = rules.replacement
    text = _alone(f"n.{job}", rules)
    if sign * 2 not in text:
        return job
    words = re.sub(f"{re.escape(sign)}+", sign, text[2:]).strip(sign)
    return hashed_part(job, words or "job")


def _beside(rules: NameRules, *names: str) -> NameRules:
    return replace(rules, reserved=rules.reserved.union(names))


def _with_envs(raw: Mapping[str, str], envs: Mapping[str, str], of: Iterable[str]) -> list[str]:
    """Return names as they are without an environment, and with that of the export."""
    names = [name for name in of if name in raw]
    return [*(raw[name] for name in names), *(raw[name] + envs[name] for name in names)]


def _in_common(name: str) -> str:
    """Return what targets make of a name where they take fewer signs than in that of a pipeline.

    So neither files, nor pods, nor functions of two jobs are called alike: `a.b`, `A_B` and `a-b`.
    """
    return re.sub(r"[\W_]+", "-", name.casefold())


def _cut_in_name(options: PlanOptions) -> str:
    """Tags of one word stand as they are; of other parts, a hash tells one from another.

    No tag holds a `+` (Kedro, `kedro.pipeline.node.Node.__init__`).
    """
    words, rules = sorted(set(options.cut.words())), options.pipeline_names
    if not words:
        return ""
    if set(words) != set(options.cut.tags):
        return f" selected {hashed_part('+'.join(words))}"
    are_words = all(tag.isalnum() and plain_part(tag, rules) == tag for tag in words)
    return f" tags {'+'.join(words) if are_words else hashed_part('+'.join(words))}"


def _raw_names(project: Project, settings: Settings) -> dict[str, str]:
    raw: dict[str, str] = {}
    for name in (*project.pipeline_by_name, *settings.jobs):
        default = project.name if name == "__default__" else f"{project.name}.{name}"
        raw[name] = settings.pipeline(name).name or default
    owners: dict[str, str] = {}
    for owner, name in raw.items():
        if owners.setdefault(name, owner) != owner:
            raise PlanError(_same_name(owners[name], owner, name, settings))
    return raw


def _same_name(one: str, other: str, name: str, settings: Settings) -> Finding:
    what = "pipelines" if other not in settings.jobs else "deployments"
    return Finding(
        what=f"The {what} `{one}` and `{other}` are both called `{name}`.",
        where=settings.pipeline(other).place("name"),
        remedy="Give each a `name` of its own.",
    )
