"""What the settings speak of exists in the project."""

from __future__ import annotations

import pytest

from shipway.errors import Finding, SettingsError
from shipway.settings.check import check_names, schedules
from tests.unit.planner.build_ir import node, pipeline, project
from tests.unit.settings.examples import SCHEDULE, settings

PROJECT = project(
    pipeline(
        node("shop.eu.train", "table", "model", namespace="shop.eu", tags=("ml", "daily")),
        node("report", "model", "page"),
    ),
    pipeline(node("report", "model", "page"), name="reports"),
    memory="page",
)


def _result(text: str) -> tuple[Finding, ...]:
    try:
        check_names(PROJECT, settings(text))
    except SettingsError as error:
        return error.findings
    return ()


@pytest.mark.parametrize(
    ("section", "what", "remedy"),
    [
        ("reprots: {}", "no pipeline `reprots`", "`reports`"),
        ("__default__: {nodes: {shop.eu.trian: {}}}", "no node `shop.eu.trian`", "`shop.eu.train`"),
        ("reports: {nodes: {shop.eu.train: {}}}", "no node `shop.eu.train`", "`report`"),
        ("__default__: {tags: {dialy: {}}}", "no tag `dialy`", "`daily`"),
        ("__default__: {namespaces: {shop.eo: {}}}", "no namespace `shop.eo`", "`shop.eu`"),
        ("reports: {namespaces: {shop: {}}}", "no namespace `shop`", "None"),
        ("reports: {schedule: {datasets: [tabel]}}", "persisted dataset `tabel`", "`table`"),
        ("reports: {schedule: {datasets: [page]}}", "persisted dataset `page`", "Known"),
        ("__default__: {schedule: {datasets: [model]}}", "start itself", "another pipeline"),
    ],
)
def test_unknown_names(section: str, what: str, remedy: str) -> None:
    (finding,) = _result(f"pipelines:\n  {section}")
    assert what in finding.what
    assert remedy in str(finding.remedy)
    assert str(finding.where).startswith("deploy.yml:2: pipelines.")


def test_known_names() -> None:
    text = """
    pipelines:
      __default__:
        nodes: {shop.eu.train: {retries: 1}}
        tags: {ml: {}, daily: {}}
        namespaces: {shop: {}, shop.eu: {}}
        schedule: {datasets: [table]}
      reports: {schedule: {datasets: [model]}}
    """
    assert _result(text) == ()


def test_all_unknown_names_at_once() -> None:
    text = """pipelines:
  x: {}
  __default__: {tags: {y: {}}, nodes: {z: {}}}
"""
    assert len(_result(text)) == 3


def test_schedules_by_pipeline() -> None:
    document = settings(SCHEDULE % "{datasets: [table@spark, model]}")
    assert schedules(PROJECT, document) == {"__default__": ("table", "model")}
