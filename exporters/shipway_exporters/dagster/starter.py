"""A first section `targets.dagster` of the settings, and a first module that joins pipelines."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from shipway.model import Project
from shipway.planner.plan import Plan
from shipway_exporters.values.worker_python import starter_lines

_TEXT = """\
  dagster:
    paused: false  # whether schedules wait until somebody starts them
"""
MODULE = "definitions.py"
_JOINED = '''\
"""The pipelines of {title} in one code location:

    dagster dev -f {path}

It takes in whatever `shipway export dagster` writes to deploy/dagster. This file is yours: nothing
changes it.
"""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import dagster as dg

FOLDER = Path(__file__).resolve().parent / "deploy" / "dagster"


def load(path: Path) -> ModuleType:
    """Import a file by its path."""
    spec = spec_from_file_location(path.stem, path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written(pipeline: dg.Definitions) -> list[dg.AssetKey]:
    """Return the keys of what a pipeline writes."""
    tasks = [item for item in pipeline.assets if isinstance(item, dg.AssetsDefinition)]
    return [key for task in tasks for key in task.keys]


def joined(pipelines: list[dg.Definitions]) -> dg.Definitions:
    """Join pipelines, of which several may write one asset.

    Each job runs the tasks of its own pipeline. In the catalog an asset stands once: as the
    pipeline with the most assets has it, whose task materializes it when it is asked for alone.
    """
    tasks, sources = {{}}, {{}}
    for pipeline in sorted(pipelines, key=lambda one: -len(written(one))):
        for asset in pipeline.assets:
            if isinstance(asset, dg.AssetSpec):
                sources.setdefault(asset.key, asset)
            elif asset.keys.isdisjoint(tasks):
                tasks |= dict.fromkeys(asset.keys, asset)
            else:
                sources |= {{spec.key: spec for spec in asset.specs}}
    return dg.Definitions(
        assets=[
            *dict.fromkeys(tasks.values()),
            *(spec for key, spec in sources.items() if key not in tasks),
        ],
        jobs=[one.resolve_job_def(job.name) for one in pipelines for job in one.jobs],
        schedules=[item for one in pipelines for item in one.schedules or ()],
        sensors=[item for one in pipelines for item in one.sensors or ()],
        resources={{k: v for one in pipelines for k, v in (one.resources or {{}}).items()}},
        executor=next((one.executor for one in pipelines if one.executor), None),
    )


files = sorted(FOLDER.glob("*.py"))
if not files:
    raise FileNotFoundError(f"no pipeline in {{FOLDER}}: run `shipway export dagster` first")
defs = joined([load(path).defs for path in files])
'''


def starter(project: Project, _plans: Sequence[Plan]) -> str:
    """See `shipway.targets.exporter.StartsSettings`."""
    return _TEXT + starter_lines(project.name)


def first_files(project: Project, existing: Collection[str]) -> Mapping[str, str]:
    """See `shipway.targets.exporter.StartsFiles`."""
    if MODULE in existing:
        return {}
    return {MODULE: _JOINED.format(title=project.name, path=MODULE)}
