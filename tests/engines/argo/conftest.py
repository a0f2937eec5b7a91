"""Argo's own validation and the schemas of its objects; without them, tests are skipped.

Where `CI=true`, a missing one fails the tests that need it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .env import ArgoMissingError, part


def _part(name: str) -> Path:
    try:
        return part(name)
    except ArgoMissingError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error), pytrace=False)
        pytest.skip(f"no {name} of Argo on this machine: {error}")


@pytest.fixture(scope="session")
def validation() -> Path:
    """The folder of the program that is Argo's own code."""
    return _part("validate")


@pytest.fixture(scope="session")
def schemas() -> Path:
    """The folder with npm's package of schemas."""
    return _part("schemas")
