from __future__ import annotations

from dataclasses import replace

import pytest

from shipway.compiler.request import Selection, options_of
from shipway.errors import PlanError
from shipway.model import Json, Parameter
from shipway.planner.build import build
from shipway.planner.plan import Plan
from shipway.planner.plan_options import PlanOptions
from shipway.readers.request import parse_params
from shipway.tasks.command import check_run, configuration_options, pipeline_option, run_options
from tests.unit.planner.build_ir import node, pipeline, plan, project, said, settings


def output(*names: str, of: str = "__default__") -> Plan:
    nodes = [node(name, "raw", f"out{i}") for i, name in enumerate(names)]
    content = project(pipeline(*nodes, name="__default__"))
    content = replace(content, pipelines=(replace(content.pipelines[0], name=of),))
    return build(content, of, settings(), PlanOptions(group_by="pipeline"))


def test_a_task_names_its_pipeline_and_nodes_one_word_an_option() -> None:
    result = output("b", "-a", "<lambda>__ab12", "ns.größe")
    assert run_options(result, result.tasks[0]) == (
        "--pipelines=__default__",
        "--nodes=b,-a,<lambda>__ab12,ns.größe",
    )


@pytest.mark.parametrize(
    ("kedro", "option"),
    [
        ("1.0.0", "pipeline"),
        ("1.1.1", "pipeline"),
        ("1.2.0", "pipelines"),
        ("1.2.0rc1", "pipelines"),
        ("1.10.0", "pipelines"),
    ],
)
def test_the_option_is_that_of_the_projects_kedro(kedro: str, option: str) -> None:
    assert pipeline_option(replace(output("a"), kedro=kedro)) == option


def test_only_a_configuration_that_was_asked_for_is_passed() -> None:
    assert configuration_options(output("a")) == ()
    request = replace(output("a"), env="prod", conf_source="conf.tar.gz")
    assert configuration_options(request) == ("--env=prod", "--conf-source=conf.tar.gz")
    assert run_options(request, request.tasks[0])[-2:] == configuration_options(request)


@pytest.mark.parametrize("name", ["a,b", " a", "a ", "f([x]) -> [y]", "a\nb", "a\0", ""])
def test_a_node_that_the_command_line_cannot_name_is_refused(name: str) -> None:
    with pytest.raises(PlanError) as error:
        check_run(output(name))
    assert f"`kedro run` cannot name the node {name!r}" in said(error.value)


def test_a_pipeline_that_the_command_line_cannot_name_is_refused() -> None:
    with pytest.raises(PlanError) as error:
        check_run(output("a", of="one,two"))
    assert "cannot name the pipeline 'one,two'" in said(error.value)


def test_kedro_reads_the_nodes_back_as_they_were() -> None:
    from kedro.framework.cli.utils import split_node_names

    names = ["b", "-a", "<lambda>__ab12", "ns.größe", "a b", "x=y", "{z}"]
    result = output(*names)
    check_run(result)
    option = run_options(result, result.tasks[0])[1]
    assert split_node_names(None, None, option.removeprefix("--nodes=")) == names  # type: ignore[arg-type]


def test_plans_are_checked_task_by_task() -> None:
    of = project(node("a", "raw", "x"), node("b,c", "x", "y"))
    with pytest.raises(PlanError):
        check_run(plan(of))


def test_a_command_that_no_process_can_be_started_with_is_refused() -> None:
    nodes = [node(f"region_{n:05}_{'x' * 90}", "raw", f"x{n}") for n in range(1_500)]
    with pytest.raises(PlanError, match=r"1500 nodes has an argument of 15\d,\d+ bytes"):
        check_run(plan(project(*nodes), {"group_by": "pipeline"}))


@pytest.mark.parametrize(("kedro", "refusal"), [("1.2.9", True), ("1.3.0", False)])
def test_early_kedro_cannot_be_given_dollar_braces(kedro: str, refusal: bool) -> None:
    default = Parameter(path=("c",), value="${y}")  # which no run is given
    result = replace(output("a"), kedro=kedro, parameters=(default,), constants={"a": ["x ${y}"]})
    if not refusal:
        return check_run(result)
    with pytest.raises(PlanError) as error:
        check_run(result)
    assert "cannot be given the value of `a`" in said(error.value)
    return check_run(replace(result, constants={"a": "$ {y}"}))


HARD_VALUES: tuple[Json, ...] = (
    *(None, "null", "0123", "1.0", "", "a b", "it's", 'q"q', True, "true", "yes", 1e5, "1e5"),
    *("a: b", "2026-01-01", "# c", "[x]", "a=b", "ü", "a\nb", 3, -1.5, " lead", "12:30", "~", "-"),
)


@pytest.mark.parametrize("value", HARD_VALUES)
def test_a_parameter_of_every_run_reads_as_it_was(value: Json) -> None:
    """The command in a header makes the same artifact again."""
    overrides = {"model": {"alpha": value}}
    of = replace(project(node("a", "params:model")), overrides=overrides)
    words = list(options_of(of, "__default__", Selection()))
    assert parse_params(words[words.index("--params") + 1]) == overrides
