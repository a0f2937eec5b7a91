"""Runs that overlap, are killed, retried and cleared, under a real scheduler."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from shipway.settings.source import overlay
from tests.engines.hopeless import hopeless_project, of_another_pipeline
from tests.engines.listeners import Received, mailbox, webhook
from tests.projects import KedroProject, make_project, text_file
from tests.written import kedro_run, persisted, unversioned

from .connections import NOTIFY, connections
from .env import AirflowEnv
from .exported import export, run_env
from .stack import AirflowStack, StackFactory

pytestmark = pytest.mark.engine

MODELS = """
import os
import time
from pathlib import Path


def train(alpha):
    return f"model of {alpha}"


def evaluate(model, alpha):
    # So that both runs have trained before either evaluates.
    end = time.monotonic() + 90
    while len(list(Path("data/model.txt").glob("*/model.txt"))) < 2 and time.monotonic() < end:
        time.sleep(0.2)
    return f"{model}, evaluated with {alpha}"
"""
REGISTRY = """
return {"__default__": pipeline([
    node(f.train, "params:alpha", "model", name="train"),
    node(f.evaluate, ["model", "params:alpha"], "score", name="evaluate"),
])}
"""
KILLED = """
def three(raw):
    return raw + ".1", raw + ".2", raw + ".3"


def join(*parts):
    return "+".join(parts)
"""
KILLED_REGISTRY = """
return {"__default__": pipeline([
    node(f.three, "raw", ["first", "second", "third"], name="three"),
    node(f.join, ["first", "second", "third"], "joined", name="join"),
])}
"""
DATASETS = """
import os
import signal
from pathlib import Path

from kedro_datasets.text import TextDataset


class DeadlyOnce(TextDataset):
    def save(self, data):
        if not Path("killed").exists():
            Path("killed").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        super().save(data)
