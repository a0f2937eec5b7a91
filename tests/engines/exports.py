"""What is to be exported and run, the same for each target, and the export in a process of its own.

A project's package may be imported only once in a process, and an export must see another
environment than the tasks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from shipway.model import Json
from shipway.settings.source import overlay
from tests.projects import KedroProject

from .exporting import shipway


class _Dumper(yaml.SafeDumper):
    """Writes a text such as `1e3` in quotes, which is a number to Kedro though not to PyYAML."""


_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9.]+[eE][-+]?[0-9]+$"), list("-+.0123456789")
)


@dataclass(frozen=True, kw_only=True)
class PipelineRun:
    """One run of one pipeline, or of one job.

    Args:
        pipeline: its name in Kedro; of a job, that in the settings.
        values: what is set when it is triggered, by dotted names.
        whole_form: whether the untouched defaults are handed over along with it.
        is_job: whether it is of a job.
        ends: how it must end.
    """

    pipeline: str
    values: Mapping[str, Json] = field(default_factory=dict)
    whole_form: bool = False
    is_job: bool = False
    ends: Literal["success", "failure"] = "success"

    def must_end(self, succeeded: bool, log: object) -> None:
        """Check how it has ended, `log` saying why."""
        assert succeeded == (self.ends == "success"), (
            f"{self.pipeline} must end in {self.ends}: {log}"
        )


@dataclass(frozen=True, kw_only=True)
class Export:
    """Pipelines of a project that are exported at once, with runs of each.

    A pipeline that is there twice runs twice at once, unless the target runs `ONE_BY_ONE`.

    Args:
        settings: what a `deploy.yml` says, without the options of a target.
        words: more words for the command line, such as `--env=prod`.
        export_variables: environment variables where it is exported.
        task_variables: environment variables where its tasks run.
        orchestrator: the one of a target that has several, by the word that chooses it, and
            `""` for the first; none for any of them.
    """

    project: KedroProject
    runs: Sequence[PipelineRun]
    settings: Mapping[str, Any] = field(default_factory=dict)
    words: Sequence[str] = ()
    export_variables: Mapping[str, str] = field(default_factory=dict)
    task_variables: Mapping[str, str] = field(default_factory=dict)
    orchestrator: str | None = None


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """What came of one pipeline: its name on the orchestrator, and its files."""

    name: str
    files: tuple[Path, ...]

    def file(self, name: str) -> Path:
        """Return the only file of this name or ending."""
        (result,) = (path for path in self.files if path.name.endswith(name))
        return result


def export_all(
    exports: Sequence[Export], target: str, options: Mapping[str, Any], folder: Path
) -> list[dict[str, Artifact]]:
    """Export all into one folder; return the artifact of each pipeline or job, by its name."""
    return [_export(each, target, options, folder) for each in exports]


def _export(
    export: Export, target: str, options: Mapping[str, Any], folder: Path
) -> dict[str, Artifact]:
    # Of this folder alone: two exports of a project may be under way at once.
    file = export.project.path / f"deploy-for-{folder.parent.name}-{folder.name}.yml"
    content = overlay({"targets": {target: dict(options)}}, dict(export.settings))
    file.write_text(yaml.dump(content, Dumper=_Dumper, allow_unicode=True), encoding="utf-8")
    names = dict.fromkeys(
        f"--{'job' if run.is_job else 'pipeline'}={run.pipeline}" for run in export.runs
    )
    words = ["export", target, "--format=json", f"--output={folder}", f"--settings={file}"]
    words += [*names, *export.words]
    outcome = shipway(export.project.path, *words, env=export.export_variables)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    (document,) = json.loads(outcome.stdout)["targets"]
    return {
        name: Artifact(name=item["name"], files=tuple(folder / path for path in item["files"]))
        for item in document["pipelines"]
        for name in item.get("jobs", [item.get("job", item["pipeline"])])
    }
