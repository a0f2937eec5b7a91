"""What a change of the project or its settings does to the artifacts of every target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from shipway.artifacts.readback import Contents
from shipway.comparison.changes import Change
from shipway.comparison.compare import compare
from shipway.model import Json, Node
from shipway.targets.capabilities import CAPABILITIES
from shipway.targets.exporter import companions
from shipway.targets.registry import find, names
from tests.targets import OF_TASKS, ONE_TASK, OPTIONS, WITH_IMAGES
from tests.unit.comparison.artifacts import SECTIONS, artifact, changes, comparison
from tests.unit.planner.build_ir import node

OF = (
    node("clean", "raw params:drop", "tidy"),
    node("train", "tidy params:rate", "model"),
    node("score", "model tidy", "scores"),
)
PARAMETERS: Mapping[str, Any] = {"drop": True, "rate": 0.1}
targets = pytest.mark.parametrize("target", names())
of_tasks = pytest.mark.parametrize("target", OF_TASKS)
with_images = pytest.mark.parametrize("target", WITH_IMAGES)


def of_nodes(target: str, *nodes: Node, parameters: Any = None, **more: Any) -> list[Change]:
    """What became of the three nodes; parameters stay, so that only nodes change."""
    before = artifact(target, *OF, parameters=PARAMETERS)
    after = artifact(target, *nodes, parameters=parameters or PARAMETERS, **more)
    return changes(target, before, after)


def of_settings(target: str, before: Any, after: Any, **sections: Any) -> list[Change]:
    old, new = (
        artifact(target, *OF, parameters=PARAMETERS, settings=s, section=sections.get(name))
        for name, s in (("old", before), ("new", after))
    )
    return changes(target, old, new)


@targets
def test_nothing_changed(target: str) -> None:
    result = artifact(target, *OF, parameters=PARAMETERS)
    assert comparison(target, result, result).status == "same"
    assert not changes(target, result, result)


@of_tasks
def test_a_task_is_added(target: str) -> None:
    (change,) = of_nodes(target, *OF, node("plot", "scores", "picture"))
    assert (change.kind, change.tasks) == ("task-added", ("plot",))
    assert change.after == {
        "nodes": {"plot": "scores -> picture"},
        "needs": ["score"],
        "needed_by": [],
    }


@of_tasks
def test_a_task_is_removed(target: str) -> None:
    (change,) = of_nodes(target, *OF[:2])
    assert (change.kind, change.tasks) == ("task-removed", ("score",))


@of_tasks
def test_a_renamed_node_is_known_by_what_it_computes(target: str) -> None:
    (change,) = of_nodes(target, OF[0], node("fit", "tidy params:rate", "model"), OF[2])
    assert (change.kind, change.before, change.after) == ("task-renamed", "train", "fit")


@of_tasks
def test_a_renamed_node_that_writes_nothing_is_known_by_what_it_reads(target: str) -> None:
    before, after = (
        artifact(target, *OF, node(name, "scores"), node("tell", "model"), parameters=PARAMETERS)
        for name in ("send", "mail")
    )
    (change,) = changes(target, before, after)
    assert (change.kind, change.before, change.after) == ("task-renamed", "send", "mail")


@of_tasks
def test_a_renamed_task_shows_its_changed_settings_and_edges(target: str) -> None:
    result = of_nodes(
        target,
        OF[0],
        node("fit", "params:rate raw", "model"),
        OF[2],
        settings={"nodes": {"fit": {"retries": 3}}},
    )
    assert [(c.kind, c.name, c.tasks) for c in result] == [
        ("task-renamed", "", ("fit",)),
        ("node-changed", "fit", ("fit",)),
        ("edge-removed", "", ("clean", "fit")),
        ("retries", "retries", ("fit",)),
    ]
    assert (result[-1].before, result[-1].after) == (None, 3)


@of_tasks
def test_two_names_change_places(target: str) -> None:
    """By name nothing has changed but what each reads."""
    result = of_nodes(
        target,
        node("train", "raw params:drop", "tidy"),
        node("clean", "tidy params:rate", "model"),
        OF[2],
    )
    assert [(c.kind, c.before, c.after) for c in result] == [
        ("task-renamed", "clean", "train"),
        ("task-renamed", "train", "clean"),
    ]


@of_tasks
def test_tasks_are_fused_and_split(target: str) -> None:
    alone = artifact(target, *OF, parameters=PARAMETERS)
    fused = artifact(
        target, *OF, parameters=PARAMETERS, settings={"groups": {"all": ["clean", "train"]}}
    )
    (fusion,) = changes(target, alone, fused)
    (split,) = changes(target, fused, alone)
    assert (fusion.kind, split.kind) == ("tasks-fused", "task-split")
    assert fusion.before == split.after == {"clean": [], "train": ["clean"]}
    assert fusion.after == split.before == {"all": []}


@of_tasks
def test_edges_come_and_go(target: str) -> None:
    before = artifact(target, *OF, parameters=PARAMETERS)
    after = artifact(target, *OF[:2], node("score", "tidy", "scores"), parameters=PARAMETERS)
    for pair, kind in (((before, after), "edge-removed"), ((after, before), "edge-added")):
        node_change, edge = changes(target, *pair)
        assert (node_change.kind, node_change.name) == ("node-changed", "score")
        assert (edge.kind, edge.tasks) == (kind, ("train", "score"))


@targets
@pytest.mark.parametrize(
    ("before", "after", "kind", "name", "values"),
    [
        ({"retries": 1}, {"retries": 3}, "retries", "retries", (1, 3)),
        ({}, {"timeout": "1h"}, "retries", "timeout", (None, 3600)),
        (
            {"schedule": {"cron": "0 6 * * *"}},
            {"schedule": {"cron": "0 7 * * *"}},
            "schedule",
            "schedule.cron",
            ("0 6 * * *", "0 7 * * *"),
        ),
        ({"owner": "ann"}, {"owner": "bob"}, "setting", "owner", ("ann", "bob")),
        (
            {"labels": {"team": "a"}},
            {"labels": {"team": "b"}},
            "setting",
            "labels.team",
            ("a", "b"),
        ),
        ({"env": {"MODE": "x"}}, {"env": {"MODE": "y"}}, "setting", "env.MODE", ("x", "y")),
    ],
)
def test_a_setting_changes(
    target: str, before: Any, after: Any, kind: str, name: str, values: Any
) -> None:
    result = of_settings(target, before, after)
    capability = name if name in CAPABILITIES else name.partition(".")[0]
    if find(target).capabilities[capability].level == "unsupported":
        assert not result, "its loss is accepted"
        return
    change = next(c for c in result if c.name == name)
    if target in ONE_TASK and name == "timeout":
        values = (None, 3 * 3600)  # of three nodes
    assert (change.kind, (change.before, change.after)) == (kind, values)
    assert {c.kind for c in result} <= {kind, "setting"}


@with_images
def test_the_image_that_the_options_of_a_target_lend_counts(target: str) -> None:
    """A plan does not hold it, but what is deployed does."""
    new = {**SECTIONS[target], "image": "shop:2"}
    (change,) = of_settings(target, {}, {}, new=new)
    assert (change.kind, change.before, change.after) == ("image", "shop:1", "shop:2")
    assert len(change.tasks) == (1 if target in ONE_TASK else 3), "one change of all tasks"


@with_images
def test_resources_change(target: str) -> None:
    result = of_settings(target, {"resources": {"memory": "1Gi"}}, {"resources": {"memory": "4Gi"}})
    assert {change.kind for change in result} == {"resources"}


@of_tasks
def test_parameters_change(target: str) -> None:
    of = node("all", "raw parameters", "tidy")
    before = artifact(target, of, parameters={"old": 1, "kept": 1})
    after = artifact(target, of, parameters={"new": [1], "kept": 1.5})
    assert [(c.kind, c.name) for c in changes(target, before, after)] == [
        ("parameter-added", "new"),
        ("parameter-removed", "old"),
        ("parameter-default", "kept"),
    ]


@of_tasks
def test_a_parameter_gets_another_type(target: str) -> None:
    """Who sets the old one is refused; a whole number is a number, and so is what it was."""
    of = node("all", "raw parameters", "tidy")
    before = artifact(target, of, parameters={"a": 4, "b": True, "c": 1, "d": 1.5, "e": 2})
    after = artifact(target, of, parameters={"a": "4", "b": "true", "c": 1.5, "d": 1, "e": 3})
    assert [(c.kind, c.name, c.before, c.after) for c in changes(target, before, after)] == [
        ("parameter-type", "a", 4, "4"),
        ("parameter-type", "b", True, "true"),
        ("parameter-type", "d", 1.5, 1),
        ("parameter-default", "c", 1, 1.5),
        ("parameter-default", "e", 2, 3),
    ]


@pytest.mark.parametrize(("before", "after"), [(1, True), (0.0, -0.0)])
def test_a_setting_that_python_takes_for_the_same_is_another(before: Json, after: Json) -> None:
    old, new = (
        Contents(name="p", tasks={}, parameters={}, run={"dag": {"x": value}}, keys=frozenset())
        for value in (before, after)
    )
    assert [(c.name, c.before, c.after) for c in compare(old, new)] == [("dag.x", before, after)]


@targets
@pytest.mark.parametrize(
    ("settings", "section"),
    [
        ({"schedule": {"cron": "0 6 * * *"}}, None),
        ({"retries": 2, "timeout": "1h"}, None),
        ({}, {}),
    ],
    ids=["schedule", "retries", "no section"],
)
def test_files_that_come_and_go_with_settings_are_named_by_their_target(
    target: str, settings: Any, section: Any
) -> None:
    """Else an export would leave them where they are, for a deployment to find."""
    # Some run nothing without an image and a volume.
    section = OPTIONS[target] or section
    one, other = (
        artifact(target, *nodes, parameters=PARAMETERS, settings=s, section=of)
        for nodes, s, of in ((OF, {}, None), (OF, settings, section))
    )
    names = {file.path for file in one.files} ^ {file.path for file in other.files}
    assert names <= set(companions(find(target), one.plan))


@targets
def test_a_pipeline_gets_another_name(target: str) -> None:
    (change, *others) = of_settings(target, {"name": "one"}, {"name": "two"})
    assert (change.kind, change.before, change.after) == ("pipeline-renamed", "one", "two")
    assert not others


@pytest.mark.parametrize(
    ("before", "after", "sides"),
    [
        ({"p": "it"}, {"p": None}, ("after",)),
        ({"p": None}, {"p": "it"}, ("before",)),
        ({"q": 1}, {"q": 1, "p": None}, ("after",)),
        ({"p": 1, "q": 1}, {"q": 1}, ()),
    ],
)
def test_a_constant_that_is_null_is_no_constant_that_is_not_there(
    before: Any, after: Any, sides: tuple[str, ...]
) -> None:
    of_before, of_after = (
        Contents(name="n", tasks={}, parameters={}, run={"constants": of}, keys=frozenset())
        for of in (before, after)
    )
    (change,) = compare(of_before, of_after)
    assert (change.name, change.set_to_null) == ("constants.p", sides)
    assert not compare(of_after, of_after)
