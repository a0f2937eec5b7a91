"""Prefect as fixtures; a missing one fails the tests that need it.

They are skipped only where no Python on the machine can hold Prefect.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from .env import VARIABLE, PrefectEnv, PrefectMissing, prefect_env
from .server import PrefectServer


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> PrefectEnv:
    """The environment that holds Prefect."""
    if why := os.environ.get(f"{VARIABLE}_MISSING"):
        pytest.skip(f"no Prefect on this machine: {why}")
    try:
        return prefect_env(tmp_path_factory.mktemp("prefect"))
    except PrefectMissing as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="module")
def server(prefect: PrefectEnv) -> Iterator[PrefectServer]:
    """A server without a worker, for the tests of a module."""
    with PrefectServer(prefect) as running:
        yield running
