"""The environment that has MLflow, and a store in it that has its tables."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import python_of

from .processes import PACKAGE

_CREATE = """
import sys
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1])
for name in sys.argv[2:]:
    client.create_experiment(name)
"""


@pytest.fixture(scope="session")
def python() -> Path:
    """The Python that has MLflow and kedro-mlflow."""
    return python_of("mlflow")


@pytest.fixture(scope="session")
def empty_store(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with MLflow's tables, which take seconds to make, and with experiments."""
    folder = tmp_path_factory.mktemp("mlflow")
    file = folder / "mlflow.db"
    words = [str(python), "-c", _CREATE, f"sqlite:///{file}", PACKAGE, "named"]
    subprocess.run(words, cwd=folder, check=True, capture_output=True)
    return file


@pytest.fixture
def store(empty_store: Path, tmp_path: Path) -> str:
    """The address of a store of this test's own."""
    return f"sqlite:///{shutil.copy(empty_store, tmp_path / 'mlflow.db')}"
