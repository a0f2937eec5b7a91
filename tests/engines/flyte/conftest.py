"""flytekit as fixtures; a missing one fails the tests that need it.

They are skipped only where no Python on the machine can hold it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from .env import VARIABLE, Flyte, FlyteMissing


@pytest.fixture(scope="module")
def flyte(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flyte]:
    """flytekit in a process of its own, for the tests of a module."""
    if why := os.environ.get(f"{VARIABLE}_MISSING"):
        pytest.skip(f"no flytekit on this machine: {why}")
    try:
        with Flyte(tmp_path_factory.mktemp("flyte")) as running:
            yield running
    except FlyteMissing as error:
        pytest.fail(str(error), pytrace=False)
