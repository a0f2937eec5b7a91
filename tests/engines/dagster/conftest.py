"""Dagster as a fixture; a missing one fails the tests that need it.

They are skipped only where no Python on the machine can hold Dagster.
"""

from __future__ import annotations

import os

import pytest

from .env import VARIABLE, DagsterEnv, DagsterMissing, dagster_env


@pytest.fixture(scope="session")
def dagster(tmp_path_factory: pytest.TempPathFactory) -> DagsterEnv:
    """The environment that holds Dagster."""
    if why := os.environ.get(f"{VARIABLE}_MISSING"):
        pytest.skip(f"no Dagster on this machine: {why}")
    try:
        return dagster_env(tmp_path_factory.mktemp("dagster"))
    except DagsterMissing as error:
        pytest.fail(str(error), pytrace=False)
