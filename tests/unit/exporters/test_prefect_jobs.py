"""Jobs on Prefect: deployments of one flow where only parameters and schedules differ."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import yaml

from shipway import compiler
from shipway.artifacts.render import render
from shipway.compiler import Selection, compile_all, settings_for
from shipway.errors import InternalError, ShipwayError, UnsupportedError
from shipway.model import Parameter, Project
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from tests.proof.hostile import LONE, NUL, TEXTS
from tests.unit.planner.build_ir import node, pipeline, project, said

OF = project(
    pipeline(
        node("a", "raw params:country params:model.alpha", "x", tags=("etl",)),
        node("b", "x params:derived", "y"),
        name="scoring",
    ),
    parameters=(
        Parameter(path=("country",), value="de"),
        Parameter(path=("derived",), source="${country}"),
        Parameter(path=("model", "alpha"), value=1.5),
        Parameter(path=("unread",), value=1),
    ),
)
FR: dict[str, Any] = {"params": {"country": "fr"}}
IT: dict[str, Any] = {
    "params": {"model": {"alpha": 3}},
    "schedule": {"cron": "0 3 * * 1", "timezone": "Etc/UTC"},
}


def files(
    jobs: Mapping[str, Mapping[str, Any]], of: Project = OF, asked: str = "", **content: Any
) -> dict[str, str]:
    """The files of all jobs, or of those that are asked for."""
    whole = {name: {"pipeline": "scoring", **job} for name, job in jobs.items()}
    exporter = find("prefect")
    settings = settings_for(
        SettingsSource(values={"jobs": whole, "pipelines": {"scoring": content}}), [exporter]
    )
    selection = Selection(jobs=[asked or ",".join(jobs)])
    compiled = compile_all(of, settings, exporter, selection)
    return {file.path: file.text for item in compiled for file in item.files}


def deployments(text: str) -> dict[str, dict[str, Any]]:
    return {item["name"]: item for item in yaml.safe_load(text)["deployments"]}


def test_they_are_deployments_of_one_flow() -> None:
    content = files({"fr": FR, "it": IT}, schedule={"cron": "0 6 * * *"})
    assert set(content) == {"shop_scoring_jobs/flow.py", "shop_scoring_jobs/prefect.yaml"}
    fr, it = deployments(content["shop_scoring_jobs/prefect.yaml"]).values()
    assert fr["entrypoint"] == it["entrypoint"]
    assert (fr["name"], fr["parameters"]) == ("shop_fr", {"country": "fr"})
    assert (it["name"], it["parameters"]) == ("shop_it", {"model_alpha": 3})
    assert fr["version"] != it["version"]
    assert [one["schedules"][0]["cron"] for one in (fr, it)] == ["0 6 * * *", "0 3 * * 1"]
    flow = content["shop_scoring_jobs/flow.py"]
    assert "Jobs of the Kedro pipeline scoring of shop." in flow
    assert "PARAMETERS" not in flow
    assert "country: str | None = None," in flow, "what a run is given is set, also `de`"
    assert "Unless set: " in flow


@pytest.mark.parametrize("asked", ["fr", "it", "it,fr"])
def test_the_files_are_those_of_all_whichever_is_asked_for(asked: str) -> None:
    jobs = {"fr": FR, "it": IT}
    assert files(jobs, asked=asked) == files(jobs)


def test_one_that_comes_or_goes_leaves_the_flow_as_it_is() -> None:
    def code(jobs: Mapping[str, Mapping[str, Any]]) -> str:
        text = files(jobs)["shop_scoring_jobs/flow.py"]
        return "\n".join(line for line in text.splitlines() if "shipway" not in line)

    assert code({"fr": FR}) == code({"fr": FR, "at": {"params": {"country": "at"}}})


def test_what_the_project_has_anyway_is_set_where_a_job_sets_it() -> None:
    content = files({"fr": FR, "de": {"params": {"country": "de"}}})
    assert set(content) == {"shop_scoring_jobs/flow.py", "shop_scoring_jobs/prefect.yaml"}
    de, _ = deployments(content["shop_scoring_jobs/prefect.yaml"]).values()
    assert de["parameters"] == {"country": "de"}


def test_values_for_one_export_leave_the_other_jobs_alone() -> None:
    of = replace(OF, overrides={"model": {"alpha": 9}})
    content = files({"fr": FR, "it": IT}, of, asked="fr")
    assert set(content) == {"shop_fr/flow.py", "shop_fr/prefect.yaml"}


@pytest.mark.parametrize(
    ("values", "is_shared"),
    [([1, 2], True), ([], True), ([1.5], False), (["a"], False), ([[1]], False)],
)
def test_a_list_that_the_flow_would_not_take_has_a_flow_of_its_own(
    values: list[Any], is_shared: bool
) -> None:
    """Prefect checks a deployment's parameters by the types of the flow."""
    parameters = (Parameter(path=("lags",), value=[1, 7]),)
    of = project(pipeline(node("a", "raw params:lags", "x"), name="scoring"), parameters=parameters)
    content = files({"it": {"params": {"lags": values}}}, of)
    assert {path.partition("/")[0] for path in content} == {
        "shop_scoring_jobs" if is_shared else "shop_it"
    }


