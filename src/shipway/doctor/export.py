"""Whether the target takes what the project and its settings ask for."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.doctor.result import Result, note, ok, problem
from shipway.doctor.subject import TargetSubject
from shipway.errors import Finding, ShipwayError, count
from shipway.planner.plan import Plan
from shipway.starter.comments import listing
from shipway.targets.exporter import Exporter
from shipway.targets.inputs_on_volumes import inputs_by_volume
from shipway.targets.local_files import check_files


def check_local_files(subject: TargetSubject) -> Iterator[Result]:
    """Say which local files end with their task, or cannot be seen by the next."""
    findings = dict.fromkeys(_lost_files(subject))
    yield from (problem("local files", finding) for finding in findings)
    files = {file.location for plan in subject.plans for file in plan.files}
    if files and not findings:
        yield ok("local files", f"{count(len(files), 'path')} can be seen by all its tasks.")
    if not findings:
        yield from _inputs(subject)


def _inputs(subject: TargetSubject) -> Iterator[Result]:
    for volume, paths in inputs_by_volume(subject.plans, subject.exporter).items():
        what = (
            f"Before the first run, the volume at {volume.mount} must hold {listing(paths)}: it "
            "hides what the image has there."
        )
        yield note("local files", what)


def check_export(subject: TargetSubject) -> Iterator[Result]:
    """Say what else an export would be refused for."""
    lost = set(_lost_files(subject))
    findings = [finding for finding in dict.fromkeys(subject.findings) if finding not in lost]
    yield from (problem("export", finding) for finding in findings)
    if subject.plans and not findings:
        yield ok("export", f"{count(len(subject.plans), 'pipeline')} can be exported.")


def _lost_files(subject: TargetSubject) -> Iterator[Finding]:
    for plan in subject.plans:
        yield from _lost_files_of(plan, subject.exporter)


def _lost_files_of(plan: Plan, exporter: Exporter) -> tuple[Finding, ...]:
    try:
        check_files(plan, exporter)
    except ShipwayError as error:
        return error.findings
    return ()
