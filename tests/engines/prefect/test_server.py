"""Deployments on a real server, with a work pool and a worker."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.engines.listeners import Received, webhook
from tests.engines.processes import is_alive
from tests.projects import KedroProject, make_project, text_file

from .env import PrefectEnv
from .exported import export, run_env
from .repository import cloned, deploy_both, places, project_in_repository, root_of
from .server import PrefectServer, Refused

pytestmark = pytest.mark.engine

MODELS = """
import os
import time
from pathlib import Path


def train(alpha):
    if alpha < 0:
        raise ValueError("less than nothing")
    return f"model of {alpha}"


def evaluate(model, alpha, meet):
    # So that both runs have trained before either evaluates.
    end = time.monotonic() + 90
    wanted = 2 if meet else 1
    while len(list(Path("data/model.txt").glob("*/model.txt"))) < wanted:
        assert time.monotonic() < end
        time.sleep(0.2)
    secrets = [os.environ.get(name, "no secret") for name in ("PASSWORD", "PIN")]
    return f"{model}, evaluated with {alpha}, {' '.join(secrets)}"
"""
REGISTRY = """
return {"__default__": pipeline([
    node(f.train, "params:alpha", "model", name="train"),
    node(f.evaluate, ["model", "params:alpha", "params:meet"], "score", name="evaluate"),
])}
"""
SLOW = """
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


def sleep():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c", STUBBORN], start_new_session=True)
    Path("pids.part").write_text(f"{os.getpid()} {child.pid}")
    Path("pids.part").rename("pids")
    time.sleep(600)


def after(text):
    return text
