"""What a pipeline is called on a target."""

from __future__ import annotations

from shipway.errors import Finding, PlanError
from shipway.model import Project
from shipway.planner.naming import assign, hashed_part, plain_part
from shipway.planner.plan_options import PlanOptions
from shipway.settings.settings import Settings


def pipeline_name(project: Project, settings: Settings, pipeline: str, options: PlanOptions) -> str:
    """Name the pipeline among all that are registered; a part of it is never called as the whole.

    So a name depends on no selection, and an export of a part, or of an environment, replaces
    nothing. A `name` in the settings takes the environment's place.

    Args:
        pipeline: its name in Kedro.

    Raises:
        PlanError: two pipelines have one name in the settings.
    """
    # Two blanks become a doubled replacement, which no plain part holds: see `plain_part`.
    rules, raw = options.pipeline_names, _raw_names(project, settings)
    env = f"  {plain_part(project.env, rules)}" if project.env else ""
    envs = {name: "" if settings.pipeline(name).name else env for name in raw}
    full_name = raw[pipeline] + _cut_in_name(options) + envs[pipeline]
    others = (raw[name] + envs[name] for name in raw)
    return assign([*raw.values(), *others, full_name], rules)[full_name]


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
    for pipeline in project.pipelines:
        default = project.name
        if pipeline.name != "__default__":
            default = f"{project.name}.{pipeline.name}"
        raw[pipeline.name] = settings.pipeline(pipeline.name).name or default
    owners: dict[str, str] = {}
    for pipeline_name, name in raw.items():
        if owners.setdefault(name, pipeline_name) != pipeline_name:
            raise PlanError(
                Finding(
                    what=f"The pipelines `{owners[name]}` and `{pipeline_name}` are both called "
                    f"`{name}`.",
                    where=settings.pipeline(pipeline_name).place("name"),
                    remedy="Give each a `name` of its own.",
                )
            )
    return raw
