"""What tests of all kinds share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def oldest() -> Path:
    """The Python that has the oldest supported Kedro."""
    if reason := os.environ.get("SHIPWAY_ENV_KEDRO10_MISSING"):
        pytest.skip(reason)
    env = Path(os.environ.get("SHIPWAY_ENV_KEDRO10", ROOT / ".envs" / "kedro10"))
    if not (env / "bin" / "python").exists():
        pytest.fail(f"{env.name} is not set up: `make test` builds it.")
    return env / "bin" / "python"
