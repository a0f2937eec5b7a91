"""What tests of all kinds share."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from shipway.errors import UsageError
from tests import selection
from tests.containers.fixtures import (  # noqa: F401 - for all tests
    docker_socket,
    docker_socket_on_host,
    kubernetes_api,
    podman,
)
from tests.projects import KedroProject, copy_example
from tests.written import persisted

# A shell starts what is in the background with SIGINT ignored, and a task keeps to that (POSIX,
# Shell Command Language, 2.11). The tests end tasks by SIGINT, wherever they run themselves.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parents[1]
NEWEST = "dev"
OLDER = ("kedro10", "kedro12", "kedro14")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--target", metavar="NAME", help="run the tests of one target alone")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    target = config.getoption("--target")
    if not target:
        return
    try:
        selection.check(target)
    except UsageError as error:
        (finding,) = error.findings
        raise pytest.UsageError(f"{finding.what} {finding.remedy}") from None
    words = selection.names()
    is_kept = {item: _concerns(item, target, words) for item in items}
    config.hook.pytest_deselected(items=[item for item in items if not is_kept[item]])
    items[:] = [item for item in items if is_kept[item]]


def _concerns(item: pytest.Item, target: str, words: dict[str, str]) -> bool:
    path = item.path.relative_to(ROOT / "tests")
    callspec = getattr(item, "callspec", None)
    return selection.concerns(target, path, callspec.id if callspec else "", words)


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


@pytest.fixture(scope="session")
def energy_by_kedro(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What `kedro run` makes of the example: run once, whichever processes the tests are in."""
    import fcntl  # not on Windows, which has no engine

    base = tmp_path_factory.getbasetemp()
    project = KedroProject(path=_of_all_processes(base) / "energy-by-kedro", package="energy")
    done = project.path / "done"
    with project.path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            process = copy_example(project.path).run("python", "-m", "kedro", "run")
            assert process.returncode == 0, process.stdout + process.stderr
            done.touch()
    return persisted(project)


def _of_all_processes(base: Path) -> Path:
    """Pytest's folder, in which each process of pytest-xdist has one of its own."""
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
