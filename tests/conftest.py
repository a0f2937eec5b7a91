"""What tests of all kinds share."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.containers.fixtures import (  # noqa: F401 - for all tests
    docker_socket,
    docker_socket_on_host,
    kubernetes_api,
    podman,
)

# A shell starts what is in the background with SIGINT ignored, and a task keeps to that (POSIX,
# Shell Command Language, 2.11). The tests end tasks by SIGINT, wherever they run themselves.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parents[1]
NEWEST = "dev"
OLDER = ("kedro10", "kedro12", "kedro14")


@pytest.fixture(scope="session")
def oldest() -> Path:
    """The Python that has the oldest supported Kedro."""
    return python_of("kedro10")


@pytest.fixture(
    scope="session",
    params=[NEWEST, *[pytest.param(name, marks=pytest.mark.engine) for name in OLDER]],
)
def any_kedro(request: pytest.FixtureRequest) -> Path:
    """The Python of each environment with a supported Kedro in turn; the newest is here."""
    return Path(sys.executable) if request.param == NEWEST else python_of(request.param)


def python_of(name: str) -> Path:
    """The Python of an environment that `make test` builds."""
    variable = f"SHIPWAY_ENV_{name.upper()}"
    if reason := os.environ.get(f"{variable}_MISSING"):
        pytest.skip(reason)
    env = Path(os.environ.get(variable, ROOT / ".envs" / name))
    if not (env / "bin" / "python").exists():
        pytest.fail(f"{name} is not set up: `make test` builds it.", pytrace=False)
    return env / "bin" / "python"
