from __future__ import annotations

import pytest

from shipway.errors import UnsupportedError
from shipway.targets.capabilities import CAPABILITIES
from shipway.targets.support import Requirement, requirements
from tests.unit.planner.build_ir import node, pipeline, plan, project, said, settings
from tests.unit.supported_settings import (
    EVERYTHING,
    NOT_OF_A_SETTING,
    OF,
    STORED,
    checked,
)


def test_every_capability_is_asked_when_its_setting_is_given() -> None:
    result = [item.capability for item in requirements(plan(STORED, EVERYTHING))]
    assert list(dict.fromkeys(result)) == [k for k in CAPABILITIES if k not in NOT_OF_A_SETTING]


def test_a_schedule_by_datasets_is_asked_by_the_pipeline_that_waits_and_the_one_that_writes() -> (
    None
):
    of = project(pipeline(node("a", "raw", "x")), pipeline(node("b", "x", "y"), name="later"))
    content = settings({"schedule": {"datasets": ["x"]}}, name="later")
    assert [item.capability for item in requirements(plan(of, content))] == ["schedule.datasets"]


def test_nothing_is_asked_when_nothing_is_set() -> None:
    assert list(requirements(plan(OF, {"run_parameters": {"q": "run_id"}}))) == [
        Requirement("run_parameters.run_id", "pipelines.__default__.run_parameters", "q")
    ]
    assert list(requirements(plan(project(node("a", "raw"))))) == []


def test_a_setting_is_asked_once_a_place() -> None:
    content = settings(
        {"nodes": {"b": {"image": "two"}}, "run_parameters": {"q": "run_id"}},
        defaults={"image": "one"},
    )
    result = [item for item in requirements(plan(OF, content)) if item.capability == "image"]
    assert [item.place for item in result] == [
        "defaults.image",
        "pipelines.__default__.nodes.b.image",
    ]


def test_what_a_target_cannot_express_is_refused_with_place_and_remedy() -> None:
    with pytest.raises(UnsupportedError) as error:
        checked(plan(OF, EVERYTHING), image="Use a venv.", resources__cpu="")
    assert error.value.exit_code == 5
    assert said(error.value) == (
        "Orchestra cannot express `image` here. [pipelines.__default__.image] Use a venv. Leave "
        "the setting out, or accept its loss: --allow-lossy image, or in the settings "
        "`allow_lossy: [image]` under targets.orchestra.\n"
        "Orchestra cannot express `resources.cpu` here. [pipelines.__default__.resources.cpu] "
        "Leave the setting out, or accept its loss: --allow-lossy resources.cpu, or in the "
        "settings `allow_lossy: [resources.cpu]` under targets.orchestra."
    )


def test_in_memory_data_that_a_target_cannot_carry_is_refused() -> None:
    filling = {"run_parameters": {"q": "run_id"}}
    options = {"memory": "store", "store": "s3://bucket", **filling}
    for waiver in ((), ("memory",), ("memory.store",)):  # what it loses is data
        with pytest.raises(UnsupportedError) as error:
            checked(plan(OF, options), *waiver, memory__store="")
        assert "`memory.store`" in said(error.value)
        assert "Set `memory: fuse`." in said(error.value)
    assert checked(plan(OF, {**options, "memory": "fuse"}), memory__store="") == ()


def test_a_fact_that_a_run_has_not_is_refused_for_each_parameter_that_it_fills() -> None:
    facts = {"run_parameters": {"q.a": "interval_end", "q.b": "interval_end", "q.c": "run_id"}}
    output = plan(OF, {**facts, "memory": "fuse"})
    for waiver in ((), ("run_parameters",)):
        with pytest.raises(UnsupportedError) as error:
            checked(output, *waiver, run_parameters__interval_end="Use `logical_date`.")
        assert said(error.value) == "\n".join(
            f"A run of Orchestra has no interval that could fill `{name}`. "
            "[pipelines.__default__.run_parameters] Use `logical_date`. Leave it out."
            for name in ("q.a", "q.b")
        )
    assert checked(output, run_parameters__interval_start="") == ()


def test_plain_kedro_run_is_refused_where_tasks_cannot_call_it() -> None:
    output = plan(OF, {"run_with": "kedro", "run_parameters": {"q": "run_id"}})
    for waiver in ((), ("run_with",)):
        with pytest.raises(UnsupportedError) as error:
            checked(output, *waiver, run_with="It takes no parameters.")
        assert said(error.value) == (
            "Orchestra cannot express `run_with` here. [pipelines.__default__.run_with] "
            "It takes no parameters. Set `run_with: shipway`."
        )
    assert checked(output) == ()


def test_a_store_that_nobody_empties_is_refused_unless_it_is_to_stay() -> None:
    content = {
        "memory": "store",
        "store": "s3://bucket",
        "run_parameters": {"q": "run_id"},
    }
    with pytest.raises(UnsupportedError) as error:
        checked(plan(STORED, content), memory__cleanup="")
    assert "Set `keep_store: true`, and empty the store yourself." in said(error.value)
    assert checked(plan(STORED, {**content, "keep_store": True}), memory__cleanup="") == ()
