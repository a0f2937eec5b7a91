"""Jobs on the command line: each command names, makes, checks and lists them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from shipway.targets import registry
from tests.projects import KedroProject, make_project
from tests.targets import settings_of_all

TARGETS = registry.names()
FR = {"params": {"size": 5}, "tags": ["etl"], "retries": 7}
JOBS: dict[str, dict[str, Any]] = {
    "fr": FR,
    # Neither is one more deployment of what its pipeline gives.
    "a.b": {"pipeline": "scoring", "retries": 3},
    "A_B": {"pipeline": "scoring", "retries": 4},
}
CATALOG = '"{any}": {type: pickle.PickleDataset, filepath: "data/{any}.pkl"}\n'


def deploy(project: KedroProject, jobs: dict[str, Any] | None = None, **content: Any) -> None:
    document = settings_of_all(jobs=JOBS if jobs is None else jobs, **content)
    project.write("conf/base/deploy.yml", yaml.safe_dump(document))


def call(project: KedroProject, *words: str, code: int = 0) -> str:
    result = project.shipway(*words)
    assert result.exit_code == code, result.output
    return str(result.output)


def document(project: KedroProject, *words: str, code: int = 0) -> Any:
    result = project.shipway(*words, "--format", "json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


@pytest.fixture
def with_jobs(project: KedroProject, monkeypatch: pytest.MonkeyPatch) -> KedroProject:
    project.write("conf/base/catalog.yml", CATALOG)
    deploy(project)
    monkeypatch.chdir(project.path)
    return project


def files(project: KedroProject, target: str) -> dict[str, str]:
    folder = project.path / "deploy" / target
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_plan_lists_jobs(with_jobs: KedroProject) -> None:
    assert "fr: 1 node in 1 task" in call(with_jobs, "plan", "--job", "fr")
    plans = document(with_jobs, "plan", "-j", "fr,A_B", "-p", "scoring")["plans"]
    assert [(plan["pipeline"], plan.get("job")) for plan in plans] == [
        ("scoring", None),
        ("__default__", "fr"),
        ("scoring", "A_B"),
    ]
    assert plans[1]["constants"] == {"size": 5}
    for output_format in ("mermaid", "dot", "markdown", "html"):
        assert "a.b" in call(with_jobs, "plan", "-j", "fr,a.b", "--format", output_format)


def test_an_older_plan_of_a_job_is_that_of_the_job(with_jobs: KedroProject) -> None:
    call(with_jobs, "plan", "-j", "fr", "--format", "json", "-o", "old.json")
    assert "no task and no edge has changed" in call(
        with_jobs, "plan", "-j", "fr", "--diff", "old.json"
    )
    deploy(with_jobs, {"fr": {**FR, "retries": 1}})
    assert "changed: first" in call(with_jobs, "plan", "-j", "fr", "--diff", "old.json")
    call(with_jobs, "snapshot", "-o", "project.json")
    assert "no task and no edge has changed" in call(
        with_jobs, "plan", "-j", "fr", "--diff", "project.json"
    )


@pytest.mark.parametrize("target", TARGETS)
def test_two_jobs_share_no_file_no_name_and_no_digest(with_jobs: KedroProject, target: str) -> None:
    words = ("export", target, "-j", "fr", "-j", "a.b", "-j", "A_B", "-p", "scoring")
    (output,) = document(with_jobs, *words)["targets"]
    pipelines = output["pipelines"]
    assert [item.get("job") for item in pipelines] == [None, "fr", "a.b", "A_B"]
    for key in ("name", "digest"):
        assert len({item[key].casefold() for item in pipelines}) == 4
    paths = [path.casefold() for item in pipelines for path in item["files"]]
    assert len(set(paths)) == len(paths)
    texts = files(with_jobs, target)
    for item in pipelines[1:]:
        text = texts[item["files"][0]]
        assert f"shipway export {target} --job {item['job']}" in text
        assert f"Job {item['job']}: Kedro pipeline" in text
        assert item["digest"] in text


@pytest.mark.parametrize("target", TARGETS)
def test_a_check_sees_each_job_and_one_that_is_gone(with_jobs: KedroProject, target: str) -> None:
    words = ("export", target, "-j", "fr", "-j", "a.b")
    call(with_jobs, *words)
    call(with_jobs, *words, "--check")
    deploy(with_jobs, {**JOBS, "fr": {**FR, "params": {"size": 6}}})
    (output,) = document(with_jobs, *words, "--check", code=1)["targets"]
    causes = {d["path"]: d["causes"] for d in output["differences"]}
    assert causes
    assert all("fr" in path and cause == ["settings"] for path, cause in causes.items()), causes
    call(with_jobs, *words)
    del output
    assert call(with_jobs, "diff", target, "-j", "fr", "-j", "a.b", "--exit-code")


@pytest.mark.parametrize("target", TARGETS)
def test_a_file_of_a_job_that_is_no_more_is_told(with_jobs: KedroProject, target: str) -> None:
    call(with_jobs, "export", target, "-j", "fr", "-j", "a.b", "-j", "A_B")
    before = set(files(with_jobs, target))
    deploy(with_jobs, {"a.b": JOBS["a.b"], "A_B": JOBS["A_B"]})
    output = with_jobs.shipway("export", target, "--all", "--check", "--format", "json")
    assert output.exit_code == 1, output.output
    notes = json.loads(output.stdout)["notes"]
    is_told = [note for note in notes if re.search(r"No file makes .*fr` any more.*until `", note)]
    # Airflow, Dagster and bundles remove what has no file; a spec of Kubeflow starts nothing.
    assert bool(is_told) == (target not in ("airflow", "dagster", "databricks", "kubeflow"))
    (content,) = json.loads(output.stdout)["targets"]
    strays = {d["path"] for d in content["differences"] if d["causes"] == ["stray"]}
    assert strays == {path for path in before if "fr" in path}


def test_the_flow_that_a_job_had_to_itself_is_removed(with_jobs: KedroProject) -> None:
    deploy(with_jobs, {"fr": {"retries": 1, "params": {"size": 2}}})
    call(with_jobs, "export", "prefect", "-j", "fr")
    old = set(files(with_jobs, "prefect"))
    deploy(with_jobs, {"fr": {"params": {"size": 2}}})
    assert "an export removes it" in call(
        with_jobs, "export", "prefect", "-j", "fr", "--check", code=1
    )
    call(with_jobs, "export", "prefect", "-j", "fr")
    assert old.isdisjoint(files(with_jobs, "prefect"))
    call(with_jobs, "export", "prefect", "-j", "fr", "--check")


def left(project: KedroProject, target: str, *words: str) -> list[str]:
    result = project.shipway("export", target, "--format", "json", *words)
    assert result.exit_code in (0, 1), result.output
    notes = json.loads(result.stdout)["notes"]
    return [note.partition("makes ")[2] for note in notes if note.startswith("No file makes")]


def test_a_job_that_leaves_a_shared_flow_is_told_with_what_removes_it(
    with_jobs: KedroProject,
) -> None:
    jobs = {name: {"params": {"size": n}} for n, name in enumerate(("fr", "it"))}
    deploy(with_jobs, jobs)
    call(with_jobs, "export", "prefect", "-j", "fr")
    flow = f"{with_jobs.package}_jobs"
    header = files(with_jobs, "prefect")[f"{flow}/prefect.yaml"]
    assert f"prefect deployment delete {flow}/NAME" in header
    deploy(with_jobs, {"it": jobs["it"], "fr": {**jobs["fr"], "retries": 1}})
    for words in (("--check",), ("--diff",), ()):
        (note,) = left(with_jobs, "prefect", "-j", "it,fr", *words)
        name = f"{flow}/{with_jobs.package}_fr"
        assert note.startswith(f"the deployment `{name}` any more.")
        assert note.endswith(f"until `prefect deployment delete {name}`.")
    assert left(with_jobs, "prefect", "-j", "it,fr") == []


@pytest.mark.parametrize("text", ["", "deployments: 1\n", "{"])
def test_what_is_deployed_by_a_file_that_cannot_be_read_is_not_told(
    with_jobs: KedroProject, text: str
) -> None:
    deploy(with_jobs, {name: {"params": {"size": 1}} for name in ("fr", "it")})
    call(with_jobs, "export", "prefect", "-j", "fr")
    deploy(with_jobs, {"it": {"params": {"size": 1}}})
    file = with_jobs.path / "deploy" / "prefect" / f"{with_jobs.package}_jobs" / "prefect.yaml"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if line[0] == "#") + text, encoding="utf-8")
    assert left(with_jobs, "prefect", "-j", "it", "--check") == []


@pytest.mark.parametrize(
    ("target", "what", "command"),
    [
        ("argo", "the CronWorkflow `{}`", "kubectl delete cronworkflow/{}"),
        ("kubeflow", "the recurring run `{}`", "kfp recurring-run delete ID"),
    ],
)
def test_a_schedule_that_is_no_more_is_told_with_what_removes_it(
    with_jobs: KedroProject, target: str, what: str, command: str
) -> None:
    schedule = {"cron": "0 6 * * *", "timezone": "UTC"}
    deploy(with_jobs, {"fr": {"schedule": schedule}})
    call(with_jobs, "export", target, "-j", "fr")
    deploy(with_jobs, {"fr": {}})
    name = f"{with_jobs.package.replace('_', '-')}-fr"
    (note,) = left(with_jobs, target, "-j", "fr")
    assert note.startswith(what.format(name))
    assert command.format(name) in note
    assert left(with_jobs, target, "-j", "fr") == []


@pytest.mark.parametrize("target", TARGETS)
def test_a_comparison_names_the_job(with_jobs: KedroProject, target: str) -> None:
    call(with_jobs, "export", target, "-j", "fr")
    deploy(with_jobs, {"fr": {**FR, "retries": 1}})
    output = document(with_jobs, "diff", target, "-j", "fr")
    assert [item["pipeline"] for item in output["comparisons"]] == ["fr"]


def test_a_snapshot_serves_jobs(with_jobs: KedroProject, tmp_path: Path) -> None:
    call(with_jobs, "export", "airflow", "-j", "fr")
    (expected,) = files(with_jobs, "airflow").values()
    call(with_jobs, "snapshot", "-o", "project.json")
    words = ("--snapshot", "project.json", "--settings", "conf/base/deploy.yml")
    result = with_jobs.shipway("export", "airflow", "-j", "fr", *words, "-o", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    (file,) = (tmp_path / "out").iterdir()
    old, new = (
        [line for line in text.splitlines() if "shipway export" not in line and "text=" not in line]
        for text in (expected, file.read_text(encoding="utf-8"))
    )
    assert old == new


def test_environments_overlay_jobs(with_jobs: KedroProject) -> None:
    with_jobs.write("conf/prod/deploy.yml", "jobs: {fr: {params: {size: 9}}, it: {}}\n")
    plans = document(with_jobs, "plan", "--env", "prod", "-j", "fr", "-j", "it")["plans"]
    assert [plan.get("constants") for plan in plans] == [{"size": 9}, None]
    assert [len(plan["tasks"]) for plan in plans] == [1, 2]
    prod = "jobs: {fr: {params: {model: {n: 2}}}, a.b: null}\n"
    with_jobs.write("conf/prod/deploy.yml", prod)
    deploy(with_jobs, {**JOBS, "fr": {"params": {"model.n": 1}}})
    (plan,) = document(with_jobs, "plan", "--env", "prod", "-j", "fr")["plans"]
    assert plan["constants"] == {"model": {"n": 2}}
    assert "no job `a.b`" in call(with_jobs, "plan", "--env", "prod", "-j", "a.b", code=2)
    shutil.rmtree(with_jobs.path / "conf" / "prod")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("-j", "frr"), "Did you mean `fr`?"),
        (("-j", "scoring"), "It is a pipeline: `--pipeline scoring`."),
        (("-p", "fr"), "It is a job: `--job fr`."),
        (("--all", "-j", "fr"), "`--all` and `--job` cannot be used together"),
        (("-j", "fr", "--tags", "ml"), "meets all of these conditions"),
        # As of an empty variable: not the whole pipeline instead.
        (("-j", ""), "`--job` names nothing"),
        (("-p", " , "), "`--pipeline` names nothing"),
    ],
)
def test_wrong_names(with_jobs: KedroProject, words: tuple[str, ...], what: str) -> None:
    result = with_jobs.shipway("plan", *words)
    assert result.exit_code in (2, 4), result.output
    assert what in result.output


def test_a_mistake_in_a_job_is_told_for_it_with_its_line(with_jobs: KedroProject) -> None:
    text = "jobs:\n  fr:\n    tags: [etll]\n    params:\n      size: a\n      si.ze: 1\n"
    with_jobs.write("conf/base/deploy.yml", text)
    output = call(with_jobs, "plan", "-j", "fr", code=2)
    assert "conf/base/deploy.yml:5: jobs.fr.params.size" in output
    assert "Did you mean `etl`?" in output
    assert "conf/base/deploy.yml:" in output
    assert "jobs.fr.tags" in output
    assert "`size` is a whole number in the project" in output


def test_a_mistake_says_whose_it_is(with_jobs: KedroProject) -> None:
    deploy(with_jobs, {"fr": {"tags": ["etll"]}, "it": {}})
    output = call(with_jobs, "plan", "-j", "fr,it", "-p", "scoring", code=2)
    assert "job `fr`: conf/base/deploy.yml:" in output


def test_the_doctor_looks_at_jobs(with_jobs: KedroProject) -> None:
    deploy(with_jobs, {"fr": {"tags": ["etll"]}})
    output = with_jobs.shipway("doctor", "airflow").output
    assert "jobs.fr.tags" in output
    assert with_jobs.shipway("doctor", "airflow", "-j", "fr").exit_code == 1


def test_a_note_of_unknown_params_looks_at_the_jobs(with_jobs: KedroProject) -> None:
    output = call(with_jobs, "plan", "-j", "fr", "--params", "sice=1")
    assert "--params sets `sice`" in output


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"size": 5}, "size=5"),
        ({"model": {"alpha": 2, "new": "x"}}, "model.alpha=2,model.new=x"),
        ({"model.deep.er": [1], "size": 7}, "model.deep.er=[1],size=7"),
        ({"extra": {"x": None}}, "extra.x=null"),
        ({"size": None, "model": {"alpha": None}}, "size=null,model.alpha=null"),
    ],
)
def test_a_job_plans_what_an_export_with_params_plans(
    tmp_path: Path, params: dict[str, Any], words: str
) -> None:
    """What is worked out of the settings is what Kedro's own loader gives."""
    project = make_project(
        tmp_path,
        'return {"__default__": pipeline([node(f.make, "parameters", "end", name="show")])}',
        catalog=CATALOG,
        parameters="size: 1\nderived: ${size}\n"
        "model: {alpha: 1.5, beta: [1], deep: {er: [], est: {}}}\n",
        deploy={"jobs": {"fr": {"params": params}}},
    )
    job, whole = (
        document(project, "plan", *options)["plans"][0]
        for options in (("-j", "fr"), ("--params", words))
    )
    assert job["constants"] == whole["constants"]
    for parameter in (*job["parameters"], *whole["parameters"]):
        if parameter.get("source"):
            parameter["value"] = None  # of which no run is told
    assert job["parameters"] == whole["parameters"]
    assert job["tasks"] == whole["tasks"]


def test_a_job_called_as_a_pipeline_is_told_once(with_jobs: KedroProject) -> None:
    deploy(with_jobs, {"scoring": {"params": {"size": 2}}})
    output = call(with_jobs, "plan", "--all", code=2)
    assert output.count("is the name of a registered pipeline") == 1
    assert "pipeline `" not in output.partition("conf/base")[0]


def test_all_mistakes_of_all_jobs_are_told_each_once(with_jobs: KedroProject) -> None:
    deploy(with_jobs, {"a": {"pipeline": "scorin"}, "b": {"params": {"size": "x"}}})
    output = call(with_jobs, "export", "airflow", "--all", code=2)
    assert output.count("`scorin`") == 1
    assert "Did you mean `scoring`?" in output
    assert "job `b`: conf/base/deploy.yml:" in output
    assert "`size` is a whole number in the project, and not text (`x`)." in output
    # Also where the document itself has a mistake.
    deploy(with_jobs, {"a": {"retires": 1}, "b": {"params": {"size": "x"}}})
    output = call(with_jobs, "export", "airflow", "--all", code=2)
    assert "Did you mean `retries`?" in output
    assert "`size` is a whole number in the project" in output
