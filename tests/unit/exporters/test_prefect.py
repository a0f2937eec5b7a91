"""What a flow and its deployment say, and what is refused instead."""

from __future__ import annotations

import ast
import builtins
import datetime
import json
import keyword
from collections.abc import Mapping
from typing import Any, TypeGuard

import pytest
import yaml

from shipway.compiler import Selection, compile_all, settings_for
from shipway.errors import PlanError, SettingsError, ShipwayError, UnsupportedError
from shipway.model import Dataset, Project
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from tests.unit.planner.build_ir import node, pipeline, project, said

CHAIN = project(node("a", "raw params:p", "x"), node("b", "x", "y"), parameters={"p": 1})
DOCKER = {
    "work_pool": {"name": "pool", "type": "docker"},
    "image": "registry.example/shop:1",
    "volumes": [{"claim": "data", "mount": "/app/data"}],
}

PURE = project(node("a", "params:p"), parameters={"p": 1})
"""Without a file, which would be lost with a clone."""
GIT = {"repository": "https://git.example/shop.git"}
IN_IMAGE = {"image": "registry.example/shop:1", "volumes": ["data:/app/data"]}
"""What a run's container is then given."""


def files(
    of: Project, options: Mapping[str, Any] = {}, lossy: tuple[str, ...] = (), **content: Any
) -> dict[str, str]:
    """The files of the default pipeline, by path; `held` are its settings."""
    values = {"targets": {"prefect": dict(options)}, "pipelines": {"__default__": content}}
    exporter = find("prefect")
    settings = settings_for(SettingsSource(values=values), [exporter])
    (artifact,) = compile_all(of, settings, exporter, Selection(lossy=lossy))
    return {file.path: file.text for file in artifact.files}


