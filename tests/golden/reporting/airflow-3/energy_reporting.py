"""Kedro pipeline reporting of energy.

Made by Shipway. Change the pipeline or its settings, and make this file again:

    shipway export airflow --pipeline reporting
"""

# shipway: plan=ef6772cfde67 project=0853e9469dda settings=4d764847d8ff by=0.1.0 text=7d9fb8f80d68
# shipway: of=268ebcf07bdf.9f906b6b3148

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import DAG, BaseOperator, Param
from airflow.sdk.exceptions import AirflowFailException

# The environment variable of the worker, and below the paths relative to the folder it holds.
ROOT = "ENERGY_ROOT"
PROJECT_DIR = "."
PYTHON = ".venv/bin/python"
# What each pipeline was when this file was made; a task refuses to run another.
PIPELINES = {"reporting": "32a4f6a0c1e5"}
# How a line of the log starts, for the levels of `logging`; others are of its level INFO, 20.
LEVELS = {"WARNING": 30, "ERROR": 40, "CRITICAL": 50}


class KedroTask(BaseOperator):
    """Runs nodes of a pipeline in the project's own Python, as a part of one run."""

    def __init__(
        self,
        *,
        pipeline: str,
        nodes: dict[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.params = {}  # else each task carries, and Airflow checks, a copy of the DAG's
        self.pipeline = pipeline
        self.nodes = nodes
        self.process: subprocess.Popen[str] | None = None

    def execute(self, context: Any) -> None:
        if ROOT not in os.environ:
            raise AirflowFailException(f"the worker's environment lacks {ROOT}")
        root = Path(os.environ[ROOT])
        command = [str(root / PYTHON), "-m", "shipway.runtime", "--job", "-"]
        with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
            json.dump(self.job(context), file)
            file.seek(0)
            self.run_command(command, root / PROJECT_DIR, file)

    def job(self, context: Any) -> dict[str, Any]:
        """Return what `shipway.runtime` reads of a task and its run."""
        return {
            "package": "energy",
            "exported": "reporting",
            "flow": self.dag_id,
            "run_id": context["run_id"],
            "created": context["dag_run"].run_after.isoformat(),
            "task": self.task_id,
            "pipeline": self.pipeline,
            "digest": PIPELINES[self.pipeline],
            "nodes": self.nodes,
            "others": {
                name: signature
                for task in self.dag.tasks
                if getattr(task, "pipeline", None) == self.pipeline
                for name, signature in task.nodes.items()
            },
            "inputs": context["dag_run"].conf or {},
            "defaults": DEFAULTS,
        }

    def run_command(self, command: list[str], folder: Path, job: Any) -> None:
        """Run a command to its end, its output going to the task's log."""
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=job,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        threading.Thread(target=self.watch).start()
        said: list[str] = []
        try:
            for line in self.process.stdout or ():
                level = LEVELS.get(line.split(" ")[0], 20)
                self.log.log(level, "%s", line.rstrip())
                said = [*said[-4:], line.rstrip()]
            code = self.process.wait()
        finally:
            self.on_kill()
        if code:
            what = f"shipway.runtime ended with exit code {code}"
            # A usage error, or another pipeline installed: the next try fails as well.
            error = AirflowFailException if code in (2, 7) else RuntimeError
            raise error("\n".join([what, *said]))

    def watch(self) -> None:
        """End what the command leaves running: while it holds the pipe, the task goes on."""
        if self.process:
            self.process.wait()
            self.on_kill()

    def on_kill(self) -> None:
        """End the command and all that it started."""
        for number in (signal.SIGTERM, signal.SIGKILL) if self.process else ():
            with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(self.process.pid, number)
                self.process.wait(3)


with DAG(
    dag_id="energy_reporting",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    default_args={
        "owner": "forecasting",
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": 2.0,
        "execution_timeout": timedelta(minutes=15),
    },
    params={
        "reporting.plot.columns": Param(2, type="integer"),
        "reporting.plot.dpi": Param(110, type="integer"),
        "reporting.plot.size": Param(
            [10.0, 7.5],
            type="array",
            items={"type": "number"},
        ),
        "reporting.title": Param("Household demand forecast", type="string"),
    },
    tags=["team:forecasting"],
    doc_md="Kedro pipeline `reporting` of the project `energy`: 2 nodes in 2 tasks.",
) as dag:
    plot_forecasts = KedroTask(
        task_id="plot_forecasts",
        pipeline="reporting",
        nodes={"plot_forecasts": "forecasts, params:reporting.plot -> forecast_plot"},
        doc_md="Draw each household's metered and forecast demand over the held-out days.",
    )

    write_report = KedroTask(
        task_id="write_report",
        pipeline="reporting",
        nodes={
            "write_report": "forecasts, metrics, params:reporting.title -> forecast_report",
        },
        doc_md="Write a Markdown summary: overall scores, then the error of each household.",
    )

# As they are written above: in a task, Airflow puts the values of its run into the DAG's own.
DEFAULTS = dag.params.dump()
