"""The file and the line of a target's option: an exporter sees the options and not their source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from shipway.errors import Finding
from shipway.settings.source import SettingsSource


def with_lines(findings: Iterable[Finding], source: SettingsSource) -> tuple[Finding, ...]:
    """Return findings whose places in `targets` begin with the file and line that hold them."""
    return tuple(_with_line(finding, source) for finding in findings)


def _with_line(finding: Finding, source: SettingsSource) -> Finding:
    path = tuple((finding.where or "").split("."))
    # What is not set has the line of its section, if the settings have that.
    if path[0] != "targets" or path[:2] not in source.places:
        return finding
    return replace(finding, where=source.place(path))