def by_name(item: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(item, ast.Name)


def flow(of: Project, options: Mapping[str, Any] = {}, **content: Any) -> str:
    return files(of, options, **content)["shop/flow.py"]


def deployment(of: Project, options: Mapping[str, Any] = {}, **content: Any) -> dict[str, Any]:
    document = yaml.safe_load(files(of, options, **content)["shop/prefect.yaml"])
    (result,) = document["deployments"]
    assert isinstance(result, dict)
    return result


def pull(of: Project, options: Mapping[str, Any] = {}, **content: Any) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = yaml.safe_load(
        files(of, options, **content)["shop/prefect.yaml"]
    )["pull"]
    return [{name.rpartition(".")[2]: given for name, given in step.items()} for step in steps]


def calls(text: str, name: str) -> list[dict[str, Any]]:
    """The calls of a function: named arguments, and the unnamed ones by number.

    What is no literal, such as the name of another task, is its source.
    """
    result = []
    for call in ast.walk(ast.parse(text)):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == name:
            given = {str(number): value(item) for number, item in enumerate(call.args)}
            result.append(given | {str(k.arg): value(k.value) for k in call.keywords})
    return result


def value(item: ast.expr) -> Any:
    try:
        return ast.literal_eval(item)
    except ValueError:
        return ast.unparse(item)


def tasks(text: str) -> dict[str, dict[str, Any]]:
    """What each task is given by `kedro.with_options(…).submit(…)`, by its name."""
    options = calls(text, "kedro.with_options")
    submitted = [
        {str(k.arg): value(k.value) for k in call.keywords}
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(").submit")
    ]
    return {o["name"]: o | given for o, given in zip(options, submitted, strict=True)}


def job_of_all(text: str) -> dict[str, str]:
    """What every task is told: source, by name."""
    keywords = (k for k in ast.walk(ast.parse(text)) if isinstance(k, ast.keyword))
    (job,) = (k.value for k in keywords if k.arg == "job")
    assert isinstance(job, ast.Dict)
    pairs = zip(job.keys, job.values, strict=True)
    return {ast.literal_eval(key): ast.unparse(item) for key, item in pairs if key}


def options_of_all(text: str) -> dict[str, Any]:
    """What the decorator gives every task."""
    (result,) = calls(text, "task")
    return result


def refusal(kind: type[ShipwayError], *args: Any, **content: Any) -> str:
    with pytest.raises(kind) as error:
        files(*args, **content)
    return said(error.value)


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
    (function,) = [f for f in ast.parse(text).body if isinstance(f, ast.FunctionDef)][-1:]
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
    (function,) = [f for f in ast.parse(text).body if isinstance(f, ast.FunctionDef)][-1:]
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


def test_a_deployment_says_when_where_and_how_often() -> None:
    result = deployment(
        CHAIN,
        {
            "work_pool": {"name": "batch", "queue": "slow"},
            "collision": "CANCEL_NEW",
            "paused": True,
        },
        schedule={"cron": "0 6 * * 1", "timezone": "Europe/Paris"},
        concurrency={"runs": 2},
        labels={"team": "a b"},
        owner="me",
    )
    version = result.pop("version")
    assert len(version) == 12
    assert result == {
        "name": "shop",
        "entrypoint": "deploy/prefect/shop/flow.py:shop",
        "tags": ["team:a b", "owner:me"],
        "enforce_parameter_schema": True,
        "concurrency_limit": {"limit": 2, "collision_strategy": "CANCEL_NEW"},
        "schedules": [{"cron": "0 6 * * 1", "timezone": "Europe/Paris", "slug": "shipway"}],
        "paused": True,
        "work_pool": {"name": "batch", "work_queue_name": "slow"},
    }


def test_the_version_is_that_of_the_plan() -> None:
    text = files(CHAIN)["shop/prefect.yaml"]
    version = yaml.safe_load(text)["deployments"][0]["version"]
    assert f"plan={version} " in text


def test_a_run_goes_to_the_project() -> None:
    assert pull(CHAIN) == [{"set_working_directory": {"directory": "{{ $SHOP_ROOT }}"}}]
    result = pull(CHAIN, {"root": {"env": "HERE"}}, project_dir="./services/shop")
    assert result == [{"set_working_directory": {"directory": "{{ $HERE }}/services/shop"}}]
    assert deployment(CHAIN, project_dir="services/shop")["entrypoint"] == (
        "deploy/prefect/shop/flow.py:shop"
    )
    assert 'FOLDER = os.path.join(ROOT, "services/shop")' in flow(
        CHAIN, project_dir="services/shop"
    )
    result = pull(CHAIN, project_dir="/srv/shop")
    assert result == [{"set_working_directory": {"directory": "/srv/shop"}}]


def test_a_run_clones_a_repository() -> None:
    git = {"repository": "https://git.example/shop.git", "branch": "main", "token": "git-token"}
    clone, move = pull(PURE, {"git": git})
    assert clone["git_clone"] == {
        "id": "clone",
        "repository": "https://git.example/shop.git",
        "branch": "main",
        "access_token": "{{ prefect.blocks.secret.git-token }}",
    }
    assert move["set_working_directory"] == {"directory": "{{ clone.directory }}"}
    _, move = pull(PURE, {"git": git}, project_dir="services/shop")
    assert move["set_working_directory"] == {"directory": "{{ clone.directory }}/services/shop"}


POOLS: Mapping[str, Mapping[str, Any]] = {
    "process": {},
    "docker": {"work_pool": {"type": "docker"}, "image": "shop:1"},
    "kubernetes": {"work_pool": {"type": "kubernetes"}, "image": "shop:1"},
}


@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("folder", [".", "services/shop"])
def test_tasks_run_in_the_clone(pool: str, folder: str) -> None:
    """Not in the image, nor in the folder that the worker has."""
    text = flow(PURE, {**POOLS[pool], "git": GIT, "project_dir": folder})
    assert 'FOLDER = os.path.abspath(".")' in text
    assert "cwd=FOLDER" in text
    has_root = 'os.environ.get("SHOP_ROOT", ".")' in text
    assert has_root == (pool == "process"), "the worker's root has the project's Python"
    assert "/app" not in text


@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("git", [{}, {"git": GIT}])
def test_a_worker_looks_for_the_python_where_no_setting_names_it(
    pool: str, git: Mapping[str, Any]
) -> None:
    """An image has one Python, the first on its path."""
    text = flow(PURE, {**POOLS[pool], **git})
    looked_up = 'PYTHON = os.path.join(ROOT, os.environ.get("SHOP_PYTHON") or ".venv/bin/python")'
    assert (looked_up in text) == (pool == "process")
    for words in ("set targets.prefect.python or SHOP_PYTHON, ", "or have .venv/bin/python below"):
        assert (words in text) == (pool == "process")
    assert "SHOP_PYTHON" not in flow(PURE, {**POOLS[pool], **git, "python": "/opt/py"})


@pytest.mark.parametrize("pool", POOLS)
def test_a_clone_is_no_absolute_folder(pool: str) -> None:
    options = {**POOLS[pool], "git": GIT}
    message = refusal(UnsupportedError, PURE, options, project_dir="/srv/shop")
    assert "[pipelines.__default__.project_dir]" in message
    assert "tasks would run other code" in message
    message = refusal(SettingsError, PURE, {**options, "project_dir": "/srv/shop"})
    assert "[targets.prefect.project_dir]" in message
    assert "other code" in message
    assert files(PURE, {**options, "project_dir": "."}, project_dir="/srv/shop")


@pytest.mark.parametrize("pool", ["docker", "kubernetes"])
def test_an_image_has_the_project_in_an_absolute_folder(pool: str) -> None:
    message = refusal(UnsupportedError, PURE, POOLS[pool], project_dir="services/shop")
    assert "is no absolute path" in message


@pytest.mark.parametrize("pool", POOLS)
def test_a_local_file_that_ends_with_the_clone_is_refused(pool: str) -> None:
    volumes = [] if pool == "process" else [{"claim": "data", "mount": "/data"}]
    options = {**POOLS[pool], "git": GIT, **({"volumes": volumes} if volumes else {})}
    message = refusal(PlanError, CHAIN, options)
    assert "The local file of `y`, data/y, would end with the clone" in message
    x = Dataset(name="x", kind="local", location="/data/x")
    absolute = project(node("a", "params:p", "x"), parameters={"p": 1}, datasets=[x])
    assert files(absolute, options), "the control: it stays there"
    if pool == "process":
        assert files(CHAIN, {**options, "job_variables": {"working_dir": "/srv"}})


def test_commands_in_a_header_can_be_pasted() -> None:
    result = files(CHAIN, {"folder": "my deploy/pre"})
    (text,) = (text for name, text in result.items() if name.endswith("prefect.yaml"))
    assert "--prefect-file 'my deploy/pre/shop/prefect.yaml'" in text


@pytest.mark.parametrize("folder", ["../flows", "a/../../b", "/flows", "a:b", "a\\b"])
def test_the_folder_is_one_below_the_project(folder: str) -> None:
    message = refusal(SettingsError, CHAIN, {"folder": folder})
    assert "[targets.prefect.folder]" in message


def test_the_folder_has_one_spelling() -> None:
    for folder in ("flows", "./flows/", "flows//"):
        assert deployment(CHAIN, {"folder": folder})["entrypoint"] == "flows/shop/flow.py:shop"
    assert deployment(CHAIN, {"folder": "."})["entrypoint"] == "shop/flow.py:shop"


def test_a_container_holds_the_project() -> None:
    result = deployment(CHAIN, {**DOCKER, "job_variables": {"mem_limit": "4g"}})
    assert result["work_pool"] == {
        "name": "pool",
        "job_variables": {**IN_IMAGE, "mem_limit": "4g"},
    }
    text = flow(CHAIN, DOCKER)
    assert 'FOLDER = "/app"' in text
    assert 'COMMAND = ["python", "-m", "shipway.runtime"]' in text
    assert "ROOT" not in text
    assert "FileNotFoundError" not in text
    assert pull(CHAIN, DOCKER) == [{"set_working_directory": {"directory": "/app"}}]


def test_one_image_a_flow() -> None:
    content = {"image": "registry.example/shop:2"}
    result = deployment(CHAIN, DOCKER, **content)["work_pool"]["job_variables"]
    assert result == {**IN_IMAGE, **content}
    message = refusal(UnsupportedError, CHAIN, DOCKER, nodes={"a": content})
    assert "`a` has image registry.example/shop:2, and `b` registry.example/shop:1" in message
    no_image = {name: option for name, option in DOCKER.items() if name != "image"}
    message = refusal(UnsupportedError, CHAIN, no_image)
    assert "no image" in message


KUBERNETES = {**DOCKER, "work_pool": {"type": "kubernetes"}}


def test_a_container_gets_what_its_tasks_at_once_need() -> None:
    """Two after one another, and one beside them: the larger of the two, and the third."""
    of = project(node("a", "raw", "x"), node("b", "x", "y"), node("c", "raw", "z"))
    content: dict[str, Any] = {
        "nodes": {
            "a": {"resources": {"cpu": "500m", "memory": "1Gi"}},
            "b": {"resources": {"cpu": "2", "memory": "512Mi"}},
            "c": {"resources": {"cpu": "250m", "memory": "256Mi"}},
        }
    }
    result = deployment(of, KUBERNETES, **content)["work_pool"]["job_variables"]
    volumes = [{"name": "claim-data", "persistentVolumeClaim": {"claimName": "data"}}]
    assert result == {
        "image": "registry.example/shop:1",
        "volumes": volumes,
        "volume_mounts": [{"name": "claim-data", "mountPath": "/app/data"}],
        "env": {"SHIPWAY_JOB_TEMPLATE": ["base-job-template.json"]},
        "cpu_request": "2250m",
        "cpu_limit": "2250m",
        "memory_request": f"{1024 + 256 + 512}Mi",
        "memory_limit": f"{1024 + 256 + 512}Mi",
    }
    result = deployment(of, KUBERNETES, concurrency={"tasks": 1}, **content)["work_pool"]
    assert result["job_variables"]["cpu_limit"] == "2000m"
    assert result["job_variables"]["memory_limit"] == f"{1024 + 512}Mi"
    result = deployment(of, DOCKER, **content)["work_pool"]["job_variables"]
    assert result == {
        **IN_IMAGE,
        "mem_limit": f"{1024 + 256 + 512}m",
        "container_create_kwargs": {"nano_cpus": 2250 * 10**6},
    }


def test_what_the_target_says_has_the_last_word() -> None:
    options = {**DOCKER, "job_variables": {"mem_limit": "8g"}}
    result = deployment(CHAIN, options, resources={"memory": "1Gi"})["work_pool"]["job_variables"]
    assert result["mem_limit"] == "8g"


def test_volumes_and_accounts_where_a_pool_has_them() -> None:
    volumes = [{"claim": "data", "mount": "/app/data"}]
    result = deployment(CHAIN, DOCKER, volumes=volumes)["work_pool"]["job_variables"]
    assert result["volumes"] == ["data:/app/data"]
    result = deployment(CHAIN, KUBERNETES, service_account="runner")["work_pool"]["job_variables"]
    assert result["service_account_name"] == "runner"
    message = refusal(
        UnsupportedError, CHAIN, KUBERNETES, nodes={"a": {"service_account": "runner"}}
    )
    assert "`a` has service_account runner, and `b` none" in message
    result = deployment(CHAIN, KUBERNETES, volumes=volumes)["work_pool"]["job_variables"]
    assert result["volume_mounts"] == [{"name": "claim-data", "mountPath": "/app/data"}]


@pytest.mark.parametrize("pool", ["docker", "kubernetes"])
def test_a_local_file_that_ends_with_the_container_is_refused(pool: str) -> None:
    bare = {"work_pool": {"type": pool}, "image": "shop:1"}
    message = refusal(PlanError, CHAIN, bare)
    assert "The local file of `y`, /app/data/y, would end with the container." in message
    assert "catalog entry `y`" in message
    volumes = [{"claim": "data", "mount": "/app/data"}]
    assert files(CHAIN, {**bare, "volumes": volumes}), "the control: it outlives the container"
    elsewhere = [{"claim": "data", "mount": "/app/da"}]
    assert "/app/data/y" in refusal(PlanError, CHAIN, {**bare, "volumes": elsewhere})
    assert files(CHAIN, {"project_dir": "/app"}), "the control: a worker has a disk"


def test_volumes_among_the_job_variables_count() -> None:
    bare = {"work_pool": {"type": "docker"}, "image": "shop:1"}
    assert files(CHAIN, {**bare, "job_variables": {"volumes": ["data:/app/data:rw"]}})
    message = refusal(PlanError, CHAIN, {**DOCKER, "job_variables": {"volumes": ["data:/other"]}})
    assert "/app/data/y" in message


def test_a_store_need_not_outlive_the_container() -> None:
    """All tasks of a run share it."""
    of = project(node("a", "raw", "x"), node("b", "x", "y"), memory="x")
    assert files(of, DOCKER, memory="store", store="/srv/store")


def test_a_pool_has_job_variables_of_its_own() -> None:
    message = refusal(SettingsError, CHAIN, {"job_variables": {"mem_limit": "4g"}})
    assert "`mem_limit` is unknown in a process pool's job variables" in message
    message = refusal(SettingsError, CHAIN, {**DOCKER, "job_variables": {"mem_limits": "4g"}})
    assert "targets.prefect.job_variables.mem_limits" in message
    assert "Did you mean `mem_limit`" in message


def test_a_text_that_prefect_would_fill_in_is_refused() -> None:
    message = refusal(UnsupportedError, CHAIN, labels={"team": "{{ $HOME }}"})
    assert "[pipelines.__default__.labels]" in message
    assert "placeholder" in message
    assert "{{ $HOME }}" in flow(CHAIN, env={"TEAM": "{{ $HOME }}"}), "no template of Prefect's"


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({"owner": "{{ me }}"}, "owner"),
        ({"project_dir": "/srv/{{ $HOME }}"}, "project_dir"),
        (
            {"schedule": {"cron": "0 6 * * *", "parameters": {"p": "{{ $HOME }}"}}},
            "schedule",
        ),
        ({"kubernetes": {"annotations": {"a": "{{ x }}"}}}, "kubernetes.annotations.a"),
        (
            {"kubernetes": {"annotations": {"a": "{{ prefect.blocks.secret.x }}"}}},
            "kubernetes.annotations.a",
        ),
        ({"volumes": [{"claim": "c", "mount": "/data/{{x}}"}]}, "volumes"),
    ],
)
def test_a_placeholder_is_told_where_it_was_set(content: dict[str, Any], place: str) -> None:
    """Not where it would stand in the artifact; and a reference counts in job variables alone."""
    of = project(node("a", "params:p"), parameters={"p": "x"})
    message = refusal(UnsupportedError, of, KUBERNETES, **content)
    assert f"[pipelines.__default__.{place}]" in message
    assert "for a placeholder" in message


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"folder": "a/{{ x }}"}, "folder"),
        ({"work_pool": {"name": "{{ $POOL }}"}}, "work_pool.name"),
        ({"git": {"repository": "https://h/{{ $REPOSITORY }}"}}, "git.repository"),
        ({"job_variables": {"env": {"A": "{{ $HOME }}"}}}, "job_variables.env.A"),
        ({"job_variables": {"env": {"A": "{{ x }}"}}}, "job_variables.env.A"),
        ({"job_variables": {"env": {"A": "{{ prefect.blocks.x }}"}}}, "job_variables.env.A"),
    ],
)
def test_a_placeholder_in_the_options_is_told_with_its_line(
    options: dict[str, Any], place: str
) -> None:
    message = refusal(SettingsError, CHAIN, options)
    assert f"[targets.prefect.{place}]" in message
    assert "for a placeholder" in message
    assert ("refer to a block" in message) == place.startswith("job_variables")


