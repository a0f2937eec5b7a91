"""What the checks look at: a project, and what became of it for one target."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shipway.errors import Finding
from shipway.planner.plan import Plan
from shipway.readers.kedro import Reading, ReadOptions
from shipway.targets.exporter import Exporter


@dataclass(frozen=True, kw_only=True)
class ProjectSubject:
    """A project that could be read.

    Args:
        root: its folder.
        options: how it was read.
    """

    root: Path
    options: ReadOptions
    reading: Reading


@dataclass(frozen=True, kw_only=True)
class TargetSubject:
    """What became of a project's pipelines for one target.

    Args:
        plans: of the pipelines that could be planned.
        findings: why others could not be, or why the target refuses them.
    """

    root: Path
    exporter: Exporter
    plans: tuple[Plan, ...]
    findings: tuple[Finding, ...]
