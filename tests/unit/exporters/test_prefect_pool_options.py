"""What the options of the target may say of a pool, and of its job variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from shipway.errors import SettingsError, UnsupportedError
from tests.unit.exporters.prefect_artifacts import files, refusal
from tests.unit.exporters.prefect_pools import (
    DOCKER,
    KUBERNETES,
    NOTHING,
    TEMPLATE,
    variables,
)


@pytest.mark.parametrize(
    ("options", "place", "message"),
    [
        ({"image": "shop:1"}, "image", "has no effect: a process pool"),
        ({"volumes": [{"claim": "data", "mount": "/d"}]}, "volumes", "has no effect"),
        (
            {**DOCKER, "job_variables": {"command": "python x.py"}},
            "job_variables.command",
            "has to start `prefect flow-run execute`",
        ),
        (
            {"job_variables": {"env": {"SHIPWAY_JOB_TEMPLATE": "x"}}},
            "job_variables.env.SHIPWAY_JOB_TEMPLATE",
            "sets or reads itself",
        ),
        (
            {**KUBERNETES, "job_variables": {"runtime_class": "gvisor"}},
            "job_variables.runtime_class",
            "name it in `work_pool.variables`",
        ),
        (
            {**KUBERNETES, "job_variables": {"cpu_limit": 2}},
            "job_variables.cpu_limit",
            "`2` is not text",
        ),
        (
            {**DOCKER, "job_variables": {"container_create_kwargs": {"environment": {"A": "b"}}}},
            "job_variables.container_create_kwargs.environment",
            "`job_variables: {env: …}`",
        ),
        (
            {**DOCKER, "job_variables": {"container_create_kwargs": {"network": "a"}}},
            "job_variables.container_create_kwargs.network",
            "`job_variables: {networks: …}`",
        ),
        (
            {**DOCKER, "job_variables": {"container_create_kwargs": {"mem_limit": "4g"}}},
            "job_variables.container_create_kwargs.mem_limit",
            "`job_variables: {mem_limit: …}`",
        ),
        (
            {**DOCKER, "job_variables": {"container_create_kwargs": {"shm_sizes": "1g"}}},
            "job_variables.container_create_kwargs.shm_sizes",
            "Did you mean `shm_size`?",
        ),
        (
            {**DOCKER, "job_variables": {"container_create_kwargs": {"command": "x"}}},
            "job_variables.container_create_kwargs.command",
            "`prefect flow-run execute`",
        ),
        (
            {"job_variables": {"labels": {"prefect.io/flow-run-id": "x"}}},
            "job_variables.labels.prefect.io/flow-run-id",
            "Prefect needs the label",
        ),
        (
            {"job_variables": {"env": {"A": "b", "DB_PASSWORD": "hunter2"}}},
            "job_variables.env.DB_PASSWORD",
            "`DB_PASSWORD` looks like a secret",
        ),
    ],
)
def test_options_that_the_pool_would_not_carry_out(
    options: Mapping[str, Any], place: str, message: str
) -> None:
    text = refusal(SettingsError, NOTHING, options)
    assert f"targets.prefect.{place}" in text
    assert message in text
    assert "hunter2" not in text


BELOW: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any], str]] = {
    "cores on docker": (
        DOCKER,
        {"container_create_kwargs": {"nano_cpus": 10**9}},
        "container_create_kwargs.nano_cpus",
    ),
    "memory of a pod": (KUBERNETES, {"memory_limit": "1Gi"}, "memory_limit"),
    "cores of a pod": (KUBERNETES, {"cpu_limit": "1"}, "cpu_limit"),
    "disk of a pod": (KUBERNETES, {"ephemeral_storage_limit": "1Gi"}, "ephemeral_storage_limit"),
    "a request of its own": (
        KUBERNETES,
        {"cpu_request": "8", "cpu_limit": "7500m"},
        "cpu_limit",
    ),
    "a request above the limit": (KUBERNETES, {"memory_request": "64Gi"}, "memory_request"),
    "memory of a container": (DOCKER, {"mem_limit": "1g"}, "mem_limit"),
    "memory with swap": (DOCKER, {"mem_limit": "16g", "memswap_limit": "8g"}, "memswap_limit"),
    "a reservation of its own": (
        DOCKER,
        {"mem_limit": "16g", "container_create_kwargs": {"mem_reservation": "20g"}},
        "mem_limit",
    ),
}
ASKED = {"cpu": 2, "memory": "4Gi", "limits": {"memory": "6Gi"}}


@pytest.mark.parametrize("case", BELOW)
def test_a_limit_below_what_is_asked_for_is_refused(case: str) -> None:
    options, own, place = BELOW[case]
    resources = {**ASKED, **({"ephemeral_storage": "2Gi"} if options is KUBERNETES else {})}
    message = refusal(
        UnsupportedError, NOTHING, {**options, "job_variables": own}, resources=resources
    )
    assert f"targets.prefect.job_variables.{place}" in message
    assert "below" in message


@pytest.mark.parametrize(
    ("options", "own"),
    [
        (KUBERNETES, {"memory_limit": "9Gi", "cpu_limit": "4", "cpu_request": "1e0"}),
        (KUBERNETES, {"memory_request": "1Gi", "memory_limit": "1073741824"}),
        (DOCKER, {"mem_limit": "9g", "memswap_limit": "-1"}),
        (DOCKER, {"mem_limit": "1g", "container_create_kwargs": {"mem_reservation": "1g"}}),
    ],
)
def test_a_limit_may_be_what_is_asked_for(options: Any, own: Any) -> None:
    assert files(NOTHING, {**options, "job_variables": own}, resources=ASKED)


@pytest.mark.parametrize("amount", ["512m", "lots", "4g"])
def test_amounts_that_kubernetes_could_not_give_are_refused(amount: str) -> None:
    options = {**KUBERNETES, "job_variables": {"memory_limit": amount}}
    assert "job_variables.memory_limit" in refusal(UnsupportedError, NOTHING, options)


def test_a_variable_has_one_value() -> None:
    """A task's process comes after the run's: what the run is told would be lost."""
    secrets = {"DBP": {"name": "warehouse", "key": "password"}}
    own = {"env": {"REGION": "us", "DBP": "{{ prefect.blocks.secret.w }}", "OTHER": "x"}}
    options = {**DOCKER, "job_variables": own}
    message = refusal(UnsupportedError, NOTHING, options, env={"REGION": "eu"}, secrets=secrets)
    assert "The variable `REGION` is set twice." in message
    assert "The variable `DBP` is set twice." in message
    assert "OTHER" not in message


def test_names_of_secrets_are_none() -> None:
    own = {"image_pull_secrets": [{"name": "regcred"}]}
    assert variables({**KUBERNETES, "job_variables": own})["image_pull_secrets"] == [
        {"name": "regcred"}
    ]
    own = {"image_pull_secrets": [{"name": "ghp_" + "a1B2" * 9}]}
    assert "This text contains credentials" in refusal(
        SettingsError, NOTHING, {**KUBERNETES, "job_variables": own}
    )


@pytest.mark.parametrize("token", ["github", "{{ prefect.blocks.secret.github }}"])
def test_the_block_of_a_token_may_be_written_as_a_reference(token: str) -> None:
    git = {"repository": "https://example.com/a/shop.git", "token": token}
    assert "{{ prefect.blocks.secret.github }}" in deployed(git)


def deployed(git: Mapping[str, Any]) -> str:
    """The deployment's file of a flow that is cloned."""
    result = files(NOTHING, {"git": git})
    (text,) = (text for name, text in result.items() if name.endswith("prefect.yaml"))
    return text


def test_a_pool_with_a_template_of_its_own_has_further_variables() -> None:
    pool = {"type": "kubernetes", "variables": ["runtime_class"]}
    options = {**KUBERNETES, "work_pool": pool, "job_variables": {"runtime_class": "gvisor"}}
    assert variables(options) == {"runtime_class": "gvisor"}
    assert TEMPLATE not in files(NOTHING, options), "Prefect's own template is no answer"
    assert TEMPLATE in files(NOTHING, options, kubernetes={"priority_class": "batch"})
