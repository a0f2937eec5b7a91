"""What of the table is known before anything runs: what a target refuses, and what it has not.

All cases are compiled for a column one by one, so that each has its own message.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from shipway.compiler import Compiled, Selection, Source, compile_all, read, settings_for
from shipway.errors import Finding, PlanError, UnsupportedError
from shipway.model import Project
from shipway.readers.kedro import ReadOptions
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find

from .case import Case
from .columns import Column
from .zoo import CASES, deploy_settings, write_zoo

PACKAGE = "zoo"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What becomes of a case on an orchestrator.

    Args:
        reasons: the messages of an export that is refused, or why a case does not apply.
        exit_code: of the export.
        losses: settings that the target cannot express, whose loss its options accept by name.
    """

    is_: Literal["right", "refused", "not applicable"]
    reasons: tuple[str, ...] = ()
    exit_code: int = 0
    losses: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What stands in the cell."""
        losses = ", ".join(f"`{name}`" for name in self.losses)
        return f"{self.is_} without {losses}" if losses else self.is_


@cache
def verdicts(column: Column) -> Mapping[str, Verdict]:
    """Return what becomes of each case, by its name."""
    return {case.name: _verdict(case, column) for case in CASES}


def _verdict(case: Case, column: Column) -> Verdict:
    support = column.support["parameters"]
    if case.values and support.level == "unsupported":
        reason = f"A run of {column.title} is given no parameters. {support.how}".strip()
        return Verdict(is_="not applicable", reasons=(reason,))
    try:
        compiled = compile_case(case, column)
    except (UnsupportedError, PlanError) as error:
        reasons = tuple(_message(finding) for finding in error.findings)
        return Verdict(is_="refused", reasons=reasons, exit_code=error.exit_code)
    # That it is right, a run must show.
    return Verdict(is_="right", losses=tuple(sorted({x.capability for x in compiled.losses})))


def compile_case(case: Case, column: Column) -> Compiled:
    """Compile a case as an export does.

    Raises:
        UnsupportedError, PlanError: it is refused.
    """
    exporter, names = find(column.target), (case.name,)
    values = {**deploy_settings(), "targets": {column.target: deepcopy(dict(column.options))}}
    settings = settings_for(SettingsSource(values=values), [exporter])
    is_job = case.job is not None
    selection = Selection(pipelines=() if is_job else names, jobs=names if is_job else ())
    (compiled,) = compile_all(_project(case.env), settings, exporter, selection)
    return compiled


@cache
def _project(env: str | None) -> Project:
    folder = _folder()
    return read(Source(read=ReadOptions(project=folder, env=env))).project


@cache
def _folder() -> Path:
    return write_zoo(Path(tempfile.mkdtemp(prefix="zoo-"))).path


def _message(finding: Finding) -> str:
    """What a person reads; the name of the package is one of this process alone."""
    parts = (finding.where and f"{finding.where}:", finding.what, finding.remedy)
    return " ".join(part for part in parts if part).replace(_folder().name, PACKAGE)