@pytest.mark.parametrize(
    ("pool", "variables"),
    [
        (
            "docker",
            {"registry_credentials": "{{ prefect.blocks.docker-registry-credentials.ghcr }}"},
        ),
        ("docker", {"auto_remove": "{{ prefect.variables.auto_remove }}"}),
        ("docker", {"mem_limit": "{{prefect.variables.gb}}g"}),
        ("docker", {"container_create_kwargs": {"shm_size": "{{ prefect.variables.shm }}"}}),
        ("kubernetes", {"cluster_config": "{{ prefect.blocks.kubernetes-cluster-config.c }}"}),
        ("kubernetes", {"namespace": "{{ prefect.blocks.json.places.value.list[0].name }}"}),
        ("process", {"env": {"C": "a {{ prefect.variables.x }} {{ prefect.blocks.secret.y }}"}}),
        ("process", {"env": {"DB_PASSWORD": "{{ prefect.variables.x }}"}}),
    ],
)
def test_job_variables_may_refer_to_blocks_and_variables(
    pool: str, variables: dict[str, Any]
) -> None:
    options = {"process": {}, "docker": DOCKER, "kubernetes": KUBERNETES}[pool]
    result = deployment(CHAIN, {**options, "job_variables": variables})["work_pool"]
    assert variables.items() <= result["job_variables"].items()


