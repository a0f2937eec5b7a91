"""The section of one pipeline in a first `deploy.yml`: its settings, and what its plan says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from shipway.errors import ShipwayError, count
from shipway.model import Pipeline
from shipway.planner.plan import Plan
from shipway.starter.comments import comment, listing
from shipway.starter.heavy import why_heavy
from shipway.views.reasons import reasons_of

_SCHEDULE = '# schedule: {cron: "0 6 * * *", timezone: Europe/Paris}  # none unless stated\n'
_RUNS = "concurrency: {runs: 1}  # how many runs may overlap\n"


def section(pipeline: Pipeline, plan: Plan | ShipwayError, root: Path) -> str:
    """Return the lines of a pipeline; of one that cannot be planned, with the reason."""
    if isinstance(plan, ShipwayError):
        said = "".join(comment(f"{finding.what}", 4) for finding in plan.findings)
        size = count(len(pipeline.nodes), "node")
        return f"  {key(pipeline.name)}:  # {size}; it cannot be exported yet\n{said}    {_RUNS}"
    size = f"{count(len(pipeline.nodes), 'node')} in {count(len(plan.tasks), 'task')}"
    parts = [f"  {key(pipeline.name)}:  # {size}\n", f"    {_SCHEDULE}", f"    {_RUNS}"]
    return "".join([*parts, *_shared(plan), *_files(plan), *_heavy(pipeline, root)])


def key(name: str) -> str:
    """Return a name as a YAML key, quoted where it must be."""
    text: str = yaml.safe_dump({name: 0}, allow_unicode=True, width=10_000)
    # From the right: a name may itself hold a colon.
    return text.rpartition(":")[0]


def _shared(plan: Plan) -> Iterator[str]:
    if plan.run.group_by == "pipeline":
        return  # the target itself runs all as one
    for reason in reasons_of(plan.tasks):
        for task, names in reason.tasks.items():
            nodes = listing([node.name for node in plan.task_by_name[task].nodes])
            of = f" ({', '.join(names)})" if names else ""
            yield comment(f"One task, since {reason.text}{of}: {nodes}.", 4)
    if any(handoff.kind == "memory" for handoff in plan.handoffs) or _is_fused(plan):
        yield comment("A catalog entry for such a dataset, or `memory: store`, parts them.", 4)


def _is_fused(plan: Plan) -> bool:
    return any("in memory" in (task.reason or "") for task in plan.tasks)


def _files(plan: Plan) -> Iterator[str]:
    paths = sorted({file.location for file in plan.files})
    if paths:
        files = count(len(paths), "local file")
        yield comment(f"It writes {files}, which all its tasks must see: {listing(paths)}.", 4)


def _heavy(pipeline: Pipeline, root: Path) -> Iterator[str]:
    reasons = {node.name: why_heavy(node, root) for node in pipeline.nodes}
    heavy = {name: reason for name, reason in reasons.items() if reason}
    if heavy:
        yield "    # nodes:  # these look heavy; in containers, they can ask for more\n"
    for name, (reason, on_gpu) in heavy.items():
        more = ", gpu: 1" if on_gpu else ""
        ask = f'{{resources: {{cpu: "2", memory: 4Gi{more}}}}}'
        yield f"    #   {key(name)}: {ask}  # {reason}\n"