def test_deployments_without_a_schedule_are_named() -> None:
    text = files({"fr": FR, "it": IT, "es": {}})["shop_scoring_jobs/prefect.yaml"]
    assert "clear --accept-yes shop_scoring_jobs/shop_fr" in text
    assert "clear --accept-yes shop_scoring_jobs/shop_es" in text
    assert "clear --accept-yes shop_scoring_jobs/shop_it" not in text


@pytest.mark.parametrize(
    "job",
    [
        {"retries": 2},
        {"tags": ["etl"]},
        {"owner": "me"},
        {"nodes": {"a": {"timeout": "5m"}}},
        {"params": {"unread": 2}},
        # With it, `country` leads to nothing else, and tasks are told other parameters.
        {"params": {"derived": "x"}},
        {"params": {"no_such": 2}},
        # Of a deployment, `null` would count as not set.
        {"params": {"country": None}},
        {"params": {"country": "{{ x }}"}},
        {"params": {"country": "a\0b"}},
        {"params": {"country": "fr"}, "parameters": ["model"]},
    ],
)
def test_others_have_a_flow_of_their_own(job: Mapping[str, Any]) -> None:
    content = files({"fr": FR, "own": job})
    assert {path.partition("/")[0] for path in content} == {"shop_scoring_jobs", "shop_own"}
    (own,) = deployments(content["shop_own/prefect.yaml"]).values()
    assert "parameters" not in own
    if params := job.get("params"):
        assert "PARAMETERS = " in content["shop_own/flow.py"]
        assert all(key.partition(".")[0] in content["shop_own/flow.py"] for key in params)


@pytest.mark.parametrize("text", [*TEXTS, NUL, LONE], ids=ascii)
def test_a_text_in_a_deployment_is_the_text_or_it_has_a_flow_of_its_own(text: str) -> None:
    try:
        content = files({"fr": {"params": {"country": text}}})
    except UnsupportedError:
        assert text in (NUL, LONE)
        return
    ((name, one),) = (
        (path, item)
        for path in content
        if path.endswith("prefect.yaml")
        for item in yaml.safe_load(content[path])["deployments"]
    )
    is_own = name == "shop_fr/prefect.yaml"
    assert is_own == (
        re.search(r"\{\{\s*[\w.$\[\]-]+\s*\}\}", text) is not None or text in (NUL, LONE)
    )
    assert is_own or one["parameters"] == {"country": text}


def test_a_mistake_in_one_keeps_the_others_from_being_written_without_it() -> None:
    with pytest.raises(ShipwayError) as error:
        files({"fr": FR, "it": {"tags": ["no_such"]}}, asked="fr")
    assert "no_such" in said(error.value)
    assert "jobs.it.tags" in said(error.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("country: fr", "country: it"),
        ("parameters: {country: fr}", "paused: true"),
        ("0 3 * * 1", "0 4 * * 1"),
        ("timezone: Etc/UTC", "timezone: Europe/Paris"),
        ("name: shop_fr", "name: shop_xx"),
        ("parameters: {model_alpha: 3}", "parameters: {model_alpha: 3, country: x}"),
    ],
)
def test_what_a_deployment_says_is_read_back(
    old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(name: str, *args: Any) -> str:
        return render(name, *args).replace(old, new)

    assert files({"fr": FR, "it": IT})
    monkeypatch.setattr(compiler, "render", other)
    with pytest.raises(InternalError) as error:
        files({"fr": FR, "it": IT})
    assert "`jobs` of the pipeline" in said(error.value)


def test_names_carry_the_environment() -> None:
    content = files({"fr": FR}, replace(OF, env="prod"))
    assert set(content) == {f"shop_scoring_jobs__prod/{n}" for n in ("flow.py", "prefect.yaml")}
    assert set(deployments(content["shop_scoring_jobs__prod/prefect.yaml"])) == {"shop_fr__prod"}


def test_no_pipeline_is_called_as_the_flow_of_jobs() -> None:
    of = replace(OF, pipelines=(*OF.pipelines, replace(OF.pipelines[0], name="scoring_jobs")))
    (folder,) = {path.partition("/")[0] for path in files({"fr": FR}, of)}
    assert folder != "shop_scoring_jobs"
    assert folder.startswith("shop_scoring_jobs_")
