"""What a file of definitions says, and what is refused instead."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from shipway.artifacts.python_literals import Call, Code
from shipway.compiler import Compiled, Selection, compile_all, settings_for
from shipway.errors import ShipwayError, UnsupportedError
from shipway.model import Dataset, Parameter, Project
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from shipway_exporters.dagster.names import PIPELINES, asset_keys
from shipway_exporters.dagster.parameters import annotation
from shipway_exporters.dagster.parsed_file import ParsedFile
from shipway_exporters.dagster.rules import faults
from shipway_exporters.dagster.starter import first_files
from tests.unit.planner.build_ir import node, project

CSV = "pandas.CSVDataset"
CHAIN = project(
    node("a", "raw params:p", "x", tags=("daily", "two words"), doc="Make it."),
    node("b", "x", "area.y", namespace="area"),
    node("c", "area.y", "gone"),
    parameters={"p": 1},
    datasets=[
        Dataset(name="raw", kind="local", type=CSV, location="data/raw.csv"),
        Dataset(name="x", kind="remote", type=CSV, location="s3://b/x", versioned=True),
        Dataset(
            name="area.y", kind="other", type="kedro_datasets.pandas.SQLTableDataset", table="y"
        ),
    ],
    memory="gone",
)


def artifact(
    of: Project = CHAIN, options: Mapping[str, Any] | None = None, **content: Any
) -> Compiled:
    values = {"targets": {"dagster": dict(options or {})}, "pipelines": {"__default__": content}}
    exporter = find("dagster")
    settings = settings_for(SettingsSource(values=values), [exporter])
    (result,) = compile_all(of, settings, exporter, Selection())
    return result


def text(*args: Any, **content: Any) -> str:
    (file,) = artifact(*args, **content).files
    assert file.path == "shop.py"
    return file.text


def parsed(*args: Any, **content: Any) -> ParsedFile:
    return ParsedFile(ast.parse(text(*args, **content)))


def spec(file: ParsedFile, task: str) -> dict[str, Any]:
    (one,) = file.tasks[task].specs
    return {"key": one.args[0], **dict(one.kwargs)}


def refusal(*args: Any, **content: Any) -> str:
    with pytest.raises(UnsupportedError) as error:
        artifact(*args, **content)
    return "\n".join(f"{f.what} {f.where} {f.remedy}" for f in error.value.findings)


def test_an_asset_says_what_the_catalog_says() -> None:
    file = parsed(owner="ann@acme.example")
    one = spec(file, "a")
    assert one.pop("metadata") == {
        "type": CSV,
        "dagster/uri": "s3://b/x",
        "versioned": True,
        "tags": ["two words"],
    }
    assert one.pop("kinds").source == "{'csv', 'pandas'}"
    assert one == {
        "key": "x",
        "deps": ["raw"],
        "description": "Make it.",
        "group_name": "default",
        "owners": ["ann@acme.example"],
        "tags": {"daily": ""},
    }
    two = spec(file, "b")
    assert (two["key"], two["deps"]) == (["area", "y"], ["x"])
    assert two["kinds"].source == "{'pandas', 'sqltable'}"
    assert two["metadata"]["dagster/table_name"] == "y"


def test_what_nobody_writes_is_an_external_asset() -> None:
    (source,) = parsed().sources
    assert source.args == ("raw",)
    metadata = dict(source.kwargs)["metadata"]
    assert metadata["path"] == Call("dg.MetadataValue.path", ("data/raw.csv",))
    assert "SOURCES" not in text(project(node("a", "params:p", "x"), parameters={"p": 1}))


def test_a_task_that_keeps_nothing_is_an_asset_of_its_own() -> None:
    one = spec(parsed(), "c")
    assert (one["key"], one["deps"]) == (["shop", "c"], [["area", "y"]])
    of = project(node("a", "raw", "x"), node("b", "x", "y"), memory="x")
    file = parsed(of, memory="store", store="s3://b/runs")
    assert spec(file, "a")["key"] == ["shop", "a"]
    assert spec(file, "b")["deps"] == [["shop", "a"]]
    assert spec(file, "clean_up_store")["deps"] == ["y"]


def test_a_transcoded_dataset_is_one_asset() -> None:
    of = project(node("a", "raw", "x@spark"), node("b", "x@pandas", "y"))
    file = parsed(of)
    assert spec(file, "a")["key"] == "x"
    assert spec(file, "b")["deps"] == ["x"]


def test_keys_of_odd_names_differ_from_each_other() -> None:
    names = ["a", "a.b", "a__b", "a-b", "a_b", "é", "ü", "..", "config", "1", "A b", "-"]
    keys = asset_keys(names)
    outputs = {"__".join(key).replace("-", "_") for key in keys.values()}
    assert len({*keys.values()}) == len(outputs) == len(names)
    assert all(part and part.isascii() for key in keys.values() for part in key)
    assert (keys["a"], keys["config"][0][:7]) == (("a",), "config_")


@pytest.mark.parametrize("name", ["class", "definitions", "config", "dg", "x-y", "1x", "ü", "len"])
def test_a_job_of_an_odd_name_is_renamed(name: str) -> None:
    from shipway.planner.naming import assign

    (result,) = assign([name], PIPELINES).values()
    assert result != name
    assert result.isidentifier()


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, "bool"),
        (1, "int"),
        (0.5, "float"),
        ("x", "str"),
        (None, "Any"),
        ({"a": 1}, "dict[str, Any | None]"),
        ([1, 2], "list[int]"),
        ([1, 2.5], "list[float]"),
        ([1, "x"], "list[Any | None]"),
        ([], "list[Any | None]"),
        ([[1]], "list[Any | None]"),
        ([1, None], "list[int | None]"),
        ([None], "list[Any | None]"),
    ],
)
def test_a_parameter_has_the_type_of_its_value(value: Any, kind: str) -> None:
    assert annotation(value) == kind


def test_what_the_configuration_makes_has_no_default() -> None:
    of = project(node("a", "params:p", "x"))
    leaf = Parameter(path=("p",), value="v", source="${oc.env:P}")
    of = Project(**{**{k: getattr(of, k) for k in of.__dataclass_fields__}, "parameters": (leaf,)})
    source = text(of)
    assert "p: str | None = Field(default=None, description=" in source
    assert "from pydantic import Field" in source
    assert "Field" not in text()


def test_pauses_are_the_policys_or_the_tasks_own() -> None:
    plain = text(retries=2, retry_delay="30s")
    assert "RETRY = dg.RetryPolicy(max_retries=2, delay=30)" in plain
    assert "RetryRequested" not in plain
    grown = text(retries=2, retry_delay="30s", retry_backoff=2, nodes={"b": {"retry_backoff": 3}})
    assert "growth: float = 2,\n" in grown
    assert grown.count("growth=3") == 1
    assert "dg.RetryRequested(policy.max_retries, pause)" in grown
    assert "RetryPolicy" not in text()


def test_jitter_is_a_policys_and_refused_for_pauses_of_a_task() -> None:
    options = {"jitter": "FULL"}
    plain = text(CHAIN, options, retries=2, retry_delay="30s")
    assert "dg.RetryPolicy(max_retries=2, delay=30, jitter=dg.Jitter.FULL)" in plain
    words = refusal(CHAIN, options, retries=2, retry_delay="30s", retry_backoff=2)
    assert "targets.dagster.jitter" in words
    assert "no jitter" in words


def test_a_schedule_is_running_unless_the_options_say_otherwise() -> None:
    schedule = {"cron": "0 6 * * *", "timezone": "Europe/Paris", "parameters": {"p": 3}}
    arguments = parsed(schedule=schedule).arguments("schedule")
    assert arguments.pop("default_status").source == "dg.DefaultScheduleStatus.RUNNING"
    assert arguments == {
        "name": "shop_schedule",
        "job_name": "shop",
        "cron_schedule": "0 6 * * *",
        "execution_timezone": "Europe/Paris",
        "run_config": {"resources": {"shop_parameters": {"config": {"p": 3}}}},
    }
    assert "DefaultScheduleStatus.STOPPED" in text(CHAIN, {"paused": True}, schedule=schedule)


def test_the_clock_starts_no_run_beyond_the_limit() -> None:
    schedule = {"cron": "0 6 * * *"}
    file = parsed(schedule=schedule, concurrency={"runs": 2})
    assert (file.constants["RUNS"], "has_room" in file.functions) == (2, True)
    assert file.arguments("schedule")["should_execute"].source == "has_room"
    assert "has_room" not in text(concurrency={"runs": 2})
    assert "RUNS" not in text(schedule=schedule)


def test_options_that_stand_at_each_task_or_run() -> None:
    options = {"task": {"pool": "heavy"}, "tags": {"dagster/priority": "3"}}
    file = parsed(CHAIN, options, labels={"team": "ml"}, concurrency={"tasks": 2})
    assert {task.decorator["pool"] for task in file.tasks.values()} == {"heavy"}
    job = file.arguments("job")
    assert job["tags"] == {"kedro/pipeline": "shop", "team": "ml", "dagster/priority": "3"}
    assert file.executor_config == {"max_concurrent": 2}
    assert "executor_def" not in text()


def test_a_webhook_is_a_variable_that_a_sensor_reads() -> None:
    notify = {"on_failure": [{"webhook": "ALERTS"}], "on_success": [{"webhook": "OPS"}]}
    source = text(notify=notify)
    assert 'tell(context, ["ALERTS"], "failed")' in source
    assert 'tell(context, ["OPS"], "succeeded")' in source
    assert "sensors=[failure, success]" in source
    assert "urllib" not in text()
    words = refusal(notify={"on_failure": [{"email": ["a@b.example"]}]})
    assert "make_email_on_run_failure_sensor" in words


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ({"secrets": {"S": {"name": "n", "key": "k"}}}, "code location"),
        ({"image": "x:1"}, "code location"),
        ({"schedule": {"datasets": ["raw"]}}, "automation condition"),
        ({"schedule": {"cron": "0 6 * * *", "start": "2026-01-31"}}, "paused: true"),
        ({"labels": {"a b": "c"}}, "no tag"),
        ({"labels": {"kedro/pipeline": "c"}}, "no tag"),
    ],
)
def test_what_has_no_form_is_refused_with_what_to_do(content: dict[str, Any], part: str) -> None:
    assert part in refusal(CHAIN, **content)


def test_an_option_that_is_none_is_refused() -> None:
    with pytest.raises(ShipwayError) as error:
        artifact(CHAIN, {"task": {"poll": "x"}})
    assert "`pool`" in str(error.value.findings)


def test_a_first_module_is_written_where_there_is_none() -> None:
    ((path, source),) = first_files(CHAIN, ()).items()
    assert path == "definitions.py"
    ast.parse(source)
    assert first_files(CHAIN, {"definitions.py"}) == {}
    page = Path(__file__).resolve().parents[3] / "docs" / "targets" / "dagster.md"
    assert source.replace("shop", "energy") in page.read_text(encoding="utf-8")


def test_the_catalog_changes_the_digest_of_this_target_alone() -> None:
    moved = project(
        node("a", "raw", "x"),
        datasets=[Dataset(name="x", kind="remote", location="s3://other/x")],
    )
    still = project(
        node("a", "raw", "x"), datasets=[Dataset(name="x", kind="remote", location="s3://b/x")]
    )
    digests = [artifact(of).plan.digests for of in (moved, still)]
    assert digests[0]["project"] != digests[1]["project"]
    exporter = find("prefect")
    settings = settings_for(SettingsSource(), [exporter])
    others = [next(compile_all(of, settings, exporter, Selection())) for of in (moved, still)]
    assert others[0].plan.digests == others[1].plan.digests
    assert others[0].plan.catalog == ()


JUNK = ("None", "1", "-0.5", '"x"', "[]", "[1]", "[[]]", "{}", '{"x": []}', "x", "f(x)", "x.y")
"""Whatever a template of a user's may give."""


