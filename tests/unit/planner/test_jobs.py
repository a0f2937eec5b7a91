"""The plan of a job: its nodes, its constants, and what tells it from others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shipway import compiler
from shipway.compiler import Selection, compile_all, plan_all, plan_one, settings_for
from shipway.compiler.only_as_jobs import left_out
from shipway.errors import PlanError, ShipwayError, UsageError
from shipway.model import Parameter, Project, RuntimeParameter
from shipway.planner.build import build
from shipway.planner.cut import WHOLE, Cut
from shipway.planner.plan import Plan
from shipway.planner.plan_options import PlanOptions
from shipway.settings.source import SettingsSource
from shipway.targets.exporter import JoinsJobs
from shipway.targets.registry import find
from shipway.targets.registry import names as names_of_targets
from tests.targets import settings_of_all
from tests.unit.planner.build_ir import leaves, node, pipeline, project, said, settings

PARAMETERS = {
    "country": "de",
    "model": {"alpha": 1.5, "beta": 2, "api_key": "x"},
    "lags": [1, 2],
    "odd": {"x.y": 1},
    "empty": {},
    "nothing": None,
}
NODES = (
    node("load", "raw params:country", "x", tags=("etl",)),
    node("train", "x params:model params:lags", "y", tags=("ml",)),
    node("score", "y params:odd params:empty params:nothing", "z", tags=("ml", "daily")),
)
OF = project(
    pipeline(*NODES, name="scoring"),
    pipeline(NODES[0], name="fetch"),
    parameters=[*leaves(PARAMETERS), Parameter(path=("derived",), source="${country}-x")],
)


def job(
    content: dict[str, Any] | None = None,
    of: Project = OF,
    cut: Cut = WHOLE,
    beside: dict[str, Any] | None = None,
) -> Plan:
    document = settings(
        pipelines=beside or {}, jobs={"fr": {"pipeline": "scoring", **(content or {})}}
    )
    return build(of, "fr", document, PlanOptions(cut=cut))


def refusal(content: dict[str, Any], **more: Any) -> str:
    with pytest.raises(ShipwayError) as error:
        job(content, **more)
    return said(error.value)


def form(plan: Plan) -> dict[str, Any]:
    return {parameter.name: parameter.default for parameter in plan.parameters}


def names(plan: Plan) -> list[str]:
    return [item.name for task in plan.tasks for item in task.nodes]


def test_a_job_runs_its_pipeline() -> None:
    plan = job()
    assert (plan.pipeline, plan.job, plan.subject, plan.name) == ("scoring", "fr", "fr", "shop.fr")
    whole = build(OF, "scoring", settings(), PlanOptions())
    assert whole.subject == "scoring"
    assert (plan.tasks, plan.homes, plan.constants) == (whole.tasks, whole.homes, {})
    assert plan.digests["plan"] != whole.digests["plan"]


@pytest.mark.parametrize(
    ("params", "constants", "fields"),
    [
        ({"country": "fr"}, {"country": "fr"}, {"country": "fr"}),
        ({"model.beta": 3}, {"model": {"beta": 3}}, {"model.beta": 3, "model.alpha": 1.5}),
        ({"model": {"gamma": 1}}, {"model": {"gamma": 1}}, {"model.gamma": 1, "model.beta": 2}),
        # A form goes by the parameter's type; a run is told what is written.
        ({"model.alpha": 2}, {"model": {"alpha": 2}}, {"model.alpha": 2.0}),
        ({"lags": []}, {"lags": []}, {"lags": []}),
        ({"odd": {"x.z": 2}}, {"odd": {"x.z": 2}}, {"odd": {"x.y": 1, "x.z": 2}}),
        ({"empty.inner": 1}, {"empty": {"inner": 1}}, {"empty.inner": 1}),
        ({"nothing": [1]}, {"nothing": [1]}, {"nothing": [1]}),
        ({"nothing": None}, {"nothing": None}, {"nothing": None}),
        ({"model.beta": None}, {"model": {"beta": None}}, {"model.beta": None}),
        ({"model": {}}, {"model": {}}, {"model.beta": 2}),
    ],
)
def test_constants_are_told_to_each_run_and_are_the_defaults_of_a_form(
    params: dict[str, Any], constants: dict[str, Any], fields: dict[str, Any]
) -> None:
    plan = job({"params": params})
    assert plan.constants == constants
    assert fields.items() <= form(plan).items()
    assert type(plan.constants.get("model", {}).get("alpha", 2)) is int


def test_a_constant_need_not_be_settable() -> None:
    plan = job({"params": {"country": "fr"}, "parameters": "none"})
    assert (plan.constants, plan.parameters) == ({"country": "fr"}, ())


def test_params_of_the_command_line_go_over_those_of_a_job() -> None:
    of = project(
        *OF.pipelines, parameters=OF.parameters, overrides={"country": "it", "model": {"beta": 9}}
    )
    plan = job({"params": {"country": "fr", "lags": [7]}}, of)
    assert plan.constants == {"country": "it", "lags": [7], "model": {"beta": 9}}


@pytest.mark.parametrize(
    "choice",
    [
        {"tags": ["etl", "daily"]},
        {"nodes": ["load", "score"]},
        {"from_nodes": ["train"]},
        {"to_nodes": ["train"]},
        {"from_inputs": ["x"]},
        {"to_outputs": ["y"]},
        {"tags": ["ml"], "from_nodes": ["score"]},
    ],
)
def test_a_job_chooses_nodes_as_the_command_line_does(choice: dict[str, list[str]]) -> None:
    whole = build(OF, "scoring", settings(), PlanOptions(cut=Cut(**choice)))
    assert names(job(choice)) == names(whole) != names(job())


def test_a_part_of_a_job_is_what_both_choose_and_has_a_name_of_its_own() -> None:
    plan = job({"tags": ["ml"]}, cut=Cut(from_nodes=["score"]))
    assert names(plan) == ["score"]
    assert plan.name.startswith("shop.fr ")
    assert plan.selected == ("from_nodes=score",)
    with pytest.raises(PlanError) as error:
        job({"tags": ["etl"]}, cut=Cut(tags=["daily"]))
    assert "no node of `scoring` meets all of these conditions" in said(error.value)


@pytest.mark.parametrize(
    ("choice", "what", "where"),
    [
        ({"tags": ["mll"]}, "carries the tag `mll`", "jobs.fr.tags"),
        ({"from_nodes": ["trian"]}, "Did you mean `train`?", "jobs.fr.from_nodes"),
        ({"nodes": ["a", "b"]}, "has no node `b`", "jobs.fr.nodes"),
        ({"tags": ["etl"], "nodes": ["train"]}, "nothing to run", "jobs.fr]"),
    ],
)
def test_what_a_job_chooses_exists(choice: dict[str, Any], what: str, where: str) -> None:
    text = refusal(choice)
    assert what in text
    assert where in text


@pytest.mark.parametrize(
    ("params", "what", "remedy"),
    [
        (
            {"country": 1},
            "`country` is text in the project, and not a whole number (`1`)",
            "quotes",
        ),
        ({"country": ["fr"]}, "text in the project, and not a list", "Write text"),
        ({"lags": 1}, "`lags` is a list in the project", "Write a list: `[…]`"),
        (
            {"model.beta": 2.5},
            "a whole number in the project, and not a number (`2.5`)",
            "or `2.0` in",
        ),
        ({"model.beta": "3"}, "and not text (`3`)", "Write a whole number, without quotes"),
        ({"model": {"beta": True}}, "and not true or false (`true`)", "Write a whole number"),
        ({"model": 5}, "a mapping in the project, with `model.alpha` in it", "`model.alpha: …`"),
        ({"model": None}, "and not null", "`model.alpha: …`"),
        ({"country.x": 1}, "would make a mapping of `country`, which is text", "Set `country`"),
        ({"model.alpha.x": 5}, "`model.alpha`, which is a number", "Set `model.alpha` itself"),
        ({"model": {"alpha": {"x": 5}}}, "`model.alpha.x` would make", "Set `model.alpha` itself"),
        ({"odd": 5}, "`odd` is a mapping in the project, and not a whole number", "a mapping"),
        # Keys with dots: what Kedro makes of them is not what they look like.
        ({"model": {"a.b": 5}}, "gets the key `a.b`", "without a dot"),
        ({"model": {"": 5}}, "gets a key without a name", "without a dot"),
        ({"odd.x.y": 2}, "`x.y` in `odd`, one key with a dot", "`odd: {x.y: …}`"),
    ],
)
def test_a_constant_has_the_type_of_its_parameter(
    params: dict[str, Any], what: str, remedy: str
) -> None:
    text = refusal({"params": params})
    assert what in text
    assert remedy in text
    assert "no parameters file has" not in text, "which would follow from the mistake alone"


def test_all_mistakes_of_a_job_are_told_at_once() -> None:
    text = refusal({"params": {"country": 1}, "parameters": ["contry"]})
    assert "is text in the project" in text
    assert "`contry`" in text


def test_a_constant_that_nothing_reads_is_told_with_the_nearest() -> None:
    (note,) = (n for n in job({"params": {"contry": "fr"}}).notes if "reads" in n)
    assert "sets `contry`" in note
    assert "Did you mean `country`?" in note
    notes = job({"params": {"country": "fr", "model": {"alpha": 1.0}}}).notes
    assert not [note for note in notes if "reads" in note]


def test_a_constant_fills_what_the_configuration_asks_each_run_for() -> None:
    asked = RuntimeParameter(
        name="region", source="${runtime_params:region}", place="catalog.yml:1", required=True
    )
    of = project(*OF.pipelines, parameters=OF.parameters, runtime_parameters=(asked,))
    assert "must be given `region`" in refusal({}, of=of)
    plan = job({"params": {"region": "us"}}, of)
    # And may be set for one run all the same.
    assert form(plan)["region"] == "us"


def test_what_only_jobs_fill_is_exported_as_jobs_alone() -> None:
    asked = RuntimeParameter(
        name="region", source="${runtime_params:region}", place="catalog.yml:1", required=True
    )
    of = project(*OF.pipelines, parameters=OF.parameters, runtime_parameters=(asked,))
    us = {"us": {"pipeline": "scoring", "params": {"region": "us"}}}
    fetch = {"all": {"pipeline": "fetch", "run_parameters": {"region": "run_id"}}}

    def chosen(jobs: dict[str, Any], **pipelines: Any) -> tuple[list[str], list[str]]:
        document = settings(pipelines=pipelines, jobs=jobs)
        plans = plan_all(of, document, Selection(all_pipelines=True), None)
        return [plan.subject for plan in plans], [*left_out(of, document)]

    plans, notes = chosen({**us, **fetch})
    assert plans == ["us", "all"]
    assert len(notes) == 2
    assert "`scoring` is left out" in notes[0]
    assert "given `region`, which its jobs alone set" in notes[0]
    # One that has a value is there, too.
    filled = {"run_parameters": {"region": "run_id"}}
    assert chosen(us, scoring=filled, fetch=filled) == (["scoring", "fetch", "us"], [])
    # One without jobs is refused, and the way out is named.
    for jobs in (us, {**us, "all": {"pipeline": "fetch"}}):
        with pytest.raises(PlanError) as error:
            chosen(jobs)
        assert "must be given `region`" in said(error.value)
        assert "Jobs that set it are exported by --job us." in said(error.value)


def test_no_constant_of_a_parameter_is_filled_for_each_run() -> None:
    beside = {"scoring": {"run_parameters": {"country": "run_id", "model.beta": "run_id"}}}
    plan = job({"params": {"country": "fr"}}, beside=beside)
    assert plan.run.run_parameters == {"model.beta": "run_id"}
    assert plan.constants == {"country": "fr"}


def test_all_pipelines_are_all_jobs_too() -> None:
    document = settings(jobs={"b": {"pipeline": "scoring"}, "a": {"pipeline": "fetch"}})

    def chosen(**selection: Any) -> list[str]:
        return [p.subject for p in plan_all(OF, document, Selection(**selection), None)]

    assert chosen(all_pipelines=True) == ["scoring", "fetch", "b", "a"]
    assert chosen(jobs=("a",)) == ["a"]
    assert chosen(pipelines=("fetch",), jobs=("b,a", "b")) == ["fetch", "b", "a"]
    for wrong, what in (({"jobs": ("c",)}, "no job `c`"), ({"jobs": ("fetch",)}, "--pipeline")):
        with pytest.raises(UsageError) as error:
            chosen(**wrong)
        assert what in said(error.value)
    with pytest.raises(UsageError) as error:
        chosen(jobs=("a",), all_pipelines=True)
    assert "cannot be used together" in said(error.value)


def test_jobs_that_write_one_file_are_told() -> None:
    def notes(of: Project, *jobs: str, **more: Any) -> list[str]:
        content = {name: {"pipeline": "scoring"} for name in ("a", "b")} | {
            "c": {"pipeline": "fetch"}
        }
        exporter = find("airflow")
        compiled = compile_all(of, settings(jobs=content), exporter, Selection(jobs=jobs, **more))
        return [n for one in compiled for n in one.plan.notes if "same places" in n]

    first, second = notes(OF, "a", "b")
    assert first == second
    assert "`scoring` write `x` and 2 more datasets" in first
    assert len(notes(OF, "a", pipelines=("scoring",))) == 2
    assert notes(OF, "a", "c") == notes(OF, "a") == notes(OF, pipelines=("scoring", "fetch")) == []
    apart = [
        replace(dataset, location="${runtime_params:country, all}/" + dataset.name)
        for dataset in OF.datasets
    ]
    assert notes(replace(OF, datasets=tuple(apart)), "a", "b") == []
    versioned = tuple(replace(dataset, versioned=True) for dataset in OF.datasets)
    assert notes(replace(OF, datasets=versioned), "a", "b") == []


def test_a_job_that_starts_another_announces_it() -> None:
    document = settings(
        jobs={
            "first": {"pipeline": "fetch"},
            "second": {
                "pipeline": "scoring",
                "from_nodes": ["train"],
                "schedule": {"datasets": ["x"]},
            },
        }
    )
    (plan,) = plan_all(OF, document, Selection(jobs=("first",)), None)
    assert plan.announced == {"load": ("x",)}


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ({"nodes": {"train": {"retries": 1}}, "tags": ["etl"]}, "runs no node `train`"),
        ({"tags": {"ml": {"retries": 1}}, "nodes": ["load"]}, "with the tag `ml`"),
        ({"namespaces": {"eu": {"retries": 1}}, "nodes": ["load"]}, "in the namespace `eu`"),
    ],
)
def test_settings_of_what_a_job_does_not_run_are_told(content: dict[str, Any], what: str) -> None:
    in_eu = replace(NODES[2], namespace="eu.west")
    of = replace(OF, pipelines=(pipeline(*NODES[:2], in_eu, name="scoring"),))
    (note,) = (note for note in job(content, of).notes if "does nothing" in note)
    assert what in note
    assert "jobs.fr." in note
    chosen = {key: value for key, value in content.items() if isinstance(value, dict)}
    for whole in (job(chosen, of), job(chosen, of, cut=Cut(nodes=["load"]))):
        assert not [note for note in whole.notes if "does nothing" in note]
    # What its pipeline says is for other jobs, too.
    assert not [
        n
        for n in job({"nodes": ["load"]}, of, beside={"scoring": chosen}).notes
        if "does nothing" in n
    ]


@pytest.mark.parametrize("target", names_of_targets())
def test_other_jobs_are_planned_only_where_they_share_a_file(
    target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned: list[str] = []

    def counted(project: Project, settings: Any, name: str, *more: Any) -> Plan:
        planned.append(name)
        return plan_one(project, settings, name, *more)

    monkeypatch.setattr(compiler, "plan_one", counted)
    jobs = {name: {"pipeline": "scoring", "params": {"country": name}} for name in ("a", "b")}
    jobs |= {"c": {"pipeline": "fetch"}}
    exporter = find(target)
    document = settings_for(SettingsSource(values=settings_of_all(jobs=jobs)), [exporter])
    assert list(compile_all(OF, document, exporter, Selection(jobs=("a",))))
    shares = isinstance(exporter, JoinsJobs)
    assert sorted(planned) == (["a", "b", "scoring"] if shares else ["a"])
