"""The environments as fixtures; a missing one fails the tests that need it.

They are skipped only where no Python on the machine can hold kfp, or the SDK of Google Cloud.
"""

from __future__ import annotations

import os

import pytest

from tests.engines.airflow.conftest import airflow3  # noqa: F401 - to compare the two

from .env import (
    VARIABLE,
    VERTEX_VARIABLE,
    KubeflowEnv,
    KubeflowMissing,
    kubeflow_env,
    vertex_env,
)


@pytest.fixture(scope="session")
def kubeflow(tmp_path_factory: pytest.TempPathFactory) -> KubeflowEnv:
    """The environment that holds kfp."""
    if why := os.environ.get(f"{VARIABLE}_MISSING"):
        pytest.skip(f"no kfp on this machine: {why}")
    try:
        return kubeflow_env(tmp_path_factory.mktemp("kubeflow"))
    except KubeflowMissing as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def vertex(tmp_path_factory: pytest.TempPathFactory) -> KubeflowEnv:
    """The environment that holds Google Cloud's SDK."""
    if why := os.environ.get(f"{VERTEX_VARIABLE}_MISSING"):
        pytest.skip(f"no SDK of Google Cloud on this machine: {why}")
    try:
        return vertex_env(tmp_path_factory.mktemp("vertex"))
    except KubeflowMissing as error:
        pytest.fail(str(error), pytrace=False)
