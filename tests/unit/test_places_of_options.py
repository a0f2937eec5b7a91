"""Mistakes in the options of a target that the exporter finds have a file and a line, too."""

from __future__ import annotations

import pytest

from shipway.compiler import Selection, compile_all, settings_for
from shipway.errors import ShipwayError
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from tests.unit.exporters.test_airflow_docker import CHAIN
from tests.unit.settings.examples import source


def _wheres(target: str, raw: SettingsSource) -> list[str | None]:
    exporter = find(target)
    with pytest.raises(ShipwayError) as error:
        list(compile_all(CHAIN, settings_for(raw, [exporter]), exporter, Selection()))
    return [finding.where for finding in error.value.findings]


@pytest.mark.parametrize(
    ("target", "options", "line"),
    [
        ("kubeflow", "image: a:1\n    config_maps: {KFP_POD_NAME: {name: a, key: b}}", 4),
        (
            "airflow",
            "run_on: kubernetes\n    image: a:1\n    volumes: [{host_path: /a, mount: /b}]",
            5,
        ),
        ("airflow", "version: 3\n    root: {env: 'A-B'}", 4),
        ("airflow", "task:\n      hostnetwork: true", 4),
        ("prefect", "work_pool: {type: docker}", 2),
    ],
)
def test_an_option_has_a_line(target: str, options: str, line: int) -> None:
    raw = source(f"targets:\n  {target}:\n    {options}")
    for where in _wheres(target, raw):
        assert str(where).startswith(f"deploy.yml:{line}: targets.{target}.")


def test_without_a_section_there_is_no_line() -> None:
    (where,) = _wheres("kubeflow", source("defaults: {}"))
    assert where == "targets.kubeflow.image, which is not set"
