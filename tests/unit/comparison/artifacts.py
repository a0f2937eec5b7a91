"""Artifacts of small projects, compiled for each target as an export does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.comparison.changes import Change, Comparison
from shipway.comparison.reading import compare_files
from shipway.compiler import Compiled, Selection, compile_all, settings_for
from shipway.model import Node, Pipeline, Project
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from tests.targets import DATA, IMAGE, OPTIONS
from tests.unit.planner.build_ir import project

CONTAINER = {"image": IMAGE, "volumes": [DATA]}
SECTIONS: Mapping[str, Mapping[str, Any]] = {
    **OPTIONS,
    "airflow": {**CONTAINER, "run_on": "kubernetes"},
    "prefect": {**CONTAINER, "work_pool": {"type": "kubernetes"}},
}
"""On each target, tasks run in containers, where it takes the most settings."""


def artifact(
    target: str,
    *of: Pipeline | Node | Project,
    settings: Mapping[str, Any] | None = None,
    section: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    **selection: Any,
) -> Compiled:
    """The default pipeline of a project."""
    read = of[0] if isinstance(of[0], Project) else project(*of, parameters=parameters or {})  # type: ignore[arg-type]
    values = {
        "targets": {target: SECTIONS[target] if section is None else section},
        "pipelines": {"__default__": settings or {}},
    }
    exporter = find(target)
    types = settings_for(SettingsSource(values=values), [exporter])
    (result,) = compile_all(read, types, exporter, Selection(**selection))
    return result


def texts(result: Compiled) -> dict[str, str]:
    return {file.path: file.text for file in result.files}


def comparison(target: str, before: Compiled, after: Compiled) -> Comparison:
    return compare_files(
        find(target),
        after.plan,
        texts(before),
        texts(after),
        pipeline=after.plan.pipeline,
        folder="deploy",
    )


def changes(target: str, before: Compiled, after: Compiled) -> list[Change]:
    """What changed, but for digests."""
    result = comparison(target, before, after)
    assert result.status in ("changed", "same"), result.reason
    return [change for change in result.changes if change.kind != "digest"]
