"""Jobs of Databricks: forms of names and values, compute, what starts runs, and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from shipway.compiler import Compiled, Selection, compile_all, settings_for
from shipway.errors import ShipwayError
from shipway.model import Dataset
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from tests.targets import CLUSTER, VOLUME
from tests.unit.planner.build_ir import node, pipeline, project

VERSION = {"environment_version": "4"}


def serverless(*packages: str) -> dict[str, Any]:
    return {"environment": {**VERSION, "dependencies": list(packages)}}


SERVERLESS = serverless("shipway")
OF = project(
    node("a", "raw params:model.alpha", "x"),
    node("b", "x params:title params:windows", "y"),
    parameters={"model.alpha": 0.5, "title": "Demand", "windows": [1, {"n": {"m": {}}}]},
)
REMOTE = Dataset(name="x", kind="remote", location="s3://b/x")


def compiled(
    settings: Mapping[str, Any] | None = None, of: Any = OF, **options: Any
) -> list[Compiled]:
    section = {"compute": {"default": SERVERLESS}, "project_dir": VOLUME, **options}
    values = {"targets": {"databricks": section}, "pipelines": {"__default__": settings or {}}}
    exporter = find("databricks")
    types = settings_for(SettingsSource(values=values), [exporter])
    return list(compile_all(of, types, exporter, Selection()))


def job(settings: Mapping[str, Any] | None = None, of: Any = OF, **options: Any) -> dict[str, Any]:
    (file,) = compiled(settings, of, **options)[0].files
    (result,) = yaml.safe_load(file.text)["resources"]["jobs"].values()
    return dict(result)


def refusal(settings: Mapping[str, Any] | None = None, of: Any = OF, **options: Any) -> str:
    with pytest.raises(ShipwayError) as caught:
        compiled(settings, of, **options)
    return "\n".join(f"{f.where}: {f.what} {f.remedy}" for f in caught.value.findings)


def words(task: Mapping[str, Any]) -> list[str]:
    return list(task["python_wheel_task"]["parameters"])


def test_a_parameter_is_a_text_of_the_job_and_a_reference_in_the_tasks_that_see_it() -> None:
    result = job()
    assert result["parameters"] == [
        {"name": "model.alpha", "default": "0.5"},
        {"name": "title", "default": "Demand"},
        {"name": "windows", "default": '[1, {"n": {"m": {} } }]'},
    ]
    first, second = map(words, result["tasks"])
    assert "--json=model.alpha={{job.parameters.`model.alpha`}}" in first
    assert "--text=title={{job.parameters.title}}" in second
    assert not any("title" in word for word in first)


def test_a_run_keeps_its_id_and_its_start_through_a_repair() -> None:
    for task in job()["tasks"]:
        assert words(task)[:3] == [
            f"--project={VOLUME}",
            "--run-id={{job.run_id}}",
            "--created={{job.start_time.iso_datetime}}",
        ]


def test_facts_of_a_run_are_references() -> None:
    facts = {"run_parameters": {"day": "logical_date", "which.run": "run_id"}}
    assert {
        "--text=day={{job.trigger.time.iso_datetime}}",
        "--text=which.run={{job.run_id}}",
    } <= set(words(job(facts)["tasks"][0]))


def test_each_task_runs_on_the_profile_that_it_names() -> None:
    profiles = {
        "default": SERVERLESS,
        "big": {"cluster": CLUSTER, "libraries": [{"pypi": {"package": "shipway"}}]},
        "idle": {"existing_cluster_id": "0923"},
    }
    settings = {"nodes": {"b": {"targets": {"databricks": {"compute": "big"}}}}}
    result = job(settings, compute=profiles)
    first, second = result["tasks"]
    assert first["environment_key"] == "default"
    assert second["job_cluster_key"] == "big"
    assert second["libraries"] == [{"pypi": {"package": "shipway"}}]
    assert [one["environment_key"] for one in result["environments"]] == ["default"]
    assert [one["job_cluster_key"] for one in result["job_clusters"]] == ["big"]


@pytest.mark.parametrize(
    ("profile", "field"),
    [
        (serverless(), "environment.dependencies"),
        (
            serverless("pandas", "shipway-tools"),
            "environment.dependencies",
        ),
        (serverless("Shipway[mlflow]>=0.1"), None),
        (serverless("pandas", "-r ../requirements.txt"), None),
        (serverless("../../../dist/*.whl"), None),
        (serverless("shop @ git+https://github.com/acme/shop"), None),
        ({"environment": {**VERSION, "dependencies": "${var.packages}"}}, None),
        ({"environment": {"base_environment": "/Volumes/main/default/base.yml"}}, None),
        ({"cluster": CLUSTER}, "libraries"),
        ({"cluster": CLUSTER, "libraries": [{"pypi": {"package": "pandas==2"}}]}, "libraries"),
        ({"cluster": CLUSTER, "libraries": [{"jar": "/Volumes/main/x.jar"}]}, "libraries"),
        ({"cluster": CLUSTER, "libraries": [{"pypi": {"package": "shipway==0.1.0"}}]}, None),
        ({"cluster": CLUSTER, "libraries": [{"whl": "../../../dist/shop.whl"}]}, None),
        ({"cluster": {**CLUSTER, "policy_id": "ABC"}}, None),
        ({"existing_cluster_id": "0923"}, None),
    ],
)
def test_a_profile_that_cannot_bring_shipway_is_noted(profile: Any, field: str | None) -> None:
    notes = compiled(
        compute={"big": profile, "idle": {"cluster": CLUSTER}}, task={"compute": "big"}
    )
    texts = [note for note in notes[0].plan.notes if "brings Shipway" in note]
    if field is None:
        assert texts == []
    else:
        (text,) = texts
        assert f"`{field}` of targets.databricks.compute.big" in text


@pytest.mark.parametrize(
    ("more", "is_noted"),
    [
        ({"num_workers": 0}, True),
        ({"num_workers": 0, "spark_conf": {"spark.master": "local[*]"}}, True),
        ({"num_workers": 0, "is_single_node": True}, False),
        ({"num_workers": 0, "policy_id": "ABC"}, False),
        (
            {
                "num_workers": 0,
                "spark_conf": {
                    "spark.databricks.cluster.profile": "singleNode",
                    "spark.master": "local[*, 4]",
                },
                "custom_tags": {"ResourceClass": "SingleNode"},
            },
            False,
        ),
        ({"num_workers": 1}, False),
    ],
)
def test_a_cluster_that_would_run_no_spark_is_noted(
    more: Mapping[str, Any], is_noted: bool
) -> None:
    notes = compiled(compute={"big": {"cluster": {**CLUSTER, **more}}})[0].plan.notes
    texts = [note for note in notes if "has no workers" in note]
    assert bool(texts) is is_noted
    assert all("targets.databricks.compute.big" in text for text in texts)
    assert all("ResourceClass: SingleNode" in text for text in texts)


def test_a_parameter_of_another_name_is_noted() -> None:
    of = project(node("a", "raw params:größe", "x"), parameters={"größe": 1, "model.alpha": 0.5})
    notes = [note for note in compiled(of=of)[0].plan.notes if "is set as" in note]
    assert [note.partition(":")[0] for note in notes] == ["The parameter `größe` is set as `gr__e`"]


@pytest.mark.parametrize("secret", [{"name": "a b", "key": "k"}, {"name": "scope", "key": "a/b"}])
def test_a_secret_that_none_can_be_is_refused_where_it_is_set(secret: Mapping[str, str]) -> None:
    text = refusal({"secrets": {"TOKEN": secret}}, compute={"big": {"cluster": CLUSTER}})
    assert "pipelines.__default__.secrets.TOKEN" in text
    assert "no secret has such a name or key as that of `TOKEN`" in text
    assert "spark_env_vars" not in text


def test_a_cluster_that_runs_already_needs_no_description() -> None:
    result = job(compute={"shared": {"existing_cluster_id": "0923-x"}})
    assert {task["existing_cluster_id"] for task in result["tasks"]} == {"0923-x"}
    assert not {"environments", "job_clusters"} & result.keys()


def test_tasks_of_other_variables_have_clusters_of_their_own() -> None:
    settings = {
        "env": {"MODE": "fast"},
        "nodes": {"b": {"secrets": {"TOKEN": {"name": "scope", "key": "token"}}}},
    }
    result = job(settings, compute={"big": {"cluster": CLUSTER}})
    assert [task["job_cluster_key"] for task in result["tasks"]] == ["big", "big-2"]
    variables = [one["new_cluster"]["spark_env_vars"] for one in result["job_clusters"]]
    assert variables == [
        {"MODE": "fast"},
        {"MODE": "fast", "TOKEN": "{{secrets/scope/token}}"},
    ]


def test_variables_are_of_clusters_alone() -> None:
    text = refusal({"env": {"MODE": "fast"}})
    assert "cannot express `env`" in text
    assert "a profile with a `cluster`" in text


@pytest.mark.parametrize(
    "value", ["it's", "$HOME", "a\nb", '"x"', "{{job.id}}", "${var.x}", "50%{x}"]
)
def test_a_cluster_s_shell_changes_no_variable(value: str) -> None:
    text = refusal({"env": {"MODE": value}}, compute={"big": {"cluster": CLUSTER}})
    assert "change the value of `MODE`" in text


def test_retries_and_time_outs() -> None:
    settings = {"retries": 2, "retry_delay": "90s", "timeout": "1.5s"}
    task = job(settings)["tasks"][0]
    assert task["max_retries"] == 2
    assert task["min_retry_interval_millis"] == 90_000
    assert task["timeout_seconds"] == 2
    assert task["retry_on_timeout"] is True
    assert job({"retries": 0})["tasks"][0]["max_retries"] == 0
    assert "max_retries" not in job()["tasks"][0]


@pytest.mark.parametrize("retries", [0, 2])
def test_serverless_compute_adds_no_tries_to_those_that_are_set(retries: int) -> None:
    field = "disable_auto_optimization"
    assert job({"retries": retries})["tasks"][0][field] is True
    assert field not in job()["tasks"][0], "nobody has said how many there may be"
    assert field not in job({"retries": retries}, compute={"big": {"cluster": CLUSTER}})["tasks"][0]
    assert job({"retries": retries}, task={field: False})["tasks"][0][field] is False


def test_a_schedule_is_one_of_quartz() -> None:
    settings = {"schedule": {"cron": "0 6 * * 1-5", "timezone": "Europe/Paris"}}
    assert job(settings)["schedule"] == {
        "quartz_cron_expression": "0 0 6 ? * MON-FRI",
        "timezone_id": "Europe/Paris",
    }
    assert job(settings, paused=True)["schedule"]["pause_status"] == "PAUSED"
    text = refusal({"schedule": {"cron": "0 6 1 * 1"}})
    assert "Put `*` in one of the two fields" in text


def test_runs_start_by_tables() -> None:
    of = project(
        pipeline(node("a", "raw", "x")),
        pipeline(node("c", "x", "z"), name="later"),
        datasets=[REMOTE],
    )
    values = {
        "targets": {
            "databricks": {
                "compute": {"default": SERVERLESS},
                "tables": {"x": "main.shop.x"},
                "project_dir": VOLUME,
            }
        },
        "pipelines": {"later": {"schedule": {"datasets": ["x"]}}},
    }
    exporter = find("databricks")
    types = settings_for(SettingsSource(values=values), [exporter])
    (only,) = compile_all(of, types, exporter, Selection(pipelines=("later",)))
    (file,) = only.files
    update = {"table_names": ["main.shop.x"], "condition": "ALL_UPDATED"}
    (result,) = yaml.safe_load(file.text)["resources"]["jobs"].values()
    assert result["trigger"] == {"table_update": update}


def test_a_dataset_that_is_no_table_starts_nothing() -> None:
    text = refusal({"schedule": {"datasets": ["raw"]}})
    assert "nothing says which one `raw` is" in text
    assert "tables: {raw: catalog.schema.table}" in text


def test_people_and_destinations_are_told() -> None:
    notices = [{"email": ["a@x.example", "b@x.example"]}, {"webhook": {"name": "6f1"}}]
    result = job({"notify": {"on_failure": notices, "on_success": [{"email": ["c@x.example"]}]}})
    assert result["email_notifications"] == {
        "on_failure": ["a@x.example", "b@x.example"],
        "on_success": ["c@x.example"],
    }
    assert result["webhook_notifications"] == {"on_failure": [{"id": "6f1"}]}


def test_others_wait_in_the_queue() -> None:
    result = job({"concurrency": {"runs": 2}})
    assert result["max_concurrent_runs"] == 2
    assert result["queue"] == {"enabled": True}
    assert "queue" not in job()


def test_further_fields_are_passed_through() -> None:
    result = job(
        {"nodes": {"b": {"targets": {"databricks": {"disable_auto_optimization": True}}}}},
        job={"run_as": {"service_principal_name": "${var.principal}"}, "timeout_seconds": 9},
        task={"notification_settings": {"no_alert_for_skipped_runs": True}},
    )
    assert result["run_as"] == {"service_principal_name": "${var.principal}"}
    assert result["timeout_seconds"] == 9
    first, second = result["tasks"]
    assert first["notification_settings"] == {"no_alert_for_skipped_runs": True}
    assert "disable_auto_optimization" not in first
    assert second["disable_auto_optimization"] is True


@pytest.mark.parametrize(
    ("options", "what", "remedy"),
    [
        ({"job": {"run_ass": {}}}, "`run_ass` is unknown", "run_as"),
        ({"job": {"schedule": {}}}, "the setting `schedule` decides it", "Set `schedule`"),
        ({"job": {"timeout_seconds": "1h"}}, "`1h` is not a whole number", ""),
        ({"task": {"run_if": "ALL_DONE"}}, "all that it reads has been written", "Leave it out"),
        ({"task": {"max_retries": 1}}, "the setting `retries` decides it", "Set `retries`"),
        ({"task": {"environment_key": "x"}}, "it is compute", "Set it in a profile"),
        ({"compute": {"x": {}}}, "has either", ""),
        (
            {"compute": {"x": {**SERVERLESS, "libraries": [{"whl": "x"}]}}},
            "`libraries` needs `cluster` or `existing_cluster_id` beside it",
            "",
        ),
        ({"compute": {"x": {"cluster": {"spark": "1"}}}}, "`spark` is unknown", ""),
        ({"compute": {"x": {"cluster": {}}}}, "A cluster has a `spark_version`", "16.4"),
        ({"compute": {"x": {"cluster": {}}}}, "A cluster has a `node_type_id`, or a pool", "i3"),
        (
            {"compute": {"x": {"environment": {"dependencies": []}}}},
            "targets.databricks.compute.x.environment: An environment has either",
            'such as `environment_version: "4"`',
        ),
        (
            {"compute": {"x": {"cluster": {**CLUSTER, "num_workers": "2"}}}},
            "`2` is not a whole number.",
            "Leave the quotes out.",
        ),
        ({"paused": "true"}, "The text `true` is neither true nor false.", "Leave the quotes out."),
        ({"compute": {"a b": SERVERLESS}}, "`a b` is not a name", ""),
        (
            {"compute": {"x": {"cluster": {**CLUSTER, "spark_env_vars": {"A": "b"}}}}},
            "`env` and `secrets` decide it",
            "",
        ),
        (
            {"compute": {"x": {"cluster": {"docker_image": {"basic_auth": {"password": "hi"}}}}}},
            "A secret stands here in plain text",
            "{{secrets/SCOPE/KEY}}",
        ),
        ({"task": {"description": "50%{x}"}}, "Terraform would take `%{` for", "Leave it out"),
        (
            {"compute": {"x": {"cluster": {**CLUSTER, "custom_tags": {"a": ["%{x}"]}}}}},
            "custom_tags.a.0: Terraform would take",
            "",
        ),
        ({"tables": {"x": "a.b.%{c}"}}, "`a.b.%{c}` is not the name of a table", ""),
        ({"project_dir": "/shop/%{x}"}, "`/shop/%{x}` is not an absolute path", "without `%{`"),
        ({"tables": {"x": "shop.x"}}, "`shop.x` is not the name of a table", ""),
        ({"project_dir": "shop"}, "`shop` is not an absolute path", ""),
        ({"compute": {}}, "Nothing says what tasks run on", "environment_version"),
        ({"compute": {"x": SERVERLESS, "y": SERVERLESS}}, "names none of the profiles", "default"),
        ({"task": {"compute": "defalt"}}, "There is no profile `defalt`", "default"),
    ],
)
def test_what_is_wrong_with_options_is_said(
    options: Mapping[str, Any], what: str, remedy: str
) -> None:
    text = refusal(**options)
    assert what in text
    assert remedy in text


def test_what_is_wrong_with_the_fields_of_a_node_is_said() -> None:
    own = {"disabled": True, "compute": "huge", "descriptio": "x"}
    text = refusal({"nodes": {"b": {"targets": {"databricks": own}}}})
    assert "There is no profile `huge`" in text
    text = refusal({"nodes": {"b": {"targets": {"databricks": {"disabled": True, "descr": "x"}}}}})
    assert "others read" in text
    assert "`descr` is unknown" in text


@pytest.mark.parametrize("text", ["{{job.id}}", "${var.x}", "a {{ b", "%{if}", "%%{"])
def test_what_would_be_filled_in_is_refused_or_escaped(text: str) -> None:
    assert "would not leave this text" in refusal({"description": text})
    assert "would not leave this text" in refusal({"labels": {"x": text}})
    of = project(node("a", "raw params:t", "x"), parameters={"t": text})
    assert "parameters" not in job(of=of), "a run keeps it"
    assert any("Databricks would take" in note for note in compiled(of=of)[0].plan.notes)
    of = project(node(f"n{text}", "raw", "x"))
    (word,) = (word for word in words(job(of=of)["tasks"][0]) if word.startswith("--nodes="))
    assert "{{" not in word
    assert "${" not in word
    assert "%{" not in word
    assert list(yaml.safe_load(word.removeprefix("--nodes="))) == [f"n{text}"], "and arrives"


def test_local_files_stay_on_volumes_alone() -> None:
    def files(location: str) -> Any:
        at = Dataset(name="x", kind="local", location=location)
        end = Dataset(name="y", kind="remote", location="s3://b/y")
        return project(node("a", "raw", "x"), node("b", "x", "y"), datasets=[at, end])

    bundle = "${workspace.file_path}"
    for location in ("data/x.csv", "/Volumes/x.csv", "/Volumes/main/default/x.csv"):
        text = refusal(of=files(location), project_dir=bundle)
        assert "would not reach the next task" in text
        assert "/Volumes/CATALOG/SCHEMA/VOLUME/" in text
    assert "next task" in refusal(of=files("../x.csv")), "above the volume of the project"
    first, _ = job(of=files("/Volumes/main/default/shop/x.csv"), project_dir=bundle)["tasks"]
    assert words(first)[0] == "--project=${workspace.file_path}"
    assert job(of=files("data/x.csv"))


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"labels": {f"l{n}": "x" for n in range(26)}}, "26 tags; Databricks takes 25"),
        ({"concurrency": {"runs": 1001}}, "1,001 runs at once"),
        (
            {"retries": 1, "retry_delay": "25d"},
            "`min_retry_interval_millis` would be 2,160,000,000",
        ),
        ({"group_by": "pipeline", "timeout": "20000d"}, "`timeout_seconds` would be 3,456,000,000"),
        ({"description": "x" * 27_701}, "27,701 bytes of description"),
        (
            {"notify": {"on_failure": [{"webhook": {"name": f"w{n}"}} for n in range(4)]}},
            "4 webhooks for an event",
        ),
    ],
)
def test_limits(settings: Mapping[str, Any], what: str) -> None:
    assert what in refusal(settings)


def test_a_job_has_a_thousand_tasks() -> None:
    of = project(*(node(f"n{i}", "raw", f"x{i}") for i in range(1001)))
    assert "1,001 tasks; Databricks takes 1,000" in refusal(of=of)


def test_a_task_of_many_nodes_is_told_their_names_alone_and_one_of_too_many_is_refused() -> None:
    def fused(count: int) -> Any:
        nodes = (node(f"features_{i}", f"raw params:p{i}", f"x{i}") for i in range(count))
        return project(*nodes, parameters={f"p{i}": 1 for i in range(count)})

    settings = {"group_by": "pipeline", "parameters": "none"}
    (task,) = job(settings, of=fused(300))["tasks"]
    (nodes,) = (word for word in words(task) if word.startswith("--nodes="))
    assert nodes.startswith('--nodes=["features_0"')
    text = refusal(settings, of=fused(900))
    assert "Databricks takes 10,000" in text
    assert "group_by" in text
    assert "The parameters of the job take" in refusal(of=fused(900))
