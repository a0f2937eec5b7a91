"""A first `deploy.yml` as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from shipway.errors import ShipwayError
from shipway.model import Project
from shipway.planner.plan import Plan
from shipway.starter.comments import comment
from shipway.starter.sections import section
from shipway.targets.exporter import Exporter, StartsSettings

_DEFAULTS = """\
defaults:
  retries: 1
  retry_delay: 1m
  # timeout: 2h  # for one try of one task

"""


def starter(
    project: Project,
    plans: Mapping[str, Plan | ShipwayError],
    exporters: Sequence[Exporter],
    root: Path,
) -> str:
    """Return the text of a first `deploy.yml`: one section a pipeline and one a target.

    Args:
        plans: what became of each registered pipeline that has nodes, by name.
        root: the project's folder.
    """
    pipelines = project.pipeline_by_name
    sections = [section(pipelines[name], plan, root) for name, plan in plans.items()]
    return "".join(
        [
            comment(f"How the pipelines of `{project.name}` are deployed. Change it freely.", 0),
            comment("`shipway schema` has all keys, and `shipway plan` shows the tasks.", 0),
            comment("conf/<env>/deploy.yml overlays this file key by key.", 0),
            comment("`jobs` deploys one pipeline several times: `jobs: {NAME: {params: …}}`.", 0),
            _DEFAULTS,
            "pipelines:\n" if sections else "",
            "\n".join(sections),
            *_targets(project, list(plans.values()), exporters),
        ]
    )


def _targets(
    project: Project, results: Sequence[Plan | ShipwayError], exporters: Sequence[Exporter]
) -> list[str]:
    plans = [plan for plan in results if isinstance(plan, Plan)]
    texts = [e.starter(project, plans) for e in exporters if isinstance(e, StartsSettings)]
    return ["\ntargets:\n", "\n".join(texts)] if texts else []
