"""Job wide_view: Kedro pipeline forecasting of energy.

Made by Shipway. Change the pipeline or its settings, and make this file again:

    shipway export airflow --job wide_view
"""

# shipway: plan=538b0abb2ce9 project=e04a70913192 settings=801f0d38f7b4 by=0.1.0 text=8ead0908d567
# shipway: of=268ebcf07bdf.c5a8d06b1827

import json
import os
from datetime import datetime, timedelta, timezone
from subprocess import PIPE, STDOUT, Popen

from airflow.exceptions import AirflowFailException as Fatal
from airflow.models import DAG, BaseOperator, Param
from airflow.timetables.trigger import CronTriggerTimetable

# Where a worker has the project, and its Python.
PROJECT = (
    'cd "${ENERGY_ROOT:?must be set}" || exit 3\n'
    'PYTHON="${ENERGY_PYTHON:-.venv/bin/python}"\n'
    'command -v "$PYTHON" > /dev/null || echo "ERROR No Python at $PYTHON: set '
    "targets.airflow.python (in deploy.yml) or ENERGY_PYTHON to its path, or have "
    '.venv/bin/python below ENERGY_ROOT."\n'
)
COMMAND = PROJECT + 'exec "$PYTHON" -m shipway.runtime'
# What all jobs have; by the digests `shipway.runtime` knows another pipeline, and refuses it.
JOB = {
    "package": "energy",
    "exported": "forecasting",
    "flow": "energy_wide_view",
    "digests": {"forecasting": "3ab280723fdc"},
    "params": {"evaluation": {"interval": {"level": 0.95}}},
}
# How a line of the log starts, for the levels of `logging`; others are of its level INFO, 20.
LEVELS = {"WARNING": 30, "ERROR": 40, "CRITICAL": 50}


class KedroOperator(BaseOperator):
    """Runs nodes of a pipeline in the project's own Python, as a part of one run."""

    def __init__(self, *, pipeline, nodes, from_run=(), **kwargs) -> None:
        super().__init__(**kwargs)
        self.params = {}  # else each task carries, and Airflow checks, a copy of the DAG's
        self.job = {"pipeline": pipeline, "nodes": nodes, "from_run": from_run}

    def execute(self, context) -> None:
        created = max(context["logical_date"], context["data_interval_end"])
        job = self.job | {"run_id": context["run_id"], "inputs": context["params"]}
        job |= {"task": self.task_id, "created": str(created)}
        env = os.environ | {"SHIPWAY_JOB": json.dumps(JOB | job)}
        self.process = Popen(["sh", "-c", COMMAND], env=env, stdout=PIPE, stderr=STDOUT)
        for line in (raw.decode(errors="replace") for raw in self.process.stdout):
            self.log.log(LEVELS.get(line.split(" ")[0], 20), "%s", line.rstrip())
        if code := self.process.wait():
            # A wrong job, another pipeline, or for the shell no root or no Python.
            raise (Fatal if code in (2, 7, 126, 127) else OSError)(f"exit code {code}")

    def on_kill(self) -> None:
        self.process.terminate()  # none yet: the error ends the task as well
        self.process.stdout.raw.readall()  # until it has ended, and all that it started


with DAG(
    dag_id="energy_wide_view",
    schedule=CronTriggerTimetable("0 3 * * 1", timezone="Europe/Paris"),
    start_date=datetime(2024, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=1,
    default_args={
        "owner": "forecasting",
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": True,
        "execution_timeout": timedelta(minutes=15),
    },
    params={
        "evaluation.baseline": Param("lag_7", type="string"),
        "evaluation.interval.level": Param(0.95, type="number"),
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
    doc_md=(
        "Job `wide_view`: Kedro pipeline `forecasting` of the project `energy`: 4 nodes in 3 tasks."
    ),
) as dag:
    choose_alpha__to__train_model = KedroOperator(
        task_id="choose_alpha__to__train_model",
        pipeline="forecasting",
        nodes={
            "choose_alpha": "train_set, params:model -> alpha",
            "train_model": "train_set, alpha, params:model.scale -> demand_model",
        },
        execution_timeout=timedelta(minutes=30),
        doc_md=(
            "- `choose_alpha`: Choose the ridge penalty by cross-validation forward "
            "in time.\n"
            "- `train_model`: Fit the demand model on every training day."
        ),
    )

    forecast_demand = KedroOperator(
        task_id="forecast_demand",
        pipeline="forecasting",
        nodes={
            "forecast_demand": "demand_model, test_set, params:evaluation.baseline -> forecasts",
        },
        from_run=["demand_model"],
        doc_md="Forecast the held-out days, next to what a naive look back would say.",
    )

    score_forecasts = KedroOperator(
        task_id="score_forecasts",
        pipeline="forecasting",
        nodes={"score_forecasts": "forecasts, params:evaluation.interval -> metrics"},
        doc_md="Score the forecasts against the meters and against the naive baseline.",
    )

    choose_alpha__to__train_model >> forecast_demand
    forecast_demand >> score_forecasts

# As they are written above: in a task, Airflow puts the values of its run into the DAG's own.
JOB["defaults"] = {name: param.value for name, param in dag.params.items()}