def test_a_secret_beside_a_reference_is_one() -> None:
    variables = {"env": {"DB_PASSWORD": "hunter2{{ prefect.variables.x }}"}}
    message = refusal(SettingsError, CHAIN, {"job_variables": variables})
    assert "`DB_PASSWORD` looks like a secret" in message


@pytest.mark.parametrize("name", ["warehouse_db", "My-Block", "db.prod"])
def test_a_secret_that_prefect_can_have_no_block_for(name: str) -> None:
    secrets = {"X": {"name": name, "key": "b"}}
    message = refusal(UnsupportedError, CHAIN, nodes={"a": {"secrets": secrets}})
    assert f"Prefect has no block called `{name}`" in message
    assert "[pipelines.__default__.nodes.a.secrets.X]" in message


def test_only_a_shell_knows_where_a_tilde_is() -> None:
    message = refusal(SettingsError, CHAIN, {"python": "~/venv/bin/python"})
    assert "[targets.prefect.python]" in message
    assert "only a shell knows `~`" in message
    assert "only a shell knows" in refusal(SettingsError, CHAIN, project_dir="~/shop")


@pytest.mark.parametrize(
    "content",
    [
        {"image": "x:1"},
        {"resources": {"cpu": "1"}},
        {"resources": {"memory": "1Gi"}},
        {"volumes": [{"claim": "c", "mount": "/m"}]},
        {"service_account": "me"},
        {"schedule": {"cron": "0 6 * * *", "start": "2026-01-01"}},
        {"schedule": {"datasets": ["raw"]}},
    ],
    ids=json.dumps,
)
def test_what_prefect_cannot_express_is_refused(content: dict[str, Any]) -> None:
    assert "Prefect cannot express" in refusal(UnsupportedError, CHAIN, **content)


