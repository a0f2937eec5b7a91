"""Kedro pipeline forecasting of energy.

Made by Shipway. Change the pipeline or its settings, and make this file again:

    shipway export airflow --pipeline forecasting
"""

# shipway: plan=c981ae5e15c8 project=281136360b37 settings=dae99b3976f3 by=0.1.0 text=b4c781344d07

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import DAG, BaseOperator, Param

# The environment variable of the worker, and below the paths relative to the folder it holds.
ROOT = "ENERGY_ROOT"
PROJECT_DIR = "."
PYTHON = ".venv/bin/python"


class KedroTask(BaseOperator):
    """Runs nodes of a pipeline with `kedro run`, in the project's own Python."""

    def __init__(
        self,
        *,
        pipeline: str,
        nodes: list[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.params = {}  # else each task carries, and Airflow checks, a copy of the DAG's
        self.pipeline = pipeline
        self.nodes = nodes
        self.process: subprocess.Popen[str] | None = None

    def execute(self, context: Any) -> None:
        if ROOT not in os.environ:
            raise RuntimeError(f"the worker's environment lacks {ROOT}")
        root = Path(os.environ[ROOT])
        command = [str(root / PYTHON), "-m", "kedro", "run"]
        command += [f"--pipelines={self.pipeline}", f"--nodes={','.join(self.nodes)}"]
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder, "run.yml")
            config.write_text(self.config(context), encoding="utf-8")
            self.run_command([*command, f"--config={config}"], root / PROJECT_DIR)

    def config(self, context: Any) -> str:
        """Return the parameters as a file for `kedro run --config`."""
        nested: dict[str, Any] = {}
        given = dict(context["params"])
        if unknown := given.keys() - self.dag.params.keys():
            raise ValueError(f"the pipeline has no parameters {sorted(unknown)}")
        for name, value in given.items():
            *parents, last = name.split(".")
            level = nested
            for parent in parents:
                level = level.setdefault(parent, {})
            level[last] = value
        text = json.dumps({"run": {"params": nested}}, ensure_ascii=False)
        # Kedro reads YAML, and would look up ${...} anew.
        text = re.sub(r"(\\*)\$\{", lambda found: 2 * found[1] + r"\\${", text)
        return re.sub(r"[^ -~]", lambda found: f"\\U{ord(found[0]):08x}", text)

    def run_command(self, command: list[str], folder: Path) -> None:
        """Run a command to its end, its output going to the task's log."""
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        try:
            for line in self.process.stdout or ():
                self.log.info("%s", line.rstrip())
            code = self.process.wait()
        finally:
            self.on_kill()
        if code:
            raise RuntimeError(f"kedro run ended with exit code {code}")

    def on_kill(self) -> None:
        """End the command and all that it started."""
        for number in (signal.SIGTERM, signal.SIGKILL) if self.process else ():
            with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(self.process.pid, number)
                self.process.wait(3)


with DAG(
    dag_id="energy_forecasting",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    max_active_tasks=4,
    default_args={
        "owner": "forecasting",
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": 2.0,
    },
    params={
        "evaluation.baseline": Param("lag_7", type="string"),
        "evaluation.interval.level": Param(0.9, type="number"),
        "evaluation.interval.resamples": Param(400, type="integer"),
        "evaluation.interval.seed": Param(20240325, type="integer"),
        "model.alphas": Param(
            [0.1, 1.0, 10.0, 100.0],
            type="array",
            items={"type": "number"},
        ),
        "model.folds": Param(4, type="integer"),
        "model.scale": Param(True, type="boolean"),
        "model.scoring": Param("neg_mean_absolute_error", type="string"),
    },
    tags=["team:forecasting"],
    doc_md="Kedro pipeline `forecasting` of the project `energy`: 4 nodes in 3 tasks.",
) as dag:
    choose_alpha__to__train_model = KedroTask(
        task_id="choose_alpha__to__train_model",
        pipeline="forecasting",
        nodes=["choose_alpha", "train_model"],
        execution_timeout=timedelta(minutes=30),
        doc_md=(
            "- `choose_alpha`: Choose the ridge penalty by cross-validation forward "
            "in time.\n"
            "- `train_model`: Fit the demand model on every training day."
        ),
    )

    forecast_demand = KedroTask(
        task_id="forecast_demand",
        pipeline="forecasting",
        nodes=["forecast_demand"],
        execution_timeout=timedelta(minutes=15),
        doc_md="Forecast the held-out days, next to what a naive look back would say.",
    )

    score_forecasts = KedroTask(
        task_id="score_forecasts",
        pipeline="forecasting",
        nodes=["score_forecasts"],
        execution_timeout=timedelta(minutes=15),
        doc_md="Score the forecasts against the meters and against the naive baseline.",
    )

    choose_alpha__to__train_model >> forecast_demand
    forecast_demand >> score_forecasts