"""
LONG = "ü" * 200
NAMED_REGISTRY = f"""
return {{"__default__": pipeline([]), "writer": pipeline([
    node(f.make, "raw", "größe", name={LONG!r}),
]), "reader": pipeline([
    node(f.make, "größe", "seen", name={"t" * 250!r}), node(f.make, "größe", "read", name="str"),
])}}
"""
NAMED_SETTINGS = {
    "pipelines": {
        "writer": {"name": f"writer_{LONG}"[:200]},
        "reader": {"schedule": {"datasets": ["größe"]}},
    }
}
ONCE = {"defaults": {"retries": 1, "retry_delay": "1s", "concurrency": {"runs": 4}}}


def versioned(name: str, **more: object) -> dict[str, object]:
    return text_file(f"{name}.txt", versioned=True, **more)


def models(folder: Path) -> KedroProject:
    catalog = {name: versioned(name) for name in ("model", "score")}
    return make_project(folder, REGISTRY, nodes=MODELS, catalog=catalog, parameters={"alpha": 0.0})


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    return models(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def careless(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    """The same, whose DAG file then loses what its tasks are told of their run."""
    return models(tmp_path_factory.mktemp("careless"))


@pytest.fixture(scope="module")
def deadly(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    product = make_project(
        tmp_path_factory.mktemp("deadly"),
        KILLED_REGISTRY,
        nodes=KILLED,
        catalog={
            "raw": text_file("raw.txt"),
            "first": versioned("first"),
            "second": text_file("second.txt"),
            "third": {**versioned("third"), "type": "deadly.DeadlyOnce"},
            "joined": text_file("joined.txt"),
        },
    )
    product.write("src/deadly.py", DATASETS)
    product.write("data/raw.txt", "raw")
    return product


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    """Pipelines, tasks and datasets with as much of a name as there may be."""
    catalog = {name: text_file(f"{name}.txt") for name in ("raw", "größe", "seen", "read")}
    product = make_project(tmp_path_factory.mktemp("named"), NAMED_REGISTRY, catalog=catalog)
    product.write("data/raw.txt", "raw")
    return product


@pytest.fixture(scope="module")
def hopeless(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    """One of its pipelines is then another than the one that was exported."""
    return hopeless_project(tmp_path_factory.mktemp("hopeless"))


@pytest.fixture(scope="module")
def projects(
    project: KedroProject, careless: KedroProject, deadly: KedroProject, hopeless: KedroProject
) -> tuple[KedroProject, ...]:
    return project, careless, deadly, hopeless


@pytest.fixture(scope="module")
def undisturbed(deadly: KedroProject) -> dict[str, bytes]:
    """What `kedro run` makes when nothing kills it."""
    (deadly.path / "killed").touch()
    product = kedro_run(deadly)
    (deadly.path / "killed").unlink()
    deadly.write("data/raw.txt", "raw")
    return product


@pytest.fixture(scope="module")
def listeners() -> Iterator[tuple[Received[EmailMessage], Received[tuple[str, Any]]]]:
    """Who is told how runs end: by e-mail, and by a webhook."""
    with mailbox() as mails, webhook() as hooks:
        yield mails, hooks


@pytest.fixture(scope="module")
def stack(
    airflow_stack: StackFactory,
    airflow3: AirflowEnv,
    projects: tuple[KedroProject, ...],
    careless: KedroProject,
    deadly: KedroProject,
    hopeless: KedroProject,
    *,
    undisturbed: dict[str, bytes],
    tmp_path_factory: pytest.TempPathFactory,
    names: KedroProject,
    listeners: tuple[Received[EmailMessage], Received[tuple[str, Any]]],
) -> AirflowStack:
    assert undisturbed
    dags = tmp_path_factory.mktemp("dags")
    env: dict[str, str] = connections(*listeners)
    for product in projects:
        notify = NOTIFY if product in (deadly, hopeless) else {}
        settings = overlay(ONCE, {"defaults": {"notify": notify}})
        file = export(product, airflow3, settings=settings) / f"{product.package}.py"
        text = file.read_text(encoding="utf-8")
        if product is careless:
            assert 'from_run=["model"],' in text
            text = text.replace('from_run=["model"],', "")
        if product is hopeless:
            text = of_another_pipeline(text)
        (dags / file.name).write_text(text, encoding="utf-8")
        env |= run_env(product)
    for file in export(names, airflow3, "--all", settings=NAMED_SETTINGS).glob("*.py"):
        (dags / file.name).write_bytes(file.read_bytes())
    env |= run_env(names)
    return airflow_stack(airflow3, dags, env)


def two_runs_at_once(stack: AirflowStack, project: KedroProject) -> tuple[str, str]:
    runs = [stack.trigger(project.package, {"alpha": alpha}) for alpha in (0.5, 1.5)]
    for run_id in runs:
        result = stack.wait(project.package, run_id)
        assert result.state == "success", stack.task_log(project.package, run_id, "evaluate")
    return runs[0], runs[1]


def scores(project: KedroProject) -> set[str]:
    files = project.path.glob("data/score.txt/*/score.txt")
    return {file.read_text(encoding="utf-8") for file in files}


def test_two_runs_at_once_each_evaluate_their_own_model(
    stack: AirflowStack, project: KedroProject
) -> None:
    first, _ = two_runs_at_once(stack, project)
    assert scores(project) == {
        "model of 0.5, evaluated with 0.5",
        "model of 1.5, evaluated with 1.5",
    }

    functions = project.path / "src" / project.package / "functions.py"
    text = functions.read_text(encoding="utf-8")
    functions.write_text(text.replace("model of", "better model of"), encoding="utf-8")
    stack.clear(project.package, first, ["train"])
    assert stack.wait(project.package, first).state == "success"
    assert scores(project) == {
        "better model of 0.5, evaluated with 0.5",
        "model of 1.5, evaluated with 1.5",
    }


def test_control_a_task_that_takes_the_latest_evaluates_the_other_runs_model(
    stack: AirflowStack, careless: KedroProject
) -> None:
    two_runs_at_once(stack, careless)
    assert len({score.partition(",")[0] for score in scores(careless)}) == 1


def test_plain_kedro_run_is_refused_where_runs_may_meet(project: KedroProject) -> None:
    settings = project.write("plain.yml", "defaults: {run_with: kedro}\n")
    process = project.shipway("export", "airflow", "--settings", str(settings))
    assert process.exit_code == 4
    assert "loads the latest version, which may be another run's" in " ".join(
        process.output.split()
    )


@pytest.fixture(scope="module")
def retried_run(stack: AirflowStack, deadly: KedroProject) -> str:
    """The id of a run that succeeds when one of its tasks is tried again."""
    run_id = stack.trigger(deadly.package)
    assert stack.wait(deadly.package, run_id).state == "success"
    return run_id


def test_a_task_killed_between_two_saves_succeeds_when_it_is_retried(
    stack: AirflowStack, deadly: KedroProject, undisturbed: dict[str, bytes], retried_run: str
) -> None:
    run_id = retried_run
    result = stack.result(deadly.package, run_id)
    assert (deadly.path / "killed").exists()
    assert result.tasks["three"].try_number == 2
    assert "exit code 137" in stack.task_log(deadly.package, run_id, "three", 1)
    assert persisted(deadly) == unversioned(undisturbed)
    assert len(list(deadly.path.glob("data/first.txt/*/first.txt"))) == 1


def test_long_names_and_letters_of_any_alphabet_are_run_and_start_what_waits_for_them(
    stack: AirflowStack, names: KedroProject
) -> None:
    """A task whose log folder cannot be made does not start, and leaves no log."""
    (writer,) = (dag_id for dag_id in stack.dag_ids() if dag_id.startswith("writer_"))
    first = stack.wait(writer, stack.trigger(writer))
    assert first.state == "success"
    reader = f"{names.package}_reader"
    second = stack.wait(reader, stack.wait_for_run(reader))
    assert second.state == "success"
    assert [len(name.encode()) for name in (*first.tasks, *second.tasks)] == [247, 3, 247]
    assert (names.path / "data" / "seen.txt").exists()


@pytest.fixture(scope="module")
def hopeless_run(stack: AirflowStack, hopeless: KedroProject) -> str:
    """The id of a run in which two tasks have failed."""
    run_id = stack.trigger(hopeless.package)
    assert stack.wait(hopeless.package, run_id).state == "failed"
    return run_id


def test_what_no_retry_can_mend_is_not_tried_again(
    stack: AirflowStack, hopeless: KedroProject, hopeless_run: str
) -> None:
    run_id = hopeless_run
    result = stack.result(hopeless.package, run_id)
    tries = {name: task.try_number for name, task in result.tasks.items()}
    assert tries == {"drift": 1, "fail": 2}, "the control: an error of a node may be mended"
    assert "exit code 7" in stack.task_log(hopeless.package, run_id, "drift", 1)
    (log,) = stack.home.path.glob(f"logs/dag_id={hopeless.package}/*/task_id=fail/attempt=1.log")
    events = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    (level,) = [e["level"] for e in events if "UserWarning: take care" in e["event"]]
    assert level == "warning"


def _messages(hooks: Received[tuple[str, Any]], project: KedroProject) -> list[tuple[str, Any]]:
    """What a webhook was sent about the runs of a project."""
    return [(path, body) for path, body in hooks.items if project.package in body["text"]]


def test_who_was_named_hears_once_of_a_run_that_failed(
    stack: AirflowStack,
    hopeless: KedroProject,
    hopeless_run: str,
    listeners: tuple[Received[EmailMessage], Received[tuple[str, Any]]],
) -> None:
    """Both ways name the pipeline, the run and one of the tasks that it failed by."""
    mails, hooks = listeners
    about = partial(_messages, hooks, hopeless)
    stack.processes.wait_until(lambda: bool(mails.items and about()), "messages", 60)
    beginning = f"{hopeless.package} has failed in the run {hopeless_run} (task_failure): "
    texts = {beginning + task for task in ("drift", "fail")}
    (mail,) = mails.items
    part = mail.get_body()
    assert part is not None
    assert part.get_content().strip() in texts
    assert mail["Subject"] == f"{hopeless.package} has failed"
    ((path, message),) = about()
    assert path == "/in"
    assert message["text"] in texts


def test_who_was_named_hears_once_of_a_run_that_succeeded(
    stack: AirflowStack,
    deadly: KedroProject,
    retried_run: str,
    listeners: tuple[Received[EmailMessage], Received[tuple[str, Any]]],
) -> None:
    """A try that failed before is no failure of the run; and nobody is told of success by mail."""
    mails, hooks = listeners
    about = partial(_messages, hooks, deadly)
    stack.processes.wait_until(lambda: bool(about()), "a message", 60)
    text = f"{deadly.package} has succeeded in the run {retried_run}"
    assert about() == [("/in", {"text": text})]
    assert not [mail for mail in mails.items if deadly.package in mail["Subject"]]
