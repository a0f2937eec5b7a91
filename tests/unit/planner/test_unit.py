"""What a task of several nodes is called."""

from __future__ import annotations

import pytest

from shipway.model import Node, Pipeline
from shipway.planner.unit import Units
from tests.unit.planner.build_ir import node, pipeline


def inside(name: str, namespace: str | None, *tags: str) -> Node:
    return node(f"{namespace}.{name}" if namespace else name, namespace=namespace, tags=tags)


METERS = [inside(name, "ingest.meters", "raw") for name in ("parse", "check", "convert")]
WEATHER = [inside(name, "ingest.weather", "raw") for name in ("read", "fill")]
TRAIN = [inside(name, None, "heavy", "train") for name in ("choose", "fit", "test")]
REPORT = [inside(name, None, "report") for name in ("plot", "score", "write")]
OTHER = inside("last", "ingest")
WHOLE = pipeline(*METERS, *WEATHER, *TRAIN, *REPORT, OTHER, name="daily")


@pytest.mark.parametrize(
    ("group", "name"),
    [
        (METERS, "ingest.meters"),
        (METERS[:2], "ingest.meters.parse__to__check"),
        (WEATHER, "ingest.weather.read__to__fill"),
        ([*METERS, *WEATHER], "raw"),
        ([*METERS, *WEATHER, OTHER], "ingest"),
        ([METERS[0], WEATHER[1]], "ingest.meters.parse__to__weather.fill"),
        ([OTHER, WEATHER[1]], "ingest.last__to__weather.fill"),
        (TRAIN, "choose__to__test"),  # two tags say it, and neither says it better
        (REPORT, "report"),
        ([METERS[0], *REPORT], "ingest.meters.parse__to__write"),
        (WHOLE.nodes, "daily"),
    ],
)
def test_a_group_goes_by_the_unit_that_it_is_or_by_its_ends(group: list[Node], name: str) -> None:
    assert Units(WHOLE).name(group) == name


def test_default_says_nothing_of_a_pipeline() -> None:
    unnamed = Pipeline(name="__default__", nodes=WHOLE.nodes)
    assert Units(unnamed).name(WHOLE.nodes) == "ingest.meters.parse__to__ingest.last"


def test_a_namespace_is_no_part_of_a_longer_one() -> None:
    """`ingest` holds no node of `ingestion`."""
    nodes = [inside("a", "ingest"), inside("b", "ingestion"), inside("c", "ingest")]
    assert Units(pipeline(*nodes)).name(nodes) == "ingest.a__to__ingest.c"
