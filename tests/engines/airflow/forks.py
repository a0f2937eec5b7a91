"""Airflow's Python in forks, each of which would else spend seconds on importing Airflow."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.engines.forks import ForkServer

SERVER = Path(__file__).with_name("fork_server.py")
READ_LATE = {"AIRFLOW__CORE__DAGS_FOLDER", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"}
"""Variables of a home that a fork takes over; others that are Airflow's are read at its import."""
# What the process that loads files has imported before it reads one: `describe_dags.py`.
TO_LOAD = {
    2: ("airflow", "airflow.models.dagbag"),
    3: ("airflow", "airflow.dag_processing.dagbag"),
}
TO_RUN = {
    2: (
        *TO_LOAD[2],
        "airflow.models.dagrun",
        "airflow.models.taskinstance",
        "airflow.providers_manager",
        "airflow.serialization.serialized_objects",
        "airflow.utils.cli",
        "alembic.command",
        "connexion",
        "flask_appbuilder",
        "flask_session",
    ),
    3: (
        *TO_LOAD[3],
        "airflow.api_fastapi.execution_api.app",
        "airflow.api_fastapi.execution_api.routes",
        "airflow.cli.cli_parser",
        "airflow.cli.commands.dag_command",
        "airflow.dag_processing.bundles.local",
        "airflow.dag_processing.collection",
        "airflow.sdk.execution_time.supervisor",
        "airflow.sdk.execution_time.task_runner",
        "a2wsgi",
        "alembic.command",
        "anyio._backends._asyncio",
    ),
}


class AirflowForks:
    """Runs Airflow's Python in forks that have imported some modules; for one thread.

    Args:
        variables: of a home, by which Airflow is imported.
    """

    def __init__(
        self, python: Path, modules: Sequence[str], variables: Mapping[str, str], root: Path
    ) -> None:
        self._variables = dict(variables)
        self._link = Path(tempfile.mkdtemp(prefix="forks-", dir=root)) / "home"
        self._output = self._link.with_name("printed.txt")
        self._point_to(Path(variables["AIRFLOW_HOME"]))
        log = self._link.with_name("forks.log")
        self._server = ForkServer([python, SERVER, *modules], log, self._at_link(variables))

    def takes(self, variables: Mapping[str, str]) -> bool:
        """Tell whether a fork is as a process with these variables would be."""
        return _read_at_import(variables) == _read_at_import(self._variables)

    def run(
        self,
        home: Path,
        variables: Mapping[str, str],
        arguments: Sequence[str | Path],
        timeout: float,
    ) -> subprocess.CompletedProcess[str]:
        """Run with these arguments of Python's, stderr merged into stdout."""
        words = [os.fspath(argument) for argument in arguments]
        self._point_to(home)
        self._output.write_bytes(b"")
        code = self._server.run(words, self._at_link(variables), home, self._output, timeout)
        text = self._output.read_text(encoding="utf-8")
        return subprocess.CompletedProcess(words, code, text)

    def close(self) -> None:
        self._server.close()

    def _point_to(self, home: Path) -> None:
        self._link.unlink(missing_ok=True)
        self._link.symlink_to(home)

    def _at_link(self, variables: Mapping[str, str]) -> dict[str, str]:
        home, link = variables["AIRFLOW_HOME"], str(self._link)
        database = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
        at_link = {"AIRFLOW_HOME": link, database: variables[database].replace(home, link)}
        return {**variables, **at_link}


def _read_at_import(variables: Mapping[str, str]) -> dict[str, str]:
    """Airflow's own variables, and those by which a Python starts."""
    start = ("AIRFLOW__", "PYTHON", "LD_", "LC_")
    return {
        name: value
        for name, value in variables.items()
        if (name.startswith(start) or name in ("LANG", "TZ")) and name not in READ_LATE
    }
