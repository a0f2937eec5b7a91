"""Keys in the wrong section: the message says where they are known."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from shipway.errors import SettingsError
from shipway.settings.settings import load
from shipway.settings.source import SettingsSource
from shipway.targets import registry
from shipway.targets.waivers import section
from tests.unit.planner.build_ir import said

SHAPES = {name: section(registry.find(name)) for name in registry.names()}


def refusal(text: str) -> str:
    values: dict[str, Any] = yaml.safe_load(text)
    with pytest.raises(SettingsError) as error:
        load(SettingsSource(values=values), SHAPES)
    return said(error.value)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('defaults: {cron: "0 6 * * *"}', "`pipelines.NAME.schedule.cron`"),
        ('schedule: {cron: "0 6 * * *"}', "`pipelines.NAME.schedule`"),
        ("defaults: {nodes: {}}", "`pipelines.NAME.nodes`"),
        ('pipelines: {shop: {version: "3"}}', "`targets.airflow.version`"),
        ("work_pool: {name: p}", "`targets.prefect.work_pool`"),
        ("pipelines: {shop: {work_pool: {name: p}}}", "`targets.prefect.work_pool`"),
    ],
)
def test_a_key_of_another_section_is_told_with_its_place(text: str, place: str) -> None:
    assert f"It is known as {place}" in refusal(text)


def test_a_node_beside_the_settings_of_its_pipeline() -> None:
    message = refusal("pipelines: {shop: {clean: {retries: 1}}}")
    assert "`clean` is unknown in a pipeline's settings." in message
    assert "If it is a node, it stands under `nodes`: `nodes: {clean: …}`." in message


def test_a_pipeline_beside_the_sections() -> None:
    message = refusal("main: {retries: 1, nodes: {a: {image: b}}}")
    assert "If it is a pipeline, it stands under `pipelines`: `pipelines: {main: …}`." in message


@pytest.mark.parametrize("text", ["defaults: {retires: 1}", "pipelines: {shop: {clean: {x: 1}}}"])
def test_a_word_that_no_section_knows_has_the_nearest_name(text: str) -> None:
    assert "It is known as" not in refusal(text)
    assert "If it is a node" not in refusal(text)


def test_a_section_right_below_is_named_first() -> None:
    assert "It stands under `resources`" in refusal("defaults: {gpu: 1}")
