"""What a node takes back of `defaults` counts as not set at all."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.exporters.test_airflow_docker import CHAIN, compiled
from tests.unit.planner.build_ir import node, plan, project, settings

PAIR = project(node("a", "", "x"), node("b", "x", "y"), memory="x")


@pytest.mark.parametrize(
    "empty",
    [
        {"command_prefix": []},
        {"resources": {"gpu": 0}},
        {"kubernetes": {"tolerations": [], "image_pull_secrets": []}},
    ],
)
def test_nothing_asks_nothing_of_a_target(empty: dict[str, Any]) -> None:
    """As on a worker itself, which has no containers."""
    bare = compiled(CHAIN, {}, {}).files[0].text.splitlines()
    emptied = compiled(CHAIN, empty, {}).files[0].text.splitlines()
    assert [line for line in emptied if "shipway: " not in line] == [
        line for line in bare if "shipway: " not in line
    ]


@pytest.mark.parametrize(
    ("content", "back"),
    [
        ({"command_prefix": ["/run"]}, {"command_prefix": []}),
        ({"resources": {"gpu": 1}}, {"resources": {"gpu": 0}}),
    ],
)
def test_a_node_takes_back_what_defaults_say(content: dict[str, Any], back: dict[str, Any]) -> None:
    options = {"run_on": "docker", "image": "shop:1"}
    text = compiled(CHAIN, {**content, "nodes": {"b": back}}, options).files[0].text
    b = text.partition("b = DockerOperator(")[2].partition(")\n")[0]
    everywhere = compiled(CHAIN, back, options).files[0].text
    assert ("/run" in text) or ("DeviceRequest" in text)
    assert "/run" not in everywhere
    assert "DeviceRequest" not in everywhere
    assert "/run" not in b
    assert "DeviceRequest" not in b


def test_nothing_and_no_word_agree() -> None:
    """Nodes that share a task: one has no prefix, and the other has taken it back."""
    content = settings({"nodes": {"a": {"command_prefix": []}}})
    (task,) = plan(PAIR, content).tasks
    assert task.settings.command_prefix == ()


def test_a_node_takes_back_the_volumes_of_the_options() -> None:
    volumes = [{"claim": "data", "mount": "/data"}]
    options = {"run_on": "docker", "image": "shop:1", "volumes": volumes}
    text = compiled(CHAIN, {"nodes": {"b": {"volumes": []}}}, options).files[0].text
    a, _, b = text.partition("b = DockerOperator(")
    assert ("/data" in a, "/data" in b) == (True, False)
    assert "/data" not in compiled(CHAIN, {"volumes": []}, options).files[0].text
