"""The kfp environment as a fixture; a missing one fails the tests that need it.

They are skipped only where no Python on the machine can hold kfp.
"""

from __future__ import annotations

import os

import pytest

from tests.engines.airflow.conftest import airflow3  # noqa: F401 - to compare the two

from .env import VARIABLE, KubeflowEnv, KubeflowMissing, kubeflow_env


@pytest.fixture(scope="session")
def kubeflow(tmp_path_factory: pytest.TempPathFactory) -> KubeflowEnv:
    """The environment that holds kfp."""
    if why := os.environ.get(f"{VARIABLE}_MISSING"):
        pytest.skip(f"no kfp on this machine: {why}")
    try:
        return kubeflow_env(tmp_path_factory.mktemp("kubeflow"))
    except KubeflowMissing as error:
        pytest.fail(str(error), pytrace=False)