def test_plain_kedro_run_is_refused() -> None:
    assert "run_with: shipway" in refusal(UnsupportedError, CHAIN, run_with="kedro")


def test_a_job_variable_is_plain_data() -> None:
    variables = {"since": datetime.date(2026, 1, 1)}
    message = refusal(SettingsError, CHAIN, {"job_variables": variables})
    assert "cannot be written as JSON" in message


def test_waivers_are_recorded_in_both_files() -> None:
    result = files(CHAIN, lossy=("resources",), resources={"cpu": "1"})
    assert all("resources.cpu" in text for text in result.values())


def test_a_project_of_many_pipelines_has_a_folder_each() -> None:
    two = [pipeline(node("a", "raw", "x"), name=name) for name in ("__default__", "other")]
    exporter = find("prefect")
    settings = settings_for(SettingsSource(), [exporter])
    artifact = compile_all(project(*two), settings, exporter, Selection(all_pipelines=True))
    result = {file.path for item in artifact for file in item.files}
    assert result == {
        f"{name}/{file}" for name in ("shop", "shop_other") for file in ("flow.py", "prefect.yaml")
    }


def test_a_schedule_has_parameters_of_its_own() -> None:
    of = project(
        node("a", "raw params:m.p params:q", "x"), parameters={"m.p": 1, "q": 0.5, "r": "unread"}
    )
    schedule = {"cron": "0 6 * * *", "parameters": {"q": 2, "m.p": 3}}
    (result,) = deployment(of, schedule=schedule)["schedules"]
    assert result["parameters"] == {"m_p": 3, "q": 2}


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"m.q": 3}, "no parameter `m.q`"),
        ({"r": "x"}, "no parameter `r`"),
        ({"m.p": 3.5}, "`3.5` is of another type than `m.p`, which is `1` "),
        ({"m.p": True}, "another type"),
        ({"m.p": "3"}, "another type"),
    ],
    ids=str,
)
def test_a_schedule_gives_what_a_run_can_be_given(parameters: dict[str, Any], message: str) -> None:
    of = project(node("a", "raw params:m.p", "x"), parameters={"m.p": 1, "r": "unread"})
    schedule = {"cron": "0 6 * * *", "parameters": parameters}
    assert message in refusal(PlanError, of, schedule=schedule)


