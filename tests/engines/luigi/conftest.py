"""Luigi as a fixture; a missing one fails the tests that need it.

They are skipped only where no Python on the machine can hold Luigi.
"""

from __future__ import annotations

import os

import pytest

from .env import VARIABLE, LuigiEnv, LuigiMissing, luigi_env


@pytest.fixture(scope="session")
def luigi() -> LuigiEnv:
    """The environment that holds Luigi."""
    if why := os.environ.get(f"{VARIABLE}_MISSING"):
        pytest.skip(f"no Luigi on this machine: {why}")
    try:
        return luigi_env()
    except LuigiMissing as error:
        pytest.fail(str(error), pytrace=False)
