"""What a deployment says: when, where and with what a flow runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from shipway.errors import PlanError, SettingsError, UnsupportedError
from shipway.model import Dataset
from tests.unit.exporters.prefect_artifacts import (
    CHAIN,
    DOCKER,
    GIT,
    IN_IMAGE,
    KUBERNETES,
    POOLS,
    PURE,
    deployment,
    files,
    flow,
    pull,
    refusal,
)
from tests.unit.planner.build_ir import node, project


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
    for words in (
        "set targets.prefect.python (in deploy.yml) or SHOP_PYTHON to its path, ",
        "or have .venv/bin/python below",
    ):
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


@pytest.mark.parametrize(
    ("pool", "variables"),
    [
        ("docker", {"volumes": ["data:/app/data:ro"]}),
        ("kubernetes", {"volume_mounts": [{"mountPath": "/app/data", "readOnly": True}]}),
    ],
)
def test_no_file_is_written_to_a_volume_for_reading(pool: str, variables: dict[str, Any]) -> None:
    options = {"work_pool": {"type": pool}, "image": "shop:1", "job_variables": variables}
    message = refusal(PlanError, CHAIN, options)
    assert "the volume at /app/data is read-only" in message


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


def test_a_deployment_without_a_schedule_says_how_an_old_one_is_cleared() -> None:
    """`prefect deploy` leaves on the server what the file does not have."""
    command = "prefect deployment schedule clear --accept-yes shop/shop"
    assert command in files(CHAIN)["shop/prefect.yaml"]
    text = files(CHAIN, schedule={"cron": "0 6 * * *"})["shop/prefect.yaml"]
    assert "schedule clear" not in text