def test_growing_pauses_stay_within_what_a_date_can_hold() -> None:
    result = options_of_all(flow(CHAIN, retries=60, retry_delay="2h", retry_backoff=3))
    assert result["retry_delay_seconds"][:3] == [7200, 21600, 64800]
    assert max(result["retry_delay_seconds"]) == 365 * 86400


def test_a_run_cannot_be_given_more_than_a_task_can_be_told() -> None:
    read = node("a", "raw parameters", "x")
    of = project(read, parameters={"p": "x" * 70_000, "q": 1})
    text = flow(of)
    assert "    q: int = 1," in text
    assert "params:p" not in text
    several = project(read, parameters={f"p{n}": "x" * 40_000 for n in range(2)})
    assert "The parameters of a run take 80," in refusal(UnsupportedError, several)
    assert flow(several, parameters=["p1"])


def of_nodes(count: int, length: int, each: int = 0) -> Project:
    """One task of many nodes, each with a long name, and a long name of what it writes."""
    name = "n" * (length - 6)
    long = "d" * each
    return project(*(node(f"{name}{n:06}", "raw", f"{long}{n:06}") for n in range(count)))


def test_of_very_many_nodes_a_task_is_told_the_names_alone() -> None:
    text = flow(of_nodes(1000, 40, 80), group_by="pipeline")
    (task,) = tasks(text).values()
    assert len(task["nodes"]) == 1000
    assert set(task["nodes"].values()) == {""}
    assert '"; ".join(nodes.values()).strip("; ")' in text
    few = flow(of_nodes(800, 40, 80), group_by="pipeline")
    assert '.strip("; ")' not in few, "the control: they fit, with what each reads and writes"
    message = refusal(UnsupportedError, of_nodes(2000, 80), group_by="pipeline")
    assert "Linux takes 131,071" in message
    assert "Let fewer nodes share it" in message


