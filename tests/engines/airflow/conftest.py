"""The Airflow environments as fixtures; a missing one fails the tests that need it.

They are skipped only where no Python on the machine can hold that Airflow.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from .env import AirflowEnv, AirflowMissing, airflow_env
from .stack import AirflowStack, StackFactory


@pytest.fixture(scope="session")
def airflow3(tmp_path_factory: pytest.TempPathFactory) -> AirflowEnv:
    """The environment that holds Airflow 3."""
    return _environment(3, tmp_path_factory.mktemp("airflow3"))


@pytest.fixture(scope="session")
def airflow2(tmp_path_factory: pytest.TempPathFactory) -> AirflowEnv:
    """The environment that holds Airflow 2."""
    return _environment(2, tmp_path_factory.mktemp("airflow2"))


@pytest.fixture(scope="session", params=[3, 2], ids=["airflow3", "airflow2"])
def airflow(request: pytest.FixtureRequest) -> AirflowEnv:
    """Each of the environments in turn."""
    env: AirflowEnv = request.getfixturevalue(f"airflow{request.param}")
    return env


@pytest.fixture(scope="module")
def airflow_stack() -> Iterator[StackFactory]:
    """Start Airflow stacks, which all stop at the end of the module."""
    with ExitStack() as stacks:

        def start(
            env: AirflowEnv,
            dags: Path,
            extra_env: Mapping[str, str] | None = None,
            *,
            triggerer: bool = False,
            patience: float = 10,
        ) -> AirflowStack:
            stack = AirflowStack(env, dags, extra_env, triggerer=triggerer, patience=patience)
            return stacks.enter_context(stack)

        yield start


def _environment(major: int, root: Path) -> AirflowEnv:
    if why := os.environ.get(f"SHIPWAY_ENV_AIRFLOW{major}_MISSING"):
        pytest.skip(f"no Airflow {major} on this machine: {why}")
    try:
        return airflow_env(major, root)
    except AirflowMissing as error:
        pytest.fail(str(error), pytrace=False)