def test_no_junk_breaks_a_rule() -> None:
    """Whatever is anywhere, the rules say so or pass; they do not raise."""
    notify = {"on_failure": [{"webhook": "ALERTS"}]}
    schedule = {"cron": "0 6 * * *", "parameters": {"p": 3}}
    content = {"retries": 2, "retry_delay": "3s", "schedule": schedule, "notify": notify}
    source = text(CHAIN, {"tags": {"a": "b"}}, **content, concurrency={"runs": 1, "tasks": 2})
    tree = ast.parse(source)
    places = [item for item in ast.walk(tree) if isinstance(item, (ast.keyword, ast.Assign))]
    for number, place in enumerate(places):
        before = place.value
        for junk in JUNK[number % 2 :: 2]:
            place.value = ast.parse(junk, mode="eval").body
            assert all(problem.what for problem in faults(ParsedFile(tree)))
        place.value = before
    assert not list(faults(ParsedFile(tree)))


def test_assets_from_the_catalog_run_no_more_tasks_at_once_than_the_job() -> None:
    file = parsed(concurrency={"tasks": 2})
    executor = file.arguments("job")["executor_def"]
    assert executor == file.arguments("defs")["executor"] == Code("EXECUTOR")
    assert dict(file.executor.kwargs) == {"config_schema": {}}, "a run cannot say another limit"
    assert "executor" not in parsed().arguments("defs")


@pytest.mark.parametrize("value", [{"b": 1, "a": 2}, [{"a": {"b": 1, "a": 2}}]])
def test_a_schedule_gives_no_mapping_whose_order_would_be_lost(value: Any) -> None:
    of = project(node("a", "params:p", "x"), parameters={"p": None})
    schedule = {"cron": "0 3 * * *", "timezone": "UTC", "parameters": {"p": value}}
    output = refusal(of, schedule=schedule)
    assert "Dagster sorts those of a run's config" in output
    assert "pipelines.__default__.schedule.parameters.p" in output
    schedule["parameters"] = {"p": json.loads(json.dumps(value, sort_keys=True))}
    assert parsed(of, schedule=schedule).arguments("schedule")["run_config"]