"""
SLOW_REGISTRY = """
return {"__default__": pipeline([
    node(f.sleep, None, "slept", name="sleep"),
    node(f.after, "slept", "end", name="after"),
])}
"""
SECRETS = {
    "PASSWORD": {"name": "warehouse", "key": "word"},
    "PIN": {"name": "pin", "key": "pin"},
}
SECRET = {"nodes": {"evaluate": {"secrets": SECRETS}}}
CRON = {"cron": "0 6 * * 1", "timezone": "Europe/Paris", "parameters": {"alpha": 2.5}}
ALERTS = [{"webhook": {"name": "alerts"}}]
HELD = {
    "defaults": {
        "concurrency": {"runs": 2},
        "labels": {"team": "a b"},
        "owner": "me",
        "notify": {"on_failure": ALERTS, "on_success": ALERTS},
    },
    "pipelines": {"__default__": {"schedule": CRON, "description": "It *trains*.", **SECRET}},
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    catalog = {name: text_file(f"{name}.txt", versioned=True) for name in ("model", "score")}
    return make_project(
        tmp_path_factory.mktemp("models"),
        REGISTRY,
        nodes=MODELS,
        catalog=catalog,
        parameters={"alpha": 0.0, "meet": True},
    )


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    catalog = {name: text_file(f"{name}.txt") for name in ("slept", "end")}
    folder = tmp_path_factory.mktemp("slow")
    return make_project(folder, SLOW_REGISTRY, nodes=SLOW, catalog=catalog)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    return project_in_repository(tmp_path_factory.mktemp("service"))


@pytest.fixture(scope="module")
def alerts() -> Iterator[Received[tuple[str, Any]]]:
    """The webhook of the block `alerts`."""
    with webhook() as received:
        yield received


@pytest.fixture(scope="module")
def deployed(
    prefect: PrefectEnv,
    models: KedroProject,
    slow: KedroProject,
    service: KedroProject,
    alerts: Received[tuple[str, Any]],
) -> Iterator[PrefectServer]:
    """A server to which all projects are deployed, and its worker."""
    with PrefectServer(prefect) as server:
        for project, content in ((models, HELD), (slow, {"defaults": {"retries": 3}})):
            folder = export(project, settings=content)
            server.deploy(folder / project.package / "prefect.yaml", project.path)
        slow.write("conf/prod/parameters.yml", "{}\n")
        folder = export(slow, "--env", "prod")
        server.deploy(folder / f"{slow.package}__prod" / "prefect.yaml", slow.path)
        server.script(
            "from prefect.blocks.system import Secret\n"
            "from prefect.blocks.webhook import Webhook\n"
            "Secret(value={'word': 730194628519}).save('warehouse')\n"
            # A text that is JSON as well.
            "Secret(value='1e5').save('pin')\n"
            f"Webhook(url='http://127.0.0.1:{alerts.port}/in').save('alerts')"
        )
        deploy_both(server, service)
        server.start_worker(run_env(models) | run_env(slow) | root_of(service))
        yield server


def name_of(project: KedroProject) -> str:
    return f"{project.package}/{project.package}"


def scores(project: KedroProject) -> set[str]:
    files = project.path.glob("data/score.txt/*/score.txt")
    return {file.read_text(encoding="utf-8") for file in files}


def test_the_server_knows_what_the_settings_say(
    deployed: PrefectServer, models: KedroProject
) -> None:
    result = deployed.deployment(name_of(models))
    assert result["tags"] == ["team:a b", "owner:me"]
    assert result["description"] == "It *trains*."
    assert result["enforce_parameter_schema"] is True
    assert result["global_concurrency_limit"]["limit"] == 2
    assert result["concurrency_options"]["collision_strategy"] == "ENQUEUE"
    (schedule,) = result["schedules"]
    assert schedule["parameters"] == {"alpha": 2.5}
    assert schedule["schedule"]["cron"] == "0 6 * * 1"
    assert schedule["schedule"]["timezone"] == "Europe/Paris"
    properties = result["parameter_openapi_schema"]["properties"]
    number = [{"type": "number"}, {"type": "integer"}]
    assert (properties["alpha"]["anyOf"], properties["meet"]["type"]) == (number, "boolean")
    assert properties["alpha"]["default"] == 0.0
    assert properties["alpha"]["description"] == "Kedro's `params:alpha`."


def test_the_deployment_of_an_environment_runs_its_own_flow(
    deployed: PrefectServer, slow: KedroProject
) -> None:
    flows = {name_of(slow): slow.package, f"{slow.package}__prod/prod": f"{slow.package}__prod"}
    for deployment, flow in flows.items():
        entrypoint = deployed.deployment(deployment)["entrypoint"]
        assert entrypoint.startswith(f"deploy/prefect/{flow}/flow.py:")
        has_env = '"env": "prod"' in (slow.path / entrypoint.partition(":")[0]).read_text()
        assert has_env == flow.endswith("prod")


def test_a_bad_parameter_is_refused_before_a_run(
    deployed: PrefectServer, models: KedroProject
) -> None:
    with pytest.raises(Refused, match=r"'alpha'.*'x' is not valid"):
        deployed.trigger(name_of(models), {"alpha": "x"})
    with pytest.raises(Refused, match="boolean"):
        deployed.trigger(name_of(models), {"meet": 1})


def test_a_parameter_that_the_flow_does_not_have_ends_the_run_before_its_tasks(
    deployed: PrefectServer, models: KedroProject, slow: KedroProject
) -> None:
    """Also where it has none."""
    runs = [deployed.trigger(name_of(output), {"alphs": 1.0}) for output in (models, slow)]
    for run in map(deployed.wait, runs):
        assert run.state == "CRASHED"
        assert not run.tasks
        assert run.id in deployed.processes.log("worker")
    assert "alphs" in deployed.processes.log("worker")
    assert not (slow.path / "pids").exists()


def test_two_runs_at_once_each_evaluate_their_own_model(
    deployed: PrefectServer, models: KedroProject
) -> None:
    runs = [deployed.trigger(name_of(models), {"alpha": alpha}) for alpha in (0.5, 1)]
    for run in map(deployed.wait, runs):
        assert run.state == "COMPLETED", run.message
        assert run.states == {"train": "Completed", "evaluate": "Completed"}
    assert scores(models) == {
        "model of 0.5, evaluated with 0.5, 730194628519 1e5",
        "model of 1, evaluated with 1, 730194628519 1e5",
    }, "a whole number stays one, as in `kedro run --params alpha=1`"


def test_a_run_that_is_tried_again_keeps_its_version(
    deployed: PrefectServer, models: KedroProject
) -> None:
    goal = {"alpha": 7.5, "meet": False}
    functions = models.path / "src" / models.package / "functions.py"
    text = functions.read_text(encoding="utf-8")
    functions.write_text(text.replace('return f"{model}', "raise RuntimeError  # "))
    try:
        run = deployed.wait(deployed.trigger(name_of(models), goal))
    finally:
        functions.write_text(text.replace("model of", "better model of"), encoding="utf-8")
    assert (run.state, run.states["evaluate"]) == ("FAILED", "Failed")
    versions = set(models.path.glob("data/model.txt/*"))
    deployed.try_again(run.id)
    deployed.wait_until(lambda: deployed.run(run.id).state == "COMPLETED", "second try", 120)
    assert set(models.path.glob("data/model.txt/*")) == versions
    assert "better model of 7.5, evaluated with 7.5, 730194628519 1e5" in scores(models)
    assert deployed.run(run.id).start == run.start


def test_a_cancelled_run_leaves_no_process(deployed: PrefectServer, slow: KedroProject) -> None:
    pids = slow.path / "pids"
    run = deployed.trigger(name_of(slow))
    deployed.wait_until(pids.exists, "the node runs", 90)
    starting = [int(pid) for pid in pids.read_text().split()]
    assert all(map(is_alive, starting)), "the control: they ran"
    deployed.cancel(run)
    end = time.monotonic() + 10
    while any(map(is_alive, starting)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(map(is_alive, starting))
    ending = deployed.wait(run)
    assert ending.state == "CANCELLED"
    assert ending.states["sleep"] == "Crashed", "it is not tried again"
    assert (ending.states["after"], ending.tasks["after"].tries) == ("NotReady", 0)
    assert not list(slow.path.rglob("end.txt"))


def test_tasks_run_the_code_of_the_folder_or_of_the_clone(
    deployed: PrefectServer, service: KedroProject
) -> None:
    """Of a project in a repository of several, where the worker has that as its root."""
    runs = [deployed.trigger(name_of(service)), deployed.trigger(cloned(service))]
    for run in map(deployed.wait, runs):
        assert run.state == "COMPLETED", deployed.processes.log("worker")
    texts = places(service)
    (clone,) = texts - {f"changed {service.path}"}
    assert len(texts) == 2
    assert clone.startswith("committed ")
    assert clone.endswith(f"/services/{service.package}")
    assert str(service.path) not in clone


def messages(alerts: Received[tuple[str, Any]], server: PrefectServer, run: str) -> list[str]:
    """What the webhook was told of a run, once it was told anything."""
    name = server.call("GET", f"/flow_runs/{run}")["name"]

    def texts() -> list[str]:
        return [body["text"] for _, body in alerts.items if f" in the run {name}: " in body["text"]]

    server.processes.wait_until(lambda: bool(texts()), "a message", 60)
    return [text.replace(name, "NAME") for text in texts()]


def test_a_webhook_hears_how_a_run_has_ended(
    deployed: PrefectServer, models: KedroProject, alerts: Received[tuple[str, Any]]
) -> None:
    """Of one that failed in a task, one that crashed before any, and one that succeeded."""
    parameters = ({"alpha": -1, "meet": False}, {"alphs": 1.0}, {"alpha": 7, "meet": False})
    runs = [deployed.trigger(name_of(models), values) for values in parameters]
    ends = [deployed.wait(run).state for run in runs]
    assert ends == ["FAILED", "CRASHED", "COMPLETED"]
    failure, crash, success = (messages(alerts, deployed, run) for run in runs)
    flow = models.package
    assert failure == [f"{flow} has failed in the run NAME: failed: train; not run: 1 tasks"]
    assert [text.partition(": ")[0] for text in crash] == [f"{flow} has crashed in the run NAME"]
    assert [text.partition(": ")[0] for text in success] == [
        f"{flow} has completed in the run NAME"
    ]


def test_no_secret_is_kept_by_the_server(deployed: PrefectServer, models: KedroProject) -> None:
    text = json.dumps(deployed.deployment(name_of(models)))
    assert "730194628519" not in text
    assert "730194628519" not in deployed.processes.log("worker")
