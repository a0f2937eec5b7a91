"""The artifacts of another state of the project, as a process of its own exports them.

A process imports a package once, so the revision's is read by another, with the same Python. It
takes its request as JSON on standard input, and writes the files as JSON to a file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from shipway.compiler import (
    Selection,
    Source,
    compile_all,
    pipeline_names,
    read,
    settings_for,
)
from shipway.compiler.request import names_in
from shipway.errors import Finding, ProjectError, ShipwayError
from shipway.model import Project
from shipway.planner.cut import Cut
from shipway.readers.kedro import Reading, ReadOptions
from shipway.settings.settings import Settings
from shipway.settings.source import SettingsSource
from shipway.targets import registry

FilesByTarget = dict[str, dict[str, str]]


def export(
    project: Project, settings: SettingsSource, targets: tuple[str, ...], selection: Selection
) -> FilesByTarget:
    """Return the files of the selected pipelines that the project has, by target and path.

    Raises:
        ShipwayError: one of them cannot be exported.
    """
    exporters = [registry.find(name) for name in targets]
    types = settings_for(settings, exporters)
    present = _present(project, types, selection)
    if present is None:
        return {name: {} for name in targets}
    return {
        exporter.name: {
            file.path: file.text
            for item in compile_all(project, types, exporter, present)
            for file in item.files
        }
        for exporter in exporters
    }


def _present(project: Project, settings: Settings, selection: Selection) -> Selection | None:
    """Return the selection without what the project did not have then; `None` for nothing."""
    names = {pipeline.name for pipeline in project.pipelines if pipeline.nodes}
    if selection.all_pipelines:
        return selection if names else None
    jobs = [job for job in names_in(settings.jobs, selection.jobs) if job in settings.jobs]
    asked = replace(selection, jobs=())
    is_default = not (selection.pipelines or selection.jobs)
    pipelines = (
        pipeline_names(project, settings, asked) if selection.pipelines or is_default else ()
    )
    chosen = tuple(name for name in pipelines if name in names)
    return replace(asked, pipelines=chosen, jobs=jobs) if chosen or jobs else None


def request(
    source: Source, selection: Selection, targets: tuple[str, ...], answer: Path
) -> dict[str, Any]:
    """Return what to ask another process for, as JSON."""
    return {
        "answer": str(answer),
        "targets": list(targets),
        "snapshot": source.snapshot and str(source.snapshot),
        "settings": [str(path) for path in source.settings],
        "read": {**vars(source.read), "project": str(source.read.project)},
        "selection": {
            **vars(selection),
            "cut": selection.cut.conditions(),
            "templates": selection.templates and str(selection.templates),
        },
    }


def main() -> None:
    """Answer the request on standard input."""
    asked = json.load(sys.stdin)
    try:
        answer: dict[str, Any] = {"files": _export(asked)}
    except ShipwayError as error:
        findings = [vars(finding) for finding in error.findings]
        answer = {"kind": type(error).__name__, "findings": findings}
    Path(asked["answer"]).write_text(json.dumps(answer), encoding="utf-8")


def _export(asked: Mapping[str, Any]) -> FilesByTarget:
    options = {**asked["read"], "project": Path(asked["read"]["project"])}
    source = Source(
        read=ReadOptions(**options),
        snapshot=asked["snapshot"] and Path(asked["snapshot"]),
        settings=tuple(map(Path, asked["settings"])),
    )
    chosen = asked["selection"]
    folder = chosen["templates"] and Path(chosen["templates"])
    reading = read(source)
    if source.snapshot is None:
        _check_imported(reading, source.read.project)
    selection = Selection(**{**chosen, "templates": folder, "cut": Cut(**chosen["cut"])})
    return export(reading.project, reading.settings, tuple(asked["targets"]), selection)


def _check_imported(reading: Reading, folder: Path) -> None:
    """Check that the package is the revision's, and not one that is installed elsewhere."""
    package = reading.project.name
    file = getattr(sys.modules.get(package), "__file__", None)
    if file and not Path(file).resolve().is_relative_to(folder.resolve()):
        raise ProjectError(
            Finding(
                what=f"Python imports the package `{package}` from another place than the "
                "revision's, so that today's code would be taken for the older.",
                where=file,
                remedy="Leave its folder out of PYTHONPATH, or commit the artifacts.",
            )
        )


if __name__ == "__main__":
    main()
