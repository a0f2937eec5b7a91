"""What a flow and its deployment say, and what is refused instead."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from shipway.errors import SettingsError, UnsupportedError
from tests.unit.exporters.prefect_artifacts import (
    CHAIN,
    calls,
    deployment,
    flow,
    flow_function,
    job_of_all,
    options_of_all,
    refusal,
    tasks,
    value,
)
from tests.unit.planner.build_ir import node, project


def test_tasks_say_what_they_run_and_what_they_wait_for() -> None:
    result = tasks(flow(CHAIN))
    assert result["a"]["nodes"] == {"a": "raw, params:p -> x"}
    assert "wait_for" not in result["a"]
    assert result["b"]["wait_for"] == "[a]"


def test_nothing_is_cached_or_persisted() -> None:
    text = flow(CHAIN)
    result = options_of_all(text)
    assert result.pop("task_run_name")
    assert result == {"persist_result": False}, "by which Prefect caches nothing, either"
    assert calls(text, "flow")[0]["persist_result"] is False


@pytest.mark.parametrize(
    ("settings", "answer"),
    [
        ({"retries": 0}, {"retries": 0}),
        ({"retries": 3}, {"retries": 3}),
        ({"retries": 3, "retry_delay": "30s"}, {"retries": 3, "retry_delay_seconds": 30}),
        (
            {"retries": 3, "retry_delay": "30s", "retry_backoff": 1.5},
            {"retries": 3, "retry_delay_seconds": [30, 45, 67.5]},
        ),
        ({"retry_delay": "30s"}, {}),
        ({"retries": 0, "retry_delay": "30s"}, {"retries": 0}),
    ],
)
def test_pauses_grow_as_the_settings_say(settings: dict[str, Any], answer: dict[str, Any]) -> None:
    result = options_of_all(flow(CHAIN, **settings))
    condition = result.pop("retry_condition_fn", None)
    assert (condition is not None) == bool(answer.get("retries")), "what no retry can mend"
    assert {name: result[name] for name in result if name.startswith("retr")} == answer


def test_prefect_takes_at_most_fifty_pauses() -> None:
    result = options_of_all(flow(CHAIN, retries=60, retry_delay="1s", retry_backoff=1.01))
    assert len(result["retry_delay_seconds"]) == 50
    assert result["retries"] == 60


def test_jitter_comes_with_pauses() -> None:
    assert "retry_jitter_factor" not in flow(CHAIN, {"jitter": 0.5}, retries=1)
    text = flow(CHAIN, {"jitter": 0.5}, retries=1, retry_delay="30s")
    assert options_of_all(text)["retry_jitter_factor"] == 0.5


def test_what_differs_stands_with_its_task() -> None:
    text = flow(CHAIN, retries=1, timeout="5m", nodes={"b": {"retries": 2, "timeout": "1h"}})
    assert "retries" not in options_of_all(text)
    result = tasks(text)
    assert (result["a"]["retries"], result["b"]["retries"]) == (1, 2)
    assert result["b"]["timeout"] == 3600
    assert "timeout" not in result["a"], "what most tasks have is the default"
    assert job_of_all(text)["timeout"] == "300"


def test_no_code_for_what_is_not_used() -> None:
    text = flow(project(node("a", "raw", "x")))
    words = ("timeout", "TimeoutError", "NoRetry", "env:", "Secret", "STORE", "from_run", "runner=")
    for word in (*words, "clean_store", "Semaphore", "task_runner", "inputs", "Any", "FOLDER"):
        assert word not in text, word
    assert "parameters" not in text


def test_parameters_become_typed_arguments() -> None:
    content: dict[str, Any] = {
        "a.b": 1,
        "a.class": 2.5,
        "flag": True,
        "empty": None,
        "names": ["x", "y"],
        "mixed": [1, "x"],
        "numbers": [1, 2.5],
        "nested": [[1], [2]],
        "text": 'say "hi"\n',
        "mapping": {},
    }
    text = flow(project(node("n", "raw parameters", "x"), parameters=content))
    function = flow_function(text)
    types = {a.arg: ast.unparse(a.annotation) for a in function.args.args if a.annotation}
    defaults = {
        a.arg: value(d) for a, d in zip(function.args.args, function.args.defaults, strict=True)
    }
    assert types == {
        "a_b": "int",
        "a_class": "float | int",
        "flag": "bool",
        "empty": "Any",
        "names": "list[str]",
        "mixed": "list[Any]",
        "numbers": "list[float | int]",
        "nested": "list[Any]",
        "text": "str",
        "mapping": "dict[str, Any]",
    }
    assert defaults["text"] == 'say "hi"\n'
    assert defaults["numbers"] == [1, 2.5]
    assert job_of_all(text)["inputs"] == "inputs"
    assert '"a.class": a_class,' in text


@pytest.mark.parametrize("name", ["run", "json", "class", "flow", "wait_for", "return_state"])
def test_arguments_take_no_name_that_means_something(name: str) -> None:
    text = flow(project(node("n", "raw parameters", "x"), parameters={name: 1}))
    function = flow_function(text)
    assert [a.arg for a in function.args.args] != [name]


def test_what_the_orchestrator_fills_in() -> None:
    of = project(node("a", "raw params:run.date", "x"), parameters={"run.date": None})
    text = flow(of, run_parameters={"run.date": "logical_date"})
    moment = "this_run.flow_run.expected_start_time.isoformat()"
    assert f'params = {{"run.date": {moment}}}' in text
    assert job_of_all(text)["params"] == "params"
    message = refusal(UnsupportedError, of, run_parameters={"run.date": "interval_start"})
    assert "no interval" in message


def test_hard_names_stay_as_they_are() -> None:
    names = ["Größe {x} & more", "a/b%", "class", '"quoted"', "{{ x }}"]
    of = project(*(node(name, "raw", f"x{number}") for number, name in enumerate(names)))
    text = flow(of)
    result = tasks(text)
    assert set(result) == set(names)


@pytest.mark.parametrize(
    "variables",
    [
        {"env": {"DB_PASS": "hunter2"}},
        {"env": [{"name": "DB_PASSWORD", "value": "hunter2"}]},
        {"job": {"containers": [{"env": {"HTTP_AUTH": "hunter2"}}]}},
        {"job": [[{"cookie": "hunter2"}]]},
    ],
)
def test_job_variables_hold_no_secret_at_any_depth(variables: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as error:
        deployment(CHAIN, {"job_variables": variables})
    assert "hunter2" not in str(error.value.findings)


def test_job_variables_may_refer_to_secrets() -> None:
    reference = "{{ prefect.blocks.secret.db }}"
    variables = {"env": {"DB_PASS": reference, "USE_AUTH": "true"}}
    result = deployment(CHAIN, {"job_variables": variables})
    assert result["work_pool"]["job_variables"] == variables


def test_environment_and_secrets_go_to_one_task_alone() -> None:
    secret = {"DB_PASSWORD": {"name": "warehouse", "key": "password"}}
    text = flow(CHAIN, nodes={"a": {"env": {"MODE": "x {{ y }}"}, "secrets": secret}})
    result = tasks(text)
    assert result["a"]["env"] == {"MODE": "x {{ y }}"}
    assert result["a"]["secrets"] == {"DB_PASSWORD": ("warehouse", "password")}
    assert "env" not in result["b"]
    assert "from prefect.blocks.system import Secret" in text


def test_a_store_is_emptied_by_a_last_task() -> None:
    of = project(node("a", "raw", "m"), node("b", "m", "y"), memory="m")
    text = flow(of, memory="store", store="s3://bucket/runs")
    *result, last = tasks(text).values()
    assert [each["stored"] for each in result] == [["m"], ["m"]]
    assert (last["nodes"], last["clean_store"], last["wait_for"]) == ({}, True, "[b]")
    assert 'STORE = "s3://bucket/runs"' in text
    assert job_of_all(text)["store"] == "STORE"
    assert "clean_store" not in flow(of, memory="store", store="s3://bucket/runs", keep_store=True)


def test_tasks_at_once() -> None:
    """By a semaphore, where more could run at once; one after another, by a single thread."""
    wide = [node(f"n{number}", "raw", f"x{number}") for number in range(17)]
    assert "slots=Semaphore(16)" in flow(project(*wide))
    assert "Semaphore" not in flow(project(*wide[:16]))
    assert "slots=Semaphore(3)" in flow(CHAIN, concurrency={"tasks": 3})
    text = flow(CHAIN, concurrency={"tasks": 1})
    assert "Semaphore" not in text
    assert "task_runner=ThreadPoolTaskRunner(max_workers=1)" in text
    long = project(*(node(f"n{n}", f"x{n}", f"x{n + 1}") for n in range(20)))
    assert "Semaphore" not in flow(long), "each waits for the one before"