def test_no_argument_takes_a_name_that_the_flow_needs() -> None:
    """Pydantic looks types up among the arguments before: `list: list[int]` does not import."""
    names = sorted(
        {*dir(builtins), *keyword.kwlist, *keyword.softkwlist, "Any", "self", "kedro", "tasks"}
    )
    values: tuple[Any, ...] = ("text", 1, 1.5, True, None, [1], [], {})
    of = project(
        pipeline(node("a", "raw parameters", "x"), *(node(n, "x", f"x_{n}") for n in names)),
        parameters={name: values[n % 8] for n, name in enumerate(names)},
    )
    tree = ast.parse(flow(of))
    function = next(item for item in tree.body if getattr(item, "name", "") == "shop")
    assert isinstance(function, ast.FunctionDef)
    arguments = [argument.arg for argument in function.args.args]
    (block,) = (item for item in function.body if isinstance(item, ast.With))
    targets = [item.targets[0] for item in block.body if isinstance(item, ast.Assign)]
    assignment = [target.id for target in targets if by_name(target)]
    types = {i.id for a in function.args.args for i in ast.walk(a) if isinstance(i, ast.Name)}
    body = [item for statement in function.body for item in ast.walk(statement)]
    called = {i.func.id for i in body if isinstance(i, ast.Call) and by_name(i.func)}
    later = [item for statement in function.body[2:] for item in ast.walk(statement)]
    used = {i.id for i in later if by_name(i) and isinstance(i.ctx, ast.Load)}
    output = {i.id for i in later if by_name(i) and isinstance(i.ctx, ast.Store)}
    assert types == {"Any", "bool", "dict", "float", "int", "list", "str"}
    assert called == {
        *("SimpleNamespace", "Semaphore", "FileNotFoundError"),
        *("dict", "len", "map", "str", "zip"),
    }
    assert len(arguments) == len(names)
    assert not {*arguments, *assignment} & (types | called)
    assert not {*arguments} & {"self", "cls"}
    assert ast.unparse(function.body[1]).startswith("inputs = "), "it reads all arguments"
    assert not {*arguments} & (used - output), "what stands outside of the function"
    assert len(assignment) == len(set(assignment))
    assert {*arguments} & {*assignment} == {"tasks"}, "assigned after it was read"
