"""The first step: a project or a snapshot, and the settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from shipway.compiler.request import Source
from shipway.errors import Finding, ShipwayError, UsageError
from shipway.mistakes import Mistakes
from shipway.readers.kedro import Reading
from shipway.schemas.shapes import Anything, Shape
from shipway.settings.settings import Settings, look_at
from shipway.settings.source import SettingsSource, read_files
from shipway.targets import registry
from shipway.targets.exporter import Exporter
from shipway.targets.no_target import shapes_of_others
from shipway.targets.waivers import section


def read(source: Source, exporters: Sequence[Exporter] = ()) -> Reading:
    """Read the project, or the snapshot, and the raw settings.

    Args:
        exporters: whose options are checked, too, where the project itself is broken.

    Raises:
        UsageError: an option makes no sense for a snapshot.
        ProjectError: the project or the snapshot cannot be read.
        SettingsError: the settings are no YAML.
    """
    mistakes, settings = Mistakes(), SettingsSource()
    with mistakes:
        settings = read_files(source.settings)
    try:
        reading = _reading(source, exporters)
    except ShipwayError as error:
        raise mistakes.and_last(error) from error
    mistakes.raise_all()
    return replace(reading, settings=settings) if source.settings else reading


def _reading(source: Source, exporters: Sequence[Exporter]) -> Reading:
    if source.snapshot is None:
        # Only here: with a snapshot, Kedro need not be installed.
        from shipway.readers.kedro import read as read_project

        options = replace(source.read, own_settings=not source.settings)
        return read_project(options, lambda settings: settings_for(settings, exporters))
    return _read_snapshot(source, source.snapshot)


def settings_for(raw: SettingsSource, exporters: Sequence[Exporter]) -> Settings:
    """Check the settings; the sections of targets that are not asked for are left alone.

    Raises:
        SettingsError: with one finding for every mistake.
    """
    settings = settings_with_mistakes(raw, exporters)
    settings.check()
    return settings


def settings_with_mistakes(raw: SettingsSource, exporters: Sequence[Exporter]) -> Settings:
    """Return the same, with what is wrong, so that what a plan finds wrong can be told too."""
    # Known targets may have a section; one that is not asked for is not even imported.
    shapes: dict[str, Shape[Any]] = {name: Anything() for name in registry.names()}
    shapes |= {exporter.name: section(exporter) for exporter in exporters}
    shapes |= shapes_of_others(raw.values.get("targets"))
    return look_at(raw, shapes)


def _read_snapshot(source: Source, snapshot: Path) -> Reading:
    options = {
        "--env": source.read.env,
        "--conf-source": source.read.conf_source,
        "--params": source.read.params,
        "--with-hooks": source.read.with_hooks,
    }
    findings = [
        Finding(
            what=f"`{option}` has no effect on a snapshot, which holds what was read already.",
            where=option,
            remedy="Give it to `shipway snapshot`.",
        )
        for option, value in options.items()
        if value
    ]
    if findings:
        raise UsageError(*findings)
    from shipway.readers.snapshot import load as load_snapshot

    return Reading(project=load_snapshot(snapshot), settings=SettingsSource())
